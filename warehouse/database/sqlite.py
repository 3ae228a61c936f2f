"""A SQLite store: create its file, check it, open it to write or to read."""

import logging
import os
import sqlite3
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from warehouse.database import transactions
from warehouse.database.errors import NoWarehouse, WarehouseError, explain

logger = logging.getLogger(__name__)

# Of a new file. With 16 KiB a copy of it, which the lake and large loads make, takes half as
# long as with SQLite's default of 4 KiB.
PAGE = "page_size = 16384"
# Readers do not wait for writers in WAL mode. They may only meet the moment when the last writer
# leaves and removes the log, or the first one after a crash recovers it.
READER_SECONDS = 5
# Once in thousands of openings that moment showed as an error of the disk, most likely since this
# process had given up its locks (see `check`). Should it come again, the file is opened again.
DISK, TRIES, PAUSE = "disk I/O error", 5, 0.1


def writer(target: URL) -> Engine:
    """An engine that writes.

    The file and its folder are created where there are none. Raises WarehouseError for a file
    that is empty or something else, and for a place where WAL mode cannot be had.
    """
    path = Path(str(target.database))
    check(path) if path.exists() else _create(path)
    engine = create_engine(target, connect_args={"timeout": transactions.BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    explain(engine)
    try:
        with engine.connect() as connection:
            mode = connection.scalar(text("pragma journal_mode"))
    except DBAPIError as fault:
        raise WarehouseError(f"cannot open {path}: {fault.orig}") from None
    if mode != "wal":
        raise WarehouseError(
            f"{path} is in journal mode {mode!r}: put it on a local disk (WAL needs one)"
        )
    return engine


def reader(target: URL) -> Engine:
    """An engine that cannot write; raises NoWarehouse where there is no file."""
    path = Path(str(target.database))
    if not path.exists():
        raise NoWarehouse(
            f"there is no warehouse at {path} yet: `silentcrash run` makes one, "
            "with --offline from the shipped history alone"
        )
    check(path)
    # Every connection is a new one, which decides anew how the file can be opened.
    engine = create_engine(target, creator=partial(read_only, path), poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    explain(engine)
    return engine


def check(path: Path) -> None:
    """Raise WarehouseError where the file is empty, or may not be read.

    Nothing but SQLite may open it: whoever closes a file drops every lock that this process has on
    it, and the next other process to leave would take the log away from those who still use it
    (https://www.sqlite.org/howtocorrupt.html, 2.2). What else is no database SQLite says itself.
    """
    if not path.is_file() or not os.access(path, os.R_OK):
        raise WarehouseError(f"cannot read {path}: it is not a file, or yours to read")
    if not path.stat().st_size:
        raise WarehouseError(
            f"{path} is empty (0 bytes): restore a copy of it, or delete it to start anew"
        )


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that reads this file, even where nothing may be written.

    In WAL mode SQLite keeps a log and its index beside the file, and must be able to create them.
    Where it cannot and there is no log, the file is all there is, and is read as immutable.
    """
    address = path.absolute().as_uri()
    try:
        return _opened_again(f"{address}?mode=ro")
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists():
            raise
        return _opened(f"{address}?mode=ro&immutable=1")


def _opened_again(address: str) -> sqlite3.Connection:
    for tried in range(1, TRIES):
        try:
            return _opened(address)
        except sqlite3.OperationalError as fault:
            if DISK not in str(fault):
                raise
            logger.warning("%s: %s, opened again (%d of %d)", address, fault, tried, TRIES - 1)
            time.sleep(PAUSE)
    return _opened(address)


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=READER_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("pragma query_only = on")
        connection.execute("select 1 from sqlite_master limit 1").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    """Create a database without tables in one step: no process sees it empty."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WarehouseError(f"cannot create the folder {path.parent}: {fault.strerror}") from None
    try:
        with TemporaryDirectory(dir=path.parent, prefix=".warehouse-") as folder:
            new = Path(folder) / path.name
            with closing(sqlite3.connect(new)) as connection:
                connection.execute(f"pragma {PAGE}")
                connection.execute("pragma journal_mode = wal")
            with suppress(FileExistsError):  # another process was faster: its file serves
                path.hardlink_to(new)
    except (OSError, sqlite3.Error) as fault:
        raise WarehouseError(f"cannot create {path}: {fault}") from None


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    # NORMAL: a power cut may undo the last transactions of a WAL, but never tears the file.
    for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
