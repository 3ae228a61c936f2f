"""Play a world: months of scheduled operation, and what they showed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from sources import registry
from sources.tidy import read_history
from tests.server import running_site
from tests.world import checks, engines, operation
from tests.world.economy import Economy, later
from tests.world.gateway import Gateway, World
from tests.world.script import Script

# The shipped history ends in September 2026 at the latest: the world goes on from there. The first
# day is the one after a release, so that the first release closes the month of START.
START = date(2026, 10, operation.RELEASE_DAY + 1)
# Observed share of the weight of what was due: in a month without a scripted fault, and ever.
ORDINARY, LEAST = 0.85, 0.70


@dataclass(frozen=True)
class Month:
    """What one month of operation showed."""

    month: str
    published: bool
    score: float | None
    observed: float
    missing: tuple[str, ...]
    disturbed: bool
    refused: int
    unscripted: tuple[str, ...]
    figures: int
    wrong: tuple[str, ...]
    alerts: int
    repeated: tuple[str, ...]
    changed: tuple[str, ...]
    store: int
    archive: int
    memory: int
    seconds: float
    cpu: float

    @property
    def faults(self) -> list[str]:
        """What is not as it must be."""
        faults = [] if self.published else [f"{self.month}: no index published"]
        bar = LEAST if self.disturbed else ORDINARY
        if self.observed < bar:
            lacking = ", ".join(self.missing)
            faults.append(f"{self.month}: observed {self.observed:.1%} under {bar:.0%}: {lacking}")
        faults += [f"{self.month}: {text}" for text in (*self.unscripted, *self.wrong)]
        faults += [f"{self.month}: told twice: {text}" for text in self.repeated]
        return faults + [f"{self.month}: the edition {text} changed" for text in self.changed]


@dataclass
class Played:
    """The months of a world and what failed in it."""

    months: list[Month] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it must be."""
        return [*(fault for month in self.months for fault in month.faults), *self.at_the_end]

    @property
    def at_the_end(self) -> list[str]:
        """Commands that failed, and sizes that grow too fast."""
        growing = [
            name
            for name in ("store", "archive", "memory")
            if not checks.linear([getattr(month, name) for month in self.months])
        ]
        return self.failures + [f"{name} grows faster than linearly" for name in growing]


def past() -> dict[str, dict[date, float]]:
    """The newest shipped figure of each series and period."""
    figures: dict[str, dict[date, float]] = {}
    for source in registry().values():
        if source.history:
            frame = read_history(source.history).sort_values(["series", "period", "known_from"])
            for series, period, value in zip(
                frame["series"], frame["period"], frame["value"], strict=True
            ):
                if pd.notna(value):
                    figures.setdefault(series, {})[period.date()] = float(value)
    return figures


def play(
    home: Path,
    *,
    months: int,
    seed: int = 1,
    script: Script | None = None,
    warehouse: str = "",
    workers: int = 0,
    only: Collection[str] = (),
    show: Callable[[Month], None] = lambda month: None,
) -> Played:
    """Run `months` months in a new installation, and check each after its release.

    The first release is that of START's month, ten days after it has ended. `only` are the
    sources that are asked; all by default.
    """
    script = script or Script()
    history = past()
    economy = Economy(seed, START, history, script.shocks)
    shutil.rmtree(home, ignore_errors=True)
    played = Played()
    with running_site(Gateway) as gateway:
        gateway.world = World(economy, script)
        with operation.installation(home, gateway, warehouse, workers) as running:
            running.only = only
            prints: dict[str, tuple[int, str]] = {}
            begun = START
            for number in range(months):
                closed = later(START.replace(day=1), number, "M")
                end = later(closed, 1, "M").replace(day=operation.RELEASE_DAY + 1)
                started = time.monotonic()
                running.live(begun, end)
                month = _look(
                    running, closed, begun, end, prints, history, time.monotonic() - started
                )
                begun = end
                played.months.append(month)
                show(month)
        played.failures = running.log.failures
    return played


def _look(
    running: operation.Operation,
    closed: date,
    begun: date,
    end: date,
    prints: dict[str, tuple[int, str]],
    history: Mapping[str, Mapping[date, float]],
    seconds: float,
) -> Month:
    """Check everything after the release of a month."""
    name, engine = f"{closed:%Y-%m}", running.engine
    edition = checks.edition_of(engine, name)
    releases = running.home / "releases"
    changed = [
        earlier
        for earlier, (release, print_) in prints.items()
        if checks.fingerprint(engine, release, releases / earlier) != print_
    ]
    if edition:
        prints[name] = edition.release, checks.fingerprint(engine, edition.release, releases / name)
    compared = checks.compare(engine, running.log, START, history)
    refusals = [each for each in running.log.refusals if begun <= each.day < end]
    alerts = running.gateway.alerts
    return Month(
        month=name,
        published=edition is not None
        and edition.score is not None
        and (releases / name / "index.csv").exists(),
        score=edition.score if edition else None,
        observed=edition.observed if edition else 0.0,
        missing=edition.missing if edition else (),
        disturbed=running.world.script.fault_in(later(closed, -1, "M"), end),
        refused=len(refusals),
        unscripted=tuple(
            f"{each.source} {each.outcome} on {each.day}: {each.detail}"
            for each in refusals
            if not each.scripted
        ),
        figures=compared.figures,
        wrong=compared.wrong,
        alerts=len(alerts),
        repeated=tuple(checks.told_twice(alerts)),
        changed=tuple(changed),
        store=engines.size(engine, running.home),
        archive=checks.size(running.home / "raw"),
        memory=operation.memory_in_use() + sum(running.memory.values()),
        seconds=seconds,
        cpu=time.process_time() + running.cpu,
    )
