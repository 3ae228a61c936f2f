"""What the pressure would read under each other choice, one choice at a time.

The choices are those that the Monte Carlo of `robustness` draws from, and those that belong to
method 2027.1: presence, confirmation, floors.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipelines.index.audit.comparison import compare
from pipelines.index.audit.material import (
    PRESSURE,
    GaugeInputs,
    Material,
    plain_means,
    rebuild,
    with_phase,
)
from pipelines.index.robustness import replicate
from pipelines.index.robustness.choices import ScoringChoice, scorer
from pipelines.index.toolkit import weights as weighting

# By name: how the score of an indicator could be made otherwise.
SCORINGS: Mapping[str, ScoringChoice] = {
    "scores_by_zscore": ScoringChoice("zscore", None, 0.0, 1.0),
    "scores_by_zscore_36": ScoringChoice("zscore", 36, 0.0, 1.0),
    "scores_by_rank": ScoringChoice("ecdf", None, 0.0, 1.0),
    "extremes_pulled_in": ScoringChoice("goalposts", None, 0.05, 1.0),
    "goalposts_narrower": ScoringChoice("goalposts", None, 0.0, 0.8),
    "goalposts_wider": ScoringChoice("goalposts", None, 0.0, 1.2),
}


def rows(material: Material) -> pd.DataFrame:
    """Change of the pressure, of phases and of their onset under each choice.

    Columns: topic, gauge, key, measure, value, month, verdict.
    """
    published = material.published
    tables = [
        compare(other, published, PRESSURE, material.framework).assign(key=key)
        for key, other in _cases(material)
    ]
    return pd.concat(tables, ignore_index=True).assign(topic="choice", gauge=PRESSURE)


def _cases(material: Material) -> Iterator[tuple[str, pd.DataFrame]]:
    """Both gauges and their phase under each choice, by its name."""
    retreat, rules = material.published["retreat"], material.rules
    for key, level in _levels(material):
        yield key, with_phase(level, retreat, rules)
    for months in (1, 3):
        other = rules._replace(confirm=months)
        yield f"confirmed_in_{months}", with_phase(material.published[PRESSURE], retreat, other)


def _levels(material: Material) -> Iterator[tuple[str, pd.Series]]:
    inputs, framework = material.gauges[PRESSURE], material.framework
    posts = _goalposts(inputs, material)
    score = scorer(inputs.values, posts)
    for key, choice in SCORINGS.items():
        scores = pd.DataFrame(score(choice), inputs.scores.index, inputs.scores.columns).where(
            inputs.scores.notna()
        )
        yield key, rebuild(inputs, scores, framework)
    for key, tree in _trees(inputs):
        yield key, rebuild(inputs, inputs.scores, framework, tree)
    yield from _aggregates(inputs, framework.rules.coverage_dimension)
    observed = inputs.scores.where(~inputs.states.isin(["carried"]))  # the policy "renormalise"
    yield "nothing_carried", rebuild(inputs, observed, framework)
    for share in (0.4, 0.7):
        rules = framework.rules.model_copy(update={"coverage_dimension": share})
        other = framework.model_copy(update={"rules": rules})
        yield (
            f"dimension_floor_{share:.0%}".rstrip("%"),
            rebuild(inputs, inputs.scores, other),
        )


def _trees(
    inputs: GaugeInputs,
) -> Iterator[tuple[str, Mapping[str, tuple[float, Mapping[str, float]]]]]:
    """Other weights: equal ones inside, and dimensions by how they move."""
    yield (
        "equal_weights",
        {
            key: (weight, dict.fromkeys(inside, 1.0))
            for key, (weight, inside) in inputs.tree.items()
        },
    )
    moves = inputs.gauge.dimensions.diff().dropna(how="all")
    if not (moves.std() > 0).all():
        return  # a dimension that never moved has no volatility to be weighed by
    by_volatility = weighting.inverse_volatility(moves)
    loadings = weighting.first_component(inputs.gauge.dimensions)
    # A negative loading is a finding of the check of signs; here it counts for nothing.
    for name, shares in (("by_volatility", by_volatility), ("first_component", loadings)):
        positive = shares[shares > 0]
        yield (
            f"weights_{name}",
            {str(key): (float(positive[key]), inputs.tree[str(key)][1]) for key in positive.index},
        )


def _aggregates(inputs: GaugeInputs, floor: float) -> Iterator[tuple[str, pd.Series]]:
    """Other ways from dimensions to the gauge: unlinked, geometric, correlated."""
    plain = plain_means(inputs, inputs.scores, floor)
    above = np.array([[weight] for weight, _ in inputs.tree.values()])
    read = inputs.gauge.value.notna()
    for key, table, how in (
        ("not_linked", plain, "arithmetic"),
        ("geometric_mean", inputs.gauge.dimensions, "geometric"),
        ("correlated_mean", inputs.gauge.dimensions, "ciss"),
    ):
        shown = table[read]
        level = replicate.index(shown.to_numpy().T[:, :, None], above, how)[:, 0]  # type: ignore[arg-type]
        yield key, pd.Series(level, shown.index).reindex(inputs.scores.index)


def _goalposts(inputs: GaugeInputs, material: Material) -> pd.DataFrame:
    own = material.framework.indicators
    table = {
        key: {"low": own[key].low, "high": own[key].high, "log": False}
        for key in map(str, inputs.scores)
    }
    return pd.DataFrame.from_dict(table, orient="index")
