"""Whether indicators belong together: correlation, consistency, importance."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def with_parent(scores: pd.DataFrame, parents: Mapping[str, str]) -> pd.Series:
    """Correlation of each key with its parent, both columns of `scores`."""
    return pd.Series(
        {key: scores[key].corr(scores[up]) for key, up in parents.items() if up in scores}
    )


def conflicts(scores: pd.DataFrame, parents: Mapping[str, str]) -> list[str]:
    """Keys that move against their parent: correlation below zero."""
    correlations = with_parent(scores, parents)
    return list(correlations.index[correlations < 0])


# The limit that the JRC's audits of composite indicators use.
REDUNDANT = 0.92


def redundant(scores: pd.DataFrame, above: float = REDUNDANT, *, least: int = 1) -> pd.DataFrame:
    """Pairs of columns so correlated that one says what the other does.

    Columns: one, other, correlation. Pairs with fewer than `least` rows in common are left out.
    """
    matrix = scores.corr(min_periods=least).to_numpy()
    row, column = np.nonzero(np.triu(np.abs(matrix) > above, k=1))
    return pd.DataFrame(
        {
            "one": scores.columns[row],
            "other": scores.columns[column],
            "correlation": matrix[row, column],
        }
    )


def cronbach_alpha(scores: pd.DataFrame) -> float:
    """Internal consistency of columns, as Cronbach's alpha.

    k/(k-1) (1 - sum of variances / variance of the sum).

    Complete rows only; NaN with fewer than two columns.
    """
    complete = scores.dropna()
    keys = complete.shape[1]
    if keys < 2:
        return float("nan")
    covariance = complete.cov().to_numpy()
    return float(keys / (keys - 1) * (1 - np.trace(covariance) / covariance.sum()))


def importance(scores: pd.DataFrame, index: pd.Series, weights: pd.Series) -> pd.DataFrame:
    """Nominal weight of each key against what drives the index.

    Key x weight, importance, ratio.

    Importance is the squared correlation with the index as a share of their sum: the linear
    main effect of Paruolo, Saisana and Saltelli (JRSS-A 176, 2013).
    """
    squared = scores.corrwith(index) ** 2
    table = pd.DataFrame({"weight": weights / weights.sum(), "importance": squared / squared.sum()})
    return table.assign(ratio=table["importance"] / table["weight"])
