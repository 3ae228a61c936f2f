"""What an audit looks at: each gauge as first published, and what made it."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.index import realtime
from pipelines.index.aggregate import weighted_mean
from pipelines.index.framework import Framework
from pipelines.index.gauges.due import leaf_weights
from pipelines.index.gauges.gauge import Gauge, Tree
from pipelines.index.gauges.gauge import gauge as make_gauge
from pipelines.index.gauges.linking import linked_mean
from pipelines.index.gauges.phase import PhaseRules, phases
from pipelines.index.gauges.rows import RETREAT, phase_rules
from pipelines.index.normalise import goalposts

PRESSURE = "pressure"
# The key of each gauge among the rows that the engine makes.
GAUGES = {PRESSURE: "index", RETREAT: RETREAT}


class GaugeInputs(NamedTuple):
    """One gauge by month: tables are period x "dimension.indicator".

    `states` are those of `realtime.indicators`; `readable` is false where too little of what is
    due is observed; `floor` is the share of a dimension that must be present; `gauge` is what
    follows from the scores.
    """

    tree: Tree
    values: pd.DataFrame
    states: pd.DataFrame
    scores: pd.DataFrame
    readable: pd.Series
    floor: float
    gauge: Gauge

    @property
    def weights(self) -> pd.Series:
        """Weight of each indicator in the gauge; they add up to one."""
        return pd.Series(leaf_weights(self.tree))

    @property
    def parents(self) -> dict[str, str]:
        """The dimension of each indicator."""
        return {str(key): str(key).partition(".")[0] for key in self.scores}


class Material(NamedTuple):
    """First readings of two gauges, and the same months as known now.

    `read` and `known_now` have the columns of `realtime.READ`, `first` and `latest` are the rows
    that the engine makes of them.
    """

    framework: Framework
    read: pd.DataFrame
    known_now: pd.DataFrame
    first: pd.DataFrame
    latest: pd.DataFrame
    gauges: Mapping[str, GaugeInputs]

    @property
    def rules(self) -> PhaseRules:
        """The thresholds of the phases."""
        return phase_rules(self.framework)

    @property
    def published(self) -> pd.DataFrame:
        """Pressure, retreat and phase by month, as first published."""
        return path(self.first)


def prepare(read: pd.DataFrame, known_now: pd.DataFrame, framework: Framework) -> Material:
    """The material of an audit from the indicators read at each cut-off, and now.

    Panels, which are in no gauge, are left out. Raises ValueError for a method without retreat.
    """
    if framework.retreat is None:
        raise ValueError(f"method {framework.version} has no retreat gauge")
    bare = without_panels(framework)
    own, now = (_own(rows, bare) for rows in (read, known_now))
    first, latest = (realtime.assembled(rows, bare) for rows in (own, now))
    groups = {PRESSURE: bare.dimension, RETREAT: (framework.retreat,)}
    gauges = {
        name: _inputs(
            {g.key: (g.weight, {leaf.key: leaf.weight for leaf in g.indicator}) for g in of},
            own, first[first["key"].eq(GAUGES[name])], bare,
        )
        for name, of in groups.items()
    }  # fmt: skip
    return Material(bare, own, now, first, latest, gauges)


def without_panels(framework: Framework) -> Framework:
    """The method with the indicators of its gauges alone."""
    return framework.model_copy(update={"panel": ()})


def rebuild(
    inputs: GaugeInputs, scores: pd.DataFrame, framework: Framework, tree: Tree | None = None
) -> pd.Series:
    """The level of the gauge from other scores, or from another tree.

    An indicator without any score is left out, and its weight with it. A dimension of which
    nothing changes is taken as it is: most removals and choices touch one of five.
    """
    present = scores.notna().any()
    there = set(map(str, present.index[present]))
    groups = {
        key: (weight, own)
        for key, (weight, inside) in (inputs.tree if tree is None else tree).items()
        if (own := {leaf: w for leaf, w in inside.items() if f"{key}.{leaf}" in there})
    }
    rules = framework.rules
    changed = _changed(inputs.scores, scores)
    dimensions = pd.DataFrame(
        {
            key: _dimension(inputs, scores, changed, key, inside, rules.coverage_dimension)
            for key, (_, inside) in groups.items()
        }
    )
    weights = pd.Series({key: weight for key, (weight, _) in groups.items()})
    shown = dimensions.where(inputs.readable, axis=0)
    return linked_mean(shown, weights, floor=rules.coverage_index).value


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    """The indicators whose scores differ between two tables of the same rows."""
    old, new = before.to_numpy(), after[list(before)].to_numpy()
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    return {str(key) for key, alike in zip(before, same.all(axis=0), strict=True) if not alike}


def _dimension(
    inputs: GaugeInputs,
    scores: pd.DataFrame,
    changed: set[str],
    key: str,
    inside: Mapping[str, float],
    floor: float,
) -> pd.Series:
    same = floor == inputs.floor and inside == inputs.tree[key][1]
    if same and changed.isdisjoint(f"{key}.{leaf}" for leaf in inside):
        return inputs.gauge.dimensions[key]
    weights = _leaves(key, inside)
    return linked_mean(scores[list(weights.index)], weights, floor=floor).value


def plain_means(inputs: GaugeInputs, scores: pd.DataFrame, floor: float) -> pd.DataFrame:
    """Each dimension as the mean of who is present, without any link."""
    leaves = {key: _leaves(key, inside) for key, (_, inside) in inputs.tree.items()}
    return pd.DataFrame(
        {
            key: weighted_mean(scores[list(weights.index)], weights, floor=floor).value
            for key, weights in leaves.items()
        }
    )


def path(rows: pd.DataFrame) -> pd.DataFrame:
    """Pressure, retreat and phase by month from the rows of the engine."""
    by_key = {key: rows[rows["key"].eq(key)].set_index("period") for key in GAUGES.values()}
    columns = {name: by_key[key]["score"] for name, key in GAUGES.items()}
    return pd.DataFrame(columns | {"phase": by_key["index"]["regime"]}).sort_index()


def with_phase(pressure: pd.Series, retreat: pd.Series, rules: PhaseRules) -> pd.DataFrame:
    """Both gauges with the phase that follows from them."""
    named = phases(pressure, retreat, rules)
    return pd.DataFrame({PRESSURE: pressure, RETREAT: retreat, "phase": named})


def _leaves(key: str, inside: Mapping[str, float]) -> pd.Series:
    return pd.Series({f"{key}.{leaf}": weight for leaf, weight in inside.items()})


def _own(read: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    return read.loc[read["key"].isin(list(framework.indicators)), realtime.READ]


def _inputs(tree: Tree, read: pd.DataFrame, own: pd.DataFrame, framework: Framework) -> GaugeInputs:
    keys = list(leaf_weights(tree))
    values, states = (
        read.pivot(index="period", columns="key", values=name)[keys] for name in ("value", "state")
    )
    posts = {key: framework.indicators[key] for key in keys}
    scores = pd.DataFrame(
        {key: goalposts(values[key], leaf.low, leaf.high) for key, leaf in posts.items()}
    )
    readable = own.set_index("period")["score"].notna()
    rules = framework.rules
    result = make_gauge(
        scores, tree, floor_dimension=rules.coverage_dimension, floor=rules.coverage_index,
        readable=readable,
    )  # fmt: skip
    return GaugeInputs(tree, values, states, scores, readable, rules.coverage_dimension, result)
