"""Scheduled operation of an installation in a world, day by day."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, text

from pipelines.alerts.rules import BUNDLED
from pipelines.cli.main import main
from pipelines.ingest import fetch, store
from pipelines.settings import from_environment
from sources import Source, registry
from sources.http.client import PoliteClient
from tests.world import reader
from tests.world.asks import due, shared_out
from tests.world.gateway import WEBHOOK, Gateway, World
from tests.world.publishers import Figures, Publisher, publishers

RELEASE_DAY, RELEASE_HOUR = 11, 6
# Days of one cadence: as long as a source may take to heal once its publisher has.
CADENCE = {
    "daily": 1,
    "weekly": 7,
    "biweekly": 14,
    "monthly": 31,
    "quarterly": 7,
    "half-yearly": 31,
    "yearly": 31,
}
READER = "scripted reader"
SECRET = "whsec_" + "d29ybGQgb2YgdGhlIHRlc3RzLCBubyBzZWNyZXQ="
# `listed` is a list of files that named the newest edition.
GOOD = ["new", "unchanged", "listed"]
# What publishers that want a key or consent get in the world.
CONSENT = (
    "EIA_API_KEY",
    "FRED_API_KEY",
    "SILENTCRASH_ACCEPT_FEEDS",
    "SILENTCRASH_ACCEPT_TRENDFORCE",
)


@dataclass(frozen=True)
class Refusal:
    """A request that did not end well: when, why, and whether the script says so."""

    day: date
    source: str
    outcome: str
    detail: str
    scripted: bool


@dataclass
class Log:
    """What happened and what the store must hold.

    `stored` has the figures of each source that is fully read, as they were noted last.
    """

    allowed: dict[tuple[str, date], set[float | None]] = field(default_factory=dict)
    sources: dict[str, date] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stored: dict[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a command ended, what it printed last, and what it cost its process."""

    code: int
    printed: str
    process: int
    memory: int
    cpu: float


Command = tuple[Sequence[str], str, str]
Rows = Mapping[tuple[date, str], pd.DataFrame]
# What an answer takes of which no figure is read: a third of one that is parsed and stored.
UNREAD = 1 / 3
NO_ROWS = pd.DataFrame(columns=["outcome", "detail"])


def run(arguments: Sequence[str], now: str, gateway: str) -> Ended:
    """Run `silentcrash ARGUMENTS` in this process at an instant.

    `gateway` is the address of the gateway on its day.
    """
    os.environ |= {"SILENTCRASH_NOW": now, "SILENTCRASH_GATEWAY": gateway}
    out, started = io.StringIO(), time.process_time()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code
    status = code if isinstance(code, int) else 0
    spent = time.process_time() - started
    return Ended(status, out.getvalue()[-900:], os.getpid(), memory_in_use(), spent)


def run_in_order(commands: Sequence[Command]) -> list[Ended]:
    """Run commands one after the other in this process."""
    return [run(*command) for command in commands]


def without_waits() -> None:
    """Fetch without the waits between requests: they are of the real clock."""
    fetch.PoliteClient = partial(PoliteClient, sleep=lambda seconds: None)  # type: ignore[misc,assignment]


@dataclass
class Operation:
    """An installation: its home, its gateway, and its log so far."""

    home: Path
    gateway: Gateway
    log: Log = field(default_factory=Log)
    workers: Executor | None = None
    side_by_side: int = 1
    only: Collection[str] = ()
    last_fetch: int = 0
    memory: dict[int, int] = field(default_factory=dict)
    cpu: float = 0.0
    effort: dict[str, float] = field(default_factory=dict)
    _engine: Engine | None = None

    @property
    def world(self) -> World:
        """The world it lives in."""
        return self.gateway.world

    @property
    def engine(self) -> Engine:
        """Its store, as an analyst opens it."""
        if self._engine is None:
            self._engine = store.open_for_reading(from_environment())
        return self._engine

    def at(self, day: date, hour: int, *arguments: str) -> Command:
        """The command `silentcrash ARGUMENTS` at an hour of a day."""
        now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        return arguments, now.isoformat(), self.gateway.on(day)

    def start(self, commands: Sequence[Command]) -> Future[list[Ended]]:
        """Run commands one after the other, in another process if there are workers."""
        if self.workers is not None:
            return self.workers.submit(run_in_order, commands)
        done: Future[list[Ended]] = Future()
        done.set_result(run_in_order(commands))
        return done

    def end(self, running: Future[list[Ended]]) -> list[Ended]:
        """Wait for commands, and note what they cost."""
        ended = running.result()
        if self.workers is not None:  # else they are of this process, which is counted
            self.memory |= {end.process: end.memory for end in ended}
            self.cpu += sum(end.cpu for end in ended)
        return ended

    def live(self, begun: date, end: date) -> None:
        """The days from `begun` to before `end`: what the schedules ask on each.

        The reader comes on the first of a month, and a release on its day, after all asks.
        """
        for _, stretch in groupby(days(begun, end), key=lambda day: day.month):
            self._live(list(stretch))

    def _live(self, stretch: Sequence[date]) -> None:
        first, last = stretch[0], stretch[-1]
        if first.day == 1 or first == self.world.economy.start:
            self._read_registers(first)
        schedule = {
            day: [pair for pair in due(day) if not self.only or pair[1].key in self.only]
            for day in stretch
        }
        # Publishers do not wait for each other at the end of a day: each worker has its own, and
        # asks them day by day.
        for running in [self.start(commands) for commands in self._asks(schedule)]:
            self.end(running)
        rows = self._new_fetches()
        releases = last.day == RELEASE_DAY
        release = self.start([self.at(last, RELEASE_HOUR, "run", "--offline")] if releases else [])
        for day, pairs in schedule.items():
            self._note(day, [source for _, source in pairs], rows)
        self.gateway.forget()
        for ended in self.end(release):
            if ended.code:
                self.log.failures.append(f"{last} run ended with {ended.code}: {ended.printed}")

    def _asks(self, schedule: Mapping[date, Sequence[tuple[int, Source]]]) -> list[list[Command]]:
        """For each worker, what it asks by day and hour: a command for an hour."""
        times = Counter(source.key for pairs in schedule.values() for _, source in pairs)
        efforts = {key: count * self._effort(key) for key, count in times.items()}
        return [
            [
                self.at(day, hour, "fetch", *keys)
                for day, pairs in schedule.items()
                for hour, together in groupby(pairs, key=itemgetter(0))
                if (keys := [source.key for _, source in together if source.key in own])
            ]
            for own in shared_out(efforts, self.side_by_side)
        ]

    def _effort(self, key: str) -> float:
        """What asking a source took last, or the number of its requests."""
        return self.effort.get(key, float(len(registry()[key].requests)))

    def _read_registers(self, day: date) -> None:
        for entry in reader.due(self.world.economy, day.replace(day=1)):
            self._add(day, entry)
        if day.month in reader.QUARTERS:
            for register in reader.REVIEWED:
                run(*self.at(day, 4, "register", "reviewed", register, "--reader", READER))

    def _add(self, day: date, entry: reader.Entry) -> None:
        ended = run(*self.at(day, 4, "register", "add", *entry.options()))
        if ended.code:
            self.log.failures.append(f"{day} register: {ended.printed}")
            return
        self.log.allowed[entry.series, entry.period] = {float(f"{entry.value:g}")}

    def _note(self, day: date, sources: Sequence[Source], rows: Rows) -> None:
        """Note what became of the requests of a day, and what the store must hold."""
        for source in sources:
            self._judge(day, source, rows.get((day, source.key), NO_ROWS))

    def _judge(self, day: date, source: Source, rows: pd.DataFrame) -> None:
        live = rows.loc[~rows["outcome"].eq("history")]
        bad = live.loc[~live["outcome"].isin(GOOD)]
        script = self.world.script
        scripted = bool(script.faults_at(source.key, day))
        healing = script.mended_within(source.key, day, CADENCE[source.cadence])
        self.log.refusals += [
            Refusal(day, source.key, str(row.outcome), str(row.detail), scripted or healing)
            for row in bad.itertuples()
        ]
        publisher = publishers()[source.key]
        # A frozen file may be read, or not be taken for today's.
        frozen = any(event.kind == "frozen" for event in script.at(source.key, day))
        # The same bytes say nothing new of a day that they do not name, unless the source says so.
        silent = publisher.undated and not source.snapshot_dated
        good = live["outcome"].size > 0 and live["outcome"].isin(["new"] if silent else GOOD).all()
        self._expect(day, publisher, fully=good and not scripted and not frozen)

    def _expect(self, day: date, publisher: Publisher, *, fully: bool) -> None:
        """Note what the store must hold, or may hold, after this fetch."""
        figures: Figures = self.gateway.figures(publisher, day)
        self.log.sources |= dict.fromkeys({key for key, _ in figures}, day)
        if fully and self.log.stored.get(publisher.source) == figures:
            return  # noted before; most publishers have nothing new on most days
        self.log.stored[publisher.source] = figures if fully else {}
        for cell, value in figures.items():
            if fully:
                self.log.allowed[cell] = {value}
            else:
                self.log.allowed.setdefault(cell, {None}).add(value)

    def _new_fetches(self) -> Rows:
        """The fetches that were not read before, by day and source."""
        query = text(
            "select fetch_id, source, at, outcome, detail, rows from v_fetch where fetch_id > :last"
        )
        with self.engine.connect() as connection:
            rows = pd.read_sql(query, connection, params={"last": self.last_fetch})
        if len(rows):
            self.last_fetch = int(rows["fetch_id"].max())
        at = pd.to_datetime(rows["at"], utc=True)
        grouped = rows.groupby([at.dt.date, rows["source"]])
        by_day = {(day, str(key)): own for (day, key), own in grouped}
        self.effort |= {
            key: UNREAD * len(own) + (1 - UNREAD) * own["rows"].notna().sum()
            for (_, key), own in by_day.items()
        }
        return by_day


def memory_in_use() -> int:
    """The resident memory of this process in bytes."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def days(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to before `end`."""
    for number in range((end - start).days):
        yield start + timedelta(days=number)


@contextlib.contextmanager
def installation(
    home: Path, gateway: Gateway, warehouse: str = "", workers: int = 0
) -> Iterator[Operation]:
    """A new installation in this process; its environment is put back at the end."""
    home.mkdir(parents=True, exist_ok=True)
    rules = home / "alerts.yaml"
    shipped = BUNDLED.read_text()
    hook = "    url: ${SILENTCRASH_ALERT_WEBHOOK}\n"
    rules.write_text(shipped.replace(hook, f"{hook}    allow_private: true\n"))
    before, client = dict(os.environ), fetch.PoliteClient
    os.environ |= {
        "SILENTCRASH_HOME": str(home),
        "SILENTCRASH_ALLOW_LOOPBACK": "1",
        "SILENTCRASH_CONTACT": "observatory@example.org",
        "SILENTCRASH_ALERTS": str(rules),
        "SILENTCRASH_ALERT_WEBHOOK": f"{gateway.url}{WEBHOOK}",
        "SILENTCRASH_ALERT_WEBHOOK_SECRET": SECRET,
        "SILENTCRASH_WAREHOUSE": warehouse,
        **dict.fromkeys(CONSENT, "made-up-key"),
    }
    without_waits()
    try:
        with contextlib.ExitStack() as stack:
            pool = _pool(workers) if workers else None
            executor = pool and stack.enter_context(pool)
            yield Operation(home, gateway, workers=executor, side_by_side=max(workers, 1))
    finally:
        fetch.PoliteClient = client  # type: ignore[misc]
        os.environ.clear()
        os.environ.update(before)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=without_waits)
