"""Record what the rules find and queue its messages, in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipelines.alerts import messages, state_machine
from pipelines.alerts.rules import Channel, Rule
from pipelines.alerts.state_machine import Breach, RuleEvent, RuleState
from warehouse.alerts import repository
from warehouse.alerts.tables import AlertRule, AlertState, Heartbeat
from warehouse.database import writing

Act = Callable[[RuleState], tuple[list[RuleEvent], RuleState]]
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
class Evaluation:
    """The vintage that findings are about, and when they are recorded."""

    vintage: str
    as_of: datetime
    now: datetime


def record_findings(
    engine: Engine,
    findings: Iterable[Finding],
    moment: Evaluation,
    channels: Sequence[Channel],
    titles: Titles,
) -> list[repository.Row]:
    """The events that the findings add; their messages are queued with them or not at all.

    A vintage that was evaluated already, or is older than the last one, adds nothing.
    """
    with writing(engine) as connection:
        book = Recorder(connection, moment, titles)
        for finding in findings:
            book.enter(finding)
        post(connection, book.to_tell(), channels, moment.now)
        repository.upsert(connection, Heartbeat, {"name": "evaluation", "at": moment.now})
    return book.added


def post(
    connection: Connection,
    told: Sequence[tuple[repository.Row, Rule]],
    channels: Sequence[Channel],
    now: datetime,
) -> None:
    """Queue the messages about these events, and note that they were."""
    for channel in channels:
        for message in messages.batches(channel, told, now):
            repository.queue(connection, message)
    repository.mark_notified(connection, [row["id"] for row, _ in told], now)


def silenced(silences: Sequence[repository.Row], rule: str, series: str) -> str:
    """Who silences a rule on a series, until when and why; "" where nobody does."""
    for one in silences:
        if fnmatchcase(rule, one["rule"]) and fnmatchcase(series, one["series"]):
            return f"silenced by {one['by']} until {one['until']:%Y-%m-%d %H:%M}: {one['why']}"
    return ""


class Recorder:
    """What is recorded of the rules in one transaction: read, added to, told."""

    def __init__(self, connection: Connection, moment: Evaluation, titles: Titles) -> None:
        self.connection, self.moment, self.titles = connection, moment, titles
        self.states = repository.states(connection)
        self.silences = repository.silences(connection, moment.now)
        self.past: dict[Key, list[repository.Row]] = {}
        for row in repository.events(connection):
            self.past.setdefault((row["rule"], row["series"]), []).append(row)
        self.found: dict[Key, Finding] = {}
        self.added: list[repository.Row] = []

    def enter(self, finding: Finding) -> None:
        """Add the events of a finding."""
        key = (finding.rule.id, finding.series)
        self.found[key] = finding
        state = self.states.get(key)
        if state is not None and not _newer(self.moment, state):
            return
        rows = self.past.setdefault(key, [])
        events, after = finding.act(restore_state(state, rows))
        for event in events:
            row = self._row(finding, event)
            row["id"] = repository.record(self.connection, row)
            rows.append(row)
            self.added.append(row)
        self._keep(finding, after)

    def _row(self, finding: Finding, event: RuleEvent) -> repository.Row:
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

    def _keep(self, finding: Finding, after: RuleState) -> None:
        rule = finding.rule
        about = {"rule": rule.id, "series": finding.series, "rule_hash": rule.hash}
        where = {"vintage": self.moment.vintage, "as_of": self.moment.as_of, "state": after.state}
        last = after.last if after.last is not None else EPOCH
        repository.upsert(self.connection, AlertState, about | where | {"period": _days(last)})
        body = rule.model_dump(mode="json", by_alias=True)
        version = {"id": rule.id, "hash": rule.hash, "body": body, "at": self.moment.now}
        repository.upsert(self.connection, AlertRule, version)

    def to_tell(self) -> list[tuple[repository.Row, Rule]]:
        """The untold events that somebody must hear of now, in the order of their ids."""
        rows = [
            (row, finding.rule)
            for key, finding in self.found.items()
            for row in pending_notifications(self.past.get(key, ()), self._muted(finding))
        ]
        return sorted(rows, key=lambda pair: int(pair[0]["id"]))


def pending_notifications(rows: Sequence[repository.Row], muted: str) -> Iterable[repository.Row]:
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


def restore_state(state: repository.Row | None, rows: Sequence[repository.Row]) -> RuleState:
    """The memory that the recorded events amount to."""
    crossings: dict[int, Breach] = {}
    for row in rows:
        if row["kind"] not in {"error", "reminder"}:
            event = RuleEvent(row["kind"], _date(row["period"]), _date(row["crossing"]))
            before = crossings.get(row["crossing"])
            crossings[row["crossing"]] = state_machine.after_event(before, event, row["rule_hash"])
    if state is None:
        return RuleState(crossings=tuple(crossings.values()))
    last = _date(state["period"]) if state["period"] else None
    return RuleState(state["state"], state["rule_hash"], last, tuple(crossings.values()))


def _newer(moment: Evaluation, state: Mapping[str, Any]) -> bool:
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
