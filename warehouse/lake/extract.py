"""What the store has learnt, as Arrow tables for the lake: read ahead on two threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pyarrow as pa
from sqlalchemy import Engine

from warehouse.observations.bulk_read import VERSIONS, Ask, in_order, many
from warehouse.row_conversion import rows
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
# What is read at once. SQLite keeps its rows by series; PostgreSQL as they came, and to follow
# that order, in blocks of 8 KiB, takes two thirds of the time of asking by series.
PARTS = {
    "sqlite": ("series_id >= {start} and series_id < {end}", 100),
    "postgresql": ("ctid >= '({start},0)' and ctid < '({end},0)'", 2_000),
}
EXTENT = {
    "sqlite": "select coalesce(max(id), 0) + 1 from series",
    "postgresql": "select pg_relation_size('observation') / 8192",
}
THREADS = 2


def row_groups(engine: Engine, after: int, until: int, size: int = 200_000) -> Iterator[pa.Table]:
    """The versions of the fetches in (after, until], in tables of about `size` rows.

    Their columns are those of SCHEMA; a few such tables are in memory at a time. On SQLite they
    come by series, on PostgreSQL as they were loaded, and each part of it by series.
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
    dialect = engine.dialect.name
    part, step = PARTS[dialect]
    with engine.connect() as connection:
        keys = rows(connection, "select id, key from series").set_index("id")["key"]
        extent = int(connection.exec_driver_sql(EXTENT[dialect]).scalar_one())
    top = int(keys.index.max()) if len(keys) else 0
    words = pa.array(keys.reindex(range(top + 1), fill_value=""), pa.string())
    parts = [part.format(start=start, end=start + step) for start in range(0, extent, step)]
    new = [f"{one} and fetch_id between {after + 1} and {until}" for one in parts]
    queries = [VERSIONS[dialect].format(where=where) for where in new]
    with many(engine, THREADS) as asked:
        yield from _ahead([partial(_readable, asked, query, words) for query in queries])


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


def _readable(asked: Ask, query: str, keys: pa.Array) -> pa.Table:
    found = in_order(asked(query))
    columns = [
        pa.DictionaryArray.from_arrays(found["series_id"], keys),
        pa.array(found["period"]).view(pa.date32()),
        pa.array(found["value"], from_pandas=True),  # NaN is null
        pa.DictionaryArray.from_arrays(found["status"].astype("int32"), pa.array(list(STATUS))),
        pa.array(found["known_from"]).view(pa.timestamp("s", "UTC")),
        pa.array(found["fetch_id"]),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
