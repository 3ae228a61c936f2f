"""Open the warehouse for reading or for writing: SQLite or PostgreSQL by URL."""

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.database import postgresql, revision, sqlite
from warehouse.database.errors import NoWarehouse, WarehouseError
from warehouse.database.revision import config, migrate
from warehouse.database.transactions import add, begin_writing, writing

__all__ = [
    "NoWarehouse",
    "WarehouseError",
    "add",
    "begin_writing",
    "config",
    "connect",
    "migrate",
    "open_for_reading",
    "open_for_writing",
    "writing",
]


def open_for_reading(url: str) -> Engine:
    """Open a store that exists, and change nothing in it.

    Nothing is migrated, registered, loaded or created, and no writer is waited for. It works for
    a login that may only read, and on a file and folder that may only be read. Raises
    WarehouseError, in one line that says what to do, where the store is older or newer than this
    software, and where the file is empty or not a store; NoWarehouse where there is none yet.
    """
    target = _target(url)
    engine = sqlite.reader(target) if _is_file(target) else postgresql.reader(target)
    revision.check(engine)
    return engine


def open_for_writing(url: str) -> Engine:
    """Open a store, brought up to date; where there is none, it is created.

    Raises WarehouseError for what `connect` refuses, and for a store newer than this software.
    """
    engine = connect(url)
    migrate(engine)
    return engine


def connect(url: str) -> Engine:
    """An engine that writes, on a store that is not migrated.

    `url` is `sqlite:///path` or `postgresql+psycopg://...`. The folder of a SQLite file is
    created. Raises WarehouseError for another URL, a missing driver, a file that is something
    else, or a place where WAL mode cannot be had.
    """
    target = _target(url)
    return sqlite.writer(target) if _is_file(target) else postgresql.writer(target)


def _is_file(target: URL) -> bool:
    return target.drivername.startswith("sqlite")


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError:
        raise WarehouseError(_usage("this is not a database URL")) from None
    if target.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise WarehouseError(_usage(f"{target.drivername!r} is not a driver of the warehouse"))
    if _is_file(target) and target.database in {None, "", ":memory:"}:
        raise WarehouseError(_usage("SQLite needs a file"))
    return target


def _usage(fault: str) -> str:
    return f"{fault}: write sqlite:///path/to/file or postgresql+psycopg://user@host/name"
