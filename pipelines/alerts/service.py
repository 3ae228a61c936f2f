"""What the commands and Dagster do about alerts, a function a step."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import Engine

from pipelines.alerts import channels, findings, messages, signals
from pipelines.alerts.channels import DeliveryOutcome
from pipelines.alerts.record import Evaluation, record_findings, record_in_order
from pipelines.alerts.rules import BUNDLED, Rule, RuleSet, load
from pipelines.alerts.state_machine import RuleEvent
from pipelines.errors import UsageError, nearest
from pipelines.settings import SECRETS, Settings, from_environment
from warehouse import edition
from warehouse.alerts import overview, repository
from warehouse.publication import identity

if TYPE_CHECKING:
    from pipelines.alerts import deliver

# What sends, publishes or reads announcements is imported by the functions that do so: requests,
# the formats and the vocabulary take 0.3 s, and `silentcrash alerts list` needs none of them.

# An announcement that comes to light later than a month after it was made is history.
RECENT = timedelta(days=31)


def rules_in_force(path: Path | None = None) -> RuleSet:
    """The rules of SILENTCRASH_ALERTS, or the shipped ones. Raises RulesError."""
    from pipelines.index import framework
    from pipelines.observatory import method as own_method
    from sources.announcements.event_type import KINDS

    versions = framework.lineage(own_method.newest())
    names = {
        "index": ["index"],
        "dimension": [group.key for method in versions for group in method.dimension],
        "indicator": [key for method in versions for key in method.indicators],
        "gauge": [method.retreat.key for method in versions if method.retreat],
        "announcement": KINDS,
        "regimes": [zone for method in versions for zone in method.labels],
    }
    return load(path or from_environment().alerts or BUNDLED, names)


def evaluate(
    engine: Engine, settings: Settings, release: int | None, rules: RuleSet
) -> list[repository.Row]:
    """Evaluate an edition and the last fetches: record, queue, write the feeds.

    None stands for an edition that nothing may be said of yet. Raises UsageError for a framework
    beside the first: the rules name what the first has.
    """
    if identity.framework():
        raise UsageError("alerts are of the first framework alone: leave --framework out")
    from pipelines.alerts import feed
    from warehouse import events as announcement_store
    from warehouse.observations import read

    in_use = channels.in_use(rules, SECRETS)
    titles: dict[str, dict[str, str]] = {"fr": {}, "en": {}}
    events = []
    if release is not None:
        evaluated = edition.load(engine, release)
        titles = {language: signals.titles(evaluated, language) for language in titles}
        seen = signals.vintage(evaluated)
        events = record_findings(
            engine,
            findings.of_edition(rules, evaluated),
            Evaluation(seen.key, seen.as_of, settings.now),
            in_use,
            titles,
        )
    status = read.status(engine, as_of=settings.now)
    events += record_findings(
        engine,
        findings.of_quality(rules, status, settings.now),
        _evaluation("status", settings.now),
        in_use,
        titles,
    )
    events += record_findings(
        engine,
        findings.of_registers(rules, changed_pages(engine, settings), settings.now),
        _evaluation("registers", settings.now),
        in_use,
        titles,
    )
    announced = announcement_store.read(engine, as_of=settings.now)
    events += record_announcements(engine, settings, rules, announced)
    repository.beat(engine, "evaluation", settings.now)
    feed.write(repository.history(engine), settings.releases)
    return events


def changed_pages(engine: Engine, settings: Settings) -> dict[str, str]:
    """The page of each register that changed since it was read; "" for none."""
    from pipelines.ingest import registers

    due = {reminder.source: reminder.page for reminder in registers.due(engine, settings)
           if reminder.changed}  # fmt: skip
    return {key: due.get(key, "") for key in registers.by_hand()}


def _evaluation(name: str, now: datetime) -> Evaluation:
    """An evaluation of what is so now, rather than of an edition."""
    return Evaluation(f"{name}:{int(now.timestamp())}", now, now)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of a check or of a run, and when it came."""

    series: str
    passed: bool
    detail: str
    at: datetime


def record_checks(
    engine: Engine, rules: RuleSet, results: Iterable[CheckResult]
) -> list[repository.Row]:
    """Record the outcomes of checks and runs; the events that they add.

    The same results again, or older ones, add nothing.
    """
    evaluations = (
        (
            # Microseconds: no check has two results within one.
            Evaluation(f"check:{at.timestamp() * 1e6:.0f}", at, at),
            [
                finding
                for result in together
                for finding in findings.check(
                    rules, result.series, result.passed, result.detail, at
                )
            ],
        )
        for at, together in groupby(sorted(results, key=_at), key=_at)
    )
    return record_in_order(engine, evaluations, channels.in_use(rules, SECRETS), {})


def _at(result: CheckResult) -> datetime:
    return result.at


def record_announcements(
    engine: Engine, settings: Settings, rules: RuleSet, events: pd.DataFrame
) -> list[repository.Row]:
    """Record large announcements; `events` are as warehouse.events reads them."""
    names = dict(zip(events["address"], events["title"], strict=True))
    return record_findings(
        engine,
        findings.of_announcements(rules, events, settings.now - RECENT),
        _evaluation("news", settings.now),
        channels.in_use(rules, SECRETS),
        {"fr": names, "en": names},
    )


def send(
    engine: Engine, settings: Settings, rules: RuleSet, patience: float | None = None
) -> "deliver.Tally":
    """Deliver what is due, then write the feeds."""
    from pipelines.alerts import deliver, feed

    longest = deliver.PATIENCE if patience is None else patience
    tally = deliver.deliver(
        engine, rules, lambda: from_environment().now, SECRETS, longest, settings.contact
    )
    feed.write(repository.history(engine), settings.releases)
    return tally


def beat(engine: Engine, settings: Settings) -> None:
    """Record that the scheduler is alive, and request SILENTCRASH_HEARTBEAT_URL.

    A machine that has stopped can only be noticed from outside: the address, where it is set,
    is one of a service that notifies people when it is no longer requested. It is not requested
    either when nothing was evaluated for a day, whatever it is that died.
    """
    import requests

    beats = overview.heartbeats(engine)
    if not beats:
        repository.beat(engine, "started", settings.now)
    repository.beat(engine, "scheduler", settings.now)
    outside = settings.heartbeat_url.get_secret_value()
    evaluated = findings.last_signs(beats).get("evaluation", settings.now)
    if outside and settings.now - evaluated <= findings.SILENT_AFTER:
        # A watch that cannot be reached must not stop the deliveries that follow the beat.
        with suppress(requests.exceptions.RequestException):
            requests.get(outside, timeout=(5, 5), allow_redirects=False, stream=True).close()


def send_test(settings: Settings, rules: RuleSet, name: str, channel: str) -> DeliveryOutcome:
    """Send a message marked as a test on one channel; nothing is recorded."""
    rule = find_rule(rules, name)
    in_use = {usable.id: usable for usable in channels.in_use(rules, SECRETS)}
    if channel not in in_use:
        listed = ", ".join(in_use) or "none"
        raise UsageError(f"channel {channel!r} is not set; set are: {listed}")
    event = RuleEvent("notice", pd.Timestamp(settings.now.date()), pd.Timestamp(0), None, "TEST")
    texts = messages.texts(rule, rule.series, event, {})
    for language in ("fr", "en"):
        texts[f"title_{language}"] = f"{messages.WORDS[language]['test']} ({rule.id})"
    row = {
        **dict.fromkeys(messages.PUBLIC, ""), **texts, "rule": rule.id, "severity": rule.severity,
        "period": (event.period - pd.Timestamp(0)).days, "as_of": settings.now, "at": settings.now,
    }  # fmt: skip
    from pipelines.alerts import deliver

    key = f"test-{settings.now:%Y%m%d%H%M%S}-{rule.id}"
    sent = {"message_id": key, "created_at": settings.now}
    message = sent | {"payload": {"events": [messages.payload(row, rule)]}}
    outside = deliver.Outside(lambda: settings.now, SECRETS, settings.contact)
    return deliver.send(in_use[channel], message, outside)


def find_rule(rules: RuleSet, name: str) -> Rule:
    """The rule with this id. Raises UsageError naming the nearest ones."""
    by_id = {rule.id: rule for rule in rules.rules}
    if name not in by_id:
        raise UsageError(f"there is no rule {name!r}; {nearest(name, by_id)}")
    return by_id[name]
