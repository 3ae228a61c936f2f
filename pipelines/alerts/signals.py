"""What an edition says of each rule: figures by period and what the rule makes of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from pipelines.alerts.rules import Condition, Rule
from pipelines.alerts.state_machine import Signal
from warehouse.edition import Edition

COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
OTHER_SIDE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "crosses_up": "<", "crosses_down": ">"}
RANKED_FROM = 12  # a percentile of fewer periods says nothing
REPLICATES = 1000
SEED = 20_220_201


@dataclass(frozen=True)
class Vintage:
    """The values that rules look at up to a month; `key` names them, `as_of` orders them.

    `table` and `method` are the values and the framework of an edition.
    """

    key: str
    as_of: datetime
    table: pd.DataFrame
    method: Mapping[str, Any]
    until: pd.Timestamp
    chances: dict[float, "pd.Series[float]"] = field(default_factory=dict)

    @property
    def values(self) -> pd.DataFrame:
        """The values up to the month of this vintage."""
        return self.table.loc[self.table["period"].le(self.until)]


def vintage(edition: Edition) -> Vintage:
    """An edition as it is stored."""
    key, month = f"release:{edition.id}", pd.Timestamp(edition.month)
    return Vintage(key, edition.as_of, edition.values, edition.framework, month)


def walked(rule: Rule, seen: Vintage) -> Iterator[tuple[str, Signal]]:
    """Each series that a rule with a history matches, with its signal; an absent one is empty."""
    if rule.kind == "regime":
        yield "index", _regime(rule, seen)
        return
    table = seen.values
    kinds = {"indicator": ["indicator", "panel"]}.get(rule.kind, [rule.kind])
    own = table.loc[table["kind"].isin(kinds)]
    wide = own.pivot(index="period", columns="key", values=rule.measure)
    names = [str(key) for key in wide.columns if fnmatchcase(str(key), rule.series)]
    for name in names or [rule.series]:
        values = wide[name] if name in wide else pd.Series(dtype="float64")
        yield name, signal(rule, values, seen)


def signal(rule: Rule, values: "pd.Series[float]", seen: Vintage | None = None) -> Signal:
    """The tests of a rule on figures by period; `seen` is needed for probabilities only."""
    when = rule.when
    assert when is not None  # noqa: S101
    figure = _figure(when, values, seen)
    hot = _hot(when, figure)
    op = rule.recover.op if rule.recover else OTHER_SIDE[when.op]
    bound = rule.recover.value if rule.recover else when.value
    cold = compare(op, figure, bound)
    sure = pd.Series(False, index=figure.index)
    if rule.confirm and seen is not None:
        chance = probability(seen, rule.confirm.threshold).reindex(figure.index)
        sure = chance.ge(rule.confirm.probability)
    return Signal(figure, hot, cold, sure, figure.isna())


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


def _hot(when: Condition, figure: "pd.Series[float]") -> "pd.Series[bool]":
    if when.op == "crosses_up":
        return pd.Series(figure.ge(when.value) & figure.ffill().shift().lt(when.value))
    if when.op == "crosses_down":
        return pd.Series(figure.le(when.value) & figure.ffill().shift().gt(when.value))
    return compare(when.op, figure, when.value)


def compare(op: str, figure: "pd.Series[float]", bound: float) -> "pd.Series[bool]":
    """Figure by figure; false where it is missing."""
    return pd.Series(COMPARE[op](figure.to_numpy(), bound), index=figure.index, dtype=bool)


def _regime(rule: Rule, seen: Vintage) -> Signal:
    """Regimes as steps of a ladder; they have their own hysteresis and confirmation."""
    ladder = [one["key"] for one in seen.method["regimes"]]
    index = seen.values.loc[lambda table: table["key"].eq("index")].set_index("period")
    step = index["regime"].map({name: place for place, name in enumerate(ladder)}).astype("float64")
    from_ = ladder.index(rule.regime) if rule.regime in ladder else len(ladder)
    never = pd.Series(False, index=step.index)
    return Signal(index["score"], step.ge(from_), step.lt(from_), never, step.isna())


def probability(seen: Vintage, threshold: float) -> "pd.Series[float]":
    """P(index >= threshold) by period, 0 to 1: the share of replicates of the index engine.

    They are causal, so that those of an edition serve every month that it is cut off at.
    """
    if threshold not in seen.chances:
        seen.chances[threshold] = _probability(seen.table, seen.method, threshold)
    return seen.chances[threshold]


def _probability(
    table: pd.DataFrame, method: Mapping[str, Any], threshold: float
) -> "pd.Series[float]":
    from pipelines.index.robustness import bands, monte_carlo

    own = table.loc[table["kind"].eq("indicator")]
    wide = own.pivot(index="period", columns="key", values="value")
    about = pd.DataFrame(
        {
            f"{group['key']}.{one['key']}": {
                "low": one["low"], "high": one["high"], "log": False,
                "weight": one["weight"], "dimension": group["key"],
            }
            for group in method["dimension"]
            for one in group["indicator"]
        }
    ).T  # fmt: skip
    weights = pd.Series({group["key"]: float(group["weight"]) for group in method["dimension"]})
    model = monte_carlo.prepare(wide, about.infer_objects(), weights, seed=SEED)
    made = monte_carlo.simulate(model, REPLICATES, seed=SEED)
    chance: pd.Series[float] = bands.exceedance(made, [threshold])[threshold]
    return chance


def late(edition: Edition) -> dict[str, float]:
    """The late sources at the cut-off, with the days since the end of their newest period."""
    table = edition.sources
    found = table.loc[table["late"].astype(bool)]
    return dict(zip(found["key"], found["age_days"].astype("float64"), strict=True))


def behind(edition: Edition, key: str) -> set[str]:
    """The sources that the newest value of an index, a dimension or an indicator rests on."""
    lineage = edition.lineage
    newest = lineage.loc[lineage["period"].eq(pd.Timestamp(edition.month))]
    mine = newest["key"].eq(key) | newest["key"].str.startswith(f"{key}.")
    series = newest.loc[mine, "series"]
    owner = edition.series.set_index("key")["source"]
    return set(owner.reindex(series.unique()).dropna())


def titles(edition: Edition, language: str) -> dict[str, str]:
    """The title of every key of the edition and of its sources."""
    names: Sequence[str] = edition.sources["key"].tolist()
    return edition.titles(language) | dict(
        zip(names, edition.sources[f"title_{language}"], strict=True)
    )
