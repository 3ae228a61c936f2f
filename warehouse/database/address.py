"""The address of a store: a database URL of one of the two engines."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.database.errors import WarehouseError


def parse(url: str) -> URL:
    """The URL of a store in its parts. Raises WarehouseError for another one."""
    try:
        target = make_url(url)
    except ArgumentError:
        raise WarehouseError(_usage("this is not a database URL")) from None
    if target.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise WarehouseError(_usage(f"{target.drivername!r} is not a driver of the warehouse"))
    if is_file(target) and target.database in {None, "", ":memory:"}:
        raise WarehouseError(_usage("SQLite needs a file"))
    return target


def is_file(target: URL) -> bool:
    """True if the store is a file of SQLite, False if it is on a server."""
    return target.drivername.startswith("sqlite")


def _usage(fault: str) -> str:
    return f"{fault}: write sqlite:///path/to/file or postgresql+psycopg://user@host/name"
