"""What each part adds to a value or to its change; the parts add up exactly.

Scores, effective weights and contributions are period x key. A missing score adds zero, as its
effective weight is zero. For any of the means, the change between two rows is also the
difference of their contributions, which adds up too.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.aggregate import weighted_mean

SPLIT = ["revised_data", "new_data", "method"]


def arithmetic(scores: pd.DataFrame, effective: pd.DataFrame) -> pd.DataFrame:
    """Points that each score adds to its weighted mean: weight times score."""
    return effective * scores.fillna(0.0)


def power(scores: pd.DataFrame, effective: pd.DataFrame, exponent: float) -> pd.DataFrame:
    """Points that each score adds to its power mean, by Euler's theorem.

    M = sum of w (z / M)^p M, as the mean is homogeneous of degree one. For the geometric mean
    (0) each adds its weight times the mean, so look at `logarithmic` for what moved it. NaN
    where the mean is zero and the exponent is not positive: nothing can be shared then.
    """
    present = scores.where(effective > 0).fillna(1.0)
    if exponent == 0:
        mean = np.exp((effective * np.log(present)).sum(axis=1))
        return effective.mul(mean, axis=0)
    powered = effective * present**exponent
    total = powered.sum(axis=1)
    return powered.mul(total ** (1 / exponent - 1), axis=0)


def logarithmic(scores: pd.DataFrame, effective: pd.DataFrame) -> pd.DataFrame:
    """Points that each score adds to the change of the geometric mean.

    The change is that since the row before.

    Log-mean Divisia (LMDI): L(I_t, I_t-1) times the change of w ln z, with L(a, b) =
    (a - b) / ln(a / b). Scores must be above zero. Where weights are renormalised between the
    two rows, that part goes to the keys whose weight moved, with logarithms taken relative to
    the mean of the two levels, so that units do not matter. The first row is NaN. Source: Ang,
    Energy Policy 32, 2004.
    """
    logs = pd.DataFrame(np.log(scores.where(effective > 0)))
    if np.isneginf(logs.to_numpy()).any():
        raise ValueError("a logarithmic contribution needs scores above zero")
    level = (effective * logs.fillna(0.0)).sum(axis=1)
    middle = (level + level.shift()) / 2
    after = (effective * logs.sub(middle, axis=0)).fillna(0.0)
    before = (effective.shift() * logs.shift().sub(middle, axis=0)).fillna(0.0)
    moved = (after - before).mul(_log_mean(level), axis=0)
    return moved.where(level.shift().notna(), np.nan)


def ciss(
    scores: pd.DataFrame, effective: pd.DataFrame, correlations: NDArray[np.float64]
) -> pd.DataFrame:
    """Points that each score adds to the CISS portfolio, by Euler's theorem.

    Each adds w s times the correlated sum.
    """
    weighted = (effective * scores.fillna(0.0)).to_numpy()
    pairs = np.where(weighted[:, :, None] * weighted[:, None, :] == 0, 0.0, correlations)
    parts = weighted * np.einsum("tij,tj->ti", pairs, weighted)
    return pd.DataFrame(parts, scores.index, scores.columns)


def split(
    published: pd.Series, revised: pd.Series, updated: pd.Series, current: pd.Series
) -> pd.DataFrame:
    """The change since the last release, by key and cause; it adds up exactly.

    Four series of contributions by key: as `published` last time; the same period and method
    on today's vintage (`revised`); the new period, still by the old method (`updated`); and
    the new period by the method of today (`current`). A key that one lacks adds zero there.
    """
    steps = pd.concat([published, revised, updated, current], axis=1).fillna(0.0)
    return steps.diff(axis=1).iloc[:, 1:].set_axis(SPLIT, axis=1)


def composition_effect(scores: pd.DataFrame, weights: pd.Series, value: pd.Series) -> pd.Series:
    """Points of the change of `value` that its members did not make.

    The change of the mean, less that of the mean of the members present in both rows. Zero
    where the members are the same, NaN where `value` is withheld in either row.
    """
    before = scores.shift()
    both = scores.notna() & before.notna()
    now, then = (
        weighted_mean(side.where(both), weights, floor=0.0).value for side in (scores, before)
    )
    return value.diff() - (now - then)


def composition_notes(scores: pd.DataFrame, weights: pd.Series, value: pd.Series) -> pd.Series:
    """Who enters and who leaves in each row and what that is worth, in words.

    "" where the members are those of the row before.
    """
    present = scores.notna()
    previous = present.shift(fill_value=False)
    words = pd.Series("", index=scores.index, dtype=object)
    there = present.to_numpy()
    if (there[1:] == there[:-1]).all():  # the first row has none before it
        return words
    points = composition_effect(scores, weights, value)
    moved = present.ne(previous).any(axis=1) & points.notna()
    for row in scores.index[moved]:
        sides = {
            "enters": present.loc[row] & ~previous.loc[row],
            "leaves": previous.loc[row] & ~present.loc[row],
        }
        parts = [f"{side}: {', '.join(who.index[who])}" for side, who in sides.items() if who.any()]
        words[row] = f"{'; '.join(parts)}; that alone is worth {points[row]:+.1f} points"
    return words


def largest_remainder(parts: pd.DataFrame, decimals: int = 1) -> pd.DataFrame:
    """Rounded parts whose rows add up to the rounded sum of the row.

    Parts are rounded down, and the units that are then missing go to the greatest remainders,
    the first columns first where these are equal. A row with a NaN part is NaN.
    """
    unit = 10.0**decimals
    exact = parts.to_numpy(dtype="float64") * unit
    down = np.floor(exact)
    short = np.rint(exact.sum(axis=1)) - down.sum(axis=1)
    order = np.argsort(np.argsort(down - exact, axis=1, kind="stable"), axis=1)
    rounded = (down + (order < short[:, None])) / unit
    rounded[np.isnan(short)] = np.nan
    return pd.DataFrame(np.round(rounded, decimals) + 0.0, parts.index, parts.columns)


def _log_mean(logs: pd.Series) -> pd.Series:
    """Logarithmic mean of exp(logs) and of the row before."""
    step = logs.diff()
    ratio = np.expm1(step) / step.where(step != 0)
    return pd.Series(np.exp(logs.shift()) * ratio.fillna(1.0))
