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
    month. A price that is missing moves as the others do (parent imputation on price-updated
    weights); a component without a price in its December is out of the basket for the year.
    NaN in a month without any price, in a year without weights, and in what is chained on it.
    Raises ValueError for a year whose weights are given in part. Source: Eurostat, HICP
    Methodological Manual (2024), chapters 6 and 8.
    """
    filled, shares = _imputed(indices, weights), _shares(indices, weights)
    within = (filled / _bases(filled) * shares).sum(axis=1, min_count=1)
    links = within[_december(indices)].cumprod(skipna=False)
    first = pd.DatetimeIndex(indices.index).year == indices.index[0].year
    start = links.reindex(_base_dates(indices)).mask(first, 1.0).to_numpy()
    return pd.Series(within * start * 100.0).where(indices.notna().any(axis=1))


def ribe(indices: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Contribution of each component to the annual rate of a chained index.

    One term for the months of this year, one for those of last year since the same month;
    they add up exactly to the rate of `laspeyres`. Months whose previous two Decembers are not
    both there are NaN. Source: Ribe (1999), as in the HICP Methodological Manual, chapter 8.
    """
    total, filled = laspeyres(indices, weights), _imputed(indices, weights)
    before = pd.DatetimeIndex(indices.index) - pd.DateOffset(years=1)
    d0, d1 = _base_dates(indices), _base_dates(indices) - pd.DateOffset(years=1)
    price = {name: _at(filled, when) for name, when in {"b": before, "0": d0, "1": d1}.items()}
    level = {name: _at(total, when) for name, when in {"b": before, "0": d0, "1": d1}.items()}
    shares = _shares(indices, weights)
    this_year = shares * (filled / price["0"] - 1)
    last_year = _at(shares, before) * (price["0"] - price["b"]) / price["1"]
    by_level = [(level[name] / level["b"]).to_numpy()[:, None] for name in ("0", "1")]
    points = (by_level[0] * this_year + by_level[1] * last_year) * 100.0
    return pd.DataFrame(points).where(total.notna())


def _imputed(indices: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Indices whose gaps move as the components present in both months do.

    A component starts with its first figure; a month without any figure stands still.
    """
    if indices.notna().all(axis=None):
        return indices
    prices, years = indices.to_numpy(dtype="float64", copy=True), _years(indices)
    shares = weights.reindex(index=years, columns=indices.columns).to_numpy(dtype="float64")
    base = prices[0]
    for row in range(1, len(prices)):
        if years[row] != years[row - 1]:
            base = prices[row - 1]
        gone = np.isnan(prices[row])
        value = np.where(gone, np.nan, shares[row] * prices[row - 1] / base)  # price-updated
        if np.nansum(value) > 0:
            change = np.nansum(value * prices[row] / prices[row - 1]) / np.nansum(value)
            prices[row, gone] = prices[row - 1, gone] * change
        else:
            prices[row, gone] = prices[row - 1, gone]
    return pd.DataFrame(prices, indices.index, indices.columns)


def _bases(filled: pd.DataFrame) -> pd.DataFrame:
    """The prices of the December before each month.

    In the first year, those of its first month.
    """
    base = _at(filled, _base_dates(filled))
    first = _years(filled) == filled.index[0].year
    base[first] = filled.iloc[0].to_numpy()
    return base


def _shares(indices: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Shares of the year's weights among the components with a base.

    Month x component.
    """
    inside = weights.reindex(columns=indices.columns)
    weighed = inside[inside.notna().any(axis=1)]
    for row, column in np.argwhere(weighed.isna().to_numpy())[:1]:
        year, name = weighed.index[row], weighed.columns[column]
        raise ValueError(f"the weight of {name} in {year} is missing")
    yearly = inside.reindex(_years(indices)).set_axis(indices.index)
    basket = yearly.where(_bases(_imputed(indices, weights)).notna())
    return basket.div(basket.sum(axis=1, min_count=1), axis=0)


def _years(indices: pd.DataFrame) -> pd.Index:
    return pd.DatetimeIndex(indices.index).year


def _base_dates(indices: pd.DataFrame) -> pd.DatetimeIndex:
    """December of the previous year, for each month."""
    return pd.DatetimeIndex(pd.to_datetime({"year": _years(indices) - 1, "month": 12, "day": 1}))


def _december(indices: pd.DataFrame) -> np.ndarray:
    return np.asarray(pd.DatetimeIndex(indices.index).month == 12)


def _at(table: Table, when: pd.DatetimeIndex) -> Table:
    return table.reindex(when).set_axis(table.index)
