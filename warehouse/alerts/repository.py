"""Record and queue alert events, in the transaction of the caller.

`writing(engine)` lets one writer in at a time, so that two evaluators find each other's events
and two workers each other's lease.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Table, and_, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from warehouse.alerts.tables import (
    Ack,
    AlertEvent,
    AlertRule,
    AlertState,
    ChannelHealth,
    Heartbeat,
    Outbox,
    Silence,
)
from warehouse.database import add, writing
from warehouse.row_conversion import dates
from warehouse.tables import core

Row = dict[str, Any]
# Both engines know "on conflict"; SQLAlchemy has it in the dialect of each.
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
KEYS = {AlertState: ("rule", "series"), AlertRule: ("id", "hash"), Heartbeat: ("name",)}


def events(connection: Connection, rule: str | None = None) -> list[Row]:
    """Every event in the order in which it was recorded; of one rule where given."""
    table = core(AlertEvent)
    query = select(table).order_by(table.c.id)
    if rule is not None:
        query = query.where(table.c.rule == rule)
    return [dict(row) for row in connection.execute(query).mappings()]


def states(connection: Connection) -> dict[tuple[str, str], Row]:
    """Where each rule stands, by rule and series."""
    result = connection.execute(select(core(AlertState))).mappings()
    return {(row["rule"], row["series"]): dict(row) for row in result}


def record(connection: Connection, new: Sequence[Row]) -> None:
    """Add events in their order, and give each row its id."""
    if not new:
        return
    # Nobody else writes meanwhile: the ids after the last one are those of these rows.
    table = core(AlertEvent)
    last = connection.scalar(select(func.max(table.c.id))) or 0
    connection.execute(insert(table), new)
    ids = connection.scalars(select(table.c.id).where(table.c.id > last).order_by(table.c.id))
    for row, key in zip(new, ids, strict=True):
        row["id"] = key


def mark_notified(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    """Note that the messages of these events were queued."""
    table = core(AlertEvent)
    connection.execute(update(table).where(table.c.id.in_(list(ids))).values(told_at=at))


def upsert(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Write the rows with these keys, whether or not they exist."""
    table, keys = core(model), KEYS[model]
    own = INSERTS[connection.dialect.name](table)
    others = {name: value for name, value in own.excluded.items() if name not in keys}
    if rows:
        connection.execute(own.on_conflict_do_update(index_elements=keys, set_=others), rows)


def queue(connection: Connection, message: Row) -> None:
    """Queue a message, or add its events to the unsent one with the same id."""
    table = core(Outbox)
    same = (table.c.channel == message["channel"], table.c.message_id == message["message_id"])
    unsent = connection.execute(select(table).where(*same)).mappings().one_or_none()
    if unsent is None:
        add(connection, Outbox, **message)
    else:
        merged = [*unsent["payload"]["events"], *message["payload"]["events"]]
        payload = unsent["payload"] | {"events": merged}
        connection.execute(update(table).where(table.c.id == unsent["id"]).values(payload=payload))


def silences(connection: Connection, now: datetime) -> list[Row]:
    """The silences in force."""
    table = core(Silence)
    result = connection.execute(select(table).where(table.c.until > now)).mappings()
    return [dict(row) for row in result]


def silence(engine: Engine, **row: Any) -> int:
    """Set a silence (columns of Silence); its id."""
    with writing(engine) as connection:
        return add(connection, Silence, **row)


def acknowledge(engine: Engine, rule: str, series: str, **row: Any) -> int:
    """Acknowledge the last firing of a rule and give the id of its event.

    Raises LookupError where the rule has never fired.
    """
    table = core(AlertEvent)
    fired = select(table.c.id).where(table.c.rule == rule, table.c.kind == "firing")
    mine = fired.where(table.c.series == series) if series else fired
    with writing(engine) as connection:
        event = connection.scalar(mine.order_by(table.c.id.desc()).limit(1))
        if event is None:
            raise LookupError(f"{rule} has never fired: there is nothing to acknowledge")
        add(connection, Ack, event_id=event, **row)
        return int(event)


def ended_acks(connection: Connection, now: datetime) -> list[Row]:
    """The acknowledgements that are over."""
    table = core(Ack)
    result = connection.execute(select(table).where(table.c.until <= now).order_by(table.c.id))
    return [dict(row) for row in result.mappings()]


def beat(engine: Engine, name: str, at: datetime) -> None:
    """Note that something that must run regularly has run."""
    with writing(engine) as connection:
        upsert(connection, Heartbeat, [{"name": name, "at": at}])


def health(connection: Connection) -> dict[str, Row]:
    """How each channel is, by its id."""
    result = connection.execute(select(core(ChannelHealth))).mappings()
    return {row["channel"]: dict(row) for row in result}


def lease(engine: Engine, channel: str, worker: str, now: datetime, hold: timedelta) -> bool:
    """Take, or keep, the right to deliver on a channel until now + hold."""
    table = core(ChannelHealth)
    mine = table.c.channel == channel
    free = or_(
        table.c.lease_by == worker, table.c.lease_until.is_(None), table.c.lease_until <= now
    )
    with writing(engine) as connection:
        if connection.scalar(select(table.c.channel).where(mine)) is None:
            add(connection, ChannelHealth, channel=channel)
        taken = {"lease_by": worker, "lease_until": now + hold}
        return bool(connection.execute(update(table).where(mine, free).values(**taken)).rowcount)


def release(engine: Engine, channel: str, worker: str) -> None:
    """Give the right to deliver back."""
    table = core(ChannelHealth)
    mine = and_(table.c.channel == channel, table.c.lease_by == worker)
    with writing(engine) as connection:
        connection.execute(update(table).where(mine).values(lease_until=None))


def next_due(engine: Engine, channel: str, now: datetime) -> Row | None:
    """The oldest message to deliver on a channel, if it is due.

    Later ones wait behind it, so that messages arrive in order.
    """
    table, channels = core(Outbox), core(ChannelHealth)
    mine = (table.c.channel == channel, table.c.state == "pending")
    with engine.connect() as connection:
        own = select(channels).where(channels.c.channel == channel)
        row = connection.execute(own).mappings().one()
        if row["state"] == "off" or (row["not_before"] and row["not_before"] > now):
            return None
        oldest = select(table).where(*mine, table.c.due <= now).order_by(table.c.id).limit(1)
        result = connection.execute(oldest).mappings().one_or_none()
        return None if result is None else dict(result)


def sent_since(engine: Engine, channel: str, since: datetime) -> int:
    """How many messages the channel took since then."""
    table = core(Outbox)
    mine = (table.c.channel == channel, table.c.sent_at > since)
    with engine.connect() as connection:
        return len(connection.execute(select(table.c.id).where(*mine)).all())


def settle(engine: Engine, message: Row, outcome: Row, channel: Row) -> None:
    """What an attempt came to: columns of Outbox, and of ChannelHealth."""
    box, channels = core(Outbox), core(ChannelHealth)
    with writing(engine) as connection:
        connection.execute(update(box).where(box.c.id == message["id"]).values(**outcome))
        mine = channels.c.channel == message["channel"]
        connection.execute(update(channels).where(mine).values(**channel))


def reopen(engine: Engine, channel: str) -> int:
    """Let a channel that is off or waiting try again, and count its messages.

    Failed messages are tried again too.
    """
    box, channels = core(Outbox), core(ChannelHealth)
    with writing(engine) as connection:
        mine = channels.c.channel == channel
        again = {"state": "ok", "failures": 0, "not_before": None, "since": None}
        connection.execute(update(channels).where(mine).values(**again))
        failed = and_(box.c.channel == channel, box.c.state == "failed")
        connection.execute(update(box).where(failed).values(state="pending", attempts=0))
        waiting = and_(box.c.channel == channel, box.c.state == "pending")
        return len(connection.execute(select(box.c.id).where(waiting)).all())


def frame(engine: Engine, model: type[SQLModel]) -> pd.DataFrame:
    """A table as a frame, periods as dates."""
    table: Table = core(model)
    with engine.connect() as connection:
        result = connection.execute(select(table).order_by(*table.primary_key.columns))
        rows = pd.DataFrame([dict(row) for row in result.mappings()], columns=list(table.c.keys()))
    for name in {"period", "crossing"} & set(rows.columns):
        rows[name] = dates(rows[name])
    return rows


def history(engine: Engine) -> pd.DataFrame:
    """Every event ever recorded, in order, with the false alarms."""
    return frame(engine, AlertEvent)
