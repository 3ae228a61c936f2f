"""Deliver what is queued: at least once, in order, every channel on its own.

A worker takes a lease on a channel, sends its oldest message and notes the outcome. Killed
between the two, it sends that message again, under the same id. A message waits behind the
one before it, so that the order of each rule is kept.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

from sqlalchemy import Engine

from pipelines.alerts import channels, findings
from pipelines.alerts.outcome import DeliveryOutcome
from pipelines.alerts.record import Evaluation, record_findings
from pipelines.alerts.reminders import catch_up
from pipelines.alerts.rules import Channel, RuleSet
from warehouse.alerts import repository

Clock = Callable[[], datetime]
Tally = dict[str, Counter[str]]
# The schedule that Standard Webhooks suggests: 75 hours in all.
BACKOFF = [
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
LEASE = timedelta(seconds=90)
PATIENCE = 120.0  # seconds that a run waits for its slowest channel


def deliver(
    engine: Engine,
    rules: RuleSet,
    clock: Clock,
    environ: Mapping[str, str] = os.environ,
    patience: float = PATIENCE,
) -> Tally:
    """Send what is due, then tell of channels that do not deliver and of a stopped scheduler.

    What a silence that has ended kept back is queued first, and reminders.

    How many attempts of each channel ended in which way; `slow` for a channel that had not
    ended after `patience` seconds: its lease keeps others off, and its messages stay queued.
    """
    open_ = channels.on(rules, environ)
    catch_up(engine, rules, open_, clock())
    tally = _all(engine, open_, clock, environ, patience)
    if watch(engine, rules, clock(), open_):
        for channel, more in _all(engine, open_, clock, environ, patience).items():
            tally[channel] += more
    return tally


def watch(engine: Engine, rules: RuleSet, now: datetime, open_: Sequence[Channel]) -> int:
    """Record what is to be said of channels and scheduler; how many events."""
    with engine.connect() as connection:
        health = repository.health(connection)
    found = [
        *findings.of_channels(rules, health, now),
        *findings.of_scheduler(rules, repository.heartbeats(engine), now),
    ]
    moment = Evaluation(f"watch:{int(now.timestamp())}", now, now)
    return len(record_findings(engine, found, moment, open_, {})) if found else 0


def _all(
    engine: Engine,
    open_: Sequence[Channel],
    clock: Clock,
    environ: Mapping[str, str],
    patience: float,
) -> Tally:
    tally: Tally = {channel.id: Counter() for channel in open_}
    threads = [
        threading.Thread(
            target=drain, args=(engine, one, clock, environ, tally[one.id]), daemon=True
        )
        for one in open_
    ]
    for thread in threads:
        thread.start()
    deadline = monotonic() + patience
    for channel, thread in zip(open_, threads, strict=True):
        thread.join(max(0.0, deadline - monotonic()))
        if thread.is_alive():
            tally[channel.id]["slow"] += 1
    return tally


def drain(
    engine: Engine, channel: Channel, clock: Clock, environ: Mapping[str, str], tally: Counter[str]
) -> None:
    """Send the messages of a channel, oldest first, until none is due or one is not taken."""
    worker = uuid4().hex
    while repository.lease(engine, channel.id, worker, clock(), LEASE):
        now = clock()
        if repository.sent_since(engine, channel.id, now - timedelta(hours=1)) >= channel.per_hour:
            break
        message = repository.next_due(engine, channel.id, now)
        if message is None:
            break
        outcome = channels.send(channel, message, environ, now)
        tally[outcome.state] += 1
        _settle(engine, message, outcome, clock())
        if outcome.state in {"retry", "off"}:
            break
    repository.release(engine, channel.id, worker)


def _settle(
    engine: Engine, message: repository.Row, outcome: DeliveryOutcome, now: datetime
) -> None:
    attempts = message["attempts"] + 1
    about = {"attempts": attempts, "last_error": outcome.error}
    if outcome.state in {"sent", "refused"}:
        done = {"state": "sent", "sent_at": now} if outcome.state == "sent" else {"state": "failed"}
        health = {"state": "ok", "failures": 0, "since": None, "not_before": None}
        said = {"last_success": now} if outcome.state == "sent" else {}
        repository.settle(
            engine, message, about | done, health | said | {"last_error": outcome.error}
        )
        return
    spent = attempts > len(BACKOFF)
    wait = outcome.after if outcome.after is not None else BACKOFF[min(attempts, len(BACKOFF)) - 1]
    off = outcome.state == "off" or spent
    failing = {"state": "off" if off else "failing", "failures": attempts, "not_before": now + wait}
    since = {} if message["attempts"] else {"since": now}
    repository.settle(engine, message, about, failing | since | {"last_error": outcome.error})
