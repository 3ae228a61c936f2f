"""Addresses of stores, and migrations up and down on both engines."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.warehouse.made_up import declare, fetch, frame
from warehouse import load, views
from warehouse.database import (
    WarehouseError,
    config,
    connect,
    migrate,
    open_for_reading,
    sqlite,
    writing,
)
from warehouse.observations import read


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("warehouse.sqlite", "not a database URL"),
        ("mysql://localhost/x", "'mysql' is not a driver"),
        ("postgresql://localhost/x", "'postgresql' is not a driver"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url: str, message: str) -> None:
    with pytest.raises(WarehouseError, match=message) as fault:
        connect(url)
    assert "sqlite:///path/to/file" in str(fault.value)


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(WarehouseError, match=r"notes\.txt"):
        connect(f"sqlite:///{path}")


def test_a_store_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}")
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("delete from source"))
        assert read.panel(engine).empty


OTHER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute(sys.argv[2])
print(*(name for (name,) in store.execute("select name from sqlite_master where type = 'table'")))
store.close()
"""


def test_a_process_that_opens_a_store_twice_keeps_its_log(tmp_path: Path) -> None:
    """Another one that leaves would take it away, with all that follows.

    The locks of a process on a file are gone once it closes the file, however it had opened it.
    """
    path = tmp_path / "store.sqlite"

    def other(statement: str) -> set[str]:
        run = [sys.executable, "-c", OTHER, str(path), statement]
        return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())

    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    open_for_reading(f"sqlite:///{path}").dispose()
    other("create table elsewhere (value)")
    with writing(engine) as connection:
        connection.execute(text("create table here (value)"))
    assert {"elsewhere", "here"} < other("select 1")
    engine.dispose()


def test_a_reader_who_meets_a_leaving_writer_opens_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An opening may end with an error of the disk while the log is deleted."""
    path = tmp_path / "store.sqlite"
    opened, faults = sqlite._opened, [sqlite3.OperationalError("disk I/O error")]

    def met_once(address: str) -> sqlite3.Connection:
        if faults:
            raise faults.pop()
        return opened(address)

    monkeypatch.setattr(sqlite, "_opened", met_once)
    monkeypatch.setattr(sqlite, "PAUSE", 0.0)
    with closing(sqlite3.connect(path)) as writer:
        writer.executescript("pragma journal_mode = wal; create table figures (value)")
        assert path.with_name("store.sqlite-wal").exists()
        with closing(sqlite.read_only(path)) as reader:
            assert reader.execute("select count(*) from figures").fetchall() == [(0,)]


def test_every_revision_goes_up_and_down(empty_url: str) -> None:
    engine = connect(empty_url)
    migrate(engine)
    tables = set(inspect(engine).get_table_names())
    assert {"observation", "release", "lineage"} <= tables
    command.check(config(engine))
    assert set(inspect(engine).get_view_names()) == set(views.bodies(engine.dialect.name))
    command.downgrade(config(engine), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert inspect(engine).get_view_names() == []
    migrate(engine)
    assert set(inspect(engine).get_table_names()) == tables
    engine.dispose()


def test_a_store_that_is_up_to_date_is_left_alone(engine: Engine) -> None:
    load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 1.0, "2026-02-10")))
    migrate(engine)
    declare(engine)
    assert len(read.panel(engine)) == 1


def test_a_series_without_its_source_cannot_enter(engine: Engine) -> None:
    row = "insert into series values (99, 'x', 404, 'USD', 'M', 'x', 'x')"
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text(row))


def test_figures_are_stored_without_a_row_number(sqlite_file: Path) -> None:
    with sqlite3.connect(sqlite_file) as connection:
        [ddl] = connection.execute(
            "select sql from sqlite_master where name = 'observation'"
        ).fetchone()
    assert "WITHOUT ROWID" in ddl
