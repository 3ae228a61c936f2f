"""The command line: what a person types, what it answers, how it ends."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.pipelines.conftest import Command

GROUPS = ("alerts", "announcements", "index", "lake", "register", "release", "site", "sources")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["indx"], "Did you mean 'index'"),
        (["index", "--as-off", "2026-01-01"], "--as-of"),
        (["index", "--format", "xls"], "'table', 'csv', 'json'"),
        (["index", "--as-of", "10/01/2026"], "YYYY-MM-DD"),
        (["release"], "MONTH"),
        (["release", "2025-13"], "YYYY-MM"),
        (["release", "december"], "YYYY-MM"),
        (["release", "1999-01"], "the nearest month is"),
        (["release", "2031-01"], "the nearest month is"),
        (["fetch", "embr"], "did you mean ember"),
        (["quarantine", "sex"], "did you mean sec"),
        (["query", "delete from observation"], ""),
        (["query", "select * from v_observatoin"], "v_observation"),
        (["query", "select * from observation", "--as-of", "2026-01-01"], "limited to a day"),
    ],
)
def test_a_wrong_question_gets_one_line_and_exit_code_2(
    home: Path, silentcrash: Command, arguments: list[str], says: str
) -> None:
    ended = silentcrash(*arguments)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("silentcrash: ")
    assert says.lower() in ended.err.lower()
    assert "Traceback" not in ended.err + ended.out


VALIDATION = {"great_expectations", "scipy", "altair", "duckdb", "dagster", "statsmodels", "jinja2"}
STORE = {"alembic", "sources.publishers", "requests", "bs4", "openpyxl"} | VALIDATION


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], {"pandas", "sqlmodel", "rich", "pydantic"} | STORE),
        (["--version"], {"pandas", "sqlmodel", "rich", "pydantic"} | STORE),
        (["sources", "list"], {"sqlalchemy", "requests"} | VALIDATION),
        (["status"], {"pandas", "numpy", "rich.progress"} | STORE),
        (["query", "select 1"], {"pandas", "numpy", "pyarrow", "rich.progress"} | STORE),
        (["lake", "status"], {"sqlalchemy.dialects.postgresql"} | STORE),
        (["alerts", "list"], {"pandas", "numpy", "apprise"} | STORE),
        (["index", "--help"], {"pandas", "sqlmodel"} | STORE),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",  # a set has no order
)
def test_a_command_imports_what_it_uses(home: Path, arguments: list[str], absent: set[str]) -> None:
    """What is imported decides how long such a command takes."""
    code = "import sys\nfrom pipelines.cli.main import main\ntry: main()\nexcept SystemExit: pass\n"
    code += f"print('|', *sorted({absent} & set(sys.modules)))"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "|"


def test_the_version_is_that_of_the_package(silentcrash: Command) -> None:
    ran = silentcrash("--version")
    assert (ran.code, ran.out) == (0, f"silentcrash {version('silent-crash-observatory')}\n")


@pytest.mark.parametrize("group", ["", *GROUPS])
def test_no_line_of_help_is_cut_at_80_columns(
    silentcrash: Command, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = silentcrash(*filter(None, [group]), "--help")
    listed = ran.out.partition("Commands:")[2].splitlines()[1:]
    assert listed
    assert [line for line in listed if line.endswith("...") or len(line) > 80] == []
    assert all(line.strip().endswith(".") for line in listed)


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["query", "select 1"],
        ["alerts", "list"],
        ["quarantine"],
        ["announcements", "list"],
        ["register", "list"],
        ["site", "build", "--out", "site"],
    ],
    ids=" ".join,
)
def test_reading_makes_no_store_and_says_what_does(
    empty_home: Path, silentcrash: Command, arguments: list[str]
) -> None:
    ended = silentcrash(*arguments)
    assert ended.code == 1
    [line] = ended.err.splitlines()
    assert line.startswith("silentcrash: there is no warehouse at ")
    assert "`silentcrash run` makes one" in line
    assert list(empty_home.rglob("*")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["query", "select count(*) from v_observation"],
        ["alerts", "list"],
        ["quarantine"],
        ["sources", "list"],
        ["register", "list"],
        ["index"],
        ["gpu", "h100-sxm-80gb"],
        ["lake", "sync"],
    ],
    ids=" ".join,
)
def test_reading_changes_nothing_while_another_writes(
    home: Path, silentcrash: Command, arguments: list[str]
) -> None:
    store = home / "warehouse.sqlite"
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("pragma wal_checkpoint(truncate)")  # the file is then all there is
        before = sha256(store.read_bytes()).hexdigest()
        writer.execute("begin immediate")
        assert silentcrash(*arguments).code == 0
        writer.execute("rollback")
    assert sha256(store.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("arguments", [["index"], ["gpu", "h100-sxm-80gb"]], ids=" ".join)
def test_the_first_question_of_an_installation_is_answered_from_the_shipped_history(
    empty_home: Path, silentcrash: Command, arguments: list[str]
) -> None:
    rows = json.loads(silentcrash(*arguments, "--format", "json").out)
    assert len(rows) > 12
    assert (empty_home / "warehouse.sqlite").exists()
    assert silentcrash("status").code == 0


def test_a_store_without_the_shipped_history_gets_it_when_the_index_is_asked_for(
    empty_home: Path, silentcrash: Command
) -> None:
    assert silentcrash("fetch", "ember").code == 1  # nobody can be reached; the store is there
    assert len(json.loads(silentcrash("index", "--format", "json").out)) > 12


def test_every_table_can_be_had_as_csv_and_json(home: Path, silentcrash: Command) -> None:
    as_csv = list(csv.DictReader(io.StringIO(silentcrash("index", "--format", "csv").out)))
    as_json = json.loads(silentcrash("index", "--format", "json").out)
    assert [row["period"] for row in as_csv] == [row["period"] for row in as_json]
    assert float(as_csv[-1]["index"]) == pytest.approx(as_json[-1]["index"])


def test_a_whole_number_beside_a_missing_one_stays_whole(home: Path, silentcrash: Command) -> None:
    sql = "select 1 as n, 'é' as t union all select null, 9e999"
    assert silentcrash("query", sql, "--format", "csv").out == "n,t\n1,é\n,inf\n"
    rows = json.loads(silentcrash("query", sql, "--format", "json").out)
    assert rows == [{"n": 1, "t": "é"}, {"n": None, "t": None}]
    assert "–" in silentcrash("query", sql).out


def test_a_file_is_whole_and_a_table_that_is_cut_says_so(
    home: Path, silentcrash: Command, tmp_path: Path
) -> None:
    sql = "select series, period from v_observation_history order by series, period"
    rows = len(json.loads(silentcrash("query", sql, "--format", "json").out))
    assert rows > 10_000
    ended = silentcrash("query", sql, "--out", str(tmp_path / "all.csv"))
    assert ended.err.strip().endswith(f"all.csv: {rows} rows")
    assert len((tmp_path / "all.csv").read_text().splitlines()) == rows + 1
    table = silentcrash("query", sql)
    assert "only the first 1,000 rows" in table.err
    assert silentcrash("query", sql, "--limit", "5", "--format", "csv").out.count("\n") == 6


def test_what_is_not_a_screen_gets_whole_values(home: Path, silentcrash: Command) -> None:
    key = "k" * 90
    sql = f"select '{key}' as key, '{'f' * 64}' as sha256, '{key}' as text"
    lines = silentcrash("query", sql).out.splitlines()
    assert any(line.split() == [key, "f" * 64, key] for line in lines)


def test_sources_names_licence_and_cadence_of_each(home: Path, silentcrash: Command) -> None:
    rows = json.loads(silentcrash("sources", "--format", "json").out)
    assert {"ember", "sec", "census_c30"} <= {row["source"] for row in rows}
    assert all(row["licence"] and row["cadence"] for row in rows)


def test_status_says_what_could_not_be_reached(home: Path, silentcrash: Command) -> None:
    rows = {row["key"]: row for row in json.loads(silentcrash("status", "--format", "json").out)}
    assert rows["ember"]["newest_period"].startswith("2026-09")


def test_fetch_of_a_source_that_cannot_be_reached_ends_in_one_line(
    home: Path, silentcrash: Command
) -> None:
    ended = silentcrash("fetch", "ember")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("silentcrash: ember: failed")


def test_a_broken_warehouse_url_ends_in_one_line(
    home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_WAREHOUSE", "nosuchdb://x")
    ended = silentcrash("status")
    assert ended.code in {1, 2}
    assert "Traceback" not in ended.err
    assert len(ended.err.splitlines()) == 1
