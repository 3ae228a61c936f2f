"""A migrated store for each test, on both engines; the server is a real one."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import made_once
from tests.warehouse.made_up import declare, fetch, frame
from tests.world.engines import warehouse
from warehouse import load
from warehouse.database import connect, migrate
from warehouse.observations import append

NUMBERS = itertools.count()
Fill = Callable[[str], None]  # fills the store at a URL
SERVER = pytest.StashKey[str]()
STORE = "store.sqlite"


@pytest.fixture
def migrated_once() -> None:
    """Take each store of these tests through its migrations."""


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
    running = ExitStack()
    pytestconfig.add_cleanup(running.close)
    uri = running.enter_context(warehouse("postgresql"))
    forgo_disk(uri)
    database_template(uri, "migrated", migrated)
    return uri


def forgo_disk(server: str) -> None:
    """Let a server not wait for the disk.

    Tests kill processes, never the machine, and a database of a test's own is dropped in a tenth
    of the time.
    """
    for setting in ("fsync", "full_page_writes"):
        command(server, f"alter system set {setting} = off")
    command(server, "select pg_reload_conf()")


def database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def command(server: str, sql: str) -> None:
    uri = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.encode())


def create(server: str, name: str, template: str = "template1") -> str:
    """Create a database, an empty one or a copy of another; its URL."""
    # By copying files: to write each page to the log as well takes twice as long.
    command(server, f"create database {name} template {template} strategy file_copy")
    return database(server, name)


def drop(server: str, name: str) -> None:
    command(server, f"drop database {name} with (force)")


@cache
def database_template(server: str, name: str, fill: Fill) -> str:
    """The name of a database that is filled once, to copy."""
    fill(create(server, name))
    return name


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite store to copy."""
    return sqlite_template(tmp_path_factory, "migrated", migrated)


def sqlite_template(factory: pytest.TempPathFactory, name: str, fill: Fill) -> Path:
    """A SQLite file that is filled once, to copy."""
    return made_once(factory, name, lambda folder: fill(sqlite_in(folder))) / STORE


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: str = request.getfixturevalue("server")
    name = f"empty_{next(NUMBERS)}"
    yield create(server, name)
    drop(server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The engine that the test runs on."""
    return str(request.param)


@pytest.fixture
def url(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """The URL of a migrated store."""
    with copied(request, kind, "migrated", migrated) as address:
        yield address


@contextmanager
def copied(request: pytest.FixtureRequest, kind: str, name: str, fill: Fill) -> Iterator[str]:
    """The URL of a copy of the store that `fill` filled at its URL, once."""
    if kind == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path")
        factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        shutil.copy(sqlite_template(factory, name, fill), folder / STORE)
        yield sqlite_in(folder)
        return
    server: str = request.getfixturevalue("server")
    copy = f"store_{next(NUMBERS)}"
    yield create(server, copy, database_template(server, name, fill))
    drop(server, copy)


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
def filled(request: pytest.FixtureRequest, kind: str) -> Iterator[Engine]:
    """A store with two versions of a figure and one of another: a copy."""
    with copied(request, kind, "filled", fill) as address:
        store = connect(address)
        yield store
        store.dispose()


def sqlite_in(folder: Path) -> str:
    """The URL of the SQLite store in a folder."""
    return f"sqlite:///{folder / STORE}"


def migrated(url: str) -> None:
    """Migrate a store."""
    engine = connect(url)
    migrate(engine)
    engine.dispose()


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
