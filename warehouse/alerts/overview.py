"""Where rules and channels stand, as plain rows for a short table.

Nothing here needs pandas or the models, which take longer to import than the tables to read.
"""

from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Engine, text
from sqlmodel.sql.sqltypes import UTCDateTime

Row: TypeAlias = dict[str, Any]
EPOCH = date(1970, 1, 1)
# The last event of each rule and series, and the last word of a person on its breach.
RULES = text("""
select s.rule, s.series, s.state, s.period, e.kind as last_event, e.period as about, e.muted,
  a."by" as ack_by, a.until as ack_until, a.why as ack_why
from alert_state s
left join alert_event e on e.id = (
  select max(l.id) from alert_event l where l.rule = s.rule and l.series = s.series)
left join ack a on a.id = (
  select max(n.id) from ack n join alert_event b on b.id = n.event_id
  where b.rule = e.rule and b.series = e.series and b.crossing = e.crossing)
order by s.rule, s.series
""").columns(ack_until=UTCDateTime())
CHANNELS = text("select channel, state, last_success, last_error from channel_health").columns(
    last_success=UTCDateTime()
)
WAITING = text("select channel, count(*) as waiting from outbox where state <> 'sent' group by 1")
BEATS = text("select name, at from heartbeat").columns(at=UTCDateTime())


def rules(engine: Engine) -> list[Row]:
    """The state of each rule and series, its last event, who has it in hand.

    Keys: rule, series, state, period, last_event, about, muted and in_hand; the last four are None
    without an event.
    """
    with engine.connect() as connection:
        stored = connection.execute(RULES).mappings().all()
    return [
        {
            **{name: row[name] for name in ("rule", "series", "state")},
            "period": _day(row["period"]),
            "last_event": row["last_event"],
            "about": _day(row["about"]),
            "muted": row["muted"],
            "in_hand": _in_hand(row) if row["last_event"] else None,
        }
        for row in stored
    ]


def channels(engine: Engine) -> dict[str, Row]:
    """By channel: state, last_success and last_error, and the messages that wait."""
    with engine.connect() as connection:
        waiting = {row.channel: int(row.waiting) for row in connection.execute(WAITING)}
        health = {row["channel"]: dict(row) for row in connection.execute(CHANNELS).mappings()}
    return {
        name: {"waiting": waiting.get(name, 0), **health.get(name, {})}
        for name in {*waiting, *health}
    }


def heartbeats(engine: Engine) -> dict[str, datetime]:
    """When each thing that must run regularly last ran."""
    with engine.connect() as connection:
        return {row.name: row.at for row in connection.execute(BEATS)}


def _day(days: int | None) -> date | None:
    return None if days is None else EPOCH + timedelta(days=days)


def _in_hand(row: Any) -> str:
    if row["ack_by"] is None:
        return ""
    until = f" until {row['ack_until']:%Y-%m-%d}" if row["ack_until"] else ""
    return f"{row['ack_by']}{until}: {row['ack_why']}"
