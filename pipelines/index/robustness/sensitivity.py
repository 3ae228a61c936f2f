"""How sure a release is of its index: bands, chances, and which choice of the method matters."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from pipelines.index.framework import Framework
from pipelines.index.robustness import bands, monte_carlo, sobol
from pipelines.index.robustness.choices import Choices

REPLICATES, POINTS, BOOTSTRAPS = 10_000, 1024, 100


class Sensitivity(NamedTuple):
    """`bands` (key, period) x p5, p50, p95; of the index by period: `chances` of being at least
    each regime's `enter` and `agreement` on the sign of the change; `factors` of the last period.
    """

    bands: pd.DataFrame
    chances: pd.DataFrame
    agreement: pd.Series
    factors: pd.DataFrame


def analyse(
    values: pd.DataFrame, framework: Framework, *, seed: int, choices: Choices | None = None
) -> Sensitivity:
    """Bands and sensitivity of the rows of `realtime.compute`, where the index is published.

    Each month's figures are those of its own cut-off, and no replicate lets a month see a later
    one. The same seed gives the same bits.
    """
    index = values[values["kind"].eq("index")].set_index("period")["score"].sort_index()
    known = index.index[index.notna()]
    drawn = model(values[values["period"].isin(known)], framework, seed=seed, choices=choices)
    outcome = monte_carlo.simulate(drawn, REPLICATES, seed=seed)
    thresholds = {one.key: one.enter for one in framework.regimes[1:]}
    return Sensitivity(
        bands=bands.percentiles(outcome),
        chances=_chances(outcome, thresholds),
        agreement=bands.sign_agreement(outcome, index[known]),
        factors=_factors(drawn, seed),
    )


def intervals(values: pd.DataFrame, framework: Framework, *, seed: int) -> pd.DataFrame:
    """The central 90 % of the replicates of rows of `realtime.compute`: period, key, low, high.

    For the index and its dimensions, in the months in which the index is published.
    """
    index = values[values["kind"].eq("index") & values["score"].notna()]
    drawn = model(values[values["period"].isin(index["period"])], framework, seed=seed)
    found = bands.percentiles(monte_carlo.simulate(drawn, REPLICATES, seed=seed))
    ends = found[["p5", "p95"]].astype("float64").set_axis(["low", "high"], axis=1)
    return ends.rename_axis(["key", "period"]).reset_index()[["period", "key", "low", "high"]]


def model(
    values: pd.DataFrame, framework: Framework, *, seed: int, choices: Choices | None = None
) -> monte_carlo.Model:
    """The Monte Carlo model of computed rows; an indicator of a withheld dimension is missing."""
    figures = values[values["kind"].eq("indicator")].pivot(
        index="period", columns="key", values="value"
    )
    scores = values[values["kind"].eq("dimension")].pivot(
        index="period", columns="key", values="score"
    )
    above = [str(key).split(".")[0] for key in figures.columns]
    published = scores[above].notna().set_axis(figures.columns, axis=1)
    weights = pd.Series({one.key: one.weight for one in framework.dimension})
    return monte_carlo.prepare(
        figures.where(published).astype("float64"),
        _indicators(framework),
        weights,
        choices,
        seed=seed,
    )


def _indicators(framework: Framework) -> pd.DataFrame:
    """Goalposts, weight and dimension by full key, those of the panels left out."""
    rows = {
        f"{dimension.key}.{one.key}": {
            "low": one.low,
            "high": one.high,
            "log": False,
            "weight": one.weight,
            "dimension": dimension.key,
        }
        for dimension in framework.dimension
        for one in dimension.indicator
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _chances(outcome: monte_carlo.Replicates, thresholds: Mapping[str, float]) -> pd.DataFrame:
    shares = bands.exceedance(outcome, list(thresholds.values()))
    return shares.set_axis(list(thresholds), axis=1)


def _factors(drawn: monte_carlo.Model, seed: int) -> pd.DataFrame:
    """First-order and total indices of the last period, with their 90 % bounds."""
    factors = list(monte_carlo.FACTORS)
    points = sobol.design(POINTS, len(factors), seed)
    last = monte_carlo.evaluate(drawn, points).whole[-1].astype("float64")
    return sobol.indices(last, len(factors), bootstraps=BOOTSTRAPS, seed=seed).table(factors)
