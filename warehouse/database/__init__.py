"""Open the warehouse for reading or for writing: SQLite or PostgreSQL by URL."""

from sqlalchemy import Engine

from warehouse.database import address, postgresql, revision, sqlite
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
    target = address.parse(url)
    engine = sqlite.reader(target) if address.is_file(target) else postgresql.reader(target)
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
    target = address.parse(url)
    return sqlite.writer(target) if address.is_file(target) else postgresql.writer(target)
