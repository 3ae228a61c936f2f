"""Fill temporary tables of a transaction from Arrow tables, on both engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

SQL_TYPE = {
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): "text",
}


@contextmanager
def stage(connection: Connection, **tables: pa.Table) -> Iterator[None]:
    """Give a transaction these tables as temporary ones, until the block ends."""
    if connection.dialect.name == "postgresql":
        # Over one pass of a batch, compiling the query costs more than it gains; and every key
        # is looked up once, so that remembering it gains nothing.
        connection.exec_driver_sql("set local jit = off")
        connection.exec_driver_sql("set local enable_memoize = off")
    for name, table in tables.items():
        columns = ", ".join(f"{field.name} {SQL_TYPE[field.type]}" for field in table.schema)
        connection.exec_driver_sql(f"create temporary table {name} ({columns})")
        _fill(connection, name, table)
    yield
    for name in tables:  # after an exception the rollback takes them along
        connection.exec_driver_sql(f"drop table {name}")


def _fill(connection: Connection, name: str, table: pa.Table) -> None:
    if connection.dialect.name == "postgresql":
        copy(connection, name, table)
        connection.exec_driver_sql(f"analyze {name}")
        return
    driver: Any = connection.connection.driver_connection
    places = ", ".join("?" * table.num_columns)
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    driver.executemany(f"insert into {name} values ({places})", rows)


def copy(connection: Connection, name: str, table: pa.Table) -> None:
    """Append the rows of a table to a PostgreSQL table that has its columns."""
    from pyarrow import csv

    driver: Any = connection.connection.driver_connection
    options = csv.WriteOptions(include_header=False)
    order = f"copy {name} ({', '.join(table.column_names)}) from stdin (format csv)"
    with driver.cursor() as cursor, cursor.copy(order) as sink:
        for batch in table.to_batches(max_chunksize=65_536):  # some MB of text at a time
            chunk = pa.BufferOutputStream()
            csv.write_csv(batch, chunk, options)
            sink.write(chunk.getvalue())
