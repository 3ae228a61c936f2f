"""An installation for each test, and one with the shipped history."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from pipelines.cli.main import main
from tests.conftest import made_once
from tests.server import Site

NOW = "2026-11-23T09:00:00+00:00"
CLOSED = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


def ran(*arguments: str) -> Ran:
    """Run the command line in this process, for a fixture of more than one test."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(list(arguments))
    code = ended.value.code
    return Ran(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def _environment(patch: pytest.MonkeyPatch, home: Path) -> None:
    patch.setenv("SILENTCRASH_HOME", str(home))
    patch.setenv("SILENTCRASH_NOW", NOW)
    patch.setenv("SILENTCRASH_GATEWAY", CLOSED)
    patch.setenv("SILENTCRASH_ALLOW_LOOPBACK", "1")
    patch.setenv("SILENTCRASH_CONTACT", "observatory@example.org")
    patch.setenv("COLUMNS", "160")
    patch.delenv("SILENTCRASH_WAREHOUSE", raising=False)


@contextmanager
def at_home(home: Path) -> Iterator[pytest.MonkeyPatch]:
    """The environment of a home, for a fixture of more than one test."""
    with pytest.MonkeyPatch.context() as patch:
        _environment(patch, home)
        yield patch


@pytest.fixture(scope="session")
def shipped(first_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a run that reached nobody, with the shipped history.

    Its edition was there before it: that of October, as if the month could be read. A run from
    nothing is in release/test_monthly_release.py.
    """

    def run(home: Path) -> None:
        shutil.copytree(first_edition, home, dirs_exist_ok=True)
        with at_home(home) as patch:
            patch.setattr("pipelines.release.gauges.readable", lambda *read: list(read[-1]))
            assert ran("run").code == 0

    return made_once(tmp_path_factory, "shipped", run)


@pytest.fixture(scope="session")
def settled(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home after another run: a next one has nothing to compute.

    It has the edition of September too, the last month that can be read.
    """

    def run(home: Path) -> None:
        shutil.copytree(shipped, home, dirs_exist_ok=True)
        with at_home(home):
            assert ran("run").code == 0

    return made_once(tmp_path_factory, "settled", run)


COUNTS = "select (select count(*) from v_fetch) as f, (select count(*) from v_quarantine) as q"


@dataclass(frozen=True)
class FirstRuns:
    """A home where nothing had run: twice in 2015, then at the right time.

    How each run ended, and how many fetches and rows set aside there were after it.
    """

    home: Path
    wrong: list[tuple[Ran, dict[str, int]]]
    right: tuple[Ran, dict[str, int]]


@pytest.fixture(scope="session")
def first_runs(tmp_path_factory: pytest.TempPathFactory) -> FirstRuns:
    """Runs from nothing without a network; no test may change their home."""

    def run(folder: Path) -> None:
        home, ended = folder / "home", []
        home.mkdir()
        with at_home(home) as patch:
            for now in (*["2015-01-15T00:00:00+00:00"] * 2, NOW):
                patch.setenv("SILENTCRASH_NOW", now)
                done, counted = ran("run", "--offline"), ran("query", COUNTS, "--format", "json")
                assert counted.code == 0, counted.err
                ended.append((asdict(done), json.loads(counted.out)[0]))
        (folder / "ended.json").write_text(json.dumps(ended), "utf-8")

    folder = made_once(tmp_path_factory, "first-runs", run)
    written = json.loads((folder / "ended.json").read_text("utf-8"))
    *wrong, right = [(Ran(**done), counted) for done, counted in written]
    return FirstRuns(folder / "home", wrong, right)


def _copied(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    _environment(monkeypatch, copy)
    return copy


@pytest.fixture
def settled_home(settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that home, which the test may change; nobody answers."""
    return _copied(settled, tmp_path, monkeypatch)


@pytest.fixture
def home(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that home, which the test may change; nobody answers."""
    return _copied(shipped, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def reading_home(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that home for what only reads it."""
    copy = tmp_path_factory.mktemp("reading") / "home"
    shutil.copytree(shipped, copy)
    return copy


@pytest.fixture(scope="session")
def answers() -> dict[tuple[str, ...], Ran]:
    """What commands answered, by their arguments."""
    return {}


@pytest.fixture
def answer(
    reading_home: Path,
    answers: dict[tuple[str, ...], Ran],
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> Command:
    """Run a command that only reads the shipped home, once a session."""
    _environment(monkeypatch, reading_home)

    def command(*arguments: str) -> Ran:
        if arguments not in answers:
            answers[arguments] = silentcrash(*arguments)
        return answers[arguments]

    return command


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nothing has run yet."""
    _environment(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def trial(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., None]:
    """Try every bad day of a family on its body, or on the pages given."""
    from tests.pipelines.ingest.bad_days import Family, body_of, nothing_changes

    def tried(family: Family, *pages: bytes) -> None:
        bodies = pages or (body_of(payloads / family.file),)
        nothing_changes(silentcrash, site, monkeypatch, family, *bodies)

    return tried


@pytest.fixture
def silentcrash(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command line in this process, as `silentcrash ARGUMENTS`."""

    def command(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, printed.out, printed.err)

    return command
