"""What each rule finds in an edition, in the last fetches, in the channels and the scheduler."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pandas as pd

from pipelines.alerts import signals
from pipelines.alerts.record import Finding
from pipelines.alerts.rules import WALKED, Rule, RuleSet
from pipelines.alerts.state_machine import RuleEvent, RuleState, advance, notify_once, set_level
from warehouse.edition import Edition

SILENT_AFTER = timedelta(hours=26)  # the scheduler beats every hour; a day and a little is a stop


def of_edition(rules: RuleSet, edition: Edition) -> Iterator[Finding]:
    """Every rule about figures, sources or editions, on each series that it matches."""
    seen = signals.vintage(edition)
    late = signals.late(edition)
    for rule in rules.rules:
        if rule.kind in WALKED:
            for series, signal in signals.walked(rule, seen):
                blamed = _blamed(rule, edition, series, late)
                yield Finding(rule, series, partial(advance, rule, signal), blamed)
        elif rule.kind == "stale":
            yield from _late(rule, edition, late, seen.until)
        elif rule.kind == "release":
            yield _published(rule, edition, seen.until)


def _blamed(rule: Rule, edition: Edition, series: str, late: Mapping[str, float]) -> str:
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
            days = None if pd.isna(age) else float(age)  # None where nothing is held
            yield Finding(rule, source, _switch(rule, source in late, period, "", days))


def _published(rule: Rule, edition: Edition, period: pd.Timestamp) -> Finding:
    index = edition.values.loc[lambda table: table["key"].eq("index") & table["period"].eq(period)]
    value = float(index["score"].iloc[-1]) if len(index) else None
    return Finding(
        rule, "index", partial(notify_once, rule, RuleEvent("notice", period, period, value))
    )


def of_announcements(rules: RuleSet, events: pd.DataFrame, since: datetime) -> Iterator[Finding]:
    """Dated announcements of the kind and size that a rule names, each told once.

    `events`: address, event_type, title, power_mw, known_from (UTC). What was known before
    `since` is recorded quietly. An announcement without a size is never large.
    """
    for rule in (one for one in rules.rules if one.kind == "announcement"):
        assert rule.when is not None  # noqa: S101
        large = signals.compare(rule.when.op, events["power_mw"].astype("float64"), rule.when.value)
        for row in events.loc[large].to_dict("records"):
            if fnmatchcase(row["event_type"], rule.series):
                event = _news(row, quiet=row["known_from"] < since)
                yield Finding(rule, row["address"], partial(notify_once, rule, event))


def _news(row: Mapping[Any, Any], *, quiet: bool) -> RuleEvent:
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
    yield from _now(rules, "quality", series, not passed, detail, now)


def of_channels(
    rules: RuleSet, health: Mapping[str, Mapping[str, Any]], now: datetime
) -> Iterator[Finding]:
    """A channel that is off, or has failed for an hour."""
    for channel, row in health.items():
        since = row["since"]
        lasting = since is not None and now - since >= timedelta(hours=1)
        dead = row["state"] == "off" or (row["state"] == "failing" and lasting)
        yield from _now(rules, "channel", channel, dead, row["last_error"], now)


def of_scheduler(rules: RuleSet, beats: Mapping[str, datetime], now: datetime) -> Iterator[Finding]:
    """A scheduler that was seen once and has not been for a day."""
    if "scheduler" in beats:
        age = now - beats["scheduler"]
        said = f"{beats['scheduler']:%Y-%m-%d %H:%M} UTC"
        yield from _now(rules, "scheduler", "scheduler", age > SILENT_AFTER, said, now)


def _now(
    rules: RuleSet, kind: str, series: str, hot: bool, said: str, now: datetime
) -> Iterator[Finding]:
    today = pd.Timestamp(now.date())
    for rule in rules.rules:
        if rule.kind == kind and fnmatchcase(series, rule.series):
            yield Finding(rule, series, _switch(rule, hot, today, said))


def _switch(
    rule: Rule, hot: bool, period: pd.Timestamp, said: str, value: float | None = None
) -> Any:
    def act(memory: RuleState) -> tuple[list[RuleEvent], RuleState]:
        return set_level(rule, hot, period, memory, said, value)

    return act
