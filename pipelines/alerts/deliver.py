"""Deliver what is queued: at least once, in order, each channel by itself.

A worker takes a lease on a channel, sends its oldest message and writes down the outcome. Killed
between the two, it sends that message again, under the same id. A message waits behind the
one before it, so that the order of each rule is kept.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

from sqlalchemy import Engine

from pipelines.alerts import channels, findings, webhook
from pipelines.alerts.channels import DeliveryOutcome
from pipelines.alerts.record import Evaluation, record_findings
from pipelines.alerts.reminders import catch_up
from pipelines.alerts.rules import Channel, RuleSet
from pipelines.logs import frames
from pipelines.settings import SECRETS
from warehouse.alerts import overview, repository

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Tally = dict[str, Counter[str]]
# The schedule that Standard Webhooks suggests: 75 hours in all.
BACKOFF = [
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
# Longer than the slowest attempt (5 s to connect, 20 s or 25 s for the rest), so that no second
# worker sends what a slow one is sending, and short enough to outlive a killed one.
LEASE = timedelta(seconds=90)
PATIENCE = 120.0  # seconds that a run waits for its slowest channel: a lease and a half


@dataclass(frozen=True)
class Outside:
    """What an attempt takes from its surroundings."""

    clock: Clock
    environ: Mapping[str, str]  # addresses and secrets of the channels
    contact: str


def deliver(
    engine: Engine,
    rules: RuleSet,
    clock: Clock,
    environ: Mapping[str, str] = SECRETS,
    patience: float = PATIENCE,
    contact: str = "",
) -> Tally:
    """Send what is due, then report dead channels and missing heartbeats.

    Reminders, and what a silence that has ended kept back, are queued first. A mail leads to the
    contact of the installation, where there is one, for who wants no more of them.

    Returns:
        How many attempts of each channel ended in which way; `slow` for a channel that had not
        ended after `patience` seconds: its lease keeps others off, its messages stay queued.
    """
    in_use = channels.in_use(rules, environ)
    catch_up(engine, rules, in_use, clock())
    outside = Outside(clock, environ, contact)
    tally = _send_all(engine, in_use, outside, patience)
    if watch(engine, rules, clock(), in_use):
        for channel, more in _send_all(engine, in_use, outside, patience).items():
            tally[channel] += more
    return tally


def watch(engine: Engine, rules: RuleSet, now: datetime, in_use: Sequence[Channel]) -> int:
    """Record the state of channels and heartbeats; the number of new events."""
    with engine.connect() as connection:
        health = repository.health(connection)
    observed = [
        *findings.of_channels(rules, health, now),
        *findings.of_heartbeats(rules, overview.heartbeats(engine), now),
    ]
    evaluation = Evaluation(f"watch:{int(now.timestamp())}", now, now)
    return len(record_findings(engine, observed, evaluation, in_use, {})) if observed else 0


def _send_all(
    engine: Engine,
    in_use: Sequence[Channel],
    outside: Outside,
    patience: float,
) -> Tally:
    """Drain every channel in a thread of its own, so that none waits for another."""
    tally: Tally = {channel.id: Counter() for channel in in_use}
    threads = [
        threading.Thread(
            target=drain, args=(engine, channel, outside, tally[channel.id]), daemon=True
        )
        for channel in in_use
    ]
    for thread in threads:
        thread.start()
    deadline = monotonic() + patience
    for channel, thread in zip(in_use, threads, strict=True):
        thread.join(max(0.0, deadline - monotonic()))
        if thread.is_alive():
            tally[channel.id]["slow"] += 1
    return tally


def drain(engine: Engine, channel: Channel, outside: Outside, tally: Counter[str]) -> None:
    """Send a channel's messages, oldest first, until none is due or one fails."""
    worker, clock = uuid4().hex, outside.clock
    while repository.lease(engine, channel.id, worker, clock(), LEASE):
        now = clock()
        if repository.sent_since(engine, channel.id, now - timedelta(hours=1)) >= channel.per_hour:
            break
        message = repository.next_due(engine, channel.id, now)
        if message is None:
            break
        outcome = send(channel, message, outside)
        logger.info(
            "alerts: message %s to %s: %s %s",
            *(message["message_id"], channel.id, outcome.state, outcome.error or ""),
        )
        tally[outcome.state] += 1
        _settle(engine, message, outcome, clock())
        if outcome.state in {"retry", "off"}:
            break
    repository.release(engine, channel.id, worker)


def send(channel: Channel, message: repository.Row, outside: Outside) -> DeliveryOutcome:
    """One attempt; a failure is an outcome, which names no address and no secret."""
    url, *secret = [outside.environ.get(name, "") for name in channels.variables(channel)]
    try:
        if channel.type == "webhook":
            private = channel.allow_private
            now = outside.clock()
            return webhook.post(url, secret[0], message, now, allow_private=private)
        return channels.notify(channel, url, message, outside.contact)
    except Exception as fault:  # a channel that breaks must not stop the others
        logger.warning("alerts: %s broke\n%s", channel.id, frames(fault))
        return DeliveryOutcome("retry", f"could not send: {type(fault).__name__}")


def _settle(
    engine: Engine, message: repository.Row, outcome: DeliveryOutcome, now: datetime
) -> None:
    attempts = message["attempts"] + 1
    sending = {"attempts": attempts, "last_error": outcome.error}
    if outcome.state in {"sent", "refused"}:
        sent = outcome.state == "sent"
        done = {"state": "sent", "sent_at": now} if sent else {"state": "failed"}
        health = {"state": "ok", "failures": 0, "since": None, "not_before": None}
        success = {"last_success": now} if sent else {}
        repository.settle(
            engine, message, sending | done, health | success | {"last_error": outcome.error}
        )
        return
    spent = attempts > len(BACKOFF)
    wait = outcome.after if outcome.after is not None else BACKOFF[min(attempts, len(BACKOFF)) - 1]
    off = outcome.state == "off" or spent
    failing = {"state": "off" if off else "failing", "failures": attempts, "not_before": now + wait}
    since = {} if message["attempts"] else {"since": now}
    repository.settle(engine, message, sending, failing | since | {"last_error": outcome.error})
