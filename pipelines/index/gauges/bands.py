"""The band of the pressure and its dimensions, from how first readings erred.

A first reading rests on figures that are some months old, that are carried, or that their
publisher revises. What all of that came to is measured: the third reading of a month, three months
later, less its first. The band of a month is made of the errors known at its own cut-off, so that
it is as causal as the value, and never changes.
"""

from collections.abc import Collection
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges.gauge import Tree
from pipelines.index.gauges.linking import moved
from pipelines.index.gauges.rows import scores_of, tree_of

Array = NDArray[np.float64]
# Months after which a month has its third reading, and its error is known.
SETTLED = 3
# Errors that a band learns from: those of a year, so that every season and four quarters of
# accounts are in it, and the shocks of an earlier time are not.
YEAR = 12
# Fewest errors behind a band: two quarters of company accounts.
LEAST = 6
LEVEL = 0.9
# Its quantile of the normal law, for errors whose spread is stated and not learned.
NORMAL = 1.6449


def settled(
    source: realtime.Readings, framework: Framework, until: pd.Period, as_of: datetime
) -> pd.DataFrame:
    """The errors of first readings that the edition of `until` may know."""
    first, again = read_twice(source, framework, until, as_of)
    return errors(first, again, framework)


def read_twice(
    source: realtime.Readings, framework: Framework, until: pd.Period, as_of: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first and third reading of each month that has both.

    Rows of `realtime.indicators`.
    """
    months = pd.period_range(framework.rules.first_month, until - SETTLED, freq="M")
    again = {month: min(realtime.cutoff(month + SETTLED, framework), as_of) for month in months}
    first = realtime.indicators(source, framework, months)
    return first, realtime.indicators(source, framework, months, again)


def errors(first: pd.DataFrame, again: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Points by which each month read again lies from its first reading.

    Args:
        first: the indicators of every month at its cut-off, rows of `realtime.indicators`.
        again: the same months as known later.
        framework: a method with two gauges.

    Returns:
        Month x "index" and dimensions. Both readings of a month are linked to the first reading of
        the month before; NaN where that cannot be done.
    """
    tree = tree_of(framework.dimension)
    start, later = (scores_of(rows, framework)[0] for rows in (first, again))
    later = later.reindex(start.index)
    tables = {
        key: _differences(start, later, [f"{key}.{leaf}" for leaf in inside], inside.values())
        for key, (_, inside) in tree.items()
    }
    dimensions = pd.DataFrame(tables, index=start.index)
    return dimensions.assign(index=_mean(dimensions, tree, framework.rules.coverage_index))


def _differences(
    start: pd.DataFrame, later: pd.DataFrame, keys: list[str], weights: Collection[float]
) -> Array:
    """By month, what a dimension moves by when read later, less what it moved by."""
    nominal = np.array(list(weights), dtype="float64")
    before, now = start[keys].to_numpy(), later[keys].to_numpy()
    result = np.full(len(before), np.nan)
    again, first = (moved(before[:-1], side[1:], nominal).sum(axis=1) for side in (now, before))
    result[1:] = again - first
    return result


def _mean(dimensions: pd.DataFrame, tree: Tree, floor: float) -> pd.Series:
    weights = pd.Series({key: weight for key, (weight, _) in tree.items()})
    present = dimensions.notna() * weights
    share = present.sum(axis=1)
    mean = (dimensions.fillna(0.0) * present).sum(axis=1) / share.where(share > 0)
    return mean.where(share >= floor * weights.sum() - 1e-9)


def spreads(misses: pd.DataFrame, months: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """Root mean square and number of the errors each month may know.

    `misses` are those of `errors` after SETTLED months, by consecutive months. By key: month x
    rms, count; NaN with fewer than LEAST.
    """
    recent = misses.reindex(months).shift(SETTLED)
    return {str(key): _spread(recent[key]) for key in recent}


def _spread(recent: "pd.Series[float]") -> pd.DataFrame:
    there = recent.dropna()
    window = there.pow(2).rolling(YEAR, min_periods=LEAST)
    own = pd.DataFrame({"rms": window.mean().pow(0.5), "count": window.count()})
    # A month without an error of its own still has those before it.
    return own.reindex(recent.index).ffill()


def intervals(
    scores: pd.DataFrame, misses: pd.DataFrame, sampling: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The 90 % band of each month: period, key, low, high, kept on the scale.

    `scores` is month x "index" and dimensions. The half-width is the root mean square of the last
    errors times the quantile of Student's t with as many degrees of freedom: what a new draw from
    a centred normal law, whose spread is learned from so few draws, stays within. `sampling` are
    the standard deviations that publishers state (gauges/sampling.py); the squares add up.
    """
    months = pd.date_range(misses.index.min(), scores.index.max(), freq="MS", unit="s")
    parts = []
    for key, spread in spreads(misses, months).items():
        if key in scores:
            half = spread["rms"] * quantile(spread["count"])
            if sampling is not None:
                stated = NORMAL * sampling[key].reindex(half.index)
                half = (half.pow(2) + stated.pow(2)).pow(0.5)
            ends = {"low": scores[key] - half, "high": scores[key] + half}
            table = pd.DataFrame(ends).reindex(scores.index).clip(0.0, 100.0)
            parts.append(table.rename_axis("period").reset_index().assign(key=key))
    return pd.concat(parts, ignore_index=True)[["period", "key", "low", "high"]]


def quantile(count: ArrayLike) -> Array:
    """The quantile of Student's t behind a band that learned from so many errors."""
    # not of scipy.stats, which takes a second to import and asks this function
    from scipy.special import stdtrit

    return np.asarray(stdtrit(count, (1 + LEVEL) / 2), dtype="float64")


def chance(rows: pd.DataFrame, threshold: float) -> "pd.Series[float]":
    """The chance (0 to 1) by period of settling at a threshold or above.

    `rows` are those of one key, with score, low and high. The scale cuts an end of a band off: its
    longer side has the width. NaN without a band.
    """
    from scipy.special import stdtr

    own = rows.set_index("period")
    half = pd.concat([own["score"] - own["low"], own["high"] - own["score"]], axis=1).max(axis=1)
    quantiles = (threshold - own["score"]) / half.where(half > 0) * quantile(YEAR)
    return pd.Series(stdtr(YEAR, -quantiles.to_numpy()), own.index)
