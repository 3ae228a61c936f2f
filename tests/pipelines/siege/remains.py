"""What a killed command may have left: processes, a broken store, halves."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import inspect, text

from pipelines.settings import Settings
from sources.http.raw_archive import Archive
from tests.pipelines.siege.installation import Installation

# Seconds that a process has to see that its parent is gone: one that is still importing sees it
# when it has, which takes 4 s of processor, and longer on a busy machine. What never sees it stays.
PATIENCE = 60.0


def living(home: Path) -> list[str]:
    """The processes of a home that outlive what started them; they are ended."""
    end = time.monotonic() + PATIENCE
    while alive := list(processes(home)):
        if time.monotonic() > end:
            for process in alive:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            return [f"{len(alive)} processes live on"]
        time.sleep(0.02)
    return []


def processes(home: Path) -> Iterator[int]:
    """The processes that were started with this home in their environment."""
    variable = f"SILENTCRASH_HOME={home}".encode()
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if variable in file.read_bytes().split(b"\0"):
                yield int(file.parent.name)


def unsound(installed: Installation) -> list[str]:
    """What is wrong with the store and the archive of a home."""
    archive = Archive(Settings(home=installed.home).archive)
    with installed.engine() as engine, engine.connect() as connection:
        if not inspect(connection).has_table("fetch"):
            return []  # a first run that was killed before it made its tables
        state = "ok"
        if engine.dialect.name == "sqlite":
            state = str(connection.scalar(text("pragma integrity_check")))
        loaded = connection.scalars(
            text("select sha256 from v_fetch where loaded and outcome = 'new'")
        ).all()
    gone = [sha for sha in loaded if not archive.is_intact(str(sha))]
    damaged = [] if state == "ok" else [f"the store is damaged: {state}"]
    return damaged + [f"the body {sha[:8]} of loaded figures is not archived" for sha in gone]


def half(folder: Path) -> list[str]:
    """What is visible of an edition or a site that is not whole."""
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
