"""Outliers: winsorise where skew and kurtosis say so, then take logarithms.

Rule of COINr (Becker and others, JOSS 7(78), 4567), in the definitions of spreadsheets, which
are those of pandas.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

# A column passes when |skew| < 2 or excess kurtosis < 3.5, the limits of COINr and of the JRC.
SKEW, KURTOSIS = 2.0, 3.5
# Winsorise at most five figures: beyond that it is the shape, not a few extremes, that is odd.
POINTS = 5


class Treated(NamedTuple):
    """The treated frame, and what was done to each column.

    `details` has the number of `points` winsorised and whether the column was `logged`.
    """

    values: pd.DataFrame
    details: pd.DataFrame


def passes(column: pd.Series) -> bool:
    """Whether the shape of a column needs no treatment.

    A constant column needs none.
    """
    return not (abs(_skew(column)) >= SKEW and _kurtosis(column) >= KURTOSIS)


def treat(values: pd.DataFrame, points: int = POINTS) -> Treated:
    """Each column as it is, or winsorised, or as its shifted logarithm.

    At most `points` extremes are winsorised. The logarithm is that of the untreated column.
    """
    columns, details = {}, {}
    for key, column in values.items():
        moved, count = winsorise(column, points)
        logged = not passes(moved)
        columns[key] = log_shifted(column) if logged else moved
        details[key] = {"points": count, "logged": logged}
    return Treated(pd.DataFrame(columns), pd.DataFrame.from_dict(details, orient="index"))


def winsorise(column: pd.Series, points: int = POINTS) -> tuple[pd.Series, int]:
    """The column with extremes pulled in until it passes, and their number.

    The extreme on the side of the skew moves, with all its ties, so that the count can pass
    `points` by the last ties.
    """
    column, count, moved = column.astype("float64").copy(), 0, {True: 0, False: 0}
    while count < points and not passes(column):
        high = _skew(column) >= 0
        extreme = column == (column.max() if high else column.min())
        rest = column[~extreme]
        column[extreme] = rest.max() if high else rest.min()
        moved[high] = int(extreme.sum())
        count = sum(moved.values())
    return column, count


def log_shifted(column: pd.Series) -> pd.Series:
    """Natural logarithm of the column, moved to start near zero.

    The shift leaves one hundredth of its range below the smallest figure, as in COINr.
    """
    low, high = column.min(), column.max()
    return pd.Series(np.log(column - low + 0.01 * (high - low)))


def expanding(
    values: pd.DataFrame, stage: Callable[[pd.DataFrame], pd.DataFrame], least: int = 24
) -> pd.DataFrame:
    """Any whole-frame stage made causal.

    Each row is the last row of the stage applied to the rows up to it.

    Rows before the first `least` are NaN. For instance
    `expanding(frame, lambda seen: zscore(treat(seen).values, "full_sample"))`; treating and
    normalising must be one stage, as a logarithm that starts half way changes the scale.
    """
    rows = [stage(values.iloc[: end + 1]).iloc[-1] for end in range(least - 1, len(values))]
    return pd.DataFrame(rows, columns=values.columns).reindex(values.index)


def _skew(column: pd.Series) -> float:
    return float(column.to_frame().skew().iloc[0])


def _kurtosis(column: pd.Series) -> float:
    return float(column.to_frame().kurt().iloc[0])
