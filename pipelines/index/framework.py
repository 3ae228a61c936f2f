"""The method as data: `framework.toml` read, checked and published."""

import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pipelines.declared import Declared, checked, raw
from pipelines.errors import MethodError
from pipelines.index import Policy, versions
from pipelines.index.transform import TRANSFORMS

BUNDLED = Path(__file__).with_name("framework.toml")
# The newest version. Its `succeeds.since` is the one place that says from which month on it
# makes the index; until then it is computed beside the version in force.
NEXT = Path(__file__).with_name("framework_2027.1.toml")
# The same gauges on a build-out that ended, with its nearest public counterparts.
TELECOM = Path(__file__).with_name("framework_telecom.toml")
# Method 2026.1 says nothing of it and was published on figures from 2014 on: a live source that
# answers with older ones must not move its chained ratios.
FIRST_YEAR = 2014
# A field that came after 2026.1 and is left out of the published form where it is not set, so
# that the hash of a method that does not use it stays what it was.
Later: Any = Field(default=None, exclude_if=lambda value: value is None)
LaterMonth: Any = Field(None, pattern=r"^\d{4}-\d{2}$", exclude_if=lambda value: value is None)


class Indicator(Declared):
    """One indicator: what it is made of, how it becomes a pressure, and why."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    fr: str
    en: str
    unit_fr: str
    unit_en: str
    decimals: int = Field(ge=0, le=4)
    transform: str
    of: tuple[str, ...] = Field(min_length=1)
    to: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    step: Literal["month", "quarter", "event"]
    rule: Literal["mean", "last", "max"] = "last"
    hold_months: int = Field(default=0, ge=0)
    in_force: tuple[str, ...] = ()  # posted prices among its series: each stands until changed
    lag_months: int = Field(ge=0)
    carry_months: int = Field(ge=0)
    late_steps: int | None = Later  # by how many steps a member may be late and still count
    errors: tuple[str, ...] | None = Later  # series with the standard errors of its figures
    ages: Literal["reading"] | None = Later  # what stands is as old as its last reading
    season: tuple[float, ...] | None = Later  # of each month: values are divided by it
    # Month of its first publication: a figure dated back before it was public to nobody then.
    public_since: str | None = LaterMonth
    low: float
    high: float
    from_sample: bool | None = Later  # True where an end is taken from the months that it scores
    weight: float = Field(gt=0)
    rationale_fr: str
    rationale_en: str
    goalposts_fr: str
    goalposts_en: str
    caveat_fr: str
    caveat_en: str

    @model_validator(mode="after")
    def _coherent(self) -> "Indicator":
        if self.transform not in TRANSFORMS:
            raise ValueError(f"transform {self.transform!r} is none of {', '.join(TRANSFORMS)}")
        filled = {role for role in ("of", "to", "less") if getattr(self, role)}
        if filled != set(TRANSFORMS[self.transform].roles):
            expected = ", ".join(TRANSFORMS[self.transform].roles)
            raise ValueError(f"transform {self.transform} takes the roles {expected}")
        if self.low == self.high:
            raise ValueError("goalposts low and high must differ")
        if stray := set(self.in_force) - set(self.series):
            raise ValueError(f"in_force names {', '.join(sorted(stray))}, which it does not read")
        if self.ages and not self.standing:
            raise ValueError("ages is for prices that stand: step event, or series in_force")
        if self.season and (
            self.step != "month" or len(self.season) != 12 or min(self.season) <= 0
        ):
            raise ValueError("season has twelve factors above zero, for an indicator by month")
        if self.carry_months < self.lag_months:
            raise ValueError("carry_months must not be below lag_months")
        return self

    @property
    def series(self) -> tuple[str, ...]:
        """Every series that it reads."""
        return tuple(dict.fromkeys(self.of + self.to + self.less))

    @property
    def standing(self) -> tuple[str, ...]:
        """The series that it reads whose figures stand until they are changed."""
        return self.series if self.step == "event" else self.in_force


class Dimension(Declared):
    """A pressure that the essay names, with its indicators."""

    key: str = Field(pattern=r"^[a-z]+$")
    fr: str
    en: str
    question_fr: str
    question_en: str
    weight: float = Field(gt=0)
    indicator: tuple[Indicator, ...] = Field(min_length=3)


class Panel(Declared):
    """Indicators published beside the index, never inside it."""

    key: str = Field(pattern=r"^[a-z]+$")
    fr: str
    en: str
    question_fr: str
    question_en: str
    indicator: tuple[Indicator, ...] = Field(min_length=1)


class Regime(Declared):
    """A zone of the index: it starts at `enter` and ends below `leave`."""

    key: str
    fr: str
    en: str
    enter: float
    leave: float
    why_fr: str
    why_en: str


class Phases(Declared):
    """What the retreat adds to the zones of the pressure.

    Retreat starts and ends by its own thresholds; recovery follows it, and ends below `leave` but
    not before `memory` months.
    """

    retreat: Regime
    recovery: Regime
    memory: int = Field(ge=1)

    @model_validator(mode="after")
    def _rising(self) -> "Phases":
        if not self.recovery.leave <= self.retreat.leave <= self.retreat.enter:
            raise ValueError("recovery must end below where the retreat ends and begins")
        return self


class Rules(Declared):
    """Coverage, cut-off, what is done with the missing, and confirmation."""

    cutoff_day: int = Field(ge=1, le=28)
    coverage_dimension: float = Field(gt=0, le=1)
    coverage_index: float = Field(gt=0, le=1)
    missing: Policy = "carry"
    confirm: int = Field(ge=1)
    first_month: str = Field(pattern=r"^\d{4}-\d{2}$")
    first_year: int | None = Later
    true_vintages: bool | None = Later  # reads them where held: see inputs/archived_vintages.py
    last_month: str | None = LaterMonth  # the last with figures, of a build-out that is over

    @property
    def reads_from(self) -> int:
        """The year whose figures are the oldest that are read."""
        return FIRST_YEAR if self.first_year is None else self.first_year


class Succession(Declared):
    """The version that this one follows, and the first month of this one.

    Months before `since` stay those of the old method; the index is linked in the month before.
    """

    since: str = Field(pattern=r"^\d{4}-\d{2}$")
    method: "Framework"


class Framework(Declared):
    """The whole method."""

    version: str
    title: Mapping[str, str]
    rules: Rules
    regimes: tuple[Regime, ...] = Field(min_length=2)
    dimension: tuple[Dimension, ...] = Field(min_length=1)
    panel: tuple[Panel, ...] = ()
    # The second gauge and the phases that come from both; a method has both or neither.
    retreat: Dimension | None = Later
    phase: Phases | None = Later
    succeeds: Succession | None = None

    @model_validator(mode="after")
    def _steady(self) -> "Framework":
        if self.succeeds and self.succeeds.method.rules.cutoff_day != self.rules.cutoff_day:
            raise ValueError("a new version keeps the cutoff_day of the one it succeeds")
        if (self.retreat is None) != (self.phase is None):
            raise ValueError("a method has a retreat gauge and phases, or neither")
        return self

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the method in canonical JSON."""
        text = json.dumps(self.as_dict(), sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The method as JSON, as it is published."""
        return self.model_dump(mode="json")

    def by(self, missing: Policy) -> "Framework":
        """The same method with another policy for what is missing."""
        method = self.as_dict()
        return Framework.model_validate(method | {"rules": method["rules"] | {"missing": missing}})

    @property
    def labels(self) -> list[str]:
        """The keys of its zones, from the calmest up, and of its phases."""
        phases = [self.phase.retreat, self.phase.recovery] if self.phase else []
        return [label.key for label in (*self.regimes, *phases)]

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its full key, those of retreat and panels included."""
        second = (self.retreat,) if self.retreat else ()
        groups: tuple[Dimension | Panel, ...] = (*self.dimension, *second, *self.panel)
        return {
            f"{group.key}.{member.key}": member for group in groups for member in group.indicator
        }


def load(path: Path = BUNDLED, pilot: Mapping[str, Any] | None = None, mark: str = "") -> Framework:
    """The method in a TOML file; MethodError names the line or field at fault.

    `succeeds.method` names the file of the version before, beside this one. What this one does
    not say of a rule, a group or an indicator of the same key is as it was there.

    `pilot` is the file of the pilot country's panel, by default that of the observatory that
    publishes the method; another one is no panel where it has no key. `mark` is added to the names
    of the versions.
    """
    method = raw(path)
    if "panel" in method:
        own = versions.published_pilot() if pilot is None else pilot
        method["panel"] = list(versions.panels(method["panel"], own, method.get("version", "")))
    if mark:
        method["version"] += mark
    if "method" in (old := method.get("succeeds", {})):
        old["method"] = load(path.parent / old["method"], pilot, mark).as_dict()
        method = versions.inherited(method, old["method"])
    return checked(method, Framework, path)


def newest(pilot: Mapping[str, Any] | None = None, mark: str = "") -> Framework:
    """The newest version of the method, with those that it succeeds inside it."""
    return load(NEXT, pilot, mark)


def lineage(method: Framework) -> list[Framework]:
    """The method and those that it succeeds, the newest first."""
    return [method, *(lineage(method.succeeds.method) if method.succeeds else [])]


def in_force(month: str, method: Framework | None = None) -> Framework:
    """The version of `method` (the newest) that makes `month` (YYYY-MM)."""
    method = method or newest()
    while method.succeeds and month < method.succeeds.since:
        method = method.succeeds.method
    return method


def named(name: str, method: Framework | None = None) -> Framework:
    """A version of `method` (the newest) by its name, or that in a TOML file.

    Raises MethodError naming the versions, or the field at fault.
    """
    versions = {own.version: own for own in lineage(method or newest())}
    if name in versions:
        return versions[name]
    if not Path(name).is_file():
        raise MethodError(
            f"there is no method {name!r}: give a TOML file or one of {', '.join(sorted(versions))}"
        )
    return load(Path(name))
