"""The address of a store: a database URL of one of the two engines.

`?schema=NAME` gives a store on a server a schema of its own. It becomes the search path of every
connection and program that gets the address: there, no other schema has a table.
"""

import re
from collections.abc import Sequence

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.database.errors import WarehouseError

# The longest name that still fits after `silentcrash_analyst_` in the 63 bytes of an identifier, in
# letters that need no quotes in SQL, in a connection string or on a command line.
SCHEMA = re.compile(r"(?!pg_|information_schema$)[a-z][a-z0-9_]{0,39}")
PATH = re.compile(rf"-csearch_path=({SCHEMA.pattern})(?!\S)")
NAMELESS = re.compile(r"[?&]schema=(&|$)")
DEFAULT = "public"


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
    # make_url drops a name that is empty, which must not mean the default.
    return _with_path(target, "" if NAMELESS.search(url) else target.query.get("schema"))


def _with_path(target: URL, name: str | Sequence[str] | None) -> URL:
    """The address with this schema as the search path of its connections."""
    if name is None:
        return target
    if is_file(target):
        raise WarehouseError("?schema= is for PostgreSQL: a file of SQLite is one store")
    if not isinstance(name, str) or not SCHEMA.fullmatch(name):
        raise WarehouseError(
            f"{name!r} cannot be a schema: write ?schema=dakar, at most 40 of a-z, 0-9 and _"
        )
    before = target.query.get("options", "")
    options = f"{before if isinstance(before, str) else ' '.join(before)} -csearch_path={name}"
    rest = target.difference_update_query(["schema"])
    return rest.update_query_dict({"options": options.strip()})


def schema(target: URL) -> str:
    """The schema that a parsed address names, "" for the default of its login."""
    options = target.query.get("options", "")
    path = PATH.search(options) if isinstance(options, str) else None
    return path[1] if path else ""


def is_file(target: URL) -> bool:
    """True if the store is a file of SQLite, False if it is on a server."""
    return target.drivername.startswith("sqlite")


def _usage(fault: str) -> str:
    return f"{fault}: write sqlite:///path/to/file or postgresql+psycopg://user@host/name"
