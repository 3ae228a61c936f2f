"""What one indicator does to the whole: the index again without it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd


def remove_one(
    scores: pd.DataFrame,
    index: Callable[[pd.DataFrame], pd.Series],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """The index by row without each key in turn: row x removed key.

    `index` makes the index of a frame of scores; it is given one with the key missing (NaN),
    so that weights are renormalised as for any missing figure. `groups` names what is removed
    together; each column by itself without it.
    """
    removed = {str(key): [str(key)] for key in scores} if groups is None else groups
    return pd.DataFrame(
        {
            key: index(scores.assign(**dict.fromkeys(columns, np.nan)))
            for key, columns in removed.items()
        }
    )


def mean_rank_shift(nominal: pd.Series, without: pd.DataFrame) -> pd.Series:
    """Mean absolute change of rank (1 is the highest) that each removal makes."""
    shift = without.rank(ascending=False, method="min").sub(
        nominal.rank(ascending=False, method="min"), axis=0
    )
    return shift.abs().mean()
