"""Connect to the warehouse by URL, SQLite or PostgreSQL, and bring its tables up to date."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Transaction, create_engine, event, insert, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlmodel import SQLModel

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 60
PAGE = "page_size=16384"  # of a new file: a copy of it, for the lake, takes half as long
WRITE_LOCK = 0x51C0  # one advisory lock for every writer of a PostgreSQL warehouse


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; the message says in one line what to do."""


def connect(url: str) -> Engine:
    """An engine on `sqlite:///path` or `postgresql+psycopg://...`.

    The folder of a SQLite file is created. Raises WarehouseError for another URL, a missing
    driver, or a place where the file cannot be opened in WAL mode.
    """
    target = _target(url)
    try:
        if target.drivername == "postgresql+psycopg":
            return create_engine(target, pool_pre_ping=True)
        return _sqlite(target)
    except ModuleNotFoundError:
        raise WarehouseError(
            "PostgreSQL needs its drivers: pip install 'silent-crash-observatory[postgres]'"
        ) from None


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError:
        raise WarehouseError(_usage("this is not a database URL")) from None
    if target.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise WarehouseError(_usage(f"{target.drivername!r} is not a driver of the warehouse"))
    if target.drivername.startswith("sqlite") and target.database in {None, "", ":memory:"}:
        raise WarehouseError(_usage("SQLite needs a file"))
    return target


def _usage(fault: str) -> str:
    return f"{fault}: write sqlite:///path/to/file or postgresql+psycopg://user@host/name"


def _sqlite(target: URL) -> Engine:
    path = Path(str(target.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WarehouseError(f"cannot create the folder {path.parent}: {fault.strerror}") from None
    engine = create_engine(target, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
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


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    for pragma in (PAGE, "journal_mode=wal", "synchronous=normal", "foreign_keys=on"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


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
    with _alone(connection):
        yield


def _alone(connection: Connection) -> Transaction:
    """Begin a transaction, once no other writer has one."""
    try:
        transaction = connection.execution_options(writes=True).begin()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"set local lock_timeout = '{BUSY_SECONDS}s'")
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            connection.exec_driver_sql("set local lock_timeout = default")
    except OperationalError as fault:
        connection.rollback()
        raise WarehouseError(
            f"another load holds the warehouse; run again when it has ended ({fault.orig})"
        ) from None
    return transaction


def add(connection: Connection, model: type[SQLModel], **columns: Any) -> int:
    """Add one row, with the defaults of its model, and give its id."""
    made = connection.execute(insert(model).values(**columns))
    key: int = made.inserted_primary_key[0]  # type: ignore[index]
    return key


def migrate(engine: Engine) -> None:
    """Bring the tables and views to the newest revision; nothing is done when they are."""
    if _revision(engine) != _scripts().get_current_head():
        from alembic import command

        command.upgrade(config(engine), "head")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("select version_num from alembic_version"))
        return found


def _scripts() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS))


def config(engine: Engine) -> Any:
    """The Alembic configuration of this store, for its commands (upgrade, downgrade, check)."""
    from alembic.config import Config

    made = Config(stdout=sys.stdout)  # as it is now, not when Alembic was imported
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["engine"] = engine
    return made
