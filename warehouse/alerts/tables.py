"""The tables of alerts: rules as evaluated, events, messages to deliver."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from warehouse.tables import core as core  # and with it the naming of constraints


class AlertRule(SQLModel, table=True):
    """A version of an alert rule, as it was when it was last evaluated."""

    __tablename__ = "alert_rule"

    id: str = Field(primary_key=True, description="Stable id of the rule")
    hash: str = Field(primary_key=True, description="SHA-256 of what decides when it fires")
    body: dict[str, Any] = Field(
        sa_column=Column(JSON, nullable=False), description="The rule as declared, whole"
    )
    at: datetime = Field(description="When this version was last evaluated, UTC")


class AlertState(SQLModel, table=True):
    """Where a rule stands on a series after the last vintage evaluated."""

    __tablename__ = "alert_state"

    rule: str = Field(primary_key=True, description="Id of the rule")
    series: str = Field(primary_key=True, description="What it looks at")
    rule_hash: str = Field(description="Version of the rule")
    state: str = Field(description="ok, pending, firing, recovering, no_data or error")
    period: int = Field(description="Last period evaluated, days since 1970-01-01")
    vintage: str = Field(description="Last vintage evaluated: release:<id> or the run of a check")
    as_of: datetime = Field(description="What orders the vintages")


class AlertEvent(SQLModel, table=True):
    """Something that happened to a rule and a series. Rows are only ever added."""

    __tablename__ = "alert_event"
    __table_args__ = (UniqueConstraint("rule", "series", "vintage", "kind", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    rule: str = Field(index=True, description="Id of the rule")
    rule_hash: str = Field(description="Version of the rule")
    rule_kind: str = Field(description="Kind of the rule")
    series: str = Field(description="What it looks at")
    kind: str = Field(description="firing, resolved, retracted, notice, reminder or error")
    period: int = Field(description="Period that it is about, days since 1970-01-01")
    crossing: int = Field(description="First period of the crossing that it belongs to")
    vintage: str = Field(description="Vintage in which it was seen")
    as_of: datetime = Field(description="What the public could know in that vintage")
    at: datetime = Field(description="When it was recorded, UTC")
    value: float | None = Field(default=None, description="Figure that the rule compared")
    severity: str = Field(description="info, watch, alert or critical")
    title_fr: str = Field(description="What happened, in French")
    title_en: str = Field(description="What happened, in English")
    text_fr: str = Field(description="Message in French")
    text_en: str = Field(description="Message in English")
    note: str = Field(default="", description="Why, where it is not the figure itself")
    muted: str = Field(default="", description="Why nobody was told when it was recorded")
    told_at: datetime | None = Field(default=None, description="When its message was queued")


class Outbox(SQLModel, table=True):
    """A message to a channel, queued in the transaction of its events."""

    __table_args__ = (UniqueConstraint("channel", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(description="Stable id; the same on every attempt and channel")
    channel: str = Field(index=True, description="Id of the channel")
    payload: dict[str, Any] = Field(
        sa_column=Column(JSON, nullable=False), description="The message, as it is sent"
    )
    state: str = Field(default="pending", description="pending, sent or failed")
    due: datetime = Field(description="Not before, UTC")
    attempts: int = Field(default=0, description="Attempts so far")
    last_error: str = Field(default="", description="What the last one said")
    created_at: datetime = Field(description="When it was queued, UTC")
    sent_at: datetime | None = Field(default=None, description="When the channel took it, UTC")


class Silence(SQLModel, table=True):
    """A rule that is muted until a date: who decided so, and why."""

    id: int | None = Field(default=None, primary_key=True)
    rule: str = Field(description="Id of the rule, * for all")
    series: str = Field(default="*", description="Series, * for all")
    until: datetime = Field(description="End, UTC")
    by: str = Field(description="Who")
    why: str = Field(description="Why")
    at: datetime = Field(description="When it was set, UTC")


class Ack(SQLModel, table=True):
    """Somebody has acknowledged an alert."""

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="alert_event.id", index=True)
    by: str = Field(description="Who")
    why: str = Field(description="What is done about it")
    until: datetime | None = Field(default=None, description="When it is told again, UTC")
    at: datetime = Field(description="When, UTC")


class ChannelHealth(SQLModel, table=True):
    """Whether a channel delivers, what stops it, and which worker delivers now."""

    __tablename__ = "channel_health"

    channel: str = Field(primary_key=True, description="Id of the channel")
    state: str = Field(default="ok", description="ok, failing or off")
    failures: int = Field(default=0, description="Failures in a row")
    since: datetime | None = Field(default=None, description="First of them, UTC")
    last_error: str = Field(default="", description="What the last one said, without secrets")
    last_success: datetime | None = Field(default=None, description="Last delivery, UTC")
    not_before: datetime | None = Field(default=None, description="Next attempt, UTC")
    lease_by: str = Field(default="", description="The worker that delivers on it")
    lease_until: datetime | None = Field(default=None, description="End of its lease, UTC")


class Heartbeat(SQLModel, table=True):
    """When something that must run regularly last ran."""

    name: str = Field(primary_key=True, description="What runs")
    at: datetime = Field(description="When it last did, UTC")
