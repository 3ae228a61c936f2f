"""Record what the rules find and queue its messages, in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipelines.alerts import machine, messages
from pipelines.alerts.machine import Crossing, Event, Memory
from pipelines.alerts.rules import Channel, Rule
from warehouse import alerts
from warehouse.alert_tables import AlertRule, AlertState, Heartbeat
from warehouse.database import writing

Act = Callable[[Memory], tuple[list[Event], Memory]]
Titles = Mapping[str, Mapping[str, str]]
Key = tuple[str, str]
EPOCH = pd.Timestamp(0)


@dataclass(frozen=True)
class Finding:
    """A rule on a series, what to do with its memory, and the late source that inhibits it."""

    rule: Rule
    series: str
    act: Act
    inhibited: str = ""


@dataclass(frozen=True)
class Moment:
    """The vintage that findings are about, and when they are recorded."""

    vintage: str
    as_of: datetime
    now: datetime


def ring(
    engine: Engine,
    findings: Iterable[Finding],
    moment: Moment,
    channels: Sequence[Channel],
    titles: Titles,
) -> list[alerts.Row]:
    """The events that the findings add; their messages are queued with them or not at all.

    A vintage that was evaluated already, or is older than the last one, adds nothing.
    """
    with writing(engine) as connection:
        book = _Book(connection, moment, titles)
        for finding in findings:
            book.enter(finding)
        post(connection, book.to_tell(), channels, moment.now)
        alerts.put(connection, Heartbeat, {"name": "evaluation", "at": moment.now})
    return book.added


def post(
    connection: Connection,
    told: Sequence[tuple[alerts.Row, Rule]],
    channels: Sequence[Channel],
    now: datetime,
) -> None:
    """Queue the messages about these events, and note that they were."""
    for channel in channels:
        for message in messages.batches(channel, told, now):
            alerts.queue(connection, message)
    alerts.tell(connection, [row["id"] for row, _ in told], now)


def silenced(silences: Sequence[alerts.Row], rule: str, series: str) -> str:
    """Who silences a rule on a series, until when and why; "" where nobody does."""
    for one in silences:
        if fnmatchcase(rule, one["rule"]) and fnmatchcase(series, one["series"]):
            return f"silenced by {one['by']} until {one['until']:%Y-%m-%d %H:%M}: {one['why']}"
    return ""


class _Book:
    """What is recorded of the rules in one transaction: read, added to, told."""

    def __init__(self, connection: Connection, moment: Moment, titles: Titles) -> None:
        self.connection, self.moment, self.titles = connection, moment, titles
        self.states = alerts.states(connection)
        self.silences = alerts.silences(connection, moment.now)
        self.past: dict[Key, list[alerts.Row]] = {}
        for row in alerts.events(connection):
            self.past.setdefault((row["rule"], row["series"]), []).append(row)
        self.found: dict[Key, Finding] = {}
        self.added: list[alerts.Row] = []

    def enter(self, finding: Finding) -> None:
        """Add the events of a finding."""
        key = (finding.rule.id, finding.series)
        self.found[key] = finding
        state = self.states.get(key)
        if state is not None and not _newer(self.moment, state):
            return
        rows = self.past.setdefault(key, [])
        events, after = finding.act(remembered(state, rows))
        for event in events:
            row = self._row(finding, event)
            row["id"] = alerts.record(self.connection, row)
            rows.append(row)
            self.added.append(row)
        self._keep(finding, after)

    def _row(self, finding: Finding, event: Event) -> alerts.Row:
        rule, moment = finding.rule, self.moment
        return {
            "rule": rule.id,
            "rule_hash": rule.hash,
            "rule_kind": rule.kind,
            "series": finding.series,
            "kind": event.kind,
            "period": _days(event.period),
            "crossing": _days(event.crossing),
            "vintage": moment.vintage,
            "as_of": moment.as_of,
            "at": moment.now,
            "value": event.value,
            "severity": rule.severity,
            "note": event.note,
            "muted": "history" if event.quiet else self._muted(finding),
            "told_at": None,
            **messages.texts(rule, finding.series, event, self.titles),
        }

    def _muted(self, finding: Finding) -> str:
        inhibited = f"inhibited: {finding.inhibited} is late" if finding.inhibited else ""
        return silenced(self.silences, finding.rule.id, finding.series) or inhibited

    def _keep(self, finding: Finding, after: Memory) -> None:
        rule = finding.rule
        about = {"rule": rule.id, "series": finding.series, "rule_hash": rule.hash}
        where = {"vintage": self.moment.vintage, "as_of": self.moment.as_of, "state": after.state}
        last = after.last if after.last is not None else EPOCH
        alerts.put(self.connection, AlertState, about | where | {"period": _days(last)})
        body = rule.model_dump(mode="json", by_alias=True)
        version = {"id": rule.id, "hash": rule.hash, "body": body, "at": self.moment.now}
        alerts.put(self.connection, AlertRule, version)

    def to_tell(self) -> list[tuple[alerts.Row, Rule]]:
        """The untold events that somebody must hear of now, in the order of their ids."""
        rows = [
            (row, finding.rule)
            for key, finding in self.found.items()
            for row in untold(self.past.get(key, ()), self._muted(finding))
        ]
        return sorted(rows, key=lambda pair: int(pair[0]["id"]))


def untold(rows: Sequence[alerts.Row], muted: str) -> Iterable[alerts.Row]:
    """The events to tell now: a start while it lasts, an end to whom its start was told."""
    heard: set[int] = set()
    over = {row["crossing"]: row["id"] for row in rows if row["kind"] in {"resolved", "retracted"}}
    for row in rows:
        start = row["kind"] in {"firing", "notice", "error"}
        if row["told_at"] is not None:
            heard.add(row["crossing"])
        elif row["muted"] == "history":
            continue
        elif not start and row["crossing"] in heard:
            yield row
        elif start and not muted and (not row["muted"] or over.get(row["crossing"], 0) < row["id"]):
            heard.add(row["crossing"])
            yield row


def remembered(state: alerts.Row | None, rows: Sequence[alerts.Row]) -> Memory:
    """The memory that the recorded events amount to."""
    crossings: dict[int, Crossing] = {}
    for row in rows:
        if row["kind"] not in {"error", "reminder"}:
            event = Event(row["kind"], _date(row["period"]), _date(row["crossing"]))
            before = crossings.get(row["crossing"])
            crossings[row["crossing"]] = machine.told(before, event, row["rule_hash"])
    if state is None:
        return Memory(crossings=tuple(crossings.values()))
    last = _date(state["period"]) if state["period"] else None
    return Memory(state["state"], state["rule_hash"], last, tuple(crossings.values()))


def _newer(moment: Moment, state: Mapping[str, Any]) -> bool:
    """Whether a vintage comes after the last one evaluated; ids order those of one instant."""
    known: datetime = state["as_of"]
    if moment.as_of != known:
        return moment.as_of > known
    return _order(moment.vintage) > _order(state["vintage"])


def _order(vintage: str) -> tuple[str, int]:
    kind, _, number = vintage.partition(":")
    return kind, int(number or 0)


def _days(period: pd.Timestamp) -> int:
    return int((period - EPOCH).days)


def _date(days: int) -> pd.Timestamp:
    return EPOCH + pd.Timedelta(days=days)
