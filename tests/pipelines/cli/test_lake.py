"""The lake and the files of a query, as a person asks for them."""

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.pipelines.conftest import Command
from warehouse.database import connect
from warehouse.observations import read

DAY = "2026-01-10"


def test_a_sync_a_second_one_and_what_was_known_on_a_day(home: Path, silentcrash: Command) -> None:
    engine = connect(f"sqlite:///{home / 'warehouse.sqlite'}")
    versions = len(read.history(engine))
    assert f"{versions} versions added, {versions} held" in silentcrash("lake", "sync").out
    assert f"0 versions added, {versions} held" in silentcrash("lake", "sync").out
    files = json.loads(silentcrash("lake", "status", "--format", "json").out)
    assert sum(file["rows"] for file in files) == versions

    written = home / "panel.parquet"
    assert silentcrash("lake", "panel", "--as-of", DAY, "--out", str(written)).code == 0
    as_of = pd.Timestamp(f"{DAY}T23:59:59Z").to_pydatetime()
    expected = read.panel(engine, as_of=as_of)
    content = pd.read_parquet(written).astype(expected.dtypes.to_dict())  # Parquet has no seconds
    pd.testing.assert_frame_equal(content, expected, check_freq=False)

    options = f"select count(*) as n from observations_as_of(date '{DAY}')"
    assert json.loads(silentcrash("lake", "query", options, "--format", "json").out) == [
        {"n": len(expected)}
    ]


def test_a_lake_may_be_at_an_address(home: Path, silentcrash: Command) -> None:
    address = f"file://{home / 'elsewhere'}"
    assert silentcrash("lake", "sync", "--to", address).code == 0
    assert (home / "elsewhere" / "manifest.json").exists()
    assert silentcrash("lake", "status", "--at", address).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["lake", "status"], 1, "silentcrash lake sync"),
        (["lake", "panel"], 1, "silentcrash lake sync"),
        (["lake", "panel", "--master", "local[1]"], 2, "--engine spark"),
        (["lake", "panel", "--engine", "dask"], 2, "'duckdb', 'spark'"),
        (["query", "select 1 as a", "--out", "a.txt"], 2, ".parquet"),
        (["query", "attach 'a' as b", "--out", "a.csv"], 2, "SELECT"),
    ],
)
def test_a_wrong_question_gets_one_line(
    home: Path, silentcrash: Command, arguments: list[str], code: int, says: str
) -> None:
    ended = silentcrash(*arguments)
    assert ended.code == code
    assert says in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
def test_a_query_is_written_to_a_file(home: Path, silentcrash: Command, ending: str) -> None:
    path = home / f"answer.{ending}"
    options = "select 'made up' as word, 1.5 as figure union all select '=1+1', 2.5 order by figure"
    assert silentcrash("query", options, "--out", str(path)).code == 0
    read_back = {
        "csv": lambda: list(csv.reader(path.open(encoding="utf-8"))),
        "json": lambda: [list(row.values()) for row in json.loads(path.read_text())],
        "parquet": lambda: pd.read_parquet(path).to_numpy().tolist(),
        "xlsx": lambda: [list(row) for row in openpyxl.load_workbook(path)["data"].values],
    }[ending]()
    formula = "'=1+1" if ending == "csv" else "=1+1"
    assert [str(cell) for row in read_back[-2:] for cell in row] == [
        "made up",
        "1.5",
        formula,
        "2.5",
    ]


def test_limit_and_time_are_raised_by_the_user(home: Path, silentcrash: Command) -> None:
    endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select n from r"
    path = home / "many.parquet"
    assert silentcrash("query", endless, "--limit", "5000", "--out", str(path)).code == 0
    assert len(pd.read_parquet(path)) == 5000
    sums = endless.replace("select n from r", "select max(n) from r")
    assert "over 0.1 s" in silentcrash("query", sums, "--timeout", "0.1").err
