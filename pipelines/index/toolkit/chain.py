"""Chain-linking: one series across a change of basket or of method."""

from typing import Literal, TypeVar

import numpy as np
import pandas as pd

Table = TypeVar("Table", pd.Series, pd.DataFrame)


def link(
    old: pd.Series, new: pd.Series, at: pd.Timestamp, scale: Literal["ratio", "difference"]
) -> pd.Series:
    """`old` up to the overlap period `at`, then `new` moved to meet it there.

    "ratio" keeps the growth of `new` (price indices); "difference" keeps its changes in points
    (scores and z-scales). What was published up to `at` is not touched. Raises ValueError
    where either has no value at `at`.
    """
    if pd.isna(old.get(at)) or pd.isna(new.get(at)):
        raise ValueError(f"both series need a value in the overlap period {at}")
    there, here = float(old[at]), float(new[at])
    moved: pd.Series = new * (there / here) if scale == "ratio" else new + (there - here)
    return pd.Series(pd.concat([old[old.index <= at], moved[moved.index > at]]))


def laspeyres(indices: pd.DataFrame, weights: pd.DataFrame) -> pd.Series:
    """Annually chained Laspeyres index of monthly indices; first month = 100.

    `weights` is year x component. Within a year, components are weighed relative to the
    December before; years are chained in December. The first year runs from its own first
    month. Source: Eurostat, HICP Methodological Manual (2024), chapter 8.
    """
    relative, shares = _relatives(indices, weights)
    within: pd.Series = (relative * shares).sum(axis=1)
    links = within[_december(indices)].cumprod()
    start = links.reindex(_base_dates(indices)).fillna(1.0).to_numpy()
    return pd.Series(within * start * 100.0)


def ribe(indices: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Contribution of each component to the annual rate of a chained index.

    One term for the months of this year, one for those of last year since the same month;
    they add up exactly to the rate of `laspeyres`. Months whose previous two Decembers are not
    both there are NaN. Source: Ribe (1999), as in the HICP Methodological Manual, chapter 8.
    """
    total = laspeyres(indices, weights)
    month = pd.DatetimeIndex(indices.index)
    before = month - pd.DateOffset(years=1)
    d0, d1 = _base_dates(indices), _base_dates(indices) - pd.DateOffset(years=1)
    price = {name: _at(indices, when) for name, when in {"b": before, "0": d0, "1": d1}.items()}
    level = {name: _at(total, when) for name, when in {"b": before, "0": d0, "1": d1}.items()}
    now, last = (_shares(weights, month.year - lag, indices) for lag in (0, 1))
    this_year = now * (indices / price["0"] - 1)
    last_year = last * (price["0"] - price["b"]) / price["1"]
    by_level = [(level[name] / level["b"]).to_numpy()[:, None] for name in ("0", "1")]
    return pd.DataFrame((by_level[0] * this_year + by_level[1] * last_year) * 100.0)


def _relatives(indices: pd.DataFrame, weights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Component indices over their price base, and the shares of the year."""
    base = _at(indices, _base_dates(indices)).fillna(indices.iloc[0])
    return indices / base, _shares(weights, pd.DatetimeIndex(indices.index).year, indices)


def _shares(weights: pd.DataFrame, years: pd.Index, like: pd.DataFrame) -> pd.DataFrame:
    shares = weights[like.columns].div(weights[like.columns].sum(axis=1), axis=0)
    return shares.reindex(years).set_axis(like.index)


def _base_dates(indices: pd.DataFrame) -> pd.DatetimeIndex:
    """December of the previous year, for each month."""
    years = pd.DatetimeIndex(indices.index).year - 1
    return pd.DatetimeIndex(pd.to_datetime({"year": years, "month": 12, "day": 1}))


def _december(indices: pd.DataFrame) -> np.ndarray:
    return np.asarray(pd.DatetimeIndex(indices.index).month == 12)


def _at(table: Table, when: pd.DatetimeIndex) -> Table:
    return table.reindex(when).set_axis(table.index)
