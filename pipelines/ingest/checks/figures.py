"""Figures as arrays, and which stored one each is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SAME_PERIOD = pd.Timedelta(0)
# Days since 1970 of the years 1900 to 2100 take fewer bits, with their sign.
DAY_BITS = 20
ABSENT = -2  # in place of a series that the other table does not have; -1 is a row without one


@dataclass(frozen=True)
class Figures:
    """The figures of a table as arrays.

    On a few rows, pandas takes ten times as long. `series` is the position of the key of each row
    in `keys`, -1 for none; `value` is NaN where there is none.
    """

    keys: list[str]
    series: NDArray[np.int64]
    period: NDArray[np.datetime64]
    value: NDArray[np.float64]

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Figures":
        """The figures of a table with series, period and value."""
        series, keys = pd.factorize(table["series"].to_numpy(object))
        return cls(
            [str(key) for key in keys],
            series,
            table["period"].to_numpy().astype("datetime64[s]"),
            table["value"].to_numpy("float64", na_value=np.nan),
        )

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """Days since 1970 of each period."""
        return self.period.astype("datetime64[D]").astype("int64")

    @cached_property
    def present(self) -> "Figures":
        """Those that are not withdrawn."""
        return self.where(~np.isnan(self.value))

    def where(self, chosen: NDArray[np.bool_]) -> "Figures":
        """The figures of the chosen rows."""
        return Figures(self.keys, self.series[chosen], self.period[chosen], self.value[chosen])

    def by_series(
        self, of: Callable[[str], object], dtype: str = "bool", none: object = 0
    ) -> NDArray[Any]:
        """What `of` says of the series of each row.

        A row without a series gets `none`. Each series is asked about once: to map every row of a
        column of words costs ten times that.
        """
        return np.array([*map(of, self.keys), none], dtype)[self.series]

    def positions_in(self, other: "Figures") -> NDArray[np.int64]:
        """The position of the series of each row among the keys of another table."""
        position = {key: number for number, key in enumerate(other.keys)}
        return self.by_series(lambda key: position.get(key, ABSENT), "int64", none=-1)


class Joined(NamedTuple):
    """The figure that each row is compared with, NaN for none, and its period."""

    last: NDArray[np.float64]
    then: NDArray[np.datetime64]


def joined(own: Figures, others: Figures, reach: pd.Timedelta | None) -> Joined:
    """The newest figure no later than each row, and at most `reach` older."""
    stored = others.present
    position = stored_at(own, stored, reach)
    periods = np.append(stored.period, np.datetime64("NaT"))
    return Joined(np.append(stored.value, np.nan)[position], periods[position])


def stored_at(
    own: Figures, stored: Figures, reach: pd.Timedelta | None = SAME_PERIOD
) -> NDArray[np.int64]:
    """The position in `stored` of the newest figure no later than each row.

    Of the same series and at most `reach` older, None without limit; of several of one period the
    last one; -1 for none.
    """
    # A number stands for series and day; the series that the batch does not have come before all.
    numbered, others = _numbers(own.series, own.day), _numbers(stored.positions_in(own), stored.day)
    order = np.argsort(others, kind="stable")
    nearest = np.searchsorted(others[order], numbered, side="right") - 1
    age = numbered - np.append(others[order], 0)[nearest]
    same = numbered >> DAY_BITS == np.append(others[order], -1)[nearest] >> DAY_BITS
    near = same if reach is None else same & (age <= reach.days)
    positions: NDArray[np.int64] = np.where(near, np.append(order, -1)[nearest], -1)
    return positions


def _numbers(series: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    return (series << DAY_BITS) + day + (1 << (DAY_BITS - 1))


def are_distinct(table: pd.DataFrame) -> bool:
    """True if no two rows are of one series and day.

    False says that two may be: those of one day may be of different hours.
    """
    figures = Figures.of(table)
    return len(np.unique(_numbers(figures.series, figures.day))) == len(table)
