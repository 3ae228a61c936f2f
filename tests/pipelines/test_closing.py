"""Neither a command nor a tick of a sensor leaves a connection behind."""

import gc
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pipelines.definitions import sensors
from tests.pipelines.conftest import Command, _environment
from tests.warehouse.conftest import create, drop, server
from warehouse.database import connect, migrate

__all__ = ["server"]
DATABASE = "closing"


@pytest.fixture
def url(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installation on a PostgreSQL store, without Python's collector."""
    address = create(server, DATABASE)
    engine = connect(address)
    migrate(engine)
    engine.dispose()
    _environment(monkeypatch, tmp_path)
    monkeypatch.setenv("SILENTCRASH_WAREHOUSE", address)
    gc.disable()
    yield address
    gc.enable()
    drop(server, DATABASE)


def connections(url: str) -> int:
    """How many connections the server has to this database, beside our own."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    count = "select count(*) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"
    with psycopg.connect(plain) as connection:
        [number] = connection.execute(count, [DATABASE]).fetchone() or [0]
    return int(number)


@pytest.mark.parametrize(
    "arguments", [["alerts", "list"], ["query", "select 1 as n"], ["query", "select no"]]
)
def test_a_command_closes_what_it_opened(
    url: str, silentcrash: Command, arguments: list[str]
) -> None:
    for _ in range(3):
        silentcrash(*arguments)
    assert connections(url) == 0


def test_a_tick_closes_what_it_opened(url: str) -> None:
    for _ in range(3):
        sensors.outbox()
    assert connections(url) == 0
