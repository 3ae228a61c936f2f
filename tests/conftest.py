"""Fixtures for every test, and marks for those that cost much."""

import fcntl
import gc
import os
import shutil
import signal
import sqlite3
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.server import Site, running_site

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.index.framework import Framework

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # of the first edition: after the cut-off of October
LEFT_OUT = pytest.StashKey[int]()
HISTORIES = 4  # whose readings are kept; each is some tens of megabytes

# A worker is started by `python -c`, which pyspark takes for a run of its own doctests: where grpc
# is not installed it ends the process, the first time that Great Expectations imports it. Without
# the part that needs grpc it is imported as everywhere else.
sys.modules.setdefault("pyspark.sql.connect", None)  # type: ignore[arg-type]

# Of what a shell starts in the background, an interrupt is ignored, and so it is by whatever that
# starts: commands that are interrupted here would run on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What is imported and collected (640,000 objects) lives to the end of the run: looking for cycles
# among them after every 700 new objects took 4 of the 14 seconds of a collection.
gc.set_threshold(50_000)


# What a test uses tells what it costs: a browser, a cluster, processes that are killed, a real
# server, a run of Dagster, the whole shipped history (read, stored or computed), the command line
# with an installation of its own, or hundreds of examples of a property. `make test-fast` leaves
# all of these out.
COSTLY = {
    "browser": {"chromium"},
    "spark": {"cluster"},
    "kill": {"killer"},
    "slow": {
        *("server", "installation", "empty_home", "home", "settled_home", "trial"),
        *("history", "shipped", "shipped_history", "shipped_store", "shipped_edition", "built"),
        *("first_edition", "first_runs", "reading_home"),
    },
}
# Editions, sites and homes with the history all rest on the first two of these.
LONG = {"shipped_history", "first_runs", "chromium", "cluster"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark costly tests, and leave out those whose real bodies are not here.

    How many are left out is told at the end, so that a bare clone names what it cannot test.
    Files with the most and the longest of the costly tests come first.
    """
    weights: Counter[Path] = Counter()
    for item in items:
        marks = costs(item)
        weights[item.path] += weight(item, marks)
        for mark in marks:
            item.add_marker(mark)
    # The cheap files fill the end of the run, so that all workers end together.
    items.sort(key=lambda item: -weights[item.path])
    if SHARED.exists():
        return
    shared = [item for item in items if item.get_closest_marker("shared")]
    config.hook.pytest_deselected(items=shared)
    config.stash[LEFT_OUT] = len(shared)
    items[:] = [item for item in items if item not in shared]


def pytest_collection_finish() -> None:
    """Keep the garbage collector from what was imported and collected."""
    gc.freeze()


def weight(item: pytest.Item, marks: set[str]) -> int:
    """How long a test may take beside others, 10 with an edition or a browser.

    One that is marked by name comes before all: it plays months by itself, while another worker
    makes the editions for which the rest would wait.
    """
    if any(item.iter_markers("slow")):
        return 1000
    used = set(getattr(item, "fixturenames", ()))
    return 10 if used & LONG else int(bool(marks))


def costs(item: pytest.Item) -> set[str]:
    """The marks of a test, by its fixtures, its engine and its name."""
    used = set(getattr(item, "fixturenames", ()))
    marks = {mark for mark, fixtures in COSTLY.items() if used & fixtures}
    engine = getattr(getattr(item, "callspec", None), "params", {}).get("kind")
    if engine == "postgresql":
        marks.add("slow")
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        marks.add("slow")
    if "kill" in f"{item.path.stem} {item.name}":
        marks.add("kill")
    return marks


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests wait for the folder of real bodies."""
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{left_out} tests read real bodies that are not beside this checkout"
        )


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that one process of the run makes and the others only read.

    pytest-xdist gives each worker a session of its own, so that a session's fixture is made by
    each: whoever comes first makes this one, and the others wait for it.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # of the whole run
    folder, ready = root / f"once-{name}", root / f"once-{name}.ready"
    with (root / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed half-way
            folder.mkdir()
            make(folder)
            ready.touch()
    return folder


@pytest.fixture(scope="session")
def reading_once() -> Callable[..., None]:
    """The constructor of readings that takes over those of the same figures."""
    from pandas.util import hash_pandas_object

    from pipelines.index.realtime import Readings

    read, stored = Readings.__init__, OrderedDict[str, dict[str, object]]()

    def initialise(self: Readings, history: "pd.DataFrame", framework: "Framework") -> None:
        rows = hash_pandas_object(history, index=False).to_numpy().tobytes()
        name = f"{framework.hash} {history.dtypes.to_dict()} {sha256(rows).hexdigest()}"
        if name not in stored:
            read(self, history, framework)
            stored[name] = vars(self)
        vars(self).update(stored[name], _computed={})
        stored.move_to_end(name)
        if len(stored) > HISTORIES:
            stored.popitem(last=False)

    return initialise


@pytest.fixture(autouse=True)
def readings_kept(reading_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the same figures by the same method once a process.

    A quarter of the commands under test read the shipped history, from nothing, in a second or
    two. What is read of a history is a pure function of its rows and of the method: here it is
    kept for the last ones, by the digest of both; what is computed of it is computed each time.
    Only inside of tests: shared fixtures read by themselves, and so does the room of the engine,
    whose conftest.py has a fixture of this name.
    """
    from pipelines.index.realtime import Readings

    monkeypatch.setattr(Readings, "__init__", reading_once)


@pytest.fixture(scope="session", autouse=True)
def migrations_read_once() -> Iterator[None]:
    """Read each folder of migrations once a process.

    Dagster reads all 89 of its own whenever an instance is opened and a run begins: more than half
    of the processor time of a small run. No test writes a migration.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    read, folders = ScriptDirectory.from_config, dict[tuple[str | None, ...], ScriptDirectory]()

    def from_config(config: Config) -> ScriptDirectory:
        options = map(config.get_main_option, ("script_location", "version_locations"))
        where = config.config_file_name and str(config.config_file_name), *options
        if where not in folders:
            folders[where] = read(config)
        return folders[where]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", from_config)
        yield


@pytest.fixture(scope="session")
def migrating_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Alembic's `upgrade`, which copies a migrated file into an empty one."""
    from alembic import command
    from sqlalchemy import inspect

    from warehouse.database import connect
    from warehouse.database.revision import config

    upgrade = command.upgrade

    def make(folder: Path) -> None:
        engine = connect(f"sqlite:///{folder / 'migrated.sqlite'}")
        upgrade(config(engine), "head")
        engine.dispose()

    def upgraded(settings: Any, revision: str) -> None:
        engine = settings.attributes["engine"]
        new = engine.dialect.name == "sqlite" and not inspect(engine).get_table_names()
        if revision != "head" or not new:
            upgrade(settings, revision)
            return
        path = made_once(tmp_path_factory, "migrated-store", make) / "migrated.sqlite"
        with closing(sqlite3.connect(path)) as origin, closing(engine.raw_connection()) as target:
            origin.backup(target.driver_connection)

    return upgraded


@pytest.fixture(autouse=True)
def migrated_once(migrating_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make new SQLite stores by copying one that was migrated from nothing.

    Three hundred tests begin with a store of their own, and all migrations take 80 ms from
    nothing. Any other store is migrated as ever, and so is every one of a shared fixture and of
    the tests of the warehouse, whose conftest.py has a fixture of this name.
    """
    from alembic import command

    monkeypatch.setattr(command, "upgrade", migrating_once)


@pytest.fixture(scope="session")
def shipped_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped history and nothing computed from it, to copy."""
    from pipelines.ingest import ingestion, store
    from pipelines.settings import Settings
    from sources import registry

    def fill(home: Path) -> None:
        settings = Settings(home=home, now=NOW)
        engine = store.open_for_writing(settings)
        for _ in ingestion.ingest_all(engine, settings, list(registry().values()), live=False):
            pass
        engine.dispose()

    return made_once(tmp_path_factory, "shipped-history", fill)


@pytest.fixture(scope="session")
def first_edition(shipped_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home with the edition of its last month, to copy.

    Of October, which has an index by 2026.1 and no reading: pages must say so.
    """
    from pipelines.ingest import store
    from pipelines.release import compute
    from pipelines.settings import Settings

    def fill(home: Path) -> None:
        shutil.copytree(shipped_history, home, dirs_exist_ok=True)
        engine = store.open_for_writing(Settings(home=home, now=NOW))
        compute.compute(engine, compute.parse_month("2026-10"), now=NOW)
        engine.dispose()

    return made_once(tmp_path_factory, "first-edition", fill)


@pytest.fixture(scope="session")
def payloads() -> Path:
    """The folder of real bodies, one folder a source."""
    return SHARED / "payloads"


@pytest.fixture
def interrupted() -> Iterator[None]:
    """A Ctrl-C in half a second, in the middle of whatever this process is doing."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def site() -> Iterator[Site]:
    """A publisher on loopback that answers as the test says: tests/server.py."""
    with running_site(Site) as running:
        yield running
