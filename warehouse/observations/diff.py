"""Of a batch, the versions that say something new: they differ from the one just before them.

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

from warehouse.observations.bulk_read import VERSIONS, Ask, Columns, ask, in_order, many
from warehouse.observations.encode import COLUMNS, KEY
from warehouse.observations.staging import copy

STORED = [*KEY, "fetch_id", "value", "status", "citation_id"]
INSERT = f"""
insert into observation ({", ".join(STORED)})
select series_id, period, known_from, :fetch, value, status, citation_id from batch
"""
FEW = 1_000  # series that are asked for by name; more of them lie side by side
# Bytes of a SQLite store for each row of a batch, from which on the batch is so small a part
# of it that to copy the store would take longer than to read from it row by row.
SMALL = 250


def reader(engine: Engine, batches: pa.RecordBatchReader, rows: int) -> pa.RecordBatchReader:
    """What is new of so many rows to a SQLite store, found when it is read; see `news`."""

    def found() -> Iterator[pa.RecordBatch]:
        with _asking(engine, rows) as asked:
            yield from news(batches, "sqlite", asked)

    return pa.RecordBatchReader.from_batches(batches.schema, found())


def insert(connection: Connection, fetch: int) -> int:
    """Add the staged table `batch` to a SQLite store; how many rows."""
    return connection.execute(text(INSERT), {"fetch": fetch}).rowcount


def send(connection: Connection, batches: Iterable[pa.RecordBatch], fetch: int) -> int:
    """Add what is new of the batches to PostgreSQL; how many rows."""
    added = 0
    for new in news(batches, "postgresql", partial(ask, connection)):
        copy(connection, "observation", _versions(new, fetch))
        added += new.num_rows
    return added


def news(batches: Iterable[pa.RecordBatch], dialect: str, asked: Ask) -> Iterator[pa.RecordBatch]:
    """The rows that say something new, of batches in the order of the key with each key once.

    Held in memory: one batch, and the versions that the store has of its figures.
    """
    last: Columns | None = None
    for batch in filter(len, batches):
        ours = {name: batch[name].to_numpy(zero_copy_only=False) for name in COLUMNS}
        held = in_order(asked(VERSIONS[dialect].format(where=_figures(ours))))
        yield batch.filter(pa.array(_differing(ours, held, last)))
        last = {name: column[-1:] for name, column in ours.items()}


@contextmanager
def _asking(engine: Engine, rows: int) -> Iterator[Ask]:
    with engine.connect() as connection:
        pages, size = (
            connection.exec_driver_sql(f"pragma {one}").scalar_one()
            for one in ("page_count", "page_size")
        )
        if pages * size > SMALL * rows:
            yield partial(ask, connection)
            return
    with many(engine, 1) as asked:
        yield asked


def _versions(new: pa.RecordBatch, fetch: int) -> pa.Table:
    fetches = pa.array(np.full(new.num_rows, fetch, "int32"))
    return pa.Table.from_batches([new]).append_column("fetch_id", fetches).select(STORED)


def _figures(ours: Columns) -> str:
    """The stored versions of the figures of a batch, and of what lies between them."""
    series = np.unique(ours["series_id"])
    chosen = f"series_id between {series[0]} and {series[-1]}"
    if len(series) <= FEW:
        chosen = f"series_id in ({', '.join(map(str, series))})"
    first, last, known = ours["period"].min(), ours["period"].max(), ours["known_from"].max()
    return f"{chosen} and period between {first} and {last} and known_from <= {known}"


def _differing(ours: Columns, held: Columns, last: Columns | None) -> NDArray[np.bool_]:
    """Which of our rows differ from the version just before them."""
    parts = [held, ours] if last is None else [held, last, ours]
    both = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    place, stored = _places(both), len(held["period"])
    figure, known = place.real, place.imag
    row = np.arange(len(place) - len(ours["period"]), len(place))
    at_rest = np.searchsorted(place[:stored], place[row], "right") - 1
    before = np.where(row > stored, row - 1, at_rest)
    here = (at_rest >= 0) & (figure[at_rest] == figure[row])
    here &= (figure[before] != figure[row]) | (known[at_rest] > known[before])
    before = np.where(here, at_rest, before)
    same = (before >= 0) & (figure[before] == figure[row])
    for name in ("value", "status"):
        said, new = both[name][before], both[name][row]
        same &= (said == new) | ((said != said) & (new != new))
    return np.asarray(~same)


def _places(rows: Columns) -> NDArray[np.complex128]:
    """The place of each row in the order of the key, exact below 2**53 on either axis.

    Complex numbers are sorted by their real parts, here the figure, then the imaginary ones.
    """
    figure = rows["series_id"].astype("float64") * 2**18 + (rows["period"] + 2**17)
    return np.asarray(figure + 1j * rows["known_from"], "complex128")
