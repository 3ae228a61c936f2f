"""The rows of a method with two gauges: pressure, retreat and their phase.

The columns are those of `assemble`. Under `index` are the pressure, its dimensions and indicators,
under `retreat` the second gauge and its signs. "composition" rows are the shifts by which presence
was linked; with them the contributions of each gauge add up to it. The coverage of a gauge is the
weight observed among what is due; its state is observed, provisional or withheld.
"""

from collections.abc import Mapping

import pandas as pd

from pipelines.index.assemble import COLUMNS
from pipelines.index.framework import Dimension, Framework
from pipelines.index.gauges.due import Coverage, Status, coverage, leaf_weights
from pipelines.index.gauges.gauge import COMPOSITION, Gauge, Tree, gauge
from pipelines.index.gauges.phase import PhaseRules, phases
from pipelines.index.normalise import goalposts

RETREAT = "retreat"
STATES: Mapping[Status, str] = {
    "none": "withheld",
    "provisional": "provisional",
    "full": "observed",
}


def assemble(read: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows of both gauges from the indicators read.

    Raises ValueError for a method without a retreat gauge.
    """
    if framework.retreat is None:
        raise ValueError(f"method {framework.version} has no retreat gauge")
    scores, states = scores_of(read, framework)
    pressure = _rows(scores, states, framework.dimension, framework, "index")
    retreat = _rows(scores, states, (framework.retreat,), framework, RETREAT)
    panels = _panels(scores, framework)
    rows = pd.concat([pressure, retreat, panels], ignore_index=True)
    own = rows.merge(read, "left", ["period", "key"], suffixes=("", "_read"))
    filled = own.assign(
        state=own["state"].fillna(own["state_read"]),
        reason=own["reason"].where(own["reason"].ne(""), own["reason_read"]).fillna(""),
        regime="",
    )
    phase = filled["period"].map(phases_of(filled, framework))
    named = filled.assign(regime=phase.where(filled["key"].eq("index"), "").fillna(""))
    return named.sort_values(["period", "key"], ignore_index=True)[COLUMNS]


def moves(read: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Points that each indicator adds to the change of the pressure, by month.

    The change is that since the last month with a reading; "composition" is what no indicator
    made: zero, but where nothing links two months or the scale ends.
    """
    scores, states = scores_of(read, framework)
    return _gauge(scores, states, framework.dimension, framework)[0].moves


def scores_of(read: pd.DataFrame, framework: Framework) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and states of every indicator: month x key."""
    wide = read.pivot(index="period", columns="key", values="value")
    scores = {
        key: goalposts(wide[key], indicator.low, indicator.high)
        for key, indicator in framework.indicators.items()
    }
    return pd.DataFrame(scores), read.pivot(index="period", columns="key", values="state")


def phase_rules(framework: Framework) -> PhaseRules:
    """The thresholds of a method with phases, and how long things must last."""
    if framework.phase is None:
        raise ValueError(f"method {framework.version} has no phases")
    zones = [(zone.key, zone.enter, zone.leave) for zone in framework.regimes]
    retreat, recovery = framework.phase.retreat, framework.phase.recovery
    return PhaseRules(
        zones, retreat.enter, retreat.leave, recovery.leave, framework.rules.confirm,
        framework.phase.memory,
    )  # fmt: skip


def phases_of(values: pd.DataFrame, framework: Framework) -> pd.Series:
    """The phase by month from the rows of `assemble`, "" without a reading.

    Months of a version before, which had no retreat gauge, count for the pressure alone.
    """
    both = values[values["key"].isin(["index", RETREAT])]
    scores = both.pivot(index="period", columns="key", values="score").sort_index()
    return phases(scores["index"], scores[RETREAT], phase_rules(framework))


def _rows(
    scores: pd.DataFrame,
    states: pd.DataFrame,
    groups: tuple[Dimension, ...],
    framework: Framework,
    top: str,
) -> pd.DataFrame:
    """The rows of one gauge, whose own key is `top`."""
    result, covered = _gauge(scores, states, groups, framework)
    weights = list(leaf_weights(tree_of(groups)))
    shown = pd.DataFrame(list(covered.values()), index=pd.Index(list(covered), name="period"))
    status = shown["status"].where(result.value.notna(), "none")
    own = pd.DataFrame(
        {
            "key": top,
            "kind": "index" if top == "index" else "gauge",
            "score": result.value,
            "weight": result.value.notna().astype("float64").where(result.value.notna()),
            "contribution": result.value,
            "coverage": shown["observed"],
            "state": status.map(STATES),
            "reason": [_reason(status[month], covered[month].observed) for month in status.index],
        }
    ).reset_index(names="period")
    parts = [own, _leaves(scores, result, weights, "indicator" if top == "index" else "sign")]
    parts.append(_shifts(result, "" if top == "index" else f"{top}."))
    if top == "index":
        parts.append(_dimensions(result, tree_of(groups)))
    return pd.concat(parts, ignore_index=True)


def tree_of(groups: tuple[Dimension, ...]) -> Tree:
    """The weights of groups and of their indicators."""
    return {
        group.key: (group.weight, {leaf.key: leaf.weight for leaf in group.indicator})
        for group in groups
    }


def _gauge(
    scores: pd.DataFrame,
    states: pd.DataFrame,
    groups: tuple[Dimension, ...],
    framework: Framework,
) -> tuple[Gauge, dict[pd.Timestamp, Coverage]]:
    """A gauge by month, and how much of what is due each month rests on."""
    tree = tree_of(groups)
    weights = leaf_weights(tree)
    covered = {
        pd.Timestamp(str(month)): coverage({str(k): str(s) for k, s in by_key.items()}, weights)
        for month, by_key in states[list(weights)].to_dict("index").items()
    }
    readable = pd.Series({month: own.status != "none" for month, own in covered.items()})
    rules = framework.rules
    result = gauge(
        scores[list(weights)], tree, floor_dimension=rules.coverage_dimension,
        floor=rules.coverage_index, readable=readable,
    )  # fmt: skip
    return result, covered


def _reason(status: Status, observed: float) -> str:
    if status == "full":
        return ""
    word = "no reading" if status == "none" else "provisional"
    return f"{word}: {observed:.0%} of the weight that is due is observed"


def _leaves(scores: pd.DataFrame, result: Gauge, keys: list[str], kind: str) -> pd.DataFrame:
    tables = {
        "score": scores[keys],
        "weight": result.weights[keys].where(result.weights[keys] > 0),
        "contribution": result.contributions[keys].where(result.weights[keys] > 0),
    }
    return _long(tables).assign(kind=kind, reason="")


def _shifts(result: Gauge, prefix: str) -> pd.DataFrame:
    keys = [key for key in result.contributions if str(key).split(".")[-1] == COMPOSITION]
    shift = result.contributions[keys]
    # Of the one dimension of retreat, the shift inside is all there is.
    shift = shift.T.groupby(lambda key: f"{prefix}{COMPOSITION}" if prefix else str(key)).sum().T
    # min_count: a month without a reading has no shift, not one of zero
    shift = shift.where(result.value.notna(), axis=0)
    return _long({"contribution": shift}).assign(
        kind=COMPOSITION, state="observed",
        reason="keeps the gauge where it was when who is present changed",
    )  # fmt: skip


def _dimensions(result: Gauge, tree: Tree) -> pd.DataFrame:
    keys = list(tree)
    share = result.shares[keys].where(result.value.notna(), axis=0)
    rows = _long(
        {
            "score": result.dimensions,
            "weight": share.where(share > 0),
            "contribution": (share * result.dimensions).where(share > 0),
            "coverage": result.coverage,
        }
    )
    withheld = rows["score"].isna()
    reason = [f"coverage {have:.0%} is too low" for have in rows["coverage"]]
    return rows.assign(
        kind="dimension",
        state=pd.Series("observed", rows.index).mask(withheld, "withheld"),
        reason=pd.Series("", rows.index).mask(withheld, pd.Series(reason, rows.index)),
    )


def _panels(scores: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    keys = [f"{panel.key}.{leaf.key}" for panel in framework.panel for leaf in panel.indicator]
    return _long({"score": scores[keys]}).assign(kind="panel", reason="")


def _long(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    long = pd.concat(
        {name: table.stack(future_stack=True) for name, table in tables.items()}, axis=1
    )
    return long.rename_axis(["period", "key"]).reset_index()
