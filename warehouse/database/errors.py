"""Errors of the warehouse, each in one line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

# What SQLite says, and what that means for whoever reads it.
SQLITE_FAULTS = {
    "malformed": "{place} is damaged: restore a copy of it, or move it away and start anew",
    "not a database": (
        "{place} is not a SQLite database: restore a copy of it, or name another file"
    ),
    "disk is full": "the disk of {place} is full: make room and run again, nothing is half stored",
    "readonly database": "{place} cannot be written: the file or its folder may only be read",
}
INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE = "42501", "55P03"  # SQLSTATE of PostgreSQL
POSTGRESQL_FAULTS = {
    INSUFFICIENT_PRIVILEGE: "this login may only read the views of the warehouse ({fault})",
    LOCK_NOT_AVAILABLE: "a migration is changing the tables: try again when it has ended",
}


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; the message says in one line what to do."""


class NoWarehouse(WarehouseError):
    """There is none at this address yet."""


def first_line(fault: object) -> str:
    """The first line of what a driver says."""
    return (str(fault).splitlines() or [type(fault).__name__])[0]


def explain(engine: Engine) -> None:
    """Have the faults that a user can mend reach the caller as WarehouseError."""

    def replace(context: Any) -> None:
        fault = context.original_exception
        message = meaning(fault, engine.url)
        if message:
            raise WarehouseError(message) from fault

    event.listen(engine, "handle_error", replace)


def meaning(fault: BaseException, url: URL) -> str | None:
    """What a fault of the driver means for a user, or None where that is unknown."""
    if url.drivername.startswith("sqlite"):
        texts = (text for word, text in SQLITE_FAULTS.items() if word in str(fault))
        return next((text.format(place=url.database) for text in texts), None)
    text = POSTGRESQL_FAULTS.get(str(getattr(fault, "sqlstate", "")))
    return text and text.format(fault=first_line(fault))


@contextmanager
def explained(connection: Connection) -> Iterator[None]:
    """The same for what goes to the driver without SQLAlchemy."""
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as fault:
        message = meaning(fault, connection.engine.url)
        if message:
            raise WarehouseError(message) from fault
        raise
