"""What the store has learnt, as Arrow tables for the lake: read ahead on two threads."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Engine

from warehouse.frames import FIGURE, VERSION, rows
from warehouse.tables import STATUS

WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("series", WORD),
        ("period", pa.date32()),
        ("value", pa.float64()),
        ("status", WORD),
        ("known_from", pa.timestamp("s", "UTC")),
        ("fetch_id", pa.int32()),
    ]
)
NEW = f"""select value, {FIGURE} as figure, {VERSION} as version from observation
where series_id >= {{first}} and series_id < {{end}}
  and fetch_id > {{after}} and fetch_id <= {{until}}
order by series_id, period, known_from, fetch_id"""
TOGETHER = 100  # series that are read at once
THREADS = 2
BATCHES = {"adbc.sqlite.query.batch_rows": 65_536}  # its default of 1,024 costs a third more
Reader = Callable[[str], pa.Table]


def row_groups(engine: Engine, after: int, until: int, size: int = 500_000) -> Iterator[pa.Table]:
    """The versions of the fetches in (after, until], by series, in tables of about `size` rows.

    Their columns are those of SCHEMA; a few such tables are in memory at a time.
    """
    held: list[pa.Table] = []
    for table in _tables(engine, after, until):
        held.append(table)
        if sum(map(len, held)) >= size:
            yield pa.concat_tables(held).combine_chunks()
            held = []
    if any(map(len, held)):
        yield pa.concat_tables(held).combine_chunks()


def _tables(engine: Engine, after: int, until: int) -> Iterator[pa.Table]:
    with engine.connect() as connection:
        keys = rows(connection, "select id, key from series").set_index("id")["key"]
    top = int(keys.index.max()) if len(keys) else 0
    words = pa.array(keys.reindex(range(top + 1), fill_value=""), pa.string())
    ranges = [(first, first + TOGETHER) for first in range(0, top + 1, TOGETHER)]
    queries = [NEW.format(first=a, end=b, after=after, until=until) for a, b in ranges]
    source = _sqlite if engine.dialect.name == "sqlite" else _postgresql
    with source(engine) as read:
        yield from _ahead([partial(_readable, read, query, words) for query in queries])


def _ahead(tasks: Iterable[Callable[[], pa.Table]]) -> Iterator[pa.Table]:
    """The results in order; no more than the threads and one are ever made ahead."""
    waiting: deque[Future[pa.Table]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _readable(read: Reader, query: str, keys: pa.Array) -> pa.Table:
    found = read(query).combine_chunks()
    if not len(found):
        return SCHEMA.empty_table()
    figure, version = found["figure"], found["version"]
    period = pc.bit_wise_and(pc.shift_right(figure, 4), 2**32 - 1)
    columns = [
        _words(pc.shift_right(figure, 36), keys),
        pc.subtract(period, 2**31).cast(pa.int32()).cast(pa.date32()),
        found["value"].cast(pa.float64()),
        _words(pc.bit_wise_and(figure, 15), pa.array(list(STATUS))),
        pc.shift_right(version, 30).cast(pa.timestamp("s", "UTC")),
        pc.bit_wise_and(version, 2**30 - 1).cast(pa.int32()),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _words(codes: pa.ChunkedArray, words: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(codes.combine_chunks().cast(pa.int32()), words)


@contextmanager
def _sqlite(engine: Engine) -> Iterator[Reader]:
    # ADBC reads a copy: see warehouse/bulk.py for why it must not open the store itself. The
    # copy takes a fifth of the time of the look at every row that follows.
    from adbc_driver_sqlite import dbapi

    with TemporaryDirectory(prefix="silentcrash-") as scratch, engine.connect() as connection:
        path = Path(scratch) / "copy.sqlite"
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("pragma synchronous = off")
            driver: Any = connection.connection.driver_connection
            driver.backup(copy)
        with _connected(dbapi.connect, f"{path.as_uri()}?immutable=1", BATCHES) as read:
            yield read


@contextmanager
def _postgresql(engine: Engine) -> Iterator[Reader]:
    from adbc_driver_postgresql import dbapi

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with _connected(dbapi.connect, address, {}) as read:
        yield read


@contextmanager
def _connected(
    connect: Callable[[str], Any], address: str, options: Mapping[str, int]
) -> Iterator[Reader]:
    """Ask over as many connections as there are threads: to open one takes as long as to read."""
    free: SimpleQueue[Any] = SimpleQueue()

    def ask(query: str) -> pa.Table:
        connection = free.get()
        try:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**options)
                cursor.execute(query)
                return cursor.fetch_arrow_table()
        finally:
            free.put(connection)

    with ExitStack() as opened:
        for _ in range(THREADS):
            free.put(opened.enter_context(connect(address)))
        yield ask
