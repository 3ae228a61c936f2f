"""Transactions that write: one writer at a time, on both engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Transaction, insert, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from warehouse.database.errors import WarehouseError

# How long a writer waits for another one: several loads of a million rows.
BUSY_SECONDS = 60
# The number of the advisory lock that every writer of a PostgreSQL warehouse takes first. Any
# number would do that no other program on the same database uses. The second one is of the schema:
# the server keeps the locks of two databases apart, not those of two stores in one.
WRITE_LOCK = 0x51C0
LOCK = """select pg_advisory_xact_lock(:key, oid::int) from pg_namespace
where nspname = current_schema()"""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; writers wait for each other on both engines.

    Commits at the end, rolls back on an exception. Raises WarehouseError when another writer
    holds the store for longer than a minute.
    """
    with engine.connect() as connection, begin_writing(connection):
        yield connection


@contextmanager
def begin_writing(connection: Connection) -> Iterator[None]:
    """The same, on a connection that is not in a transaction."""
    with _begin_alone(connection):
        yield


def _begin_alone(connection: Connection) -> Transaction:
    """Begin a transaction, once no other writer has one."""
    try:
        transaction = connection.execution_options(writes=True).begin()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"set local lock_timeout = '{BUSY_SECONDS}s'")
            connection.execute(text(LOCK), {"key": WRITE_LOCK})
            connection.exec_driver_sql("set local lock_timeout = default")
    except OperationalError as fault:
        connection.rollback()
        raise WarehouseError(
            f"another load holds the warehouse; run again when it has ended ({fault.orig})"
        ) from None
    return transaction


def add(connection: Connection, model: type[SQLModel], **columns: Any) -> int:
    """Add one row, with the defaults of its model, and give its id."""
    inserted = connection.execute(insert(model).values(**columns))
    key: int = inserted.inserted_primary_key[0]  # type: ignore[index]
    return key
