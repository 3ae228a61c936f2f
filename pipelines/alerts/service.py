"""What the commands and Dagster do about alerts, a function a step."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import requests
from sqlalchemy import Engine

from pipelines.alerts import backtest, channels, deliver, feed, findings, messages, signals
from pipelines.alerts.channels import DeliveryOutcome
from pipelines.alerts.findings import Finding
from pipelines.alerts.record import Evaluation, record_findings
from pipelines.alerts.rules import BUNDLED, Rule, RuleSet, load
from pipelines.alerts.state_machine import RuleEvent, Signal, evaluate_series
from pipelines.errors import UsageError, nearest
from pipelines.settings import SECRETS, Settings, from_environment
from sources.announcements.event_type import KINDS
from warehouse import edition
from warehouse import events as announcement_store
from warehouse.alerts import repository
from warehouse.alerts.tables import Ack, AlertEvent, AlertState, ChannelHealth, Outbox
from warehouse.observations import read

SAME = ["rule", "series"]
# An announcement that comes to light later than a month after it was made is history.
RECENT = timedelta(days=31)


def rules_in_force(path: Path | None = None) -> RuleSet:
    """The rules of SILENTCRASH_ALERTS, or the shipped ones. Raises RulesError."""
    from pipelines.index.framework import load as method

    framework = method()
    names = {
        "index": ["index"],
        "dimension": [dimension.key for dimension in framework.dimension],
        "indicator": list(framework.indicators),
        "announcement": KINDS,
        "regimes": [regime.key for regime in framework.regimes],
    }
    return load(path or from_environment().alerts or BUNDLED, names)


def evaluate(
    engine: Engine, settings: Settings, release: int, rules: RuleSet
) -> list[repository.Row]:
    """Evaluate an edition and the last fetches: record, queue, write the feeds."""
    evaluated = edition.load(engine, release)
    in_use = channels.in_use(rules, SECRETS)
    titles = {language: signals.titles(evaluated, language) for language in ("fr", "en")}
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
    announced = announcement_store.read(engine, as_of=settings.now)
    events += record_announcements(engine, settings, rules, announced)
    feed.write(repository.history(engine), settings.releases)
    return events


def _evaluation(name: str, now: datetime) -> Evaluation:
    """An evaluation of what is so now, rather than of an edition."""
    return Evaluation(f"{name}:{int(now.timestamp())}", now, now)


def record_checks(
    engine: Engine,
    rules: RuleSet,
    checks: Sequence[tuple[str, bool, str]],
    vintage: str,
    at: datetime,
) -> list[repository.Row]:
    """Record the outcomes of checks and runs: (what, passed, detail)."""
    observed: list[Finding] = []
    for series, passed, detail in checks:
        observed += findings.check(rules, series, passed, detail, at)
    return record_findings(
        engine, observed, Evaluation(vintage, at, at), channels.in_use(rules, SECRETS), {}
    )


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
    engine: Engine, settings: Settings, rules: RuleSet, patience: float = deliver.PATIENCE
) -> deliver.Tally:
    """Deliver what is due, then write the feeds."""
    tally = deliver.deliver(engine, rules, lambda: from_environment().now, SECRETS, patience)
    feed.write(repository.history(engine), settings.releases)
    return tally


def beat(engine: Engine, settings: Settings) -> None:
    """Record that the scheduler is alive, and request SILENTCRASH_HEARTBEAT_URL.

    A machine that has stopped can only be noticed from outside: the address, where it is set,
    is one of a service that notifies people when it is no longer requested.
    """
    repository.beat(engine, "scheduler", settings.now)
    outside = settings.heartbeat_url.get_secret_value()
    if outside:
        # A watch that cannot be reached must not stop the deliveries that follow the beat.
        with suppress(requests.exceptions.RequestException):
            requests.get(outside, timeout=(5, 5), allow_redirects=False, stream=True).close()


def rule_table(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """Where every rule stands: state, last period, last event, who has it in hand.

    What fires comes first.
    """
    stands = repository.frame(engine, AlertState)
    events = repository.frame(engine, AlertEvent)
    last = events.drop_duplicates(["rule", "series"], keep="last")
    on = [*SAME, "crossing"]
    latest = last.merge(_in_hand(engine, events), how="left", on=on).fillna({"in_hand": ""})
    columns = ["rule", "series", "kind", "period", "muted", "in_hand"]
    table = stands.merge(
        latest[columns].rename(columns={"kind": "last_event", "period": "about"}),
        on=SAME,
        how="left",
    )
    severity = {rule.id: rule.severity for rule in rules.rules}
    shown = [*SAME, "severity", "state", "period", "last_event", "about", "muted", "in_hand"]
    ordered = table.assign(severity=table["rule"].map(severity))[shown]
    quiet = ordered["state"].isin(["ok", "no_data"])
    return ordered.loc[quiet.sort_values(kind="stable").index].reset_index(drop=True)


def _in_hand(engine: Engine, events: pd.DataFrame) -> pd.DataFrame:
    """Who has each breach in hand: columns rule, series, crossing, in_hand."""
    acks = repository.frame(engine, Ack)
    until = pd.to_datetime(acks["until"], utc=True).dt.strftime(" until %Y-%m-%d").fillna("")
    labelled = acks.assign(in_hand=acks["by"] + until + ": " + acks["why"])
    mine = labelled[["event_id", "in_hand"]].merge(events, left_on="event_id", right_on="id")
    newest = mine.drop_duplicates([*SAME, "crossing"], keep="last")
    return newest[[*SAME, "crossing", "in_hand"]]


def channel_table(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """The state of every channel, and how many messages wait for it."""
    in_use = {channel.id for channel in channels.in_use(rules, SECRETS)}
    health = repository.frame(engine, ChannelHealth).set_index("channel")
    box = repository.frame(engine, Outbox)
    waiting = box.loc[box["state"].ne("sent")].groupby("channel").size()
    return pd.DataFrame(
        {
            "channel": channel.id,
            "type": channel.type,
            "state": health["state"].get(channel.id, "ok") if channel.id in in_use else "not set",
            "waiting": int(waiting.get(channel.id, 0)),
            "last_success": health["last_success"].get(channel.id),
            "last_error": health["last_error"].get(channel.id, ""),
            "variables": ", ".join(channels.variables(channel)),
        }
        for channel in rules.channels
    )


def explain(engine: Engine, rules: RuleSet, name: str, as_of: datetime | None) -> pd.DataFrame:
    """A rule month by month in the edition known on that day: figure and tests."""
    rule = find_rule(rules, name)
    stored = edition.editions(engine)
    if as_of is not None:
        stored = stored.loc[pd.to_datetime(stored["as_of"], utc=True).le(pd.Timestamp(as_of))]
    if stored.empty:
        raise UsageError(
            "no edition is stored as of that day: compute one with `silentcrash release`"
        )
    seen = signals.vintage(edition.load(engine, int(stored["release"].iloc[-1])))
    parts = [_explained(rule, key, signal) for key, signal in signals.series_signals(rule, seen)]
    return pd.concat(parts, ignore_index=True)


def _explained(rule: Rule, series: str, signal: Signal) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "series": series,
            "period": pd.DatetimeIndex(signal.firing.index).strftime("%Y-%m"),
            "value": signal.value.to_numpy(),
            "fires": signal.firing.to_numpy(),
            "ends": signal.recovered.to_numpy(),
        }
    )
    breaches, _ = evaluate_series(rule, signal)
    firing = pd.Series(False, index=signal.firing.index)
    for breach in breaches:
        firing |= (firing.index >= breach.start) & (
            (firing.index < breach.end) if breach.end is not None else True
        )
    return table.assign(firing=firing.to_numpy())


def run_backtest(
    engine: Engine, rules: RuleSet, start: str, end: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The backtest on every stored vintage: a summary by rule, and the events."""
    stored = [edition.load(engine, int(number)) for number in edition.editions(engine)["release"]]
    if not stored:
        raise UsageError("no edition is stored: compute one with `silentcrash release`")
    seen = [
        vintage
        for vintage in backtest.vintages(stored)
        if (not start or vintage.until >= pd.Timestamp(start))
        and (not end or vintage.until <= pd.Timestamp(end))
    ]
    if not seen:
        raise UsageError("no vintage lies between these months: write them as YYYY-MM")
    events = backtest.frame(backtest.replay(rules.rules, seen))
    years = max(len({vintage.until for vintage in seen}) / 12, 1 / 12)
    return backtest.summary(events, rules.rules, seen[-1], years), events


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
    key = f"test-{settings.now:%Y%m%d%H%M%S}-{rule.id}"
    sent = {"message_id": key, "created_at": settings.now}
    message = sent | {"payload": {"events": [messages.payload(row, rule)]}}
    return deliver.send(in_use[channel], message, SECRETS, settings.now)


def find_rule(rules: RuleSet, name: str) -> Rule:
    """The rule with this id. Raises UsageError naming the nearest ones."""
    by_id = {rule.id: rule for rule in rules.rules}
    if name not in by_id:
        raise UsageError(f"there is no rule {name!r}; {nearest(name, by_id)}")
    return by_id[name]
