"""Kill a command at random moments, and look at what it leaves behind."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, text

from pipelines.settings import Settings
from sources.http.raw_archive import Archive
from tests.pipelines.siege.campaign import Tally
from warehouse.database import connect
from warehouse.observations import read

# The first part of a command imports its libraries and touches nothing.
STARTED = 0.3


def run(environment: Mapping[str, str], arguments: list[str], seconds: float) -> float:
    """Run `silentcrash`, killed after so many seconds; how long it ran."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pipelines.cli.main", *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # `run` kills with SIGKILL when its time is over.
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, env={**os.environ, **environment}, timeout=seconds, check=False, **quiet
        )
    return time.perf_counter() - began


def besiege(
    attack: str,
    home: Path,
    environment: Mapping[str, str],
    arguments: list[str],
    seed: int,
    count: int,
    until: float,
) -> Tally:
    """Kill one command at `count` moments, each in a copy of a home.

    The figures after a kill are those before or those after the command, source by source; what
    is published is there with its checksums or not at all; the next run ends it.
    """
    tally, draw = Tally(attack), random.Random(seed)
    before = figures(home)
    usual, expected = 0.0, before
    for number in range(count + 1):
        if time.monotonic() > until and number:
            break
        copy = home.with_name(f"{home.name}-{number}")
        shutil.copytree(home, copy)
        inside = {**environment, "SILENTCRASH_HOME": str(copy)}
        if not number:
            usual = run(inside, arguments, 600)
            expected = figures(copy)
        else:
            tally.tried += 1
            ran = run(inside, arguments, draw.uniform(STARTED, 1) * usual)
            tally.endings["killed" if ran < usual else "ended"] += 1
            tally.faults += [f"kill {number}: {fault}" for fault in left(copy, before, expected)]
            run(inside, arguments, 600)
            if figures(copy) != expected:
                tally.faults.append(f"kill {number}: the next run does not end it")
        shutil.rmtree(copy)
    return tally


Figures = dict[str, tuple[tuple[object, ...], ...]]


def figures(home: Path) -> Figures:
    """Every version of every figure of a home, by source."""
    engine = connect(Settings(home=home).warehouse)
    stored = read.history(engine).drop(columns="fetch_id")
    engine.dispose()
    sources = stored["series"].str.replace(r"\..*", "", regex=True)
    return {
        str(source): tuple(rows.astype(str).itertuples(index=False, name=None))
        for source, rows in stored.groupby(sources)
    }


def left(home: Path, before: Figures, after: Figures) -> list[str]:
    """What a killed command must not leave behind."""
    faults, now = [], figures(home)
    for source, rows in now.items():
        if rows not in (before.get(source), after.get(source)):
            faults.append(f"half of {source} is stored")
    if lost := set(before) - set(now):
        faults.append(f"{sorted(lost)} are lost")
    engine = connect(Settings(home=home).warehouse)
    faults += [*_unsound(engine, Archive(Settings(home=home).archive))]
    engine.dispose()
    releases = home / "releases"
    editions = list(releases.iterdir()) if releases.exists() else []
    for edition in editions:
        if edition.is_dir() and not edition.name.startswith("."):
            faults += _half(edition)
    return faults


def _unsound(engine: Engine, archive: Archive) -> list[str]:
    with engine.connect() as connection:
        state = connection.scalar(text("pragma integrity_check"))
        loaded = connection.scalars(
            text("select sha256 from v_fetch where loaded and outcome = 'new'")
        ).all()
    gone = [sha for sha in loaded if not archive.is_intact(str(sha))]
    damaged = [] if state == "ok" else [f"the store is damaged: {state}"]
    return damaged + [f"the body {sha[:8]} of loaded figures is not archived" for sha in gone]


def _half(edition: Path) -> list[str]:
    sums = edition / "SHA256SUMS"
    if not sums.exists():
        return [f"{edition.name} is visible without its checksums"]
    named = [line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines()]
    return [
        f"{edition.name}: {name} is not what its checksum says"
        for digest, name in named
        if not (edition / name.strip("* ")).is_file()
        or sha256((edition / name.strip("* ")).read_bytes()).hexdigest() != digest
    ]
