"""What each rule finds in an edition, in fetches, channels and the scheduler."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from dashboards.bulletin import reading
from dashboards.edition_stats import EditionStats
from pipelines.alerts import signals
from pipelines.alerts.rules import SERIES_KINDS, Rule, RuleSet
from pipelines.alerts.state_machine import (
    RuleEvent,
    RuleState,
    Signal,
    advance,
    notify_once,
    set_level,
)
from warehouse.edition import Edition

# The scheduler beats every minute and rules are evaluated every day, at an hour that shifts with
# the length of a run: a day and a little means that something has stopped.
SILENT_AFTER = timedelta(hours=26)
# A channel is retried after 5 s, 5 min and 30 min: one that fails for an hour does not recover
# by itself.
FAILING_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Finding(ABC):
    """What a rule finds about a series, to be compared with its recorded state."""

    rule: Rule
    series: str

    @property
    def inhibited(self) -> str:
        """The late sources that keep messages back; "" for none."""
        return ""

    @abstractmethod
    def advance(self, state: RuleState) -> tuple[list[RuleEvent], RuleState]:
        """The events that it adds to a recorded state, and the state after it."""


@dataclass(frozen=True)
class SeriesFinding(Finding):
    """A vintage of a series, tested by a rule about figures."""

    signal: Signal
    late_sources: str = ""

    @property
    def inhibited(self) -> str:
        """The late sources that the newest figure rests on; "" for none."""
        return self.late_sources

    def advance(self, state: RuleState) -> tuple[list[RuleEvent], RuleState]:
        """New, ended and retracted breaches."""
        return advance(self.rule, self.signal, state)


@dataclass(frozen=True)
class LevelFinding(Finding):
    """Something that is on or off now, such as a late source or a failed check."""

    firing: bool
    period: pd.Timestamp
    note: str = ""
    value: float | None = None

    def advance(self, state: RuleState) -> tuple[list[RuleEvent], RuleState]:
        """A firing where it is on and was off, an end where it is off and was on."""
        return set_level(self.rule, self.firing, self.period, state, self.note, self.value)


@dataclass(frozen=True)
class NoticeFinding(Finding):
    """Something that happens once: an edition, an announcement."""

    event: RuleEvent

    def advance(self, state: RuleState) -> tuple[list[RuleEvent], RuleState]:
        """The event, unless one of its period is recorded."""
        return notify_once(self.rule, self.event, state)


def of_edition(rules: RuleSet, edition: Edition) -> Iterator[Finding]:
    """Every rule about figures, sources or editions, on each matching series."""
    seen = signals.vintage(edition)
    late = signals.late(edition)
    for rule in rules.rules:
        if rule.kind in SERIES_KINDS and signals.applies(rule, edition.framework):
            for series, signal in signals.series_signals(rule, seen):
                sources = _late_behind(rule, edition, series, late)
                yield SeriesFinding(rule, series, signal, sources)
        elif rule.kind == "stale":
            yield from _late(rule, edition, late, seen.until)
        elif rule.kind == "release":
            yield _published(rule, edition, seen.until)


def _late_behind(rule: Rule, edition: Edition, series: str, late: Mapping[str, float]) -> str:
    """The late sources that an alert on an indicator would rest on."""
    if rule.kind != "indicator" or not late:
        return ""
    return ", ".join(sorted(signals.behind(edition, series) & set(late)))


def _late(
    rule: Rule, edition: Edition, late: Mapping[str, float], period: pd.Timestamp
) -> Iterator[Finding]:
    for source in edition.sources["key"]:
        if fnmatchcase(source, rule.series):
            age = late.get(source)
            days = None if pd.isna(age) else float(age)  # None where the store has no figure
            yield LevelFinding(rule, source, source in late, period, value=days)


def _published(rule: Rule, edition: Edition, period: pd.Timestamp) -> Finding:
    """The notice of an edition; without a value where its month cannot be read."""
    index = edition.values.loc[lambda table: table["key"].eq("index") & table["period"].eq(period)]
    unread = index.empty or reading.reading(EditionStats(edition)).kind == "none"
    value = None if unread else float(index["score"].iloc[-1])
    return NoticeFinding(rule, "index", RuleEvent("notice", period, period, value))


def of_announcements(rules: RuleSet, events: pd.DataFrame, since: datetime) -> Iterator[Finding]:
    """Announcements of the type and size that a rule names, each notified once.

    Args:
        rules: The rules in force.
        events: address, event_type, title, power_mw (MW) and known_from (UTC) of each. An
            announcement without a size is never large.
        since: What was known before is recorded quietly.
    """
    for rule in rules.of_kind("announcement"):
        assert rule.when is not None  # noqa: S101
        large = signals.compare(rule.when.op, events["power_mw"].astype("float64"), rule.when.value)
        for row in events.loc[large].to_dict("records"):
            if fnmatchcase(row["event_type"], rule.series):
                event = _announced(row, quiet=row["known_from"] < since)
                yield NoticeFinding(rule, row["address"], event)


def _announced(row: Mapping[Any, Any], *, quiet: bool) -> RuleEvent:
    day = pd.Timestamp(row["known_from"]).tz_convert(None).normalize()
    return RuleEvent("notice", day, day, float(row["power_mw"]), row["title"], quiet)


def of_quality(rules: RuleSet, status: pd.DataFrame, now: datetime) -> Iterator[Finding]:
    """A source whose last answer was refused: nothing of it was stored."""
    for row in status.to_dict("records"):
        if pd.notna(row["last_outcome"]):
            refused = row["last_outcome"] == "refused"
            detail = str(row["last_detail"] or "refused")
            yield from check(rules, f"observations/{row['key']}:contract", not refused, detail, now)


def check(
    rules: RuleSet, series: str, passed: bool, detail: str, now: datetime
) -> Iterator[Finding]:
    """The outcome of a check or of a run, for every rule on data quality."""
    yield from _levels(rules, "quality", series, not passed, detail, now)


def of_channels(
    rules: RuleSet, health: Mapping[str, Mapping[str, Any]], now: datetime
) -> Iterator[Finding]:
    """A channel that is off, or has failed for an hour."""
    for channel, row in health.items():
        since = row["since"]
        lasting = since is not None and now - since >= FAILING_AFTER
        dead = row["state"] == "off" or (row["state"] == "failing" and lasting)
        yield from _levels(rules, "channel", channel, dead, row["last_error"], now)


def of_registers(rules: RuleSet, changed: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """A page that changed since its figure was read, by register; "" for none.

    That a figure is old is said of a register as of any source.
    """
    for register, page in changed.items():
        yield from _levels(rules, "register", register, bool(page), page, now)


def of_heartbeats(
    rules: RuleSet, beats: Mapping[str, datetime], now: datetime
) -> Iterator[Finding]:
    """A scheduler, or an evaluation, that has not been seen for a day."""
    for name, last in last_signs(beats).items():
        note = f"{last:%Y-%m-%d %H:%M} UTC"
        yield from _levels(rules, "scheduler", name, now - last > SILENT_AFTER, note, now)


def last_signs(beats: Mapping[str, datetime]) -> dict[str, datetime]:
    """The last sign of life of what must run every day, where it ever ran.

    Where nothing was ever evaluated, that is the first beat of the scheduler.
    """
    signs = {"scheduler": beats.get("scheduler")}
    signs["evaluation"] = beats.get("evaluation", beats.get("started"))
    return {name: at for name, at in signs.items() if at is not None}


def _levels(
    rules: RuleSet, kind: str, series: str, firing: bool, note: str, now: datetime
) -> Iterator[Finding]:
    today = pd.Timestamp(now.date())
    for rule in rules.of_kind(kind):
        if fnmatchcase(series, rule.series):
            yield LevelFinding(rule, series, firing, today, note)
