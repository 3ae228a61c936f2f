"""Weights: equal, expert, by volatility, by first component, optimised.

Every function returns a series by key that adds up to one, but `first_component`, which gives
the loadings as they are, signs included.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def equal(keys: Sequence[str]) -> pd.Series:
    """The same weight for each key."""
    return pd.Series(1.0 / len(keys), index=list(keys))


def expert(points: Mapping[str, float]) -> pd.Series:
    """Points that experts gave, as shares.

    Raises ValueError for a negative one or only zeros.
    """
    shares = pd.Series(dict(points), dtype="float64")
    if shares.isna().any() or (shares < 0).any() or not shares.sum() > 0:
        raise ValueError(
            "expert points must not be missing or negative, and must add up to more than zero"
        )
    return shares / shares.sum()


def inverse_volatility(changes: pd.DataFrame) -> pd.Series:
    """Shares of one over the standard deviation of each column of changes.

    Source: The Conference Board, component standardisation of the Leading Economic Index.
    """
    inverse = 1.0 / changes.std()
    if not np.isfinite(inverse).all():
        flat = ", ".join(map(str, inverse.index[~np.isfinite(inverse)]))
        raise ValueError(f"no volatility to weigh by in {flat}")
    return inverse / inverse.sum()


def first_component(scores: pd.DataFrame) -> pd.Series:
    """Loadings of the first principal component of the correlations.

    From complete rows only.

    Of unit length; the sign makes their sum positive. A negative loading is a finding, not a
    weight: look at `coherence.conflicts`.
    """
    complete = scores.dropna()
    _, _, right = np.linalg.svd((complete - complete.mean()) / complete.std(), full_matrices=False)
    loadings = right[0] if right[0].sum() >= 0 else -right[0]
    return pd.Series(loadings, index=scores.columns)


def optimised(scores: pd.DataFrame, importance: pd.Series | None = None) -> pd.Series:
    """Weights for which correlations with the weighted mean match `importance`.

    Without `importance` all are to be equal.

    Linear form of Becker, Saisana, Paruolo and Vandecasteele, Ecological Indicators 80, 2017.
    Raises ValueError where no positive weights do it.
    """
    from scipy.optimize import least_squares

    complete = scores.dropna()
    target = (equal(list(scores.columns)) if importance is None else importance).to_numpy()
    covariance, sd = complete.cov().to_numpy(), complete.std().to_numpy()

    def gap(logs: np.ndarray) -> np.ndarray:
        weights = np.exp(logs - logs.max())
        with_index = covariance @ weights / sd  # the sd of the index cancels in the shares
        total = with_index.sum()
        shares = with_index / total if total > 0 else 0.0 * with_index
        return np.append(shares - target / target.sum(), logs.mean())

    solution = least_squares(gap, np.zeros(len(target)), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if np.abs(solution.fun[:-1]).max() > 1e-6:
        raise ValueError("no positive weights give the importance that is wanted")
    weights = np.exp(solution.x)
    return pd.Series(weights / weights.sum(), index=scores.columns)


def effective(weights: pd.Series, parents: Mapping[str, str]) -> pd.Series:
    """Weight of every key in the whole tree.

    It is its share among its siblings, times the weight of its parent. `parents` maps each key
    to its parent; the root has none. Leaves add up to one. Raises ValueError for a missing
    weight, or a parent that has none in `weights`.
    """
    above = pd.Series(dict(parents)).reindex(weights.index)
    if weights.isna().any():
        raise ValueError(f"the weight of {weights.index[weights.isna()][0]} is missing")
    unknown = set(above.dropna()) - set(weights.index)
    if unknown:
        raise ValueError(f"parents without a weight: {', '.join(sorted(map(str, unknown)))}")
    share = weights / weights.groupby(above.fillna(""), sort=False).transform("sum")
    product, upper = share, above
    while upper.notna().any():
        product = product * upper.map(share).fillna(1.0)
        upper = upper.map(above)
    return product
