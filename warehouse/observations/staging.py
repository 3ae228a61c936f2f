"""Bring rows into a write transaction in bulk, without a Python object each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pyarrow as pa
from sqlalchemy import Connection, Engine

from warehouse.database import begin_writing, writing

Rows: TypeAlias = "pa.Table | pa.RecordBatchReader"

SQL_TYPE = {
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): "text",
}


@contextmanager
def staged(engine: Engine, **tables: Rows) -> Iterator[Connection]:
    """A write transaction that sees each table under its name until its end.

    The rows of a reader are asked for in the transaction, when no other writer has one. It
    commits at the end and rolls back on an exception.
    """
    if engine.dialect.name == "sqlite":
        with _attached(engine, tables) as connection:
            yield connection
        return
    with writing(engine) as connection:
        stage(connection, **tables)
        yield connection


@contextmanager
def _attached(engine: Engine, tables: dict[str, Rows]) -> Iterator[Connection]:
    # ADBC writes a file of its own: two copies of the SQLite library in one process must not
    # open the same file, since closing it in one drops the locks of the other.
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
        cursor.execute("pragma journal_mode=off")
        cursor.execute("pragma synchronous=off")
        for name, table in tables.items():
            cursor.adbc_ingest(name, table, mode="create")


def stage(connection: Connection, **tables: pa.Table) -> None:
    """Make each table a temporary one of this PostgreSQL transaction."""
    connection.exec_driver_sql("set local jit = off")  # costs more than it gains on one pass
    connection.exec_driver_sql("set local enable_memoize = off")  # every key is asked for once
    for name, table in tables.items():
        columns = ", ".join(f"{field.name} {SQL_TYPE[field.type]}" for field in table.schema)
        connection.exec_driver_sql(f"create temporary table {name} ({columns}) on commit drop")
        copy(connection, name, table)
        connection.exec_driver_sql(f"analyze {name}")


def copy(connection: Connection, name: str, table: pa.Table) -> None:
    """Append the rows of a table to a PostgreSQL table that has its columns."""
    from pyarrow import csv

    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    options = csv.WriteOptions(include_header=False)
    order = f"copy {name} ({', '.join(table.column_names)}) from stdin (format csv)"
    with driver.cursor() as cursor, cursor.copy(order) as sink:
        for batch in table.to_batches(max_chunksize=65_536):  # some MB of text at a time
            chunk = pa.BufferOutputStream()
            csv.write_csv(batch, chunk, options)
            sink.write(chunk.getvalue())
