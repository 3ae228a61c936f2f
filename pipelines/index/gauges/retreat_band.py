"""The band of the retreat, from how its signs erred before the scale cut them.

While spending grows, a sign stands at zero whatever its figures become, and a band learned from the
gauge alone would be a line. The errors are therefore those of the signs on a scale without ends:
the third reading less the first. Each past error is added to the signs of a month, only then is the
scale cut, and what the gauge moves by is what the band is made of. Far below its goalpost a sign
stays at zero under any error seen; near it, the band opens upwards.
"""

from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands
from pipelines.index.gauges.due import leaf_weights
from pipelines.index.gauges.rows import RETREAT, tree_of
from pipelines.index.normalise import goalposts

Array = NDArray[np.float64]


def settled(
    source: realtime.Readings, framework: Framework, until: pd.Period, as_of: datetime
) -> pd.DataFrame:
    """The errors of the signs that the edition of `until` may know.

    Month x sign, in points.
    """
    first, again = bands.read_twice(source, framework, until, as_of)
    return uncut(again, framework) - uncut(first, framework)


def uncut(read: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The signs of retreat on their goalposts without ends: month x sign.

    `read` are rows of `realtime.indicators`; NaN where a sign has no figure.
    """
    values = read.pivot(index="period", columns="key", values="value")
    return pd.DataFrame(
        {
            key: goalposts(values[key], sign.low, sign.high, cap=False)
            for key in _weights(framework)
            for sign in [framework.indicators[key]]
        }
    )


def first_bands(
    source: realtime.Readings,
    framework: Framework,
    scores: "pd.Series[float]",
    read: pd.DataFrame,
    until: pd.Period,
    as_of: datetime,
) -> pd.DataFrame:
    """The bands of the retreat that the edition of `until` may know.

    `scores` is the retreat by month, `read` the rows of `realtime.indicators` that made it; gives
    what `intervals` gives.
    """
    misses = settled(source, framework, until, as_of)
    return intervals(scores, uncut(read, framework), misses, framework)


def errors(first: pd.DataFrame, again: pd.DataFrame, framework: Framework) -> "pd.Series[float]":
    """Points by which each month read again lies from its first retreat.

    Of the signs that both readings have; NaN without any. Arguments as of `bands.errors`.
    """
    start, later = uncut(first, framework), uncut(again, framework)
    later = later.reindex(start.index)
    both = (start.notna() & later.notna()) * np.array(list(_weights(framework).values()))
    there = both.where(both.gt(0).any(axis=1)).to_numpy(dtype="float64")
    levels = (_gauge(signs.to_numpy(dtype="float64"), there) for signs in (later, start))
    return pd.Series(np.subtract(*levels), start.index)


def intervals(
    scores: "pd.Series[float]", signs: pd.DataFrame, misses: pd.DataFrame, framework: Framework
) -> pd.DataFrame:
    """The 90 % band of the retreat of each month: period, key, low, high.

    `scores` is the retreat by month, `signs` those of `uncut`, `misses` those of `settled`. Each
    side is the root mean square of what the last errors, times the quantile of Student's t, would
    move the gauge by on that side; where no end of the scale is near, that is the rule of the
    pressure. NaN where fewer than LEAST errors are known, or without a retreat.
    """
    weights = np.array(list(_weights(framework).values()))
    table = misses.reindex(columns=signs.columns)
    ends = [_ends(month, signs.loc[month], table, weights) for month in scores.index]
    sides = pd.DataFrame(ends, scores.index, ["low", "high"])
    banded = sides.add(scores, axis=0).clip(0.0, 100.0)
    return banded.rename_axis("period").reset_index().assign(key=RETREAT)


def _weights(framework: Framework) -> dict[str, float]:
    if framework.retreat is None:
        raise ValueError(f"method {framework.version} has no retreat gauge")
    return leaf_weights(tree_of((framework.retreat,)))


def _ends(
    month: pd.Timestamp, signs: "pd.Series[float]", misses: pd.DataFrame, weights: Array
) -> tuple[float, float]:
    """Points from the gauge to the lower and to the upper end of its band."""
    past = misses[misses.index <= month - pd.DateOffset(months=bands.SETTLED)]
    recent = past.dropna(how="all").tail(bands.YEAR).fillna(0.0).to_numpy()
    if len(recent) < bands.LEAST:
        return np.nan, np.nan
    wide = bands.quantile(len(recent)) * recent
    now = signs.to_numpy(dtype="float64")
    there = np.where(np.isnan(now), 0.0, weights)
    draws = np.stack([now + wide, now - wide, np.broadcast_to(now, wide.shape)])
    *both, still = _gauge(draws, there)
    moved = np.stack(both) - still
    lower, upper = moved.min(axis=0).clip(max=0.0), moved.max(axis=0).clip(min=0.0)
    return -float(np.sqrt(np.mean(lower**2))), float(np.sqrt(np.mean(upper**2)))


def _gauge(signs: Array, weights: Array) -> Array:
    """The mean of the signs that are there, cut to the scale; rows are draws."""
    cut = np.nan_to_num(signs).clip(0.0, 100.0)
    return np.asarray((cut * weights).sum(axis=-1) / weights.sum(axis=-1))
