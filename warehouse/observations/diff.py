"""The versions of a batch that differ from the version just before them.

That is the later one of what is stored and of what comes before in the batch. At one date of
knowledge, the batch comes after what is stored.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text

from warehouse.observations.bulk_read import (
    VERSIONS,
    Columns,
    ReadVersions,
    in_order,
    parallel_readers,
    read_versions,
)
from warehouse.observations.encode import COLUMNS, KEY
from warehouse.observations.staging import copy

STORED = [*KEY, "fetch_id", "value", "status", "citation_id"]
INSERT = f"""
insert into observation ({", ".join(STORED)})
select series_id, period, known_from, :fetch, value, status, citation_id from batch
"""
# Series that a query names one by one: with more of them, naming the range costs less.
FEW = 1_000
# Bytes of a SQLite store for each row of a batch. Above it the batch is so small a part of the
# store that copying the file, to read it in bulk, takes longer than reading it row by row.
SMALL = 250


def reader(engine: Engine, batches: pa.RecordBatchReader, rows: int) -> pa.RecordBatchReader:
    """What is new of these rows to a SQLite store, computed as it is read."""

    def changed() -> Iterator[pa.RecordBatch]:
        with _reader_for(engine, rows) as read_part:
            yield from news(batches, "sqlite", read_part)

    return pa.RecordBatchReader.from_batches(batches.schema, changed())


def insert(connection: Connection, fetch: int) -> int:
    """Add the staged table `batch` to a SQLite store; how many rows."""
    return connection.execute(text(INSERT), {"fetch": fetch}).rowcount


def send(connection: Connection, batches: Iterable[pa.RecordBatch], fetch: int) -> int:
    """Add what is new of the batches to PostgreSQL; how many rows."""
    added = 0
    for new in news(batches, "postgresql", partial(read_versions, connection)):
        copy(connection, "observation", _versions(new, fetch))
        added += new.num_rows
    return added


def news(
    batches: Iterable[pa.RecordBatch], dialect: str, read_part: ReadVersions
) -> Iterator[pa.RecordBatch]:
    """The rows that say something new, of batches in order with each key once.

    In memory: one batch, and the versions that the store has of its figures.
    """
    last: Columns | None = None
    for batch in filter(len, batches):
        ours = {name: batch[name].to_numpy(zero_copy_only=False) for name in COLUMNS}
        stored = in_order(read_part(VERSIONS[dialect].format(where=_figures(ours))))
        yield batch.filter(pa.array(_differing(ours, stored, last)))
        last = {name: column[-1:] for name, column in ours.items()}


@contextmanager
def _reader_for(engine: Engine, rows: int) -> Iterator[ReadVersions]:
    with engine.connect() as connection:
        pages, size = (
            connection.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("page_count", "page_size")
        )
        if pages * size > SMALL * rows:
            yield partial(read_versions, connection)
            return
    with parallel_readers(engine, 1) as read_part:
        yield read_part


def _versions(new: pa.RecordBatch, fetch: int) -> pa.Table:
    fetches = pa.array(np.full(new.num_rows, fetch, "int32"))
    return pa.Table.from_batches([new]).append_column("fetch_id", fetches).select(STORED)


def _figures(ours: Columns) -> str:
    """The condition for the stored versions of the figures of a batch."""
    series = np.unique(ours["series_id"])
    chosen = f"series_id between {series[0]} and {series[-1]}"
    if len(series) <= FEW:
        chosen = f"series_id in ({', '.join(map(str, series))})"
    first, last, known_from = ours["period"].min(), ours["period"].max(), ours["known_from"].max()
    return f"{chosen} and period between {first} and {last} and known_from <= {known_from}"


def _differing(ours: Columns, stored: Columns, last: Columns | None) -> NDArray[np.bool_]:
    """Which of our rows differ from the version just before them."""
    parts = [stored, ours] if last is None else [stored, last, ours]
    both = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    position, count = _positions(both), len(stored["period"])
    figure, known_from = position.real, position.imag
    row = np.arange(len(position) - len(ours["period"]), len(position))
    in_store = np.searchsorted(position[:count], position[row], "right") - 1
    before = np.where(row > count, row - 1, in_store)
    later = (in_store >= 0) & (figure[in_store] == figure[row])
    later &= (figure[before] != figure[row]) | (known_from[in_store] > known_from[before])
    before = np.where(later, in_store, before)
    same = (before >= 0) & (figure[before] == figure[row])
    for name in ("value", "status"):
        earlier, new = both[name][before], both[name][row]
        same &= (earlier == new) | ((earlier != earlier) & (new != new))
    return np.asarray(~same)


def _positions(rows: Columns) -> NDArray[np.complex128]:
    """The position of each row in the order of the key, exact below 2**53.

    Complex numbers are sorted by their real parts, here the figure, then the imaginary ones.
    """
    figure = rows["series_id"].astype("float64") * 2**18 + (rows["period"] + 2**17)
    return np.asarray(figure + 1j * rows["known_from"], "complex128")
