"""Read stored versions in bulk, as columns: without a Python object a value."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from warehouse.database.errors import explained

Columns: TypeAlias = Mapping[str, NDArray[Any]]
ReadVersions: TypeAlias = Callable[[str], Columns]

# SQLite hands a row over cell by cell: whole numbers that share a cell cost half as much. The bits
# of a `figure` are series_id (above bit 36), period (32, signed) and status (4); those of a
# `version` are known_from (above bit 30) and fetch_id (30). SQLite has no NaN, and infinity is
# never a figure: 9e999 stands for a value that is not there.
CELLS = f"""ifnull(value, 9e999), series_id * {2**36} + period * {2**4} + status,
  {{newest}}(known_from * {2**30} + fetch_id)"""
CELL = np.dtype([("value", "f8"), ("figure", "i8"), ("version", "i8")])
DAYS = 2**16  # added to a period, so that no day of 1900 to 2100 is negative
# PostgreSQL sends a message for every row, which costs more than finding the row: it packs all rows
# of a series into one. Their bits are known_from (above bit 20), period (17) and status (3), then
# the value and the fetch as they are.
PACKED = f"""select series_id, string_agg(
  int8send((known_from << 20) | ((period + {DAYS})::bigint << 3) | status)
  || float8send(coalesce(value, 'nan')) || int4send(fetch_id), null)
from {{versions}} group by series_id"""
MESSAGE = np.dtype([("when", ">i8"), ("value", ">f8"), ("fetch_id", ">i4")])
# SQLite gives the other columns of the row that has the maximum; PostgreSQL reads its primary
# key backwards. Both are several times faster than a window function.
VERSIONS = {
    "sqlite": f"select {CELLS.format(newest='')} from observation where {{where}} "
    "order by series_id, period, known_from, fetch_id",
    "postgresql": PACKED.format(versions="observation where {where}"),
}
LATEST = {
    "sqlite": f"select {CELLS.format(newest='max')} from observation where {{where}} "
    "group by series_id, period",
    "postgresql": PACKED.format(
        versions="(select distinct on (series_id, period) * from observation where {where} "
        "order by series_id desc, period desc, known_from desc, fetch_id desc) latest"
    ),
}
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
            return _unpack_cells(*(cells[name] for name in CELL.names or ()))
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            return _unpack_messages(cursor.execute(query).fetchall())


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


def in_order(versions: Columns) -> Columns:
    """The versions in the order of series, period, known_from and fetch."""
    keys = [versions[name] for name in ("fetch_id", "known_from", "period", "series_id")]
    later = np.zeros(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        later = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & later)
    if later.all():
        return versions
    order = np.lexsort(keys)
    return {name: column[order] for name, column in versions.items()}


def _unpack_cells(
    value: NDArray[np.float64], figure: NDArray[np.int64], version: NDArray[np.int64]
) -> Columns:
    """The columns that the cells of a row put together."""
    figure = figure + 2**35
    return {
        "series_id": (figure >> 36).astype("int32"),
        "period": ((figure & (2**36 - 1)) - 2**35 >> 4).astype("int32"),
        "known_from": version >> 30,
        "fetch_id": (version & (2**30 - 1)).astype("int32"),
        "value": np.where(np.isinf(value), np.nan, value),
        "status": (figure & 15).astype("int16"),
    }


def _unpack_messages(messages: Iterable[tuple[int, bytes]]) -> Columns:
    ordered = sorted(messages)
    rows = np.frombuffer(b"".join(packed for _, packed in ordered), MESSAGE)
    counts = [len(packed) // MESSAGE.itemsize for _, packed in ordered]
    when = rows["when"].astype("int64")
    return {
        "series_id": np.repeat(np.array([series for series, _ in ordered], dtype="int32"), counts),
        "period": ((when >> 3 & (2**17 - 1)) - DAYS).astype("int32"),
        "known_from": when >> 20,
        "fetch_id": rows["fetch_id"].astype("int32"),
        "value": rows["value"].astype("float64"),
        "status": (when & 7).astype("int16"),
    }


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.exec_driver_sql("set local jit = off")  # costs more than it gains here
        connection.exec_driver_sql("set local max_parallel_workers_per_gather = 0")
        yield connection


@contextmanager
def _copy(engine: Engine) -> Iterator[Path]:
    # ADBC must not open the store itself: warehouse/observations/staging.py says why
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
    return _unpack_cells(*(column.to_numpy() for column in cells.columns))


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
