"""Record what the rules find and queue its messages, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from pipelines.alerts import messages, state_machine
from pipelines.alerts.findings import Finding
from pipelines.alerts.rules import Channel, Rule
from pipelines.alerts.state_machine import Breach, RuleEvent, RuleState
from warehouse.alerts import repository
from warehouse.alerts.tables import AlertRule, AlertState
from warehouse.database import writing

Titles = Mapping[str, Mapping[str, str]]
Key = tuple[str, str]
EPOCH = pd.Timestamp(0)


@dataclass(frozen=True)
class Evaluation:
    """The vintage that findings are about, and when they are recorded."""

    vintage: str
    as_of: datetime
    now: datetime


def record_findings(
    engine: Engine,
    findings: Iterable[Finding],
    evaluation: Evaluation,
    channels: Sequence[Channel],
    titles: Titles,
) -> list[repository.Row]:
    """The events that the findings add, stored together with their messages.

    A vintage that was evaluated already, or is older than the last one, adds nothing.
    """
    return record_in_order(engine, [(evaluation, findings)], channels, titles)


def record_in_order(
    engine: Engine,
    evaluations: Iterable[tuple[Evaluation, Iterable[Finding]]],
    channels: Sequence[Channel],
    titles: Titles,
) -> list[repository.Row]:
    """`record_findings` for several evaluations, oldest first, in one transaction."""
    with writing(engine) as connection:
        recorder = None
        for evaluation, findings in evaluations:
            recorder = recorder or Recorder(connection, evaluation, titles)
            recorder.evaluation = evaluation
            for finding in findings:
                recorder.enter(finding)
        if recorder is None:
            return []
        recorder.write()
        post(connection, recorder.pending(), channels, recorder.evaluation.now)
    return recorder.added


def post(
    connection: Connection,
    pending: Sequence[tuple[repository.Row, Rule]],
    channels: Sequence[Channel],
    now: datetime,
) -> None:
    """Queue the messages about these events, and note that they were queued."""
    for channel in channels:
        for message in messages.batches(channel, pending, now):
            repository.queue(connection, message)
    repository.mark_notified(connection, [row["id"] for row, _ in pending], now)


def silenced(silences: Sequence[repository.Row], rule: str, series: str) -> str:
    """Who mutes a rule on a series, until when and why; "" where nobody does."""
    for mute in silences:
        if fnmatchcase(rule, mute["rule"]) and fnmatchcase(series, mute["series"]):
            return f"silenced by {mute['by']} until {mute['until']:%Y-%m-%d %H:%M}: {mute['why']}"
    return ""


class Recorder:
    """What one transaction records of the rules: read, added to, written at once.

    Five hundred rules are three statements: a statement a rule was half of an evaluation.
    """

    def __init__(self, connection: Connection, evaluation: Evaluation, titles: Titles) -> None:
        self.connection, self.evaluation, self.titles = connection, evaluation, titles
        self.states = repository.states(connection)
        self.silences = repository.silences(connection, evaluation.now)
        self.past: dict[Key, list[repository.Row]] = {}
        for row in repository.events(connection):
            self.past.setdefault((row["rule"], row["series"]), []).append(row)
        self.findings: dict[Key, Finding] = {}
        self.added: list[repository.Row] = []
        self.moved: dict[Key, repository.Row] = {}
        self.versions: dict[Key, repository.Row] = {}

    def enter(self, finding: Finding) -> None:
        """Add the events of a finding, and the state after it."""
        key = (finding.rule.id, finding.series)
        self.findings[key] = finding
        recorded = self.states.get(key)
        if recorded is not None and not _newer(self.evaluation, recorded):
            return
        rows = self.past.setdefault(key, [])
        events, after = finding.advance(restore_state(recorded, rows))
        for event in events:
            row = self._row(finding, event)
            rows.append(row)
            self.added.append(row)
        self._advance(finding, after)

    def write(self) -> None:
        """Store what was added; events have their ids from here on."""
        repository.record(self.connection, self.added)
        repository.upsert(self.connection, AlertState, list(self.moved.values()))
        repository.upsert(self.connection, AlertRule, list(self.versions.values()))

    def _row(self, finding: Finding, event: RuleEvent) -> repository.Row:
        rule, evaluation = finding.rule, self.evaluation
        return {
            "rule": rule.id,
            "rule_hash": rule.hash,
            "rule_kind": rule.kind,
            "series": finding.series,
            "kind": event.kind,
            "period": _days(event.period),
            "crossing": _days(event.crossing),
            "vintage": evaluation.vintage,
            "as_of": evaluation.as_of,
            "at": evaluation.now,
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

    def _advance(self, finding: Finding, after: RuleState) -> None:
        rule, evaluation, key = finding.rule, self.evaluation, (finding.rule.id, finding.series)
        last = after.last if after.last is not None else EPOCH
        state = {
            "rule": rule.id,
            "series": finding.series,
            "rule_hash": rule.hash,
            "vintage": evaluation.vintage,
            "as_of": evaluation.as_of,
            "state": after.state,
            "period": _days(last),
        }
        self.states[key] = self.moved[key] = state
        if (rule.id, rule.hash) not in self.versions:
            body = rule.model_dump(mode="json", by_alias=True)
            version = {"id": rule.id, "hash": rule.hash, "body": body}
            self.versions[rule.id, rule.hash] = version
        self.versions[rule.id, rule.hash]["at"] = evaluation.now

    def pending(self) -> list[tuple[repository.Row, Rule]]:
        """The events whose messages must be queued now, in the order of their ids."""
        rows = [
            (row, finding.rule)
            for key, finding in self.findings.items()
            for row in pending_notifications(self.past.get(key, ()), self._muted(finding))
        ]
        return sorted(rows, key=lambda pair: int(pair[0]["id"]))


def pending_notifications(rows: Sequence[repository.Row], muted: str) -> Iterable[repository.Row]:
    """The events to notify now: starts that last, and the ends of notified starts."""
    notified: set[int] = set()
    ended = {row["crossing"]: row["id"] for row in rows if row["kind"] in {"resolved", "retracted"}}
    for row in rows:
        starts = row["kind"] in {"firing", "notice", "error"}
        lasts = ended.get(row["crossing"], 0) < row["id"]
        if row["told_at"] is not None:
            notified.add(row["crossing"])
        elif row["muted"] == "history":
            continue
        elif not starts and row["crossing"] in notified:
            yield row
        elif starts and not muted and (not row["muted"] or lasts):
            notified.add(row["crossing"])
            yield row


def restore_state(recorded: repository.Row | None, rows: Sequence[repository.Row]) -> RuleState:
    """The state of a rule on a series that the recorded events amount to."""
    crossings: dict[int, Breach] = {}
    for row in rows:
        if row["kind"] not in {"error", "reminder"}:
            event = RuleEvent(row["kind"], _date(row["period"]), _date(row["crossing"]))
            before = crossings.get(row["crossing"])
            crossings[row["crossing"]] = state_machine.after_event(before, event, row["rule_hash"])
    if recorded is None:
        return RuleState(crossings=tuple(crossings.values()))
    last = _date(recorded["period"]) if recorded["period"] else None
    return RuleState(recorded["state"], recorded["rule_hash"], last, tuple(crossings.values()))


def _newer(evaluation: Evaluation, recorded: Mapping[str, Any]) -> bool:
    """True if a vintage comes after the last one; ids order those of one instant."""
    last: datetime = recorded["as_of"]
    if evaluation.as_of != last:
        return evaluation.as_of > last
    return _order(evaluation.vintage) > _order(recorded["vintage"])


def _order(vintage: str) -> tuple[str, int]:
    kind, _, number = vintage.partition(":")
    return kind, int(number or 0)


def _days(period: pd.Timestamp) -> int:
    return int((period - EPOCH).days)


def _date(days: int) -> pd.Timestamp:
    return EPOCH + pd.Timedelta(days=days)
