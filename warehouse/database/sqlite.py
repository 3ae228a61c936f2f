"""A SQLite store: create its file, check it, open it to write or to read."""

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

HEADER = b"SQLite format 3\x00"  # the first 16 bytes of every database file of SQLite 3
# Of a new file. With 16 KiB a copy of it, which the lake and large loads make, takes half as
# long as with SQLite's default of 4 KiB.
PAGE = "page_size = 16384"
# Readers do not wait for writers in WAL mode. They may only meet the moment when the last writer
# leaves and removes the log, or the first one after a crash recovers it.
READER_SECONDS = 5
# That moment may also show as an error of the disk, once in thousands of openings: a reader that
# comes while the log is taken away opens the file again.
TRIES, PAUSE = 5, 0.1


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
    """Raise WarehouseError where the file is not a database, or may not be read."""
    try:
        with path.open("rb") as file:
            start = file.read(len(HEADER))
    except OSError as fault:
        raise WarehouseError(f"cannot read {path}: {fault.strerror}") from None
    if not start:
        raise WarehouseError(
            f"{path} is empty (0 bytes): restore a copy of it, or delete it to start anew"
        )
    if start != HEADER:
        raise WarehouseError(
            f"{path} is not a SQLite database: restore a copy of it, or name another file"
        )


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that reads this file, even where nothing may be written.

    In WAL mode SQLite keeps a log and its index beside the file, and must be able to create them.
    Where it cannot and there is no log, the file is all there is, and is read as immutable.
    """
    address = path.absolute().as_uri()
    for _ in range(TRIES - 1):
        with suppress(sqlite3.OperationalError):
            return _opened(f"{address}?mode=ro")
        if not path.with_name(f"{path.name}-wal").exists():
            return _opened(f"{address}?mode=ro&immutable=1")
        time.sleep(PAUSE)
    return _opened(f"{address}?mode=ro")


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
