"""A PostgreSQL store: an engine that writes, and one that can only read."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from warehouse.database.errors import WarehouseError, explain, first_line

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


def _no_answer(context: Any) -> None:
    if context.connection is None:
        line = first_line(context.original_exception)
        raise WarehouseError(f"the server of the warehouse does not answer: {line}")


def _read_only(connection: Any, _: object) -> None:
    connection.autocommit = True  # a setting made in a transaction goes when that is rolled back
    connection.execute(READER_SETTINGS)
    connection.autocommit = False
