"""Scheduled operation of an installation in a world, day by day."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
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
from sources import Source
from sources.http.client import PoliteClient
from tests.world import reader
from tests.world.asks import due
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


def run(arguments: Sequence[str], now: str) -> Ended:
    """Run `silentcrash ARGUMENTS` in this process at an instant."""
    os.environ["SILENTCRASH_NOW"] = now
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

    def command(self, *arguments: str) -> Ended:
        """Run `silentcrash ARGUMENTS` in this process, now."""
        return run(arguments, os.environ["SILENTCRASH_NOW"])

    def commands(self, each: Sequence[tuple[Sequence[str], str]]) -> list[Ended]:
        """Run several commands, each at its instant, side by side if possible."""
        if self.workers is None:
            return [run(arguments, now) for arguments, now in each]
        ended = list(self.workers.map(run, *zip(*each, strict=True))) if each else []
        self.memory |= {end.process: end.memory for end in ended}
        self.cpu += sum(end.cpu for end in ended)
        return ended

    def at(self, day: date, hour: int) -> str:
        """Set the clock of the world and of this process; the instant."""
        self.world.today = day
        now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC).isoformat()
        os.environ["SILENTCRASH_NOW"] = now
        return now

    def live(self, day: date) -> None:
        """A day: what the schedules ask, the reader, and the release."""
        if day.day == 1 or day == self.world.economy.start:
            self.at(day, 4)
            for entry in reader.due(self.world.economy, day.replace(day=1)):
                self._add(entry)
            if day.month in reader.QUARTERS:
                for register in reader.REVIEWED:
                    self.command("register", "reviewed", register, "--reader", "scripted reader")
        sources = [pair for pair in due(day) if not self.only or pair[1].key in self.only]
        self.commands(
            [(("fetch", *keys), self.at(day, hour)) for hour, keys in self._asks(sources)]
        )
        self._note([source for _, source in sources])
        if day.day == RELEASE_DAY:
            self.at(day, RELEASE_HOUR)
            ended = self.command("run", "--offline")
            if ended.code:
                self.log.failures.append(f"{day} run ended with {ended.code}: {ended.printed}")

    def _asks(self, sources: Sequence[tuple[int, Source]]) -> Iterator[tuple[int, list[str]]]:
        """The hours, and what is asked then: a command for each worker."""
        for hour, pairs in groupby(sources, key=itemgetter(0)):
            keys = [source.key for _, source in pairs]
            for first in range(min(self.side_by_side, len(keys))):
                yield hour, keys[first :: self.side_by_side]

    def _add(self, entry: reader.Entry) -> None:
        ended = self.command("register", "add", *entry.options())
        if ended.code:
            self.log.failures.append(f"{self.world.today} register: {ended.printed}")
            return
        self.log.allowed[entry.series, entry.period] = {float(f"{entry.value:g}")}

    def _note(self, sources: Sequence[Source]) -> None:
        """Read from the store what became of the requests of these sources."""
        rows = self._new_fetches() if sources else pd.DataFrame()
        for source in sources:
            self._judge(source, rows.loc[rows["source"].eq(source.key)])

    def _judge(self, source: Source, rows: pd.DataFrame) -> None:
        live = rows.loc[~rows["outcome"].eq("history")]
        bad = live.loc[~live["outcome"].isin(GOOD)]
        day, script = self.world.today, self.world.script
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
        self._expect(publisher, fully=good and not scripted and not frozen)

    def _expect(self, publisher: Publisher, *, fully: bool) -> None:
        """Note what the store must hold, or may hold, after this fetch."""
        figures: Figures = self.gateway.figures(publisher)
        self.log.sources |= dict.fromkeys({key for key, _ in figures}, self.world.today)
        if fully and self.log.stored.get(publisher.source) == figures:
            return  # noted before; most publishers have nothing new on most days
        self.log.stored[publisher.source] = figures if fully else {}
        for cell, value in figures.items():
            if fully:
                self.log.allowed[cell] = {value}
            else:
                self.log.allowed.setdefault(cell, {None}).add(value)

    def _new_fetches(self) -> pd.DataFrame:
        query = text("select fetch_id, source, outcome, detail from v_fetch where fetch_id > :last")
        with self.engine.connect() as connection:
            rows = pd.read_sql(query, connection, params={"last": self.last_fetch})
        if len(rows):
            self.last_fetch = int(rows["fetch_id"].max())
        return rows


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
        "SILENTCRASH_GATEWAY": gateway.url,
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
