"""Opening to read changes nothing, waits for nobody and names what is wrong."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url

from tests.warehouse.conftest import command
from tests.warehouse.made_up import NOW, day, declare, fetch, frame
from warehouse import load, query
from warehouse.database import WarehouseError, connect, open_for_reading, open_for_writing, revision
from warehouse.observations import read, series

ROOT = Path(__file__).parents[2]
FIGURES = frame(
    ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
    ("made_up.b", "2026-01-01", 1.5, "2026-03-10"),
)
NOBODY = 65_534  # the user that owns nothing
# The interpreter may be closed to other users, so it imports what it needs before it is one.
READ = f"""
import os, sys
from warehouse import query
from warehouse.database import open_for_reading
from warehouse.observations import read, series
for url in sys.argv[1:]:
    engine = open_for_reading(url)
    units = query.run(engine, "select max(unit) as unit from v_series")["unit"]
    print(len(read.panel(engine)), units[0])
    if os.geteuid() == 0:
        os.setegid({NOBODY})
        os.seteuid({NOBODY})
"""


@pytest.fixture
def filled(engine: Engine) -> Engine:
    load.append(engine, fetch(engine), FIGURES)
    return engine


def test_the_newest_migration_is_the_one_that_alembic_knows() -> None:
    assert ScriptDirectory(str(revision.MIGRATIONS)).get_current_head() == revision.HEAD


def test_reading_gives_what_writing_stored_and_cannot_write(filled: Engine, url: str) -> None:
    reader = open_for_reading(url)
    assert read.history(reader).equals(read.history(filled))
    assert read.status(reader, as_of=NOW).equals(read.status(filled, as_of=NOW))
    with pytest.raises(Exception, match=r"(?i)read-?only|may only be read"):
        fetch(reader)
    with pytest.raises(Exception, match=r"(?i)read-?only|may only be read"):
        declare(reader, {"made_up.other": "M"})
    assert len(read.panel(filled)) == 2


def test_no_store_is_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"no warehouse at .* yet: `silentcrash run`"):
        open_for_reading(f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}")
    assert not list(tmp_path.iterdir())


def test_a_database_without_our_tables_is_no_store_yet(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        connect(empty_url).dispose()
    with pytest.raises(WarehouseError, match="holds no warehouse yet: `silentcrash run`"):
        open_for_reading(empty_url)


@pytest.mark.parametrize(
    ("stored", "message"), [("0001", "is older .* run `silentcrash run`"), ("9999", "is newer")]
)
def test_another_revision_is_told_in_one_line(engine: Engine, url: str, stored: str, message: str):
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :to"), {"to": stored})
    with pytest.raises(WarehouseError, match=message) as fault:
        open_for_reading(url)
    assert "\n" not in str(fault.value)
    with engine.connect() as connection:
        assert connection.scalar(text("select version_num from alembic_version")) == stored
    if stored > revision.HEAD:
        with pytest.raises(WarehouseError, match="is newer"):
            open_for_writing(url)


# R16
@pytest.mark.parametrize("door", [open_for_reading, open_for_writing])
@pytest.mark.parametrize(
    ("body", "message"),
    [(b"", r"is empty \(0 bytes\): restore"), (b"my notes\n" * 99, "is not a SQLite database")],
)
def test_a_file_that_is_no_database_is_refused_and_kept(
    tmp_path: Path, body: bytes, message: str, door
) -> None:
    path = tmp_path / "warehouse.sqlite"
    path.write_bytes(body)
    with pytest.raises(WarehouseError, match=message):
        door(f"sqlite:///{path}")
    assert path.read_bytes() == body
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("create table bookmark (address)")
    for door in (open_for_reading, open_for_writing):
        with pytest.raises(WarehouseError, match="a database of something else: name another"):
            door(f"sqlite:///{path}")


@pytest.mark.parametrize("stored", ["1975ea83b712", "0003", "9999"])
def test_a_database_of_another_program_is_refused(empty_url: str, stored: str) -> None:
    """One that notes its revision in a table of the same name, on either engine."""
    engine = connect(empty_url)
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        connection.execute(text("insert into alembic_version values (:at)"), {"at": stored})
        connection.execute(text("create table account (id integer)"))
    for door in (open_for_reading, open_for_writing):
        with pytest.raises(WarehouseError, match="something else: name another") as fault:
            door(empty_url)
        assert "\n" not in str(fault.value)
    with engine.connect() as connection:
        assert inspect(connection).has_table("observation") is False
        assert connection.scalar(text("select version_num from alembic_version")) == stored
    engine.dispose()


# R16
def test_damaged_pages_are_told_in_one_line(sqlite_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    shutil.copy(sqlite_file, path)
    engine = connect(f"sqlite:///{path}")
    declare(engine)
    load.append(engine, fetch(engine), FIGURES)
    engine.dispose()
    body = path.read_bytes()
    path.write_bytes(body[: 16_384 * 2] + b"\xa5" * (len(body) - 16_384 * 2))
    for door in (open_for_reading, open_for_writing):
        with pytest.raises(WarehouseError, match=r"store\.sqlite is damaged: restore a copy"):
            read.panel(door(f"sqlite:///{path}"))


HOLD = """
import sys
from warehouse.database import connect, writing
with writing(connect(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def busy(filled: Engine, url: str) -> Iterator[str]:
    """A store that another process has begun to write, and does not end writing."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield url
    process.communicate("\n", timeout=60)


def test_reading_does_not_wait_for_a_writer(busy: str) -> None:
    engine = open_for_reading(busy)
    assert len(read.panel(engine)) == 2
    assert read.status(engine, as_of=NOW)["rows"].tolist() == [2]
    assert query.run(engine, "select value from v_observation").shape == (2, 1)


KILLED = """
import os, sys
from warehouse.database import connect, writing
with writing(connect(sys.argv[1])) as connection:
    connection.exec_driver_sql("update series set unit = 'EUR'")
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that other users may enter: those of pytest are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="silentcrash-"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


# R17
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("killed", "unit"), [(False, "USD"), (True, "EUR")])
def test_a_home_of_somebody_else_can_be_read(
    filled: Engine, tmp_path: Path, home: Path, killed: bool, unit: str
) -> None:
    filled.dispose()
    shutil.copy(tmp_path / "store.sqlite", home)
    url = f"sqlite:///{home / 'store.sqlite'}"
    if killed:  # its log stays, and holds what the file does not
        assert subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT).returncode == -9
        assert (home / "store.sqlite-wal").stat().st_size
    for path in home.iterdir():
        path.chmod(0o444)
    home.chmod(0o555)
    before = sorted(home.iterdir())
    arguments = [sys.executable, "-c", READ, f"sqlite:///{tmp_path / 'store.sqlite'}", url]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["2", "USD", "2", unit], done.stderr
    assert sorted(home.iterdir()) == before


PASSWORD = "made-up-for-this-test"


@pytest.fixture
def analyst(server: str, filled: Engine) -> Iterator[str]:
    """The URL of the store for a person who is only a member of the analyst role."""
    command(server, f"create role ann login password '{PASSWORD}' in role silentcrash_analyst")
    address = filled.url.set(username="ann", password=PASSWORD)
    yield make_url(address).render_as_string(hide_password=False)
    command(server, "drop role ann")


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_an_analyst_reads_with_a_login_of_the_role(analyst: str) -> None:
    reader = open_for_reading(analyst)
    assert query.run(reader, "select value from v_observation")["value"].tolist() == [10.0, 1.5]
    then = query.run(reader, "select value from v_observation", as_of=day("2026-02-10"))
    assert then["value"].tolist() == [10.0]
    status = read.status(reader, as_of=NOW)
    assert status[["key", "rows", "last_outcome"]].to_numpy().tolist() == [["made_up", 2, "new"]]
    assert read.panel(reader)["value"].tolist() == [10.0, 1.5]
    assert read.panel(reader, "made_up.*", as_of="2026-02-10")["value"].tolist() == [10.0]
    rows = series.figures(reader, "made_up.*", as_of="2026-02-10")
    assert [(row["series"], row["value"]) for row in rows] == [("made_up.a", 10.0)]
    assert rows[0]["known_from"] == "2026-02-10T00:00:00Z"
    assert [row["observations"] for row in series.counted(reader, "made_up.*")] == [1, 1, 0, 0]
    assert query.run(reader, "select * from v_event").empty
    with pytest.raises(WarehouseError, match="this login may only read the views"):
        read.assumed_dates(reader)
    reader.dispose()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_store_whose_revision_an_analyst_may_not_read_is_told(
    analyst: str, filled: Engine
) -> None:
    with filled.begin() as connection:
        connection.exec_driver_sql("revoke select on alembic_version from silentcrash_analyst")
    with pytest.raises(WarehouseError, match="have its owner run `silentcrash run`"):
        open_for_reading(analyst)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_does_not_answer_is_told(url: str) -> None:
    for door in (open_for_reading, open_for_writing):
        with pytest.raises(
            WarehouseError, match="server of the warehouse does not answer"
        ) as fault:
            door("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2")
        assert "\n" not in str(fault.value)


def test_two_processes_that_make_a_store_at_once_make_one(empty_url: str) -> None:
    order = "import sys; from warehouse.database import open_for_writing as o; o(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", order, empty_url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert read.panel(open_for_reading(empty_url)).empty
