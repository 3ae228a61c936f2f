"""The new versions of the store as Arrow tables, read ahead in threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pyarrow as pa
from sqlalchemy import Engine

from warehouse.observations.bulk import VERSIONS, ReadVersions, in_order, parallel_readers
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
THREADS = 2  # one reads while the other one converts; more of them gain nothing


def row_groups(engine: Engine, after: int, until: int, size: int = 200_000) -> Iterator[pa.Table]:
    """The versions that some fetches added, in tables of about `size` rows.

    The fetches are those in (after, until].
    Their columns are those of SCHEMA; a few such tables are in memory at a time. On SQLite they
    come by series, on PostgreSQL as they were loaded, and each part of it by series.
    """
    pending: list[pa.Table] = []
    for table in _tables(engine, after, until):
        pending.append(table)
        if sum(map(len, pending)) >= size:
            yield pa.concat_tables(pending).combine_chunks()
            pending = []
    if any(map(len, pending)):
        yield pa.concat_tables(pending).combine_chunks()


def _tables(engine: Engine, after: int, until: int) -> Iterator[pa.Table]:
    dialect = engine.dialect.name
    part, step = PARTS[dialect]
    with engine.connect() as connection:
        keys = rows(connection, "select id, key from series").set_index("id")["key"]
        extent = int(connection.exec_driver_sql(EXTENT[dialect]).scalar_one())
    top = int(keys.index.max()) if len(keys) else 0
    words = pa.array(keys.reindex(range(top + 1), fill_value=""), pa.string())
    parts = [part.format(start=start, end=start + step) for start in range(0, extent, step)]
    new = [f"{condition} and fetch_id between {after + 1} and {until}" for condition in parts]
    queries = [VERSIONS[dialect].format(table="observation", where=where) for where in new]
    with parallel_readers(engine, THREADS) as read_part:
        yield from _ahead([partial(_readable, read_part, query, words) for query in queries])


def _ahead(tasks: Iterable[Callable[[], pa.Table]]) -> Iterator[pa.Table]:
    """The results in order, at most one more ahead than there are threads."""
    waiting: deque[Future[pa.Table]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _readable(read_part: ReadVersions, query: str, keys: pa.Array) -> pa.Table:
    versions = in_order(read_part(query))
    columns = [
        pa.DictionaryArray.from_arrays(versions["series_id"], keys),
        pa.array(versions["period"]).view(pa.date32()),
        pa.array(versions["value"], from_pandas=True),  # NaN is null
        pa.DictionaryArray.from_arrays(versions["status"].astype("int32"), pa.array(list(STATUS))),
        pa.array(versions["known_from"]).view(pa.timestamp("s", "UTC")),
        pa.array(versions["fetch_id"]),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
