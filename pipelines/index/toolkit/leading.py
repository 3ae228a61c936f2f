"""A leading index: symmetric changes of components, each on one footing.

The Conference Board, *Calculating the Composite Indexes*: a rise and the fall that undoes it have
the same size, and a component that always swings widely counts no more than a quiet one.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd


def changes(components: pd.DataFrame, in_points: Collection[str] = ()) -> pd.DataFrame:
    """The change of each component since the period before.

    200 · (x − y) / (x + y), which a fall from x to y undoes exactly; the difference itself for
    those that are rates already (`in_points`). NaN where either figure is missing.
    """
    before = components.shift()
    middle = components + before
    symmetric = 200.0 * (components - before) / middle.where(middle > 0)
    rates = [key for key in components if key in set(in_points)]
    return symmetric.assign(**{str(key): components[key] - before[key] for key in rates})


def standardisation(moves: pd.DataFrame) -> pd.Series:
    """The factor of each component: its inverse standard deviation as a share.

    Learn it from a span that is over, and keep it: a factor that is learned anew rewrites the past.
    Raises ValueError for a component that never moves.
    """
    spread = moves.std(ddof=1)
    if still := [str(key) for key in spread.index[~(spread > 0)]]:
        raise ValueError(f"{', '.join(still)} never moves, so that nothing puts it on a footing")
    inverse = 1.0 / spread
    return inverse / inverse.sum()


def contributions(moves: pd.DataFrame, factors: pd.Series) -> pd.DataFrame:
    """Points of the change of the index by component: they add up to it.

    In a period in which a component is missing, the others share its factor.
    """
    there = moves[factors.index].notna() * factors
    shares = there.div(there.sum(axis=1).replace(0.0, np.nan), axis=0)
    return moves[factors.index] * shares.where(moves[factors.index].notna())


def level(contributed: pd.DataFrame, base: float = 100.0) -> pd.Series:
    """The index that these changes cumulate to, `base` in the first period.

    By the symmetric formula (200 + s) / (200 − s); a period without any change is NaN, and the next
    one goes on from the last value.
    """
    total = contributed.sum(axis=1, min_count=1)
    steps = ((200.0 + total) / (200.0 - total)).fillna(1.0)
    steps.iloc[0] = 1.0
    index = base * steps.cumprod()
    index.iloc[1:] = index.iloc[1:].where(total.iloc[1:].notna())
    return pd.Series(index)
