"""What is told later: alerts that outlast a silence, or the word of whoever had them in hand.

Rules are evaluated when an edition or a check comes; a silence ends on a day of its own. Every
delivery looks at both, so that nobody waits for the next edition to hear what still fires.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from pipelines.alerts import messages
from pipelines.alerts.record import Key, pending_notifications, post, silenced
from pipelines.alerts.rules import Channel, Rule, RuleSet
from warehouse.alerts import repository
from warehouse.database import writing

ENDS = {"resolved", "retracted"}
INHIBITED = "inhibited"  # only an evaluation knows whether the source is still late


def catch_up(engine: Engine, rules: RuleSet, channels: Sequence[Channel], now: datetime) -> int:
    """Queue what a silence that is over kept back, and reminders; how many events were told."""
    known = {one.id: one for one in rules.rules}
    with writing(engine) as connection:
        past: dict[Key, list[repository.Row]] = {}
        for row in repository.events(connection):
            past.setdefault((row["rule"], row["series"]), []).append(row)
        told = [
            *_kept_back(connection, past, known, now),
            *_reminders(connection, past, known, now),
        ]
        post(connection, sorted(told, key=lambda pair: int(pair[0]["id"])), channels, now)
    return len(told)


def _kept_back(
    connection: Connection,
    past: dict[Key, list[repository.Row]],
    known: dict[str, Rule],
    now: datetime,
) -> Iterator[tuple[repository.Row, Rule]]:
    silences = repository.silences(connection, now)
    for (rule, series), rows in past.items():
        if rule in known and any(row["told_at"] is None and row["muted"] for row in rows):
            for row in pending_notifications(rows, silenced(silences, rule, series)):
                if not row["muted"].startswith(INHIBITED):
                    yield row, known[rule]


def _reminders(
    connection: Connection,
    past: dict[Key, list[repository.Row]],
    known: dict[str, Rule],
    now: datetime,
) -> Iterator[tuple[repository.Row, Rule]]:
    """One event for each acknowledgement that is over while its alert goes on."""
    by_id = {row["id"]: row for rows in past.values() for row in rows}
    for ack in repository.ended_acks(connection, now):
        fired = by_id[ack["event_id"]]
        rows, vintage = past[fired["rule"], fired["series"]], f"ack:{ack['id']}"
        over = any(r["crossing"] == fired["crossing"] and r["kind"] in ENDS for r in rows)
        if over or fired["rule"] not in known or any(r["vintage"] == vintage for r in rows):
            continue
        about = {"kind": "reminder", "vintage": vintage, "at": now, "told_at": None, "muted": ""}
        row = {**fired, **about, "note": f"{ack['by']}: {ack['why']}"} | messages.retold(fired)
        del row["id"]
        row["id"] = repository.record(connection, row)
        yield row, known[fired["rule"]]
