"""Bands, probabilities, agreement and ranks of Monte Carlo replicates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.robustness.monte_carlo import Replicates


def percentiles(outcome: Replicates, levels: Sequence[float] = (5, 50, 95)) -> pd.DataFrame:
    """Percentiles of the replicates by key ("index" or a dimension) and period."""
    layers = {"index": outcome.overall} | dict(zip(outcome.names, outcome.parts, strict=True))
    columns = [f"p{level:g}" for level in levels]
    tables = {
        key: pd.DataFrame(_quantiles(layer, levels), outcome.periods, columns)
        for key, layer in layers.items()
    }
    return pd.DataFrame(pd.concat(tables, names=["key", "period"]))


def exceedance(outcome: Replicates, thresholds: Sequence[float]) -> pd.DataFrame:
    """Share of replicates with an index of at least each threshold.

    Period x threshold; NaN where no replicate has an index.
    """
    finite = np.isfinite(outcome.overall).sum(axis=1)
    counts = {at: (outcome.overall >= at).sum(axis=1) for at in thresholds}
    return pd.DataFrame(counts, outcome.periods).div(pd.Series(finite, outcome.periods), axis=0)


def sign_agreement(outcome: Replicates, nominal: pd.Series) -> pd.Series:
    """Share of replicates that change in the direction of the published index.

    The change is that since the month before.
    """
    signs = np.sign(np.diff(outcome.overall, axis=0))
    published = np.sign(nominal.reindex(outcome.periods).diff()).iloc[1:]
    agree = (signs == published.to_numpy()[:, None]).sum(axis=1)
    finite = pd.Series(np.isfinite(signs).sum(axis=1), published.index)
    share = (agree / finite).where((finite > 0) & published.notna())
    return pd.Series(share.reindex(outcome.periods))


def rank_statistics(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean, median and 90 % range of each row's rank over the replicates.

    A column is a replicate; rank 1 is the highest.
    """
    ranks = scores.rank(ascending=False, method="min")
    low, middle, high = ranks.quantile([0.05, 0.5, 0.95], axis=1).to_numpy()
    columns = {"Mean": ranks.mean(axis=1), "Median": middle, "Q5": low, "Q95": high}
    return pd.DataFrame(columns, ranks.index)


def _quantiles(layer: NDArray[np.float32], levels: Sequence[float]) -> NDArray[np.float64]:
    """Percentiles by row, of the replicates that have a value."""
    table = np.full((len(layer), len(levels)), np.nan)
    finite = np.isfinite(layer)
    full, some = finite.all(axis=1), finite.any(axis=1) & ~finite.all(axis=1)
    table[full] = np.percentile(layer[full], levels, axis=1).T
    if some.any():
        table[some] = np.nanpercentile(layer[some], levels, axis=1).T
    return table
