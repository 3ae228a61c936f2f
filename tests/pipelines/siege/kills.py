"""Kill a command at random moments, and look at what it leaves behind."""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from tests.pipelines.siege import remains, warm
from tests.pipelines.siege.campaign import Tally
from tests.pipelines.siege.installation import Digests, Figures, Installation

LONGEST = 600.0
# Of one home, before a run is let to its end: a kill of the run that mends a kill is the harder
# case, and the run to the end is what costs most.
KILLS_IN_A_ROW = 5
BY_WRITE = 0.7  # of the kills: their moments do not depend on how busy the machine is
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([warm.__name__])


@dataclass(frozen=True)
class Attack:
    """A command to kill.

    `{path}` and `{home}` in arguments and environment are the folder of its home and its name.
    `arrived` gives what a receiver got from a home so far, message by message; after each kill
    the command is run again `later` by so much.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    later: timedelta = timedelta(0)
    arrived: Callable[[Installation], Counter[str]] = lambda _: Counter()

    def run(
        self, installed: Installation, turn: int = 0, *, seconds: float = LONGEST, write: int = 0
    ) -> "Ended":
        """Run the command for the `turn`-th time, killed then or before that write."""
        names = {"path": installed.home, "home": installed.home.name}
        inside = {name: value.format(**names) for name, value in self.environment.items()}
        now = datetime.fromisoformat(inside["SILENTCRASH_NOW"]) + turn * self.later
        inside |= {**installed.environment, "SILENTCRASH_NOW": now.isoformat()}
        return run(inside, [each.format(**names) for each in self.arguments], seconds, write)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code or signal, when, and its last words."""

    code: int
    seconds: float
    writes: int
    words: str

    @property
    def killed(self) -> bool:
        """Whether it was killed before its end."""
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Left:
    """What a home holds, what it shows, and what it has sent."""

    figures: Figures
    published: Digests
    drafts: int
    arrived: Counter[str]


def run(
    environment: Mapping[str, str], arguments: list[str], seconds: float = LONGEST, write: int = 0
) -> Ended:
    """Run `silentcrash`, killed after so many seconds or before a write."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        everything = {**os.environ, **environment}
        began = time.perf_counter()
        process = PROCESSES.Process(target=warm.work, args=(arguments, everything, log, write))
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        took = time.perf_counter() - began
        lines = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    name, *counts = (lines[-1] if lines else "").split(" ")
    counted = int(counts[0]) if name == "writes" else 0
    words = " | ".join(lines[-6:-2])
    return Ended(process.exitcode or 0, took, counted, words)


def besiege(attack: Attack, installed: Installation, seed: int, count: int, until: float) -> Tally:
    """Kill one command at `count` moments, in copies of an installation.

    It ends when it is time, but not before the first home. Some of the kills fall at a
    moment, most just before a write.

    The figures after a kill are those before or those after the command, source by source; what
    is published is there with its checksums or not at all; no process lives on; readers can read.
    A run that is left alone ends it, with the same figures and the same files and no draft left,
    and what was sent has arrived, twice at most for each kill.
    """
    engine = "postgresql" if installed.server else "sqlite"
    tally, draw = Tally(f"kill: {attack.name}, {engine}"), random.Random(seed)
    before = look(attack, installed)
    usual, expected = undisturbed(attack, installed, "a")
    if not usual.code:  # again, now that the results of pure computations are kept
        usual, again = undisturbed(attack, installed, "b")
        tally.faults += unlike(again, expected, 0)
    if usual.code:
        tally.faults.append(f"undisturbed it ended with {usual.code}: {usual.words}")
        return tally
    home = 0
    while tally.tried < count and not (tally.tried and time.monotonic() > until):
        home += 1
        copy = installed.copy(f"{installed.home.name}-{home}")
        faults, kills, row = [], 0, min(KILLS_IN_A_ROW, count - tally.tried)
        while kills < row:
            by_write = draw.random() < BY_WRITE
            moment, write = draw.uniform(0, usual.seconds), draw.randint(1, max(1, usual.writes))
            chosen = {"write": write} if by_write else {"seconds": moment}
            ended = attack.run(copy, kills, **chosen)
            kills += ended.killed
            moment_of_kill = f"before write {write}" if by_write else f"after {moment:.2f} s"
            wrong = left(copy, before.figures, expected.figures)
            if ended.code and not ended.killed:
                wrong.append(f"it ended with {ended.code}: {ended.words}")
            faults += [f"{moment_of_kill}: {fault}" for fault in wrong]
            if not ended.killed:
                usual = usual if kills else ended
                break
            tally.tried += 1
            tally.endings["killed"] += 1
            tally.verdict(f"killed {moment_of_kill}", wrong)
        last = attack.run(copy, kills)
        wrong = unlike(look(attack, copy), expected, kills)
        if last.code:
            wrong.append(f"the next run ended with {last.code}: {last.words}")
        tally.verdict(f"ended by a later run after {kills} kills", wrong)
        faults += wrong
        tally.faults += [f"home {home}, {kills} kills: {fault}" for fault in faults]
        tally.endings["ended by a later run"] += 1
        copy.remove()
    return tally


def undisturbed(attack: Attack, installed: Installation, name: str) -> tuple[Ended, Left]:
    """How a run that is left alone ends, and what is there after it."""
    copy = installed.copy(f"{installed.home.name}-{name}")
    ended = attack.run(copy)
    after = look(attack, copy)
    copy.remove()
    return ended, after


def look(attack: Attack, installed: Installation) -> Left:
    """What is there now."""
    drafts = sum(1 for folder in (".", "releases") for _ in (installed.home / folder).glob(".*"))
    return Left(installed.figures(), installed.published(), drafts, attack.arrived(installed))


def unlike(now: Left, expected: Left, kills: int) -> list[str]:
    """How a run that followed kills ended otherwise than one that was left alone."""
    faults = []
    if now.figures != expected.figures:
        faults.append("the next run does not end it")
    if others := sorted(
        name
        for name in now.published.keys() | expected.published.keys()
        if now.published.get(name) != expected.published.get(name)
    ):
        faults.append(f"{len(others)} files are others, {others[0]} the first")
    if now.drafts != expected.drafts:
        faults.append(f"{now.drafts - expected.drafts} drafts are left")
    sent, due = sum(now.arrived.values()), len(expected.arrived)
    if lost := due - len(now.arrived):
        faults.append(f"{lost} messages of {due} are lost")
    if sent > due + kills:
        faults.append(f"{sent - due} messages came twice after {kills} kills")
    return faults


def left(installed: Installation, before: Figures, after: Figures) -> list[str]:
    """What a killed command must not leave behind."""
    faults, now = remains.living(installed.home), installed.figures()
    for source, rows in now.items():
        if rows not in (before.get(source), after.get(source)):
            faults.append(f"half of {source} is stored")
    if lost := set(before) - set(now):
        faults.append(f"{sorted(lost)} are lost")
    faults += remains.unsound(installed)
    shown = [installed.home / "site", *(installed.home / "releases").glob("[0-9]*/")]
    faults += [fault for folder in shown if folder.is_dir() for fault in remains.half(folder)]
    reading = run(installed.environment, ["status"])
    if before and reading.code:
        faults.append(f"status ended with {reading.code}: {reading.words}")
    return faults
