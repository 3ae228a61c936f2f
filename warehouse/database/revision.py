"""The revision of a store: which one it has, and the way to the newest one."""

import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, text

from warehouse.database import postgresql
from warehouse.database.errors import INSUFFICIENT_PRIVILEGE, NoWarehouse, WarehouseError

MIGRATIONS = Path(__file__).parents[1] / "migrations"
# The files are numbered in the order of the chain, so that a reader need not import Alembic,
# which takes longer than most queries.
HEAD = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
OLDER = (
    "the warehouse is older than this software (revision {stored}, it needs {head}): "
    "run `silentcrash run`, which brings it up to date"
)
NEWER = "the warehouse is newer than this software (revision {stored}, it knows {head}): update it"
FOREIGN = "{place} is a database of something else: name another"
OURS = re.compile("[0-9]{4}")  # a revision of this software
HIDDEN = (
    "the warehouse is older than this software, or its revision is kept from this login: "
    "have its owner run `silentcrash run`"
)


def current(engine: Engine) -> str | None:
    """The revision of the tables in this store, None where it has none of ours.

    Raises WarehouseError where the database is another program's.
    """
    with engine.connect() as connection:
        tables = inspect(connection)
        if not tables.has_table("alembic_version"):
            # A server may be shared; a file holds one thing.
            if engine.dialect.name == "sqlite" and tables.get_table_names():
                raise WarehouseError(FOREIGN.format(place=engine.url.database))
            return None
        stored: str | None = connection.scalar(text("select version_num from alembic_version"))
        # Other programs note a revision of theirs in a table of the same name.
        if stored is not None and not (OURS.fullmatch(stored) and tables.has_table("observation")):
            raise WarehouseError(FOREIGN.format(place=engine.url.render_as_string()))
        return stored


def check(engine: Engine) -> None:
    """Raise WarehouseError where this software cannot read the store as it is."""
    try:
        stored = current(engine)
    except WarehouseError as fault:
        if getattr(fault.__cause__, "sqlstate", "") == INSUFFICIENT_PRIVILEGE:
            raise WarehouseError(HIDDEN) from fault
        raise
    if stored is None:
        raise NoWarehouse(
            f"{engine.url.render_as_string()} holds no warehouse yet: `silentcrash run` makes one"
        )
    if stored != HEAD:
        message = OLDER if stored < HEAD else NEWER
        raise WarehouseError(message.format(stored=stored, head=HEAD))


def migrate(engine: Engine) -> None:
    """Bring the tables and views to the newest revision, where they are not yet.

    Raises WarehouseError where the store is newer, or a SQLite file holds something else.
    """
    stored = current(engine)
    if stored == HEAD:
        return
    if stored is not None and stored > HEAD:
        raise WarehouseError(NEWER.format(stored=stored, head=HEAD))
    others = {*inspect(engine).get_table_names()} - {"alembic_version"}
    if stored is None and others and engine.dialect.name == "sqlite":
        raise WarehouseError(FOREIGN.format(place=engine.url.database))
    if engine.dialect.name == "postgresql":
        postgresql.create_schema(engine)
    from alembic import command

    command.upgrade(config(engine), "head")


def config(engine: Engine) -> Any:
    """The Alembic configuration of this store, for Alembic's commands."""
    from alembic.config import Config

    settings = Config(stdout=sys.stdout)  # as it is now, not when Alembic was imported
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["engine"] = engine
    return settings
