"""Aggregation without compensation: units compared in pairs.

Only ranks within an indicator count, so nothing needs normalising; a score has no exact
contributions by indicator. Source: OECD/JRC, Handbook on Constructing Composite Indicators
(2008), section 6.3.
"""

import numpy as np
import pandas as pd


def outranking(scores: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Weight of the indicators in which the row's unit outranks the column's.

    Unit x unit; ties count one half. Zero on the diagonal. Raises ValueError where a score or
    a weight is missing.
    """
    if weights.isna().any():
        raise ValueError(f"the weight of {weights.index[weights.isna()][0]} is missing")
    share = (weights.reindex(scores.columns, fill_value=0.0) / weights.sum()).to_numpy()
    table = scores.to_numpy(dtype="float64")
    if np.isnan(table).any():
        raise ValueError("outranking needs complete scores")
    sign = np.sign(table[:, None, :] - table[None, :, :])
    matrix = ((sign + 1) / 2) @ share
    np.fill_diagonal(matrix, 0.0)
    return pd.DataFrame(matrix, scores.index, scores.index)


def copeland(scores: pd.DataFrame, weights: pd.Series, *, tie: float = 1e-9) -> pd.Series:
    """Units that each unit beats less those that beat it.

    A pair within `tie` of one half is a draw: sums of weights are seldom exactly one half.
    """
    lead = outranking(scores, weights).to_numpy() - 0.5
    wins = np.where(np.abs(lead) <= tie, 0.0, np.sign(lead))
    np.fill_diagonal(wins, 0.0)
    return pd.Series(wins.sum(axis=1), index=scores.index)
