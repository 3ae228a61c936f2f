"""Messages due when a silence ends or an acknowledgement runs out.

Rules are evaluated when an edition or a check comes, but a silence ends on a day of its own.
Every delivery looks at both, so that nobody waits for the next edition to hear what still fires.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from pipelines.alerts import messages
from pipelines.alerts.record import Key, pending_notifications, post, silenced
from pipelines.alerts.rules import Channel, Rule, RuleSet
from warehouse.alerts import repository
from warehouse.database import writing

ENDS = {"resolved", "retracted"}
INHIBITED = "inhibited"  # only an evaluation knows whether the source is still late
Past = Mapping[Key, list[repository.Row]]


def catch_up(engine: Engine, rules: RuleSet, channels: Sequence[Channel], now: datetime) -> int:
    """Queue what an ended silence kept back, and reminders; the number of events."""
    by_id = {rule.id: rule for rule in rules.rules}
    with writing(engine) as connection:
        past: dict[Key, list[repository.Row]] = {}
        for row in repository.events(connection):
            past.setdefault((row["rule"], row["series"]), []).append(row)
        due = [
            *_unmuted(connection, past, by_id, now),
            *_reminders(connection, past, by_id, now),
        ]
        post(connection, sorted(due, key=lambda pair: int(pair[0]["id"])), channels, now)
    return len(due)


def _unmuted(
    connection: Connection, past: Past, by_id: Mapping[str, Rule], now: datetime
) -> Iterator[tuple[repository.Row, Rule]]:
    """The events that a silence kept back and that no silence covers any more."""
    silences = repository.silences(connection, now)
    for (rule, series), rows in past.items():
        if rule in by_id and any(row["told_at"] is None and row["muted"] for row in rows):
            for row in pending_notifications(rows, silenced(silences, rule, series)):
                if not row["muted"].startswith(INHIBITED):
                    yield row, by_id[rule]


def _reminders(
    connection: Connection, past: Past, by_id: Mapping[str, Rule], now: datetime
) -> Iterator[tuple[repository.Row, Rule]]:
    """One event for each acknowledgement that is over while its alert goes on."""
    events = {row["id"]: row for rows in past.values() for row in rows}
    for ack in repository.ended_acks(connection, now):
        fired = events[ack["event_id"]]
        rows, vintage = past[fired["rule"], fired["series"]], f"ack:{ack['id']}"
        over = any(row["crossing"] == fired["crossing"] and row["kind"] in ENDS for row in rows)
        reminded = any(row["vintage"] == vintage for row in rows)
        if over or reminded or fired["rule"] not in by_id:
            continue
        row = _reminder(fired, ack, vintage, now)
        repository.record(connection, [row])
        yield row, by_id[fired["rule"]]


def _reminder(
    fired: repository.Row, ack: repository.Row, vintage: str, now: datetime
) -> repository.Row:
    fields = {"kind": "reminder", "vintage": vintage, "at": now, "told_at": None, "muted": ""}
    row = {**fired, **fields, "note": f"{ack['by']}: {ack['why']}"}
    del row["id"]
    return row | messages.reminder_titles(fired)
