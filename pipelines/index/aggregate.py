"""From scores to one value, with what is missing left out, and said.

Scores are period x key (or unit x key), NaN is missing. Every mean gives three things: the
value, the coverage (share of the nominal weight that is present) and the effective weights,
renormalised over what is present; the value is NaN where coverage is under `floor`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Mean(NamedTuple):
    """A value by row, its coverage in 0..1, and its effective weights.

    `weights` are row x key and add up to one in each row.
    """

    value: pd.Series
    coverage: pd.Series
    weights: pd.DataFrame


def weighted_mean(scores: pd.DataFrame | pd.Series, weights: pd.Series, *, floor: float) -> Mean:
    """Weighted arithmetic mean of the scores that are present.

    A series of scores by key counts as one row.
    """
    table = scores.to_frame().T if isinstance(scores, pd.Series) else scores
    coverage, effective = renormalise(table, weights)
    value = (effective * table.fillna(0.0)).sum(axis=1)
    return Mean(value.where(enough(coverage, floor)), coverage, effective)


def power_mean(scores: pd.DataFrame, weights: pd.Series, power: float, *, floor: float) -> Mean:
    """Weighted power mean: 1 arithmetic, 0 geometric (the limit), -1 harmonic.

    Below 1, a low score is compensated less by a high one; a score of zero makes powers of
    zero and less zero. Raises ValueError for a negative score.
    """
    if (scores < 0).to_numpy().any():
        raise ValueError("a power mean needs scores that are not negative")
    coverage, effective = renormalise(scores, weights)
    table = scores.where(effective > 0).fillna(1.0)
    with np.errstate(divide="ignore"):
        if power == 0:
            value = np.exp((effective * np.log(table)).where(effective > 0, 0.0).sum(axis=1))
        else:
            value = (effective * table**power).where(effective > 0, 0.0).sum(axis=1) ** (1 / power)
    return Mean(pd.Series(value).where(enough(coverage, floor)), coverage, effective)


def geometric(scores: pd.DataFrame, weights: pd.Series, *, floor: float) -> Mean:
    """Weighted geometric mean."""
    return power_mean(scores, weights, 0.0, floor=floor)


def harmonic(scores: pd.DataFrame, weights: pd.Series, *, floor: float) -> Mean:
    """Weighted harmonic mean."""
    return power_mean(scores, weights, -1.0, floor=floor)


def ciss(
    scores: pd.DataFrame, weights: pd.Series, correlations: NDArray[np.float64], *, floor: float
) -> Mean:
    """Portfolio aggregation of the CISS, (w o s)' C (w o s), scores s in 0..1.

    `correlations` is period x key x key, as `ewma_correlations` gives. Scores that move
    together weigh more than the same scores apart. Source: Hollo, Kremer and Lo Duca, ECB
    Working Paper 1426, section 2.3.
    """
    coverage, effective = renormalise(scores, weights)
    weighted = (effective * scores.fillna(0.0)).to_numpy()
    value = np.einsum("ti,tij,tj->t", weighted, np.nan_to_num(correlations), weighted)
    usable = enough(coverage, floor) & _correlated(weighted, correlations)
    return Mean(pd.Series(value, scores.index).where(usable), coverage, effective)


def ewma_correlations(
    scores: pd.DataFrame, *, decay: float = 0.93, centre: float = 0.5, least: int = 12
) -> NDArray[np.float64]:
    """Exponentially weighted correlations around `centre`, from past rows only.

    Causal; NaN until `least` rows in which both scores are present. The theoretical median
    stands for the mean, and 0.93 for the smoothing, as in the CISS.
    """
    gaps = (scores - centre).to_numpy()
    products = gaps[:, :, None] * gaps[:, None, :]
    flat = pd.DataFrame(products.reshape(len(scores), -1))
    smooth = flat.ewm(alpha=1 - decay, min_periods=least).mean().to_numpy().reshape(products.shape)
    sd = np.sqrt(np.diagonal(smooth, axis1=1, axis2=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        result: NDArray[np.float64] = smooth / (sd[:, :, None] * sd[:, None, :])
    return result.clip(-1.0, 1.0)


def level(
    scores: pd.DataFrame,
    weights: pd.Series,
    parents: Mapping[str, str],
    *,
    floor: float,
    mean: Callable[..., Mean] = weighted_mean,
) -> pd.DataFrame:
    """One level up a tree: row x parent, each the mean of its children."""
    above = pd.Series({key: parents[key] for key in scores.columns})
    children = above.groupby(above, sort=False).groups
    return pd.DataFrame(
        {up: mean(scores[keys], weights[keys], floor=floor).value for up, keys in children.items()}
    )


def renormalise(scores: pd.DataFrame, weights: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Coverage of each row, and the weights of the scores present in it.

    `weights` is by column, of any positive sum; a column of `scores` that has none counts for
    nothing. Coverage is the present share of the whole weight, that of absent columns
    included. Rows without any score have weights of zero.
    """
    if weights.isna().any() or (weights < 0).any() or not weights.sum() > 0:
        raise ValueError(
            "weights must not be missing or negative, and must add up to more than zero"
        )
    nominal = weights.reindex(scores.columns, fill_value=0.0) / weights.sum()
    present = scores.notna().to_numpy() * nominal.to_numpy()
    coverage = pd.DataFrame(present, scores.index).sum(axis=1)
    total = coverage.to_numpy()[:, None]
    effective = np.divide(present, total, out=np.zeros_like(present), where=total > 0)
    return coverage, pd.DataFrame(effective, scores.index, scores.columns)


def enough(coverage: pd.Series, floor: float) -> pd.Series:
    """Whether each coverage reaches `floor`; a coverage of zero never does."""
    # Sums of weights such as 0.1 + 0.2 miss their floor by some 1e-16: 1e-9 forgives that.
    return (coverage > 0) & (coverage >= floor - 1e-9)


def _correlated(
    weighted: NDArray[np.float64], correlations: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Rows in which every pair of scores that counts has a correlation."""
    counts = weighted != 0
    unknown = np.isnan(correlations) & counts[:, :, None] & counts[:, None, :]
    result: NDArray[np.bool_] = ~unknown.any(axis=(1, 2))
    return result
