"""The versions of a batch that differ from the version just before them.

That is the later one of what is stored and of what comes before in the batch. At one date of
knowledge, the batch comes after what is stored.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.observations.bulk.packing import VERSIONS, Columns, in_order
from warehouse.observations.bulk.reading import ReadVersions
from warehouse.observations.encode import COLUMNS

# Series that a query names one by one: with more of them, naming the range costs less.
FEW = 1_000


def changed(
    batches: Iterable[pa.RecordBatch], dialect: str, read_part: ReadVersions
) -> Iterator[pa.RecordBatch]:
    """The rows that say something new, of batches in order with each key once.

    In memory: one batch, and the versions that the store has of its figures.
    """
    last: Columns | None = None
    for batch in filter(len, batches):
        ours = {name: batch[name].to_numpy(zero_copy_only=False) for name in COLUMNS}
        stored = in_order(
            read_part(VERSIONS[dialect].format(table="observation", where=_figures(ours)))
        )
        yield batch.filter(pa.array(_differing(ours, stored, last)))
        last = {name: column[-1:] for name, column in ours.items()}


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

    numpy sorts complex numbers by their real parts, here the figure, then by the imaginary ones:
    one key of two parts, where sorting by two columns would take twice as long.
    """
    figure = rows["series_id"].astype("float64") * 2**18 + (rows["period"] + 2**17)
    return np.asarray(figure + 1j * rows["known_from"], "complex128")
