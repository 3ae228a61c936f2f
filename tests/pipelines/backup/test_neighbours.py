"""A backup is of one store of a database, and its neighbours stay as they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.backup.conftest import Location
from tests.pipelines.conftest import Command
from tests.warehouse.conftest import create, database_template, drop
from tests.warehouse.made_up import declare, fetch, frame
from tests.warehouse.test_schemas import NUMBERS, SCHEMAS, fill, in_schema
from warehouse import load
from warehouse.database import connect, migrate, open_for_reading
from warehouse.observations import read

FIGURES = {"": 1.0, "dakar": 2.0, "rabat": 3.0}
Places = dict[str, Location]


@pytest.fixture
def kind() -> str:
    return "postgresql"


def filled(url: str) -> None:
    """Three stores, each with a figure of its own."""
    fill(url)
    for name, value in FIGURES.items():
        store = connect(in_schema(url, name))
        declare(store)
        load.append(store, fetch(store), frame(("made_up.a", "2026-01-01", value, "2026-02-10")))
        store.dispose()


@pytest.fixture
def shared(server: str, empty_home: Path) -> Iterator[Places]:
    """Three installations whose stores are in one database."""
    name = f"shared_{next(NUMBERS)}"
    url = create(server, name, database_template(server, "three_figures", filled))
    homes = {name: empty_home / (name or "public") for name in SCHEMAS}
    for home in homes.values():
        home.mkdir()
    yield {name: Location(home, in_schema(url, name)) for name, home in homes.items()}
    drop(server, name)


@pytest.fixture
def elsewhere(server: str, empty_home: Path) -> Iterator[str]:
    """The address of another database, where a neighbour is already."""
    name = f"elsewhere_{next(NUMBERS)}"
    yield create(server, name, database_template(server, "neighbour", neighbour))
    drop(server, name)


def neighbour(url: str) -> None:
    """A store in one schema only."""
    store = connect(in_schema(url, "bamako"))
    migrate(store)
    declare(store)
    store.dispose()


@pytest.mark.parametrize("name", ["", "dakar"])
def test_one_store_is_backed_up_and_restored_beside_others(
    name: str,
    shared: Places,
    elsewhere: str,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared[name].enter(monkeypatch)
    assert silentcrash("backup", str(backups)).code == 0
    own, others = shared[name].tables(), [each.tables() for each in shared.values()]
    beside = Location(shared[name].home.with_name("bamako"), in_schema(elsewhere, "bamako"))
    before = beside.tables()
    restored = Location(shared[name].home.with_name("restored"), in_schema(elsewhere, name))
    restored.enter(monkeypatch)
    ended = silentcrash("restore", str(backups))
    assert ended.code == 0, ended.err
    assert restored.tables() == own
    assert [each.tables() for each in shared.values()] == others
    assert beside.tables() == before
    store = open_for_reading(restored.url)
    assert read.panel(store)["value"].tolist() == [FIGURES[name]]
    store.dispose()


def test_a_backup_of_one_schema_is_not_restored_into_another(
    shared: Places,
    elsewhere: str,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared["dakar"].enter(monkeypatch)
    assert silentcrash("backup", str(backups)).code == 0
    target = Location(shared["dakar"].home.with_name("restored"), elsewhere)
    target.enter(monkeypatch)
    ended = silentcrash("restore", str(backups))
    assert (ended.code, target.tables()) == (2, {})
    assert "of the schema 'dakar', and SILENTCRASH_WAREHOUSE names 'public'" in ended.err
    assert "end the address with ?schema=dakar" in ended.err
    # and never over a neighbour of the same name
    before = shared["dakar"].tables()
    shared["dakar"].enter(monkeypatch)
    assert silentcrash("restore", str(backups)).code == 1
    assert shared["dakar"].tables() == before
