"""Kill a command at random moments, and look at what it leaves behind."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, text

from pipelines.settings import Settings
from sources.http.raw_archive import Archive
from tests.pipelines.siege.campaign import Tally
from tests.pipelines.siege.installation import Digests, Figures, Installation

# The first part of a command imports its libraries and touches nothing.
STARTED = 0.3
LONGEST = 600.0


@dataclass(frozen=True)
class Attack:
    """A command to kill.

    `{path}` and `{home}` in arguments and environment are the folder of its home and its name.
    `arrived` gives what a receiver got from a home so far, message by message; `later` is the
    environment of the run after a kill where that differs.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    later: Mapping[str, str] = field(default_factory=dict)
    arrived: Callable[[Installation], Counter[str]] = lambda _: Counter()

    def run(
        self, installed: Installation, seconds: float = LONGEST, *, again: bool = False
    ) -> float:
        """Run the command here, killed after so many seconds; how long it ran."""
        names = {"path": installed.home, "home": installed.home.name}
        environment = {**self.environment, **(self.later if again else {})}
        inside = {name: value.format(**names) for name, value in environment.items()}
        arguments = [each.format(**names) for each in self.arguments]
        return run({**inside, **installed.environment}, arguments, seconds)


@dataclass(frozen=True)
class Left:
    """What a home holds, what it shows, and what it has sent."""

    figures: Figures
    published: Digests
    arrived: Counter[str]


def run(environment: Mapping[str, str], arguments: list[str], seconds: float = LONGEST) -> float:
    """Run `silentcrash`, killed after so many seconds; how long it ran."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pipelines.cli.main", *arguments]
    quiet = subprocess.DEVNULL
    inside = {**os.environ, **environment}
    # `run` kills with SIGKILL when its time is over.
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, env=inside, timeout=seconds, check=False, stdout=quiet, stderr=quiet
        )
    return time.perf_counter() - began


def besiege(attack: Attack, installed: Installation, seed: int, count: int, until: float) -> Tally:
    """Kill one command at `count` moments, each in a copy of an installation.

    It ends when it is time, but not before the first kill.

    The figures after a kill are those before or those after the command, source by source; what
    is published is there with its checksums or not at all; the next run ends it, with the same
    figures and the same files, and what was sent has arrived, twice at most.
    """
    engine = "postgresql" if installed.server else "sqlite"
    tally, draw = Tally(f"kill: {attack.name}, {engine}"), random.Random(seed)
    before = look(attack, installed)
    undisturbed = installed.copy(f"{installed.home.name}-0")
    usual, expected = attack.run(undisturbed), look(attack, undisturbed)
    undisturbed.remove()
    for number in range(1, count + 1):
        # The first one always: in a short campaign the undisturbed run takes all of the time.
        if tally.tried and time.monotonic() > until:
            break
        copy = installed.copy(f"{installed.home.name}-{number}")
        tally.tried += 1
        ran = attack.run(copy, draw.uniform(STARTED, 1) * usual)
        tally.endings["killed" if ran < usual else "ended"] += 1
        faults = left(copy, before.figures, expected.figures)
        attack.run(copy, again=True)
        faults += unlike(look(attack, copy), expected)
        tally.faults += [f"kill {number}: {fault}" for fault in faults]
        copy.remove()
    return tally


def look(attack: Attack, installed: Installation) -> Left:
    """What is there now."""
    return Left(installed.figures(), installed.published(), attack.arrived(installed))


def unlike(now: Left, expected: Left) -> list[str]:
    """How a run that followed a kill ended otherwise than one that was left alone."""
    faults = []
    if now.figures != expected.figures:
        faults.append("the next run does not end it")
    if others := sorted(
        name
        for name in now.published.keys() | expected.published.keys()
        if now.published.get(name) != expected.published.get(name)
    ):
        faults.append(f"{len(others)} files are others, {others[0]} the first")
    sent, due = sum(now.arrived.values()), len(expected.arrived)
    if lost := due - len(now.arrived):
        faults.append(f"{lost} messages of {due} are lost")
    if sent > due + 1:
        faults.append(f"{sent - due} messages came twice after one kill")
    return faults


def left(installed: Installation, before: Figures, after: Figures) -> list[str]:
    """What a killed command must not leave behind."""
    faults, now = [], installed.figures()
    for source, rows in now.items():
        if rows not in (before.get(source), after.get(source)):
            faults.append(f"half of {source} is stored")
    if lost := set(before) - set(now):
        faults.append(f"{sorted(lost)} are lost")
    with installed.engine() as engine:
        faults += _unsound(engine, Archive(Settings(home=installed.home).archive))
    shown = [installed.home / "site", *(installed.home / "releases").glob("[0-9]*/")]
    return faults + [fault for folder in shown if folder.is_dir() for fault in _half(folder)]


def _unsound(engine: Engine, archive: Archive) -> list[str]:
    with engine.connect() as connection:
        state = "ok"
        if engine.dialect.name == "sqlite":
            state = str(connection.scalar(text("pragma integrity_check")))
        loaded = connection.scalars(
            text("select sha256 from v_fetch where loaded and outcome = 'new'")
        ).all()
    gone = [sha for sha in loaded if not archive.is_intact(str(sha))]
    damaged = [] if state == "ok" else [f"the store is damaged: {state}"]
    return damaged + [f"the body {sha[:8]} of loaded figures is not archived" for sha in gone]


def _half(folder: Path) -> list[str]:
    sums = folder / "SHA256SUMS"
    if not sums.exists():
        return [f"{folder.name} is visible without its checksums"]
    named = [line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines()]
    return [
        f"{folder.name}: {name} is not what its checksum says"
        for digest, name in named
        if not (folder / name.strip("* ")).is_file()
        or sha256((folder / name.strip("* ")).read_bytes()).hexdigest() != digest
    ]
