"""An upgrade is taken back by restoring the backup that was made before it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command as alembic
from sqlalchemy import text

from pipelines.backup import restore
from tests.pipelines.backup.conftest import Location
from tests.pipelines.conftest import Command
from tests.warehouse.conftest import create, drop
from warehouse.database import config, connect
from warehouse.database.dump import revision_of
from warehouse.database.revision import HEAD, MIGRATIONS

REVISIONS = sorted(
    path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")
)
NUMBERS = itertools.count()
Places = Callable[[], Location]


@pytest.fixture
def places(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """Gives another empty place at each call."""
    server = str(request.getfixturevalue("server")) if kind == "postgresql" else ""
    created = []

    def another() -> Location:
        name = f"upgrade_{next(NUMBERS)}"
        if not server:
            return Location(tmp_path / name, f"sqlite:///{tmp_path / name}.sqlite")
        created.append(name)
        return Location(tmp_path / name, create(server, name))

    yield another
    for name in created:
        drop(server, name)


def test_rollback_is_by_the_backup_made_before(
    places: Places,
    empty_home: Path,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = places()
    store.enter(monkeypatch)
    engine = connect(store.url)
    alembic.upgrade(config(engine), REVISIONS[-2])
    with engine.begin() as connection:
        connection.execute(text("insert into heartbeat values ('made-up', '2026-11-01 06:00:00')"))
    before = store.tables()
    # An older store can be backed up by the new software: that is the order of an upgrade.
    backup = silentcrash("backup", str(backups))
    assert backup.code == 0, backup.err
    alembic.upgrade(config(engine), "head")
    engine.dispose()
    after = store.tables()
    assert after["heartbeat"] == before["heartbeat"]
    assert (revision_of(store.url), after != before) == (HEAD, True)
    back = places()
    back.enter(monkeypatch)
    assert silentcrash("restore", str(backups)).code == 0
    assert back.tables() == before
    assert revision_of(back.url) == REVISIONS[-2]


def test_an_older_software_refuses_a_newer_backup(
    url: str,
    empty: Location,
    empty_home: Path,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Location(empty_home / "home", url).enter(monkeypatch)
    assert silentcrash("backup", str(backups)).code == 0
    monkeypatch.setattr(restore, "HEAD", REVISIONS[-2])
    empty.enter(monkeypatch)
    ended = silentcrash("restore", str(backups))
    assert ended.code == 1
    assert f"of a newer software (revision {HEAD}" in ended.err
    assert empty.tables() == {}
