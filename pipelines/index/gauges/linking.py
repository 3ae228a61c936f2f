"""A mean whose members may enter, leave or lack a figure without moving it.

A month is linked to the one before by difference: the value moves as the members that have a
score in both months do. What a plain mean would have made of who is present is a shift, kept as
a row of its own. The same rule links indicators inside a dimension and dimensions inside the
index.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.aggregate import enough, renormalise

Array = NDArray[np.float64]
# Share of the members' weight that two months must have in common to be linked. With less, the
# months say too little of each other: the value starts again from the shift that stood.
MATCHED = 0.5
# Scores lie between these, and so does what they mean: a linked value beyond is an artefact of a
# shift that stood (a member that entered high and fell leaves less than nothing), and is cut off.
BOUNDS = (0.0, 100.0)


class Linked(NamedTuple):
    """A linked mean by period and what it is made of; NaN where it is withheld.

    `value` = the weighted mean of the present scores + `shift`. `weights` are effective ones and
    add up to one in each row, `coverage` is the present share of the nominal weight. `moves` are
    the points that each member adds to the change since the last value: they add up to it, but
    where the value is at one of BOUNDS, and are zero for who enters or leaves; NaN in the first
    row and where a link is missing.
    """

    value: pd.Series
    shift: pd.Series
    coverage: pd.Series
    weights: pd.DataFrame
    moves: pd.DataFrame


def linked_mean(scores: pd.DataFrame, weights: pd.Series, *, floor: float) -> Linked:
    """Weighted mean of `scores` (period x key), linked over who is present.

    Rows are periods in order. Withheld (NaN) where less than `floor` of the weight is present;
    the next value is then linked to the last one before. Causal: a row sees no later one.
    """
    coverage, effective = renormalise(scores, weights)
    mean = (effective * scores.fillna(0.0)).sum(axis=1)
    nominal = weights.reindex(scores.columns, fill_value=0.0).to_numpy(dtype="float64")
    table, plain = scores.to_numpy(dtype="float64"), mean.to_numpy()
    shift, moves = np.full(len(table), np.nan), np.full(table.shape, np.nan)
    published = np.flatnonzero(enough(coverage, floor))
    shift[published[:1]] = 0.0
    # all rows at once but for the shift, which each row takes over from the one before
    linked = moved(table[published[:-1]], table[published[1:]], nominal)
    moves[published[1:]] = linked
    (low, high), totals = BOUNDS, linked.sum(axis=1)
    for total, (last, row) in zip(totals, pairwise(published), strict=True):
        gap = 0.0 if np.isnan(total) else total - (plain[row] - plain[last])
        shift[row] = min(max(plain[row] + shift[last] + gap, low), high) - plain[row]
    shifts = pd.Series(shift, scores.index)
    points = pd.DataFrame(moves, scores.index, scores.columns)
    return Linked(mean + shifts, shifts, coverage, effective, points)


def moved(before: Array, now: Array, nominal: Array) -> Array:
    """Points that each member present in both periods adds; NaN where too few are.

    Of one pair of periods (members) or of several (pairs x members).
    """
    first, second = np.isfinite(before), np.isfinite(now)
    both, either = nominal * (first & second), nominal * (first | second)
    shared = both.sum(axis=-1, keepdims=True)
    enough_shared = (shared > 0) & (shared >= MATCHED * either.sum(axis=-1, keepdims=True))
    change = np.where(both > 0, now - before, 0.0)
    points: Array = both / np.where(enough_shared, shared, np.nan) * change
    return points
