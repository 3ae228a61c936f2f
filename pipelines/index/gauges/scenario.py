"""A declared shock to the figures, in memory: what would the gauges read?

A scenario changes the last `months` months that can be read, as if the figures of those months had
been other ones, and expects a phase and directions. It is TOML:

    fr = "…"
    en = "…"
    months = 12
    phase = "retreat"
    [signs]                            # each gauge, dimension or indicator against the figures as
    index = "falls"                    # they are: rises, falls or still (under STILL points),
                                       # or silent: it has no reading any more
    [[shock]]
    series = "sec.capex.*"             # figures of those months: times `factor`, plus `add`
    factor = 0.5
    [[shock]]
    indicator = "chips.memory_growth"  # or an indicator: so far from calm (0) to crash (100)
    score = 90
    [[shock]]
    series = "census.*"                # or nothing that became known in those months
    silent = true
"""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines import declared
from pipelines.errors import MethodError
from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges.rows import RETREAT

Sign = Literal["rises", "falls", "still", "silent"]
SHIPPED = Path(__file__).with_name("scenarios")
# Points under which a gauge counts as still: a tenth of the narrowest zone (watch, 15 points), what
# one of some twenty indicators adds when it moves by a third of its scale.
STILL = 1.5


class Shock(declared.Declared):
    """A change of some series, or of one indicator."""

    series: str = ""
    factor: float = Field(default=1.0, ge=0)
    add: float = 0.0
    silent: bool = False
    indicator: str = ""
    score: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _one_target(self) -> "Shock":
        if bool(self.series) == bool(self.indicator):
            raise ValueError("a shock names either series or an indicator")
        if bool(self.indicator) != (self.score is not None):
            raise ValueError("an indicator is shocked to a score, and series are not")
        return self


class Scenario(declared.Declared):
    """Shocks to the last months, with what is expected of them."""

    fr: str
    en: str
    months: int = Field(ge=1)
    phase: str
    signs: dict[str, Sign]
    shock: tuple[Shock, ...] = Field(min_length=1)


class Outcome(NamedTuple):
    """The gauges with the figures as they are and as shocked, by month.

    `moved` is by key of the last month: scores before and after, their change and its sign.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    moved: pd.DataFrame

    @property
    def phase(self) -> str:
        """The phase of the last month under the shock."""
        return str(self.after["phase"].iloc[-1])


def names() -> list[str]:
    """The shipped scenarios."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load(name: str) -> Scenario:
    """A shipped scenario by its name, or one in a TOML file.

    Raises MethodError naming the shipped ones, or the field at fault.
    """
    path = SHIPPED / f"{name}.toml" if name in names() else Path(name)
    if not path.is_file():
        shipped = ", ".join(names())
        raise MethodError(f"no scenario {name!r}: give a TOML file or one of {shipped}")
    return declared.read(path, Scenario)


def run(
    history: pd.DataFrame, framework: Framework, read: pd.DataFrame, scenario: Scenario
) -> Outcome:
    """The gauges with and without the shock, up to the base month.

    The base is the last month whose pressure rests on enough of what is due, so that the shock is
    not mixed with figures that are missing. `history` holds every version of every figure, `read`
    is `realtime.indicators` of it. Raises MethodError for a shock that meets no figure or names
    no indicator, and where no month can be read.
    """
    before = realtime.assembled(read, framework)
    own = before[before["key"].eq("index") & before["state"].eq("observed")]
    if own.empty:
        raise MethodError("no month rests on enough figures, so there is nothing to shock")
    last = pd.Period(own["period"].max(), "M")
    window = pd.period_range(last - scenario.months + 1, last, freq="M")
    again = realtime.indicators(_shocked(history, scenario, window[0]), framework, window)
    earlier = read[read["period"] < window[0].to_timestamp()]
    changed = pd.concat([earlier, _with_scores(again, scenario, framework)], ignore_index=True)
    after = realtime.assembled(changed, framework)
    return Outcome(_path(before, last), _path(after, last), _moved(before, after, last))


def _shocked(history: pd.DataFrame, scenario: Scenario, first: pd.Period) -> pd.DataFrame:
    """Every version of every figure, with the shocks to series from `first` on."""
    figures = history
    for shock in scenario.shock:
        if shock.series:
            figures = _with_shock(figures, shock, first)
    return figures


def _with_shock(figures: pd.DataFrame, shock: Shock, first: pd.Period) -> pd.DataFrame:
    keys = figures["series"].unique()
    hit = figures["series"].isin([key for key in keys if fnmatchcase(key, shock.series)])
    date = "known_from" if shock.silent else "period"
    start = first.to_timestamp()
    hit &= figures[date] >= (start.tz_localize("UTC") if shock.silent else start)
    if not hit.any():
        raise MethodError(f"no figure of {shock.series!r} in the months of the scenario")
    if shock.silent:
        return figures[~hit]
    value = figures["value"]
    return figures.assign(value=value.where(~hit, value * shock.factor + shock.add))


def _with_scores(read: pd.DataFrame, scenario: Scenario, framework: Framework) -> pd.DataFrame:
    """The indicators read, those that the scenario names at their score."""
    value, state = read["value"], read["state"]
    for shock in scenario.shock:
        if shock.score is not None:
            if shock.indicator not in framework.indicators:
                raise MethodError(f"the method has no indicator {shock.indicator!r}")
            indicator = framework.indicators[shock.indicator]
            level = indicator.low + shock.score / 100 * (indicator.high - indicator.low)
            hit = read["key"].eq(shock.indicator)
            value, state = value.mask(hit, level), state.mask(hit, "observed")
    return read.assign(value=value, state=state)


def _moved(before: pd.DataFrame, after: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    """Score before and after by key, in the last month, with the sign."""
    here = {"before": before, "after": after}
    scores = pd.DataFrame(
        {
            name: rows[rows["period"].eq(last.to_timestamp())].set_index("key")["score"]
            for name, rows in here.items()
        }
    ).dropna(how="all")
    change = scores["after"] - scores["before"]
    sign = np.select([change.isna(), change > STILL, change < -STILL],
                     ["silent", "rises", "falls"], "still")  # fmt: skip
    return scores.assign(change=change, sign=sign)


def surprises(scenario: Scenario, outcome: Outcome) -> list[str]:
    """What came out otherwise than the scenario expects; empty if all is well."""
    signs = {key: outcome.moved["sign"].get(key, "absent") for key in scenario.signs}
    wrong = [
        f"{key}: expected {sign}, {signs[key]}"
        for key, sign in scenario.signs.items()
        if signs[key] != sign
    ]
    if outcome.phase != scenario.phase:
        wrong.insert(0, f"phase: expected {scenario.phase}, {outcome.phase or 'no reading'}")
    return wrong


def _path(rows: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    shown = rows[rows["period"] <= last.to_timestamp()]
    own = shown[shown["key"].eq("index")].set_index("period").sort_index()
    retreat = shown[shown["key"].eq(RETREAT)].set_index("period")
    return pd.DataFrame(
        {"pressure": own["score"], "retreat": retreat["score"], "phase": own["regime"]}
    )
