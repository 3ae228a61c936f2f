"""A command in a process that has imported everything, by a fork server.

Importing takes most of the time of a short command and touches nothing: here no kill is spent on
it. A kill falls at a moment, or just before one of the command's writes, of which the last seconds
of a long command have most.
"""

import gc
import itertools
import os
import signal
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, event

from pipelines.cli import main
from pipelines.ingest.checks import expectations
from tests.pipelines.siege import memory

IMPORTED_LATE = (
    "alembic.command",
    "apprise",
    "dashboards.bulletin.document",
    "dashboards.publish.publication",
    "dashboards.site.build",
    "pipelines.alerts.service",
    "pipelines.announcements.curated",
    "pipelines.cli.terminal.summary",
    "pipelines.ingest.ingestion",
    "pipelines.release.compute",
    "pipelines.release.public_site",
    "psycopg",
    "pyarrow",
    "sources.http.client",
    "warehouse.query",
)
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
MEMORY = "SIEGE_MEMORY"  # the folder of what pure computations gave, if any
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

for name in IMPORTED_LATE:
    import_module(name)
expectations._pandas()
gc.freeze()  # what is imported, so that no child looks through it for garbage


def work(arguments: list[str], environment: Mapping[str, str], log: Path, last: int) -> None:
    """Run `silentcrash`, killed before write number `last`; its words go to `log`.

    The last line of the log says how many writes there were.
    """
    os.environ.update(environment)
    if folder := environment.get(MEMORY):
        memory.use(Path(folder))
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    writes = itertools.count(1)
    written = 0

    def count() -> None:
        nonlocal written
        written = next(writes)
        if written == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(name: str, details: tuple[object, ...]) -> None:
        opened = name == "open" and isinstance(details[2], int) and details[2] & WRITES
        if opened or name in CHANGES:
            count()

    def statement(_: object, __: object, sql: str, *___: object) -> None:
        if not sql.lstrip().lower().startswith(("select", "pragma", "with")):
            count()

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", lambda _: count())
    sys.addaudithook(audit)
    try:
        main.main(arguments)
    finally:
        print(f"\nwrites {written} {time.process_time():.2f}", flush=True)
