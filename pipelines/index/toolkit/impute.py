"""What to put where a figure is missing, and how to say that it was put there.

Leaving it missing and renormalising the weights needs nothing of this file: see `aggregate`.
"""

from typing import Literal

import numpy as np
import pandas as pd

State = Literal["observed", "carried", "estimated", "missing"]


def column(values: pd.DataFrame, by: Literal["mean", "median"]) -> pd.DataFrame:
    """Missing figures as the mean or median of their column.

    For a cross-section: it sees all rows.
    """
    return values.fillna(values.agg(by))


def group(
    values: pd.DataFrame, groups: pd.Series, by: Literal["mean", "median"] = "mean"
) -> pd.DataFrame:
    """Missing figures as the mean or median of their column and group."""
    return values.fillna(values.groupby(groups.reindex(values.index)).transform(by))


def carry(values: pd.DataFrame, limit: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The last figure carried forward for at most `limit` rows, and its age.

    Age is 0 where observed and NaN where nothing is carried.
    """
    carried = values.ffill(limit=limit) if limit else values.copy()
    rows = pd.DataFrame(
        np.arange(len(values))[:, None] * np.ones(values.shape[1]), values.index, values.columns
    )
    age = rows - rows.where(values.notna()).ffill()
    return carried, age.where(carried.notna())


def states(raw: pd.DataFrame, carried: pd.DataFrame, filled: pd.DataFrame) -> pd.DataFrame:
    """Whether each cell is observed, carried, estimated or missing."""
    present = [raw.notna(), carried.notna(), filled.notna()]
    names = np.select(present, ["observed", "carried", "estimated"], "missing")
    return pd.DataFrame(names, raw.index, raw.columns)
