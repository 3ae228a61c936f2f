"""Read stored versions in bulk, as columns: without a Python object a value."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import Connection, Engine

from warehouse.database.errors import explained
from warehouse.observations.bulk.packing import CELL, Columns, unpack_cells, unpack_messages

ReadVersions: TypeAlias = Callable[[str], Columns]

BATCHES = {"adbc.sqlite.query.batch_rows": 65_536}  # its default of 1,024 costs a third more


def read_versions(connection: Connection, query: str) -> Columns:
    """The versions that a query of VERSIONS or LATEST gives, as integers.

    Columns: series_id, period, known_from, fetch_id, value (NaN where there is none), status. On
    SQLite in the order of the key, on PostgreSQL in any.
    """
    with explained(connection):
        if connection.dialect.name == "sqlite":
            rows: Any = connection.exec_driver_sql(query).cursor
            cells = np.fromiter(rows, CELL)
            return unpack_cells(*(cells[name] for name in CELL.names or ()))
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            return unpack_messages(cursor.execute(query).fetchall())


@contextmanager
def parallel_readers(engine: Engine, readers: int) -> Iterator[ReadVersions]:
    """The same for large parts of a store, shared by as many threads as readers.

    SQLite is copied first: a copy is read four times as fast, but takes the time of its size.
    """
    with ExitStack() as opened:
        if engine.dialect.name == "sqlite":
            path = opened.enter_context(_copy(engine))
            copies = [opened.enter_context(_opened(path)) for _ in range(readers)]
            yield _shared(partial(_arrow, copy) for copy in copies)
        else:
            connections = [opened.enter_context(_reading(engine)) for _ in range(readers)]
            yield _shared(partial(read_versions, connection) for connection in connections)


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.exec_driver_sql("set local jit = off")  # costs more than it gains here
        connection.exec_driver_sql("set local max_parallel_workers_per_gather = 0")
        yield connection


@contextmanager
def _copy(engine: Engine) -> Iterator[Path]:
    # ADBC must not open the store itself: bulk/side_file.py says why
    with TemporaryDirectory(prefix="silentcrash-") as folder, engine.connect() as connection:
        path = Path(folder) / "copy.sqlite"
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("pragma synchronous = off")
            copy.execute("pragma journal_mode = off")
            driver: Any = connection.connection.driver_connection
            driver.backup(copy)
        yield path


def _opened(path: Path) -> Any:
    from adbc_driver_sqlite import dbapi

    return dbapi.connect(f"{path.as_uri()}?immutable=1")


def _arrow(connection: Any, query: str) -> Columns:
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**BATCHES)
        cursor.execute(query)
        cells = cursor.fetch_arrow_table()
    return unpack_cells(*(column.to_numpy() for column in cells.columns))


def _shared(readers: Iterable[ReadVersions]) -> ReadVersions:
    """Use whichever reader is free: to open one takes as long as to read."""
    free: SimpleQueue[ReadVersions] = SimpleQueue()
    for reader in readers:
        free.put(reader)

    def read_part(query: str) -> Columns:
        reader = free.get()
        try:
            return reader(query)
        finally:
            free.put(reader)

    return read_part
