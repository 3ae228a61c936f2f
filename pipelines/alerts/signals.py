"""The figures of an edition by period, as each rule tests them; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from dashboards import i18n, indicator_words
from dashboards.bulletin import headline
from dashboards.edition_stats import EditionStats
from pipelines.alerts.messages import HEADLINE
from pipelines.alerts.rules import Condition, Rule
from pipelines.alerts.state_machine import Signal
from pipelines.index.gauges.phase import RECOVERY, RETREAT
from warehouse.edition import Edition

COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
OTHER_SIDE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "crosses_up": "<", "crosses_down": ">"}
PHASES = (RETREAT, RECOVERY)
KINDS = {"indicator": ["indicator", "panel"]}  # of values, for a kind of rule; others have its name
# A measure by period and key, and the first period of each key.
Turned: TypeAlias = "tuple[pd.DataFrame, pd.Series[pd.Timestamp]]"
# The rank among fewer than a year of months would be that of a season.
RANKED_FROM = 12
# Enough for a probability to a point or two (standard error at 0.5: 0.016), and fast.
REPLICATES = 1000
SEED = 20_220_201  # fixed, so that the same edition always gives the same probability


@dataclass(frozen=True)
class Vintage:
    """The values that rules look at up to a month; `as_of` orders vintages.

    `table` and `method` are the values and the framework of an edition, `key` its name. What is
    worked out of them serves every month that the edition is cut off at: `chances`, `turned`.
    """

    key: str
    as_of: datetime
    table: pd.DataFrame
    method: Mapping[str, Any]
    until: pd.Timestamp
    chances: dict[float, "pd.Series[float]"] = field(default_factory=dict)
    turned: dict[tuple[str, str], Turned] = field(default_factory=dict)

    @property
    def values(self) -> pd.DataFrame:
        """The values up to the month of this vintage."""
        return self.table.loc[self.table["period"].le(self.until)]


def vintage(edition: Edition) -> Vintage:
    """The vintage that is a stored edition."""
    key, month = f"release:{edition.id}", pd.Timestamp(edition.month)
    return Vintage(key, edition.as_of, edition.values, edition.framework, month)


def series_signals(rule: Rule, seen: Vintage) -> Iterator[tuple[str, Signal]]:
    """Each series that a rule about figures matches, with its signal.

    A series that the vintage does not have comes with an empty signal.
    """
    if rule.kind == "regime":
        yield "index", _regime(rule, seen)
        return
    wide = _by_key(seen, rule.kind, rule.measure)
    names = [str(key) for key in wide.columns if fnmatchcase(str(key), rule.series)]
    for name in names or [rule.series]:
        values = wide[name] if name in wide else pd.Series(dtype="float64")
        yield name, signal(rule, values, seen)


def _by_key(seen: Vintage, kind: str, measure: str) -> pd.DataFrame:
    """A measure of a kind of rule, periods by keys, up to the vintage's month.

    It is turned once for all months that an edition is cut off at: to turn it for each rule and
    month is nine tenths of a backtest.
    """
    if (kind, measure) not in seen.turned:
        own = seen.table.loc[seen.table["kind"].isin(KINDS.get(kind, [kind]))]
        wide = own.pivot(index="period", columns="key", values=measure)
        seen.turned[kind, measure] = wide, own.groupby("key")["period"].min()
    wide, begins = seen.turned[kind, measure]
    if wide.index.empty or wide.index[-1] <= seen.until:
        return wide
    return wide.loc[: seen.until, begins.index[begins.le(seen.until)]]


def signal(rule: Rule, values: "pd.Series[float]", seen: Vintage | None = None) -> Signal:
    """The tests of a rule on figures by period.

    Args:
        rule: A rule with `when`.
        values: The figures, indexed by period.
        seen: The vintage of the figures; only rules on probabilities need it.
    """
    when = rule.when
    assert when is not None  # noqa: S101
    figure = _figure(when, values, seen)
    op = rule.recover.op if rule.recover else OTHER_SIDE[when.op]
    bound = rule.recover.value if rule.recover else when.value
    confirmed = pd.Series(False, index=figure.index)
    if rule.confirm and seen is not None:
        chance = probability(seen, rule.confirm.threshold).reindex(figure.index)
        confirmed = chance.ge(rule.confirm.probability)
    recovered = compare(op, figure, bound)
    return Signal(figure, _fires(when, figure), recovered, confirmed, figure.isna())


def _figure(
    when: Condition, values: "pd.Series[float]", seen: Vintage | None
) -> "pd.Series[float]":
    if when.of in {"change_1", "change_12"}:
        return values.diff(int(when.of.removeprefix("change_")))
    if when.of == "percentile":
        return values.expanding(RANKED_FROM).rank(pct=True) * 100
    if when.of == "probability" and seen is not None and when.threshold is not None:
        return probability(seen, when.threshold).reindex(values.index)
    return values.astype("float64")


def _fires(when: Condition, figure: "pd.Series[float]") -> "pd.Series[bool]":
    # A crossing is seen against the last figure there is: a gap neither makes nor hides one.
    if when.op == "crosses_up":
        return pd.Series(figure.ge(when.value) & figure.ffill().shift().lt(when.value))
    if when.op == "crosses_down":
        return pd.Series(figure.le(when.value) & figure.ffill().shift().gt(when.value))
    return compare(when.op, figure, when.value)


def compare(op: str, figure: "pd.Series[float]", bound: float) -> "pd.Series[bool]":
    """Figure by figure; false where it is missing."""
    return pd.Series(COMPARE[op](figure.to_numpy(), bound), index=figure.index, dtype=bool)


def _regime(rule: Rule, seen: Vintage) -> Signal:
    """Regimes as steps of a ladder, which the engine has already smoothed.

    A phase (retreat, recovery) stands beside the ladder: while it lasts, the index is on the step
    that its score has not left.
    """
    index = seen.values.loc[lambda table: table["key"].eq("index")].set_index("period")
    never = pd.Series(False, index=index.index)
    if rule.regime in PHASES:
        missing = index["regime"].eq("") | index["regime"].isna()
        phase = index["regime"].eq(rule.regime)
        return Signal(index["score"], phase, ~phase & ~missing, never, missing)
    steps = ladder(seen.method)
    step = index["regime"].map(steps).astype("float64")
    in_phase = index["regime"].isin(PHASES)
    if in_phase.any():
        leaves = [float(zone["leave"]) for zone in seen.method["regimes"][1:]]
        step[in_phase] = np.searchsorted(leaves, index.loc[in_phase, "score"], "right")
    first = steps.get(rule.regime, len(steps))
    return Signal(index["score"], step.ge(first), step.lt(first), never, step.isna())


def ladder(method: Mapping[str, Any]) -> dict[str, int]:
    """The step of each regime, by its names in every version of the method."""
    before = method.get("succeeds")
    earlier = ladder(before["method"]) if before else {}
    return earlier | {zone["key"]: step for step, zone in enumerate(method["regimes"])}


def applies(rule: Rule, method: Mapping[str, Any]) -> bool:
    """True if the method has what the rule looks at.

    One from before the second gauge has neither that nor phases.
    """
    return bool(method.get("phase")) or (rule.kind != "gauge" and rule.regime not in PHASES)


def probability(seen: Vintage, threshold: float) -> "pd.Series[float]":
    """P(index >= threshold) by period, 0 to 1.

    Each month has it by its own version: from the replicates of 2026.1, and from the band of a
    method with two gauges. Both use a month and earlier ones only, so that those of an edition
    serve every month that it is cut off at.
    """
    if threshold not in seen.chances:
        seen.chances[threshold] = _probability(seen.table, seen.method, threshold)
    return seen.chances[threshold]


def _probability(
    table: pd.DataFrame, method: Mapping[str, Any], threshold: float
) -> "pd.Series[float]":
    if succeeds := method.get("succeeds"):
        old = table["period"] < pd.Timestamp(succeeds["since"])
        parts = [_probability(table[old], succeeds["method"], threshold)] if old.any() else []
        alone = {**method, "succeeds": None}
        parts += [] if old.all() else [_probability(table[~old], alone, threshold)]
        return pd.concat(parts)
    if method.get("phase"):
        from pipelines.index.gauges import bands as gauge_bands

        return gauge_bands.chance(table[table["key"].eq("index")], threshold)
    from pipelines.index.robustness import bands, monte_carlo

    own = table.loc[table["kind"].eq("indicator")]
    wide = own.pivot(index="period", columns="key", values="value")
    weights = pd.Series({group["key"]: float(group["weight"]) for group in method["dimension"]})
    leaves = _leaves(method)
    figures = pd.util.hash_pandas_object(wide).to_numpy().tobytes()
    # The months of this version are over: each edition and the one before it have the same ones.
    question = (figures, *map(str, wide), leaves.to_json(), weights.to_json(), threshold)
    if question not in _CHANCES:
        model = monte_carlo.prepare(wide, leaves, weights, seed=SEED)
        replicates = monte_carlo.simulate(model, REPLICATES, seed=SEED)
        _CHANCES[question] = bands.exceedance(replicates, [threshold])[threshold]
    return _CHANCES[question]


# Probabilities that were computed in this process, by the figures and the method: some kilobytes
# for each version and threshold.
_CHANCES: "dict[object, pd.Series[float]]" = {}


def _leaves(method: Mapping[str, Any]) -> pd.DataFrame:
    """Goalposts, weight and dimension of each indicator, for the simulation."""
    rows = {
        f"{group['key']}.{leaf['key']}": {
            "low": leaf["low"], "high": leaf["high"], "log": False,
            "weight": leaf["weight"], "dimension": group["key"],
        }
        for group in method["dimension"]
        for leaf in group["indicator"]
    }  # fmt: skip
    return pd.DataFrame(rows).T.infer_objects()


def late(edition: Edition) -> dict[str, float]:
    """The sources late at the cut-off, and the days since their newest period."""
    table = edition.sources
    overdue = table.loc[table["late"].astype(bool)]
    return dict(zip(overdue["key"], overdue["age_days"].astype("float64"), strict=True))


def behind(edition: Edition, key: str) -> set[str]:
    """The sources that the newest value of a key of the index rests on."""
    lineage = edition.lineage
    newest = lineage.loc[lineage["period"].eq(pd.Timestamp(edition.month))]
    mine = newest["key"].eq(key) | newest["key"].str.startswith(f"{key}.")
    series = newest.loc[mine, "series"]
    owner = edition.series.set_index("key")["source"]
    return set(owner.reindex(series.unique()).dropna())


def titles(edition: Edition, language: str) -> dict[str, str]:
    """The titles of the keys and sources of the edition, and its headline."""
    names: Sequence[str] = edition.sources["key"].tolist()
    sources = dict(zip(names, edition.sources[f"title_{language}"], strict=True))
    lang = i18n.language(language)
    opening = headline.heading(EditionStats(edition), lang).title
    return indicator_words.edition_titles(edition, lang) | sources | {HEADLINE: opening}
