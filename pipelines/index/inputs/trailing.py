"""Trailing years: the sums of the last steps of each series of a table."""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


def trailing(table: pd.DataFrame, year: int) -> Array:
    """The sums of the last `year` steps: steps x series.

    Missing where one of them is.
    """
    columns = table.to_numpy(dtype="float64").T
    return np.array([_added_up(column.tobytes(), year) for column in columns]).T


# 4096: the accounts of a company are read by several indicators in dozens of months, and change in
# one of three; an edition has some thousand of them, a kilobyte each.
@lru_cache(maxsize=4096)
def _added_up(column: bytes, year: int) -> Array:
    """`trailing` of the cells of one series."""
    own = pd.Series(np.frombuffer(column))
    return own.rolling(year, min_periods=year).sum().to_numpy()
