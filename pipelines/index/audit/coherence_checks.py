"""What indicators say of each other: signs, weights, pairs, extremes, shapes."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipelines.index.audit.material import GAUGES, GaugeInputs
from pipelines.index.toolkit import coherence, outliers
from pipelines.index.toolkit.copeland import copeland

# Months that two columns must share before their correlation is printed: with less than a year
# a single move decides its sign.
LEAST = 12


def rows(name: str, inputs: GaugeInputs) -> pd.DataFrame:
    """Every check of coherence of one gauge.

    Columns: topic, gauge, key, against, measure, value, months.
    """
    top, scores = GAUGES[name], _shared(inputs)
    checks = [
        *_conflicts(inputs, scores, top),
        *_importance(inputs, scores, top),
        *_pairs(inputs, scores, top),
        *_consistency(inputs),
        *_saturation(inputs),
        *_shapes(inputs),
        *_ranking(inputs, top),
    ]
    return pd.DataFrame(checks).assign(gauge=name)


def _shared(inputs: GaugeInputs) -> pd.DataFrame:
    """The scores of the months with a reading, columns with a past."""
    read = inputs.scores[inputs.gauge.value.notna()]
    return read.loc[:, read.notna().sum() >= LEAST]


def _conflicts(inputs: GaugeInputs, scores: pd.DataFrame, top: str) -> Iterator[dict[str, Any]]:
    table = scores.join(inputs.gauge.dimensions).assign(**{top: inputs.gauge.value})
    above = [inputs.parents, dict.fromkeys(inputs.parents, top)]
    for parents in above[:1] if top in inputs.tree else above:
        own = {str(key): parents[str(key)] for key in scores}
        for key, value in coherence.with_parent(table, own).items():
            yield _row("conflict", key, own[str(key)], "correlation", value, _n(table, key))


def _importance(inputs: GaugeInputs, scores: pd.DataFrame, top: str) -> Iterator[dict[str, Any]]:
    table = coherence.importance(scores, inputs.gauge.value, inputs.weights.reindex(scores.columns))
    for key, row in table.iterrows():
        for measure in ("weight", "importance", "ratio"):
            yield _row("importance", key, top, measure, row[measure], _n(scores, key))


def _pairs(inputs: GaugeInputs, scores: pd.DataFrame, top: str) -> Iterator[dict[str, Any]]:
    """How many pairs there are, and those beyond the limit or else the closest."""
    pairs = coherence.redundant(scores, 0.0, least=LEAST)
    yield _row("redundancy", top, "", "pairs", len(pairs), len(scores))
    order = pairs.reindex(pairs["correlation"].abs().sort_values(ascending=False).index)
    limit = order["correlation"].abs() > coherence.REDUNDANT
    for pair in order[limit if limit.any() else slice(1)].to_dict("records"):
        both = scores[[pair["one"], pair["other"]]].dropna()
        yield _row(
            "redundancy", pair["one"], pair["other"], "correlation", pair["correlation"], len(both)
        )


def _consistency(inputs: GaugeInputs) -> Iterator[dict[str, Any]]:
    for dimension, (_, inside) in inputs.tree.items():
        own = inputs.scores[[f"{dimension}.{leaf}" for leaf in inside]].dropna()
        enough = len(own) >= LEAST
        alpha = coherence.cronbach_alpha(own) if enough else float("nan")
        yield _row("consistency", dimension, "", "alpha", alpha, len(own))


def _saturation(inputs: GaugeInputs) -> Iterator[dict[str, Any]]:
    for key, column in inputs.scores.items():
        seen = column.dropna()
        for measure, end in (("at_calm", 0.0), ("at_crash", 100.0)):
            share = seen.eq(end).mean() if len(seen) else float("nan")
            yield _row("saturation", key, "", measure, share, len(seen))


def _shapes(inputs: GaugeInputs) -> Iterator[dict[str, Any]]:
    treated = outliers.treat(inputs.values.dropna(axis=1, how="all")).details
    for key, row in treated.iterrows():
        yield _row(
            "outliers", key, "", "points", row["points"], int(inputs.values[key].notna().sum())
        )


def _ranking(inputs: GaugeInputs, top: str) -> Iterator[dict[str, Any]]:
    """Months ranked dimension by dimension, without compensation (Copeland)."""
    if len(inputs.tree) < 3:
        return
    complete = inputs.gauge.dimensions.dropna()
    weights = pd.Series({key: weight for key, (weight, _) in inputs.tree.items()})
    ranks = copeland(complete, weights)
    value = ranks.rank().corr(inputs.gauge.value.reindex(complete.index).rank())
    yield _row("ranking", top, "copeland", "rank_correlation", value, len(complete))


def _row(
    topic: str, key: object, against: str, measure: str, value: float, months: int
) -> dict[str, Any]:
    return {
        "topic": topic, "key": str(key), "against": against, "measure": measure,
        "value": float(value), "months": months,
    }  # fmt: skip


def _n(table: pd.DataFrame, key: object) -> int:
    return int(table[key].notna().sum())
