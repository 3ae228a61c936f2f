"""Killed at fifty points while delivering: nothing is lost."""

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context

import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.alerts.findings import LevelFinding
from pipelines.alerts.record import Evaluation, record_findings
from pipelines.alerts.rules import RuleSet
from tests.pipelines.alerts.conftest import Post
from tests.pipelines.alerts.made_up import NOW, SECRET, channel, edition, rule, rules
from tests.pipelines.alerts.worker import work
from warehouse.alerts import repository
from warehouse.alerts.tables import Outbox

KILLS, RULES, EACH = 50, 5, 50
EVENTS = RULES * EACH  # on each of two channels


class Killer:
    """Counts arrivals and kills the sender at chosen counts, before the answer."""

    def __init__(self, points: list[int]) -> None:
        self.points, self.arrived, self.killed = set(points), 0, 0
        self.guard = threading.Lock()
        self.victim: int | None = None

    def noticed(self) -> None:
        with self.guard:
            self.arrived += 1
            if self.arrived in self.points and self.victim is not None:
                os.kill(self.victim, signal.SIGKILL)
                self.victim, self.killed = None, self.killed + 1


@pytest.fixture
def killer() -> Killer:
    """Fifty points among nine tenths of the arrivals, the same every time."""
    return Killer(random.Random(20261123).sample(range(1, 2 * EVENTS * 9 // 10), KILLS))


@pytest.fixture
def hook(killer: Killer) -> Iterator[tuple[str, list[bytes]]]:
    """A webhook receiver that keeps the bodies."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            killer.noticed()
            if len(body) < length:
                return  # its sender was killed half-way through: nothing has arrived
            bodies.append(body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", bodies
        server.shutdown()
        thread.join()


def queue(engine: Engine, watched: RuleSet) -> None:
    """The events of five rules, fifty each, on both channels: 500 messages."""
    seen = edition(1, [40])
    for number in range(EACH):
        moment = Evaluation(f"release:{number}", seen.as_of + timedelta(hours=number), NOW)
        day = pd.Timestamp("2026-01-01") + pd.Timedelta(days=number)
        levels = [LevelFinding(each, "index", number % 2 == 0, day) for each in watched.rules]
        record_findings(engine, levels, moment, watched.channels, {})


def first(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def test_killed_fifty_times_nothing_is_lost(
    url: str, engine: Engine, post: Post, hook: tuple[str, list[bytes]], killer: Killer
) -> None:
    address, bodies = hook
    post.box.noticed = killer.noticed  # type: ignore[method-assign]
    watched = rules(
        *(rule(id=f"rule-{n}") for n in range(RULES)),
        channels=[channel(per_hour=9999), channel("mail", "apprise", per_hour=9999)],
    )
    queue(engine, watched)
    expected = repository.frame(engine, Outbox).groupby("channel")["message_id"].apply(list)
    assert {name: len(ids) for name, ids in expected.items()} == {"hook": EVENTS, "mail": EVENTS}
    environ = {"HOOK_URL": address, "SECRET": SECRET, "MAIL_URL": post.url}
    runs = _deliver_through(url, watched, environ, killer)
    assert killer.killed == KILLS
    assert runs <= KILLS + 2
    hooked = [json.loads(body)["data"]["id"] for body in bodies]
    mailed = [str(mail["X-Silentcrash-Message-Id"]) for mail in post.box.mails]
    assert first(hooked) == expected["hook"]  # none lost, in order, repeats by the same id
    assert first(mailed) == expected["mail"]
    repeats = len(hooked) + len(mailed) - 2 * EVENTS
    assert 0 < repeats <= 2 * KILLS
    assert set(repository.frame(engine, Outbox)["state"]) == {"sent"}


def _deliver_through(url: str, watched: RuleSet, environ: dict[str, str], killer: Killer) -> int:
    """Start a worker two minutes later each time, until one ends by itself."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.alerts.worker"])
    now: datetime = NOW
    for run in range(1, 2 * KILLS):
        now += timedelta(minutes=2)
        child = context.Process(
            target=work, args=(url, watched.model_dump(by_alias=True), environ, now)
        )
        child.start()
        with killer.guard:
            killer.victim = child.pid
        child.join(120)
        if child.exitcode == 0:
            return run
        assert child.exitcode == -signal.SIGKILL
    raise AssertionError("no worker ever ended by itself")
