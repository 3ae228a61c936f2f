"""The figures known at an instant, as arrays, fast enough for every month."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A month still running says too little, and what was withdrawn says nothing.
UNUSED = ("partial", "withdrawn")
# The status of a row that is no figure: its series was read then, with or without a change.
READ = "read"
Ints = NDArray[np.int64]


class Figures(NamedTuple):
    """The figures of one series in order of period.

    `row` is the row of the history that each comes from.

    Months are counted from year 0.
    """

    row: Ints
    month: Ints
    value: NDArray[np.float64]


class StepRule(NamedTuple):
    """How figures become steps of `size` months.

    `rule` says which figure of a step counts, `hold` for how many steps one stands.

    A posted price is in force until changed: `hold` fills so many missing steps with the figure
    before them, None without limit; the series of `in_force` are always without limit.
    """

    size: int
    rule: Literal["mean", "last", "max"]
    hold: int | None
    in_force: tuple[str, ...] = ()

    def of(self, series: str) -> "StepRule":
        """The same for one series."""
        return self._replace(hold=None) if series in self.in_force else self


class FiguresAsOf:
    """Every version of the figures of some series, sorted once for `at`.

    Of those that are `standing`, it is also known when they were last read.
    """

    def __init__(
        self, history: pd.DataFrame, series: Iterable[str], standing: Iterable[str] = ()
    ) -> None:
        every = history.loc[history["series"].isin(list(series))]
        self._readings = _readings(every.loc[every["series"].isin(list(standing))])
        chosen = every.loc[every["status"].ne(READ)]
        self.rows = chosen.sort_values(
            ["series", "period", "known_from", "fetch_id"], ignore_index=True
        )
        seconds = self.rows["known_from"].astype("datetime64[s, UTC]").astype("int64")
        self._known = seconds.to_numpy()
        code, self._names = self.rows["series"].factorize()
        self._series = code.astype("int64")
        self._month = (
            self.rows["period"].dt.year * 12 + self.rows["period"].dt.month - 1
        ).to_numpy()
        self._figure = pd.MultiIndex.from_arrays([code, self.rows["period"]]).factorize()[0]
        self._used = ~self.rows["status"].isin(UNUSED).to_numpy()
        self._value = self.rows["value"].to_numpy(dtype="float64")
        starts = np.searchsorted(self._series, np.arange(len(self._names) + 1))
        self._spans = {
            str(name): slice(starts[number], starts[number + 1])
            for number, name in enumerate(self._names)
        }
        self._sorted: dict[str, list[int]] = {}

    def count(self, series: Iterable[str], instant: datetime) -> int:
        """How many versions of the figures of some series were known at `instant`.

        What is known only grows: with the same count at two instants, the same was known.
        """
        second = int(instant.timestamp())
        return sum(bisect_right(self._instants(name), second) for name in series)

    def _instants(self, series: str) -> list[int]:
        """When each version of a series came, in seconds and in order."""
        if series not in self._sorted:
            here = self._known[self._spans.get(series, slice(0))]
            self._sorted[series] = np.sort(here).tolist()
        return self._sorted[series]

    def at(self, instant: datetime) -> dict[str, Figures]:
        """By series, the last version of each figure that was known at `instant`."""
        chosen = np.flatnonzero(self._known <= int(instant.timestamp()))
        if not len(chosen):
            return {}
        figure = self._figure[chosen]
        last = chosen[np.append(figure[1:] != figure[:-1], True)]
        last = last[self._used[last]]
        starts = np.flatnonzero(np.diff(self._series[last], prepend=-1))
        return {
            str(self._names[self._series[rows[0]]]): Figures(
                rows, self._month[rows], self._value[rows]
            )
            for rows in np.split(last, starts[1:])
            if len(rows)
        }

    def last_readings(self, instant: datetime) -> dict[str, int]:
        """The month (from year 0) in which each standing series was last read.

        By `instant`. A figure that came was read when it did.
        """
        second = int(instant.timestamp())
        return {
            series: months[count - 1]
            for series, (seconds, months) in self._readings.items()
            if (count := bisect_right(seconds, second))
        }


def _readings(history: pd.DataFrame) -> dict[str, tuple[list[int], list[int]]]:
    """By series, the second since 1970 and the month since year 0 of each reading."""
    used = history.loc[~history["status"].isin(UNUSED), ["series", "known_from"]]
    at = used["known_from"].dt.tz_convert("UTC").dt.tz_localize(None)
    month = at.dt.year * 12 + at.dt.month - 1
    second = at.astype("datetime64[s]").astype("int64")
    dated = pd.DataFrame({"series": used["series"], "second": second, "month": month})
    return {
        str(series): (rows["second"].tolist(), rows["month"].tolist())
        for series, rows in dated.sort_values("second").groupby("series")
    }


def table(
    series: Sequence[str],
    figures: Mapping[str, Figures],
    end: int,
    shape: StepRule,
    *,
    first_year: int | None = None,
) -> pd.DataFrame:
    """Steps (integers) by series, up to step `end`, NaN for what is missing.

    The table starts with the oldest figure, or with `first_year`: older ones are then not read.
    """
    months = [int(figures[key].month[0]) for key in series if key in figures]
    first = min(months, default=end * shape.size) if first_year is None else first_year * 12
    index = pd.RangeIndex(first // shape.size, end + 1)
    # By column, so that members are added up one after another: in the other order numpy adds eight
    # or more by pairs, which moves the last bit.
    cells: NDArray[np.float64] = np.full((len(index), len(series)), np.nan, order="F")
    for column, key in enumerate(series):
        if key in figures:
            own = shape.of(key)
            _fill(cells[:, column], figures[key], index.start, own)
            if own.hold != 0:
                _hold(cells[:, column], own.hold)
    return pd.DataFrame(cells, index=index, columns=_labels(tuple(series)), copy=False)


@lru_cache(maxsize=1024)  # of each role of an indicator: some hundred in a method
def _labels(series: tuple[str, ...]) -> pd.Index:
    """The column labels of a table, which cost as much to make as its cells."""
    return pd.Index(series)


def _fill(cells: NDArray[np.float64], figures: Figures, start: int, shape: StepRule) -> None:
    position = figures.month // shape.size - start
    inside = (position >= 0) & (position < len(cells))
    position, value = position[inside], figures.value[inside]
    if shape.rule == "mean":
        count = np.bincount(position, minlength=len(cells))
        total = np.bincount(position, value, minlength=len(cells))
        cells[count > 0] = (total / np.maximum(count, 1))[count > 0]
    elif shape.rule == "max":
        np.fmax.at(cells, position, value)
    else:
        cells[position] = value


def _hold(cells: NDArray[np.float64], most: int | None) -> None:
    """Let each figure stand for `most` missing steps after it, None without limit.

    In numpy, as pandas takes a hundred times as long to look at so small a table.
    """
    steps = np.arange(len(cells))
    last = np.maximum.accumulate(np.where(np.isnan(cells), -1, steps))
    stands = last >= (0 if most is None else np.maximum(steps - most, 0))
    cells[stands] = cells[last[stands]]


def rows_behind(figures: Figures, steps: Sequence[int], shape: StepRule) -> Ints:
    """The rows behind these steps: all of a step, its last or the standing one."""
    step = figures.month // shape.size
    if shape.rule != "last":
        return figures.row.compress(np.isin(step, steps))
    last = np.searchsorted(step, np.asarray(steps), side="right") - 1
    reach = np.iinfo(np.int64).max if shape.hold is None else shape.hold
    standing = last[(last >= 0) & (np.asarray(steps) - step[last] <= reach)]
    return figures.row.take(np.unique(standing))
