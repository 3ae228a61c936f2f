"""From scores to dimensions to the index, for many sets of weights at once."""

import numpy as np
from numpy.typing import NDArray

from pipelines.index.robustness.choices import LEAST, Aggregation

Array = NDArray[np.float64]
# Smoothing and centre of the correlations, as in the CISS (ECB Working Paper 1426).
DECAY, CENTRE = 0.93, 0.5
# A dimension at zero would pull a geometric mean to zero whatever the others say.
LOWEST = 1.0


def dimensions(scores: Array, members: list[NDArray[np.intp]], weights: Array) -> Array:
    """Weighted means of the present scores: dimension x period x replicate.

    `scores` is period x key, `members` the keys of each dimension, `weights` key x replicate.
    """
    present = (~np.isnan(scores)).astype(np.float64)
    filled = np.nan_to_num(scores)
    means = np.empty((len(members), len(scores), weights.shape[1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        for mean, keys in zip(means, members, strict=True):
            np.divide(filled[:, keys] @ weights[keys], present[:, keys] @ weights[keys], out=mean)
    return means


def index(means: Array, weights: Array, aggregation: Aggregation) -> Array:
    """The index of dimension means, weights renormalised over those present.

    Period x replicate.
    """
    if np.isnan(means).any():
        present = ~np.isnan(means)
        shares = present * weights[:, None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = shares / shares.sum(axis=0)
        means = np.nan_to_num(means)
    else:
        shares = np.broadcast_to((weights / weights.sum(axis=0))[:, None, :], means.shape)
    if aggregation == "ciss":
        return _correlated(means, shares)
    if aggregation == "geometric":
        logs = np.log(np.maximum(means, LOWEST))
        return np.asarray(np.exp(np.einsum("dtn,dtn->tn", shares, logs)))
    return np.asarray(np.einsum("dtn,dtn->tn", shares, means))


def _correlated(means: Array, shares: Array) -> Array:
    """Root of the CISS portfolio, on the scale of the scores.

    With all correlations at one it is the weighted mean.

    Correlations are causal, exponentially weighted around the middle of the scale, and one for
    the first months.
    """
    row, column = np.triu_indices(len(means))
    gaps = np.where(shares > 0, means / 100.0 - CENTRE, 0.0)
    smooth = gaps[row] * gaps[column]
    for period in range(1, smooth.shape[1]):
        smooth[:, period] += DECAY * smooth[:, period - 1]
    spread = np.sqrt(smooth[row == column])
    both = spread[row] * spread[column]
    correlations = np.divide(smooth, both, out=np.ones_like(smooth), where=both > 0)
    correlations[:, :LEAST] = 1.0
    weighted = shares * means
    pairs = correlations * weighted[row] * weighted[column]
    pairs[row != column] *= 2
    return np.asarray(np.sqrt(np.maximum(pairs.sum(axis=0), 0.0)))
