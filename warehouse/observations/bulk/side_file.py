"""Rows for a SQLite store in a side file, written in bulk by ADBC.

ADBC writes a file of its own: two copies of the SQLite library in one process must not open the
same file, since closing it in one drops the locks of the other.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pyarrow as pa
from sqlalchemy import Connection, Engine

from warehouse.database import begin_writing

Rows: TypeAlias = "pa.Table | pa.RecordBatchReader"


@contextmanager
def attached(engine: Engine, **tables: Rows) -> Iterator[Connection]:
    """A write transaction that sees each table under its name until its end.

    The rows of a reader are asked for in the transaction, when no other writer has one. It
    commits at the end and rolls back on an exception.
    """
    with TemporaryDirectory(prefix="silentcrash-") as folder, engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        path = Path(folder) / "stage.sqlite"
        with ExitStack() as after, begin_writing(connection):
            _write(path, tables)
            driver.execute("attach database ? as stage", (str(path),))
            after.callback(driver.execute, "detach database stage")
            yield connection


def _write(path: Path, tables: dict[str, Rows]) -> None:
    from adbc_driver_sqlite import dbapi

    with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        # The file is gone after the load: it needs no journal and no flush to the disk.
        cursor.execute("pragma journal_mode = off")
        cursor.execute("pragma synchronous = off")
        for name, table in tables.items():
            cursor.adbc_ingest(name, table, mode="create")
