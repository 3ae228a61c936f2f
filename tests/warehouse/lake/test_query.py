"""Which SQL the lake runs and which it refuses: only its files are read."""

import shutil
from pathlib import Path
from tempfile import gettempdir

import fsspec
import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.conftest import made_once
from warehouse.lake import query, sync
from warehouse.lake.panel import connect
from warehouse.query import QueryError

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ATTACKS = [
    "",
    "selekt 1",
    "select 1; select 2",
    "select 1; drop view observations",
    "create table stolen (x integer)",
    "delete from observations",
    "insert into observations values (1)",
    "drop view observations",
    "attach '{folder}/stolen.db' as stolen",
    "copy observations to '{folder}/stolen.csv'",
    "copy (select 1) to '{folder}/stolen.parquet' (format parquet)",
    "export database '{folder}/stolen'",
    "set threads = 64",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset enable_external_access",
    "pragma threads = 64",
    "pragma enable_profiling",
    "install httpfs",
    "load httpfs",
    "vacuum",
    "checkpoint",
    "use memory",
    "prepare x as select 1",
    "explain analyze select 1",
    "call pragma_version()",
    "select * from '{folder}/secret.csv'",
    "from '{folder}/secret.csv'",
    "select * from read_csv('{folder}/secret.csv')",
    "select * from read_text('{folder}/secret.csv')",
    "select * from read_blob('{folder}/lake/../secret.csv')",
    "select * from read_text('file://{folder}/secret.csv')",
    "select * from sniff_csv('{folder}/secret.csv')",
    "select * from glob('{folder}/*')",
    "select * from parquet_metadata('{folder}/secret.csv')",
    "select * from query('drop view observations')",
    "select * from query_table('{folder}/secret.csv')",
    "select * from read_csv('http://127.0.0.1:9/secret.csv')",
    "select * from secret",
    "with gone as (delete from observations returning *) select * from gone",
    "/* select */ drop view observations",
]


@pytest.fixture
def root(filled: Engine, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A copy of a lake with what the store holds; a secret lies beside it."""

    def fill(folder: Path) -> None:
        sync.sync(filled, str(folder))

    shutil.copytree(made_once(tmp_path_factory, "lake", fill), tmp_path / "lake")
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    return str(tmp_path / "lake")


@pytest.mark.parametrize("sql", ATTACKS)
def test_what_is_not_a_question_on_the_lake_is_refused(root: str, tmp_path: Path, sql: str) -> None:
    secret = pd.DataFrame({"a": [1]})  # DuckDB would read a variable of its caller by its name
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(QueryError) as refused:
        query.run(root, sql.format(folder=tmp_path))
    assert len(str(refused.value).splitlines()) == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert len(secret) == 1


def test_what_was_known_on_a_day_is_one_question(root: str) -> None:
    template = "select value from observations_as_of(date '{day}') order by value"
    days = {"2026-02-09": [], "2026-03-09": [10.0], "2026-03-10": [1.5, 11.0]}
    for day, values in days.items():
        assert query.run(root, template.format(day=day))["value"].tolist() == values
    assert len(query.run(root, "from observations")) == 3


def test_rows_and_time_are_limited(root: str) -> None:
    assert len(query.run(root, "select * from range(100000000000)", limit=7)) == 7
    endless = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
    with pytest.raises(QueryError, match=r"over 0\.2 s"):
        query.run(root, endless, timeout=0.2)


def test_a_query_is_stopped_in_its_middle(root: str, interrupted: None) -> None:
    endless = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
    with pytest.raises(KeyboardInterrupt):
        query.run(root, endless, timeout=20)


def test_a_name_that_does_not_exist_shows_those_that_do(root: str) -> None:
    with pytest.raises(QueryError, match="v_observation"):
        query.run(root, "select * from v_observatoin")


def test_a_lake_on_another_file_system_is_asked_as_well(filled: Engine, root: str) -> None:
    sync.sync(filled, "memory://made-up-asked")
    answer = query.run("memory://made-up-asked", "select count(*) as n from observations")
    assert answer["n"].tolist() == [3]
    fsspec.filesystem("memory").rm("/made-up-asked", recursive=True)


def test_what_memory_does_not_hold_goes_to_a_folder_of_its_own(root: str) -> None:
    setting = "select current_setting('temp_directory')"
    with connect(root) as first, connect(root) as second:
        folders = [Path(own.sql(setting).fetchall()[0][0]) for own in (first, second)]
        assert folders[0] != folders[1]
        assert [folder.is_dir() for folder in folders] == [True, True]
        assert all(folder.parent == Path(gettempdir()) for folder in folders)
    assert [folder.exists() for folder in folders] == [False, False]
