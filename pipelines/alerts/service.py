"""What the commands and the Dagster assets do about alerts: open, call, give back a frame."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from os import environ
from pathlib import Path

import pandas as pd
import requests
from sqlalchemy import Engine

from pipelines.alerts import backtest, channels, feed, findings, messages, signals
from pipelines.alerts.deliver import PATIENCE, Tally, deliver
from pipelines.alerts.outcome import DeliveryOutcome
from pipelines.alerts.record import Evaluation, Finding, record_findings
from pipelines.alerts.rules import BUNDLED, Rule, RuleSet, RulesFault, load
from pipelines.alerts.state_machine import RuleEvent, Signal, evaluate_series
from pipelines.settings import Settings, UsageFault, from_environment
from sources.announcements.event_type import KINDS
from warehouse import edition
from warehouse import events as news
from warehouse.alerts import repository
from warehouse.alerts.tables import Ack, AlertEvent, AlertState, ChannelHealth, Outbox
from warehouse.observations import read

SAME = ["rule", "series"]
RECENT = timedelta(days=31)  # an announcement that comes to light later is history


def rules_in_force(path: Path | None = None) -> RuleSet:
    """The rules of SILENTCRASH_ALERTS, or those that are shipped. Raises UsageFault."""
    from pipelines.index.framework import load as method

    chosen = path or Path(environ.get("SILENTCRASH_ALERTS") or BUNDLED)
    framework = method()
    known = {
        "index": ["index"],
        "dimension": [one.key for one in framework.dimension],
        "indicator": list(framework.indicators),
        "announcement": KINDS,
        "regimes": [one.key for one in framework.regimes],
    }
    try:
        return load(chosen, known)
    except RulesFault as fault:
        raise UsageFault(str(fault)) from None


def evaluate(
    engine: Engine, settings: Settings, release: int, rules: RuleSet
) -> list[repository.Row]:
    """Evaluate a stored edition and the last fetches, queue the messages, write the feeds."""
    found = edition.load(engine, release)
    open_ = channels.on(rules, environ)
    titles = {language: signals.titles(found, language) for language in ("fr", "en")}
    seen = signals.vintage(found)
    moment = Evaluation(seen.key, seen.as_of, settings.now)
    events = record_findings(engine, findings.of_edition(rules, found), moment, open_, titles)
    status = read.status(engine, as_of=settings.now)
    now = Evaluation(f"status:{int(settings.now.timestamp())}", settings.now, settings.now)
    events += record_findings(
        engine, findings.of_quality(rules, status, settings.now), now, open_, titles
    )
    events += announce(engine, settings, rules, news.read(engine, as_of=settings.now))
    feed.write(repository.history(engine), settings.releases)
    return events


def observe(
    engine: Engine,
    rules: RuleSet,
    checks: Sequence[tuple[str, bool, str]],
    vintage: str,
    at: datetime,
) -> list[repository.Row]:
    """Record the outcomes of checks and runs: (what, passed, detail)."""
    found: list[Finding] = []
    for series, passed, detail in checks:
        found += findings.check(rules, series, passed, detail, at)
    return record_findings(
        engine, found, Evaluation(vintage, at, at), channels.on(rules, environ), {}
    )


def announce(
    engine: Engine, settings: Settings, rules: RuleSet, events: pd.DataFrame
) -> list[repository.Row]:
    """Ring for large announcements known in the last month; `events` as warehouse.events reads."""
    found = findings.of_announcements(rules, events, settings.now - RECENT)
    moment = Evaluation(f"news:{int(settings.now.timestamp())}", settings.now, settings.now)
    names = dict(zip(events["address"], events["title"], strict=True))
    return record_findings(
        engine, found, moment, channels.on(rules, environ), {"fr": names, "en": names}
    )


def send(engine: Engine, settings: Settings, rules: RuleSet, patience: float = PATIENCE) -> Tally:
    """Deliver what is due, then write the feeds."""
    tally = deliver(engine, rules, lambda: from_environment().now, environ, patience)
    feed.write(repository.history(engine), settings.releases)
    return tally


def beat(engine: Engine, settings: Settings) -> None:
    """Note that the scheduler is alive, and say so to SILENTCRASH_HEARTBEAT_URL where it is set.

    A machine that has stopped can only be noticed from outside: that address is one of a
    service that rings when it is no longer asked.
    """
    repository.beat(engine, "scheduler", settings.now)
    outside = environ.get("SILENTCRASH_HEARTBEAT_URL")
    if outside:
        with suppress(requests.exceptions.RequestException):
            requests.get(outside, timeout=(5, 5), allow_redirects=False, stream=True).close()


def listing(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """Where every rule stands: state, last period, last event, who has it in hand.

    What fires comes first.
    """
    stands = repository.frame(engine, AlertState)
    events = repository.frame(engine, AlertEvent)
    last = events.drop_duplicates(["rule", "series"], keep="last")
    on = [*SAME, "crossing"]
    held = last.merge(_in_hand(engine, events), how="left", on=on).fillna({"in_hand": ""})
    columns = ["rule", "series", "kind", "period", "muted", "in_hand"]
    table = stands.merge(
        held[columns].rename(columns={"kind": "last_event", "period": "about"}),
        on=SAME,
        how="left",
    )
    severity = {one.id: one.severity for one in rules.rules}
    shown = [*SAME, "severity", "state", "period", "last_event", "about", "muted", "in_hand"]
    told = table.assign(severity=table["rule"].map(severity))[shown]
    quiet = told["state"].isin(["ok", "no_data"])
    return told.loc[quiet.sort_values(kind="stable").index].reset_index(drop=True)


def _in_hand(engine: Engine, events: pd.DataFrame) -> pd.DataFrame:
    """Who has each crossing in hand, by the last acknowledgement: SAME, crossing, in_hand."""
    acks = repository.frame(engine, Ack)
    until = pd.to_datetime(acks["until"], utc=True).dt.strftime(" until %Y-%m-%d").fillna("")
    said = acks.assign(in_hand=acks["by"] + until + ": " + acks["why"])
    mine = said[["event_id", "in_hand"]].merge(events, left_on="event_id", right_on="id")
    newest = mine.drop_duplicates([*SAME, "crossing"], keep="last")
    return newest[[*SAME, "crossing", "in_hand"]]


def channel_table(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """How every channel is, and how many messages wait on it."""
    on = {one.id for one in channels.on(rules, environ)}
    health = repository.frame(engine, ChannelHealth).set_index("channel")
    box = repository.frame(engine, Outbox)
    waiting = box.loc[box["state"].ne("sent")].groupby("channel").size()
    return pd.DataFrame(
        {
            "channel": one.id,
            "type": one.type,
            "state": health["state"].get(one.id, "ok") if one.id in on else "not set",
            "waiting": int(waiting.get(one.id, 0)),
            "last_success": health["last_success"].get(one.id),
            "last_error": health["last_error"].get(one.id, ""),
            "variables": ", ".join(channels.variables(one)),
        }
        for one in rules.channels
    )


def explain(engine: Engine, rules: RuleSet, name: str, as_of: datetime | None) -> pd.DataFrame:
    """A rule month by month in the edition known on that day: figure, tests, spells."""
    rule = find(rules, name)
    stored = edition.editions(engine)
    known = pd.to_datetime(stored["as_of"], utc=True)
    if as_of is not None:
        stored = stored.loc[known.le(pd.Timestamp(as_of))]
    if stored.empty:
        raise UsageFault(
            "no edition is stored as of that day: compute one with `silentcrash release`"
        )
    seen = signals.vintage(edition.load(engine, int(stored["release"].iloc[-1])))
    parts = [_explained(rule, key, signal) for key, signal in signals.walked(rule, seen)]
    return pd.concat(parts, ignore_index=True)


def _explained(rule: Rule, series: str, signal: Signal) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "series": series,
            "period": pd.DatetimeIndex(signal.hot.index).strftime("%Y-%m"),
            "value": signal.value.to_numpy(),
            "fires": signal.hot.to_numpy(),
            "ends": signal.cold.to_numpy(),
        }
    )
    spells, _ = evaluate_series(rule, signal)
    firing = pd.Series(False, index=signal.hot.index)
    for spell in spells:
        firing |= (firing.index >= spell.start) & (
            (firing.index < spell.end) if spell.end is not None else True
        )
    return table.assign(firing=firing.to_numpy())


def tested(
    engine: Engine, rules: RuleSet, start: str, end: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The backtest on every stored vintage: a summary by rule, and the events."""
    stored = [edition.load(engine, int(one)) for one in edition.editions(engine)["release"]]
    if not stored:
        raise UsageFault("no edition is stored: compute one with `silentcrash release`")
    seen = [
        one
        for one in backtest.vintages(stored)
        if (not start or one.until >= pd.Timestamp(start))
        and (not end or one.until <= pd.Timestamp(end))
    ]
    if not seen:
        raise UsageFault("no vintage lies between these months: write them as YYYY-MM")
    events = backtest.frame(backtest.replay(rules.rules, seen))
    years = max(len({one.until for one in seen}) / 12, 1 / 12)
    return backtest.summary(events, rules.rules, seen[-1], years), events


def fire_test(settings: Settings, rules: RuleSet, name: str, channel: str) -> DeliveryOutcome:
    """Send a message of a rule, marked as a test, on one channel; nothing is recorded."""
    rule = find(rules, name)
    chosen = [one for one in channels.on(rules, environ) if one.id == channel]
    if not chosen:
        on = ", ".join(one.id for one in channels.on(rules, environ)) or "none"
        raise UsageFault(f"channel {channel!r} is not set; set are: {on}")
    event = RuleEvent("notice", pd.Timestamp(settings.now.date()), pd.Timestamp(0), None, "TEST")
    texts = messages.texts(rule, rule.series, event, {})
    for language in ("fr", "en"):
        texts[f"title_{language}"] = f"{messages.SAID[language]['test']} ({rule.id})"
    row = {
        **dict.fromkeys(messages.PUBLIC, ""), **texts, "rule": rule.id, "severity": rule.severity,
        "period": (event.period - pd.Timestamp(0)).days, "as_of": settings.now, "at": settings.now,
    }  # fmt: skip
    key = f"test-{settings.now:%Y%m%d%H%M%S}-{rule.id}"
    sent = {"message_id": key, "created_at": settings.now}
    message = sent | {"payload": {"events": [messages.payload(row, rule)]}}
    return channels.send(chosen[0], message, environ, settings.now)


def find(rules: RuleSet, name: str) -> Rule:
    """The rule with this id. Raises UsageFault naming the nearest ones."""
    from pipelines.cli.options import nearest

    known = {one.id: one for one in rules.rules}
    if name not in known:
        raise UsageFault(f"there is no rule {name!r}; {nearest(name, known)}")
    return known[name]
