"""A PostgreSQL store: an engine that writes, and one that can only read."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from warehouse.database import address
from warehouse.database.errors import WarehouseError, explain, first_line
from warehouse.database.transactions import WRITE_LOCK

# A reader waits only for a migration that changes the table it reads, and not for long: it says
# so instead. No load takes a lock that a reader meets.
READER_SETTINGS = "set default_transaction_read_only = on; set lock_timeout = '5s'"


def writer(target: URL) -> Engine:
    """An engine on this server. Raises WarehouseError where its driver is missing."""
    try:
        engine = create_engine(target, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise WarehouseError(
            "PostgreSQL needs its drivers: pip install 'silent-crash-observatory[postgres]'"
        ) from None
    event.listen(engine, "handle_error", _no_answer)
    return engine


def reader(target: URL) -> Engine:
    """An engine whose transactions are read-only; raises as `writer` does."""
    engine = writer(target)
    event.listen(engine, "connect", _read_only)
    explain(engine)
    return engine


def create_schema(engine: Engine) -> None:
    """Create the schema that the address names, where it is not there yet.

    Raises WarehouseError where this login may not.
    """
    name = address.schema(engine.url)
    if not name:
        return
    with engine.begin() as connection:
        # Two that begin at once would both find none. By a number alone this is another lock
        # than that of the writers of a schema, which cannot be taken before there is one.
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
        if connection.scalar(text("select current_schema()")):
            return
        try:
            connection.exec_driver_sql(f'create schema "{name}"')
        except ProgrammingError as fault:
            line = first_line(fault.orig)
            raise WarehouseError(
                f"there is no schema {name!r} that this login may use ({line}): have the owner of "
                f"the database run `create schema {name} authorization LOGIN`"
            ) from None


def current_schema(engine: Engine) -> str:
    """The schema of this store: the one of its address, or what its login has."""
    named = address.schema(engine.url)
    if named:
        return named
    with engine.connect() as connection:
        return str(connection.scalar(text("select current_schema()")) or address.DEFAULT)


def _no_answer(context: Any) -> None:
    if context.connection is None:
        line = first_line(context.original_exception)
        raise WarehouseError(f"the server of the warehouse does not answer: {line}")


def _read_only(connection: Any, _: object) -> None:
    connection.autocommit = True  # a setting made in a transaction goes when that is rolled back
    connection.execute(READER_SETTINGS)
    connection.autocommit = False
