"""The drill: fill, back up, restore into an empty place, compare to the bit."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy.engine import make_url

from sources.http.raw_archive import Archive
from tests.pipelines.backup.conftest import BODIES, Location
from tests.pipelines.conftest import Command

LATER = "2026-11-24T09:00:00+00:00"


def objects(backups: Path) -> list[Path]:
    return sorted(path for path in (backups / "objects").rglob("*") if path.is_file())


def test_what_is_restored_is_the_same_to_the_bit(
    full: Location,
    empty: Location,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables, files = full.tables(), full.files()
    assert len(tables["observation"]) > 10_000
    assert sum(name.startswith("releases/2026-10/") for name in files) > 20
    assert sum(name.startswith("raw/") for name in files) == 2 * len(BODIES)
    assert silentcrash("backup", str(backups)).code == 0
    assert silentcrash("restore", str(backups), "--check").code == 0
    refused = silentcrash("restore", str(backups))
    assert refused.code == 1
    assert "not empty" in refused.err.splitlines()[-1]
    empty.enter(monkeypatch)
    restored = silentcrash("restore", str(backups))
    assert restored.code == 0, restored.err
    assert empty.tables() == tables
    assert empty.files() == files
    # And it works: the views answer, and the bodies are those that were stored.
    shown = silentcrash("query", "select count(*) as n from v_observation", "--format", "json")
    assert json.loads(shown.out)[0]["n"] > 10_000, shown.err
    archive = Archive(str(empty.home / "raw"))
    assert [archive.get(sha256(body).hexdigest()) for body in BODIES] == list(BODIES)


def test_a_second_backup_copies_only_what_is_new(
    full: Location, stored: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = set(objects(stored))
    Archive(str(full.home / "raw")).put(b"new", {"url": "https://example.org/new.csv"})
    monkeypatch.setenv("SILENTCRASH_NOW", LATER)
    second = silentcrash("backup", str(stored))
    new = [path.read_bytes()[:5] for path in set(objects(stored)) - first]
    # A dump of PostgreSQL holds the time at which it was made: that is new as well.
    assert {*new} - {b"PGDMP"} == {b"new", b'{\n "u'}
    assert f"{len(new)} with" in second.out
    assert len(list((stored / "backups").iterdir())) == 2
    assert silentcrash("backup", str(stored), "--keep", "1").code == 0
    assert len(list((stored / "backups").iterdir())) == 1
    assert silentcrash("restore", str(stored), "--check").code == 0


def test_a_flipped_byte_is_named_and_nothing_is_restored(
    stored: Path, empty: Location, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    [listed] = (stored / "backups").iterdir()
    sizes = sorted(objects(stored), key=lambda path: path.stat().st_size)
    empty.enter(monkeypatch)
    for damaged in (sizes[3], sizes[-1], listed):  # a body, the warehouse, the list of files
        flip(damaged)
        checked = silentcrash("restore", str(stored), "--check")
        assert checked.code == 1
        assert str(damaged) in checked.err
        assert str(damaged) in silentcrash("restore", str(stored)).err
        assert empty.files() == {}
        assert empty.tables() == {}
        flip(damaged)
    assert silentcrash("restore", str(stored), "--check").code == 0


def flip(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_damaged_body_is_named_and_an_earlier_backup_keeps_it(
    full: Location, backups: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = next(path for path in (full.home / "raw").glob("*/*") if path.stat().st_size > 1000)
    earlier = backups.with_name("earlier")
    silentcrash("backup", str(earlier))
    flip(body)
    assert body.name in silentcrash("backup", str(backups)).err
    assert silentcrash("restore", str(backups), "--check").code == 0
    assert silentcrash("backup", str(earlier)).code == 0
    restored = Location(full.home.with_name("mended"), f"sqlite:///{full.home}-mended.sqlite")
    restored.enter(monkeypatch)
    assert silentcrash("restore", str(earlier)).code == 0
    assert Archive(str(restored.home / "raw")).is_intact(body.name)


@contextmanager
def writing(location: Location) -> Iterator[list[int]]:
    """A process of its own kind that adds two rows in each of many transactions."""
    done, stop = [0], threading.Event()

    def write() -> None:
        path = str(make_url(location.url).database)
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as store:
            while not stop.is_set():
                store.execute("begin immediate")
                for half in ("a", "b"):
                    store.execute(
                        "insert into heartbeat values (?, '2026-01-01')", (f"{done[0]}{half}",)
                    )
                store.execute("commit")
                done[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not done[0]:
            assert thread.is_alive()
        yield done
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_backup_during_writes_is_of_one_moment(
    full: Location,
    empty: Location,
    backups: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("warehouse.database.dump.PAGES", 8)  # a hundred steps, writes in between
    with writing(full) as done:
        before = done[0]
        assert silentcrash("backup", str(backups)).code == 0
        assert done[0] > before
    empty.enter(monkeypatch)
    assert silentcrash("restore", str(backups)).code == 0
    names = {str(row[0]) for row in empty.tables()["heartbeat"] if str(row[0])[:-1].isdigit()}
    assert before <= len(names) // 2 <= done[0]
    assert {name[:-1] for name in names if name.endswith("a")} == {
        name[:-1] for name in names if name.endswith("b")
    }


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_restore_that_fails_leaves_the_place_empty(
    stored: Path, empty: Location, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = stored.with_name("blocked")
    blocked.write_text("a file where the folder of the warehouse has to be")
    Location(empty.home, f"sqlite:///{blocked / 'store.sqlite'}").enter(monkeypatch)
    ended = silentcrash("restore", str(stored))
    assert ended.code == 1
    assert str(blocked) in ended.err.splitlines()[-1]
    assert empty.files() == {}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_disk_that_writes_other_bytes_leaves_the_place_empty(
    stored: Path, empty: Location, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = LocalFileSystem.mv

    def moves(disk: LocalFileSystem, draft: str, path: str) -> None:
        move(disk, draft, path)
        if path.endswith("silentcrash.toml"):
            flip(Path(path))

    monkeypatch.setattr(LocalFileSystem, "mv", moves)
    empty.enter(monkeypatch)
    ended = silentcrash("restore", str(stored))
    assert ended.code == 1
    assert "silentcrash.toml was not written as the backup has it" in ended.err
    assert empty.files() == {}
    assert empty.tables() == {}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_place_with_a_file_of_another_is_refused(
    stored: Path, empty: Location, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = empty.home / "registers" / "top500.csv"
    register.parent.mkdir(parents=True)
    register.write_text("of another")
    empty.enter(monkeypatch)
    ended = silentcrash("restore", str(stored))
    assert ended.code == 1
    assert "is not empty (registers/top500.csv)" in ended.err
    assert empty.files() == {"registers/top500.csv": b"of another"}


@pytest.mark.parametrize("kind", ["postgresql"])
def test_missing_programs_of_postgresql_name_their_package(
    full: Location, backups: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ended = silentcrash("backup", str(backups))
    assert ended.code == 1
    assert "pg_dump is not on this machine: install" in ended.err
    assert "postgresql-client" in ended.err
    assert not (backups / "backups").exists()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_folder_without_a_backup_says_how_to_make_one(
    empty: Location, backups: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.enter(monkeypatch)
    ended = silentcrash("restore", str(backups))
    assert ended.code == 2
    assert "silentcrash backup" in ended.err
    assert silentcrash("backup", str(backups)).code == 1
