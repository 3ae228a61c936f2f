"""How sure a release is of its index: bands, chances and what drives them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.framework import Framework
from pipelines.index.robustness import bands, monte_carlo, sobol
from pipelines.index.robustness.choices import Choices

# With 10,000 replicates the share below the 5th percentile is known to within 0.4 points.
REPLICATES = 10_000
# Choices of a method with two gauges: those that keep its scale, so that a replicate can be held
# against its zones. Learned scores and correlations have scales of their own.
ON_THE_SCALE = Choices(
    normalisations=("goalposts",), windows=(None,), tails=(0.0,),
    aggregations=("arithmetic", "geometric"),
)  # fmt: skip
# Base points of the Sobol design and resamples of its bounds: indices within about 0.02.
POINTS, BOOTSTRAPS = 1024, 100


class Sensitivity(NamedTuple):
    """Bands, chances of each regime, agreement and Sobol indices of a release.

    `bands` are (key, period) x p5, p50, p95. Of the index by period: `chances` of being at least
    each regime's `enter`, and `agreement` on the sign of its change. `factors` are the Sobol
    indices of the last period.
    """

    bands: pd.DataFrame
    chances: pd.DataFrame
    agreement: pd.Series
    factors: pd.DataFrame


def analyse(
    values: pd.DataFrame, framework: Framework, *, seed: int, choices: Choices | None = None
) -> Sensitivity:
    """Bands and sensitivity of computed rows, where the index is published.

    Each month's figures are those of its own cut-off, and no replicate lets a month see a later
    one. The same seed gives the same bits.
    """
    index = values[values["kind"].eq("index")].set_index("period")["score"].sort_index()
    published = index.index[index.notna()]
    rows = values[values["period"].isin(published)]
    if framework.phase:
        choices = choices or ON_THE_SCALE
    drawn = model(rows, framework, seed=seed, choices=choices)
    outcome = monte_carlo.simulate(drawn, REPLICATES, seed=seed)
    if framework.phase:
        outcome = _linked(outcome, rows)
    thresholds = {zone.key: zone.enter for zone in framework.regimes[1:]}
    return Sensitivity(
        bands=bands.percentiles(outcome),
        chances=_chances(outcome, thresholds),
        agreement=bands.sign_agreement(outcome, index[published]),
        factors=_factors(drawn, seed),
    )


def _linked(outcome: monte_carlo.Replicates, rows: pd.DataFrame) -> monte_carlo.Replicates:
    """The replicates moved by what links presence and versions."""
    leaves = rows[rows["kind"].eq("indicator") & rows["weight"].gt(0)]
    above = leaves["key"].str.split(".").str[0]
    inside = leaves.groupby(["period", above])[["contribution", "weight"]].sum()
    plain = (inside["contribution"] / inside["weight"]).unstack()
    plain["index"] = leaves.groupby("period")["contribution"].sum()
    own = rows[rows["kind"].isin(["index", "dimension"])]
    gap = own.pivot(index="period", columns="key", values="score") - plain
    gap = gap.reindex(outcome.periods).astype("float32")

    def moved(layer: NDArray[np.float32], key: str) -> NDArray[np.float32]:
        shifted: NDArray[np.float32] = layer + gap[key].to_numpy()[:, None]
        return shifted.clip(0, 100)

    parts = [moved(layer, str(n)) for n, layer in zip(outcome.names, outcome.parts, strict=True)]
    return outcome._replace(overall=moved(outcome.overall, "index"), parts=np.stack(parts))


def intervals(values: pd.DataFrame, framework: Framework, *, seed: int) -> pd.DataFrame:
    """The central 90 % of the replicates: period, key, low, high.

    For the index and its dimensions, in the months in which the index is published.
    """
    index = values[values["kind"].eq("index") & values["score"].notna()]
    drawn = model(values[values["period"].isin(index["period"])], framework, seed=seed)
    levels = bands.percentiles(monte_carlo.simulate(drawn, REPLICATES, seed=seed))
    ends = levels[["p5", "p95"]].astype("float64").set_axis(["low", "high"], axis=1)
    return ends.rename_axis(["key", "period"]).reset_index()[["period", "key", "low", "high"]]


def model(
    values: pd.DataFrame, framework: Framework, *, seed: int, choices: Choices | None = None
) -> monte_carlo.Model:
    """The Monte Carlo model of computed rows.

    An indicator of a withheld dimension is missing.
    """
    figures = values[values["kind"].eq("indicator")].pivot(
        index="period", columns="key", values="value"
    )
    scores = values[values["kind"].eq("dimension")].pivot(
        index="period", columns="key", values="score"
    )
    above = [str(key).split(".")[0] for key in figures.columns]
    published = scores[above].notna().set_axis(figures.columns, axis=1)
    weights = pd.Series({group.key: group.weight for group in framework.dimension})
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
        f"{dimension.key}.{member.key}": {
            "low": member.low,
            "high": member.high,
            "log": False,
            "weight": member.weight,
            "dimension": dimension.key,
        }
        for dimension in framework.dimension
        for member in dimension.indicator
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _chances(outcome: monte_carlo.Replicates, thresholds: Mapping[str, float]) -> pd.DataFrame:
    shares = bands.exceedance(outcome, list(thresholds.values()))
    return shares.set_axis(list(thresholds), axis=1)


def _factors(drawn: monte_carlo.Model, seed: int) -> pd.DataFrame:
    """First-order and total indices of the last period, with their 90 % bounds."""
    factors = list(monte_carlo.FACTORS)
    points = sobol.design(POINTS, len(factors), seed)
    last = monte_carlo.evaluate(drawn, points).overall[-1].astype("float64")
    return sobol.indices(last, len(factors), bootstraps=BOOTSTRAPS, seed=seed).table(factors)
