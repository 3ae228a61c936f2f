"""The published series: every version, open licences, read by each tool."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import playwright
import pytest
from sqlalchemy import Engine

from dashboards.publish.series import files as series_files
from dashboards.publish.series.examples import examples
from dashboards.publish.series.store import SeriesStore
from tests.dashboards.site.conftest import serving
from warehouse.observations import read
from warehouse.observations.series import catalogue

DEU = "ember.wholesale.DEU"


@pytest.fixture(scope="module")
def folder(store: SeriesStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    for file in series_files.files(store):
        path = root / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.body)
    return root


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


def test_every_version_that_may_be_republished_is_in_each_format(
    folder: Path, shipped_store: Engine
) -> None:
    history = read.history(shipped_store)
    open_series = {row["series"] for row in catalogue(shipped_store) if row["redistribute"]}
    expected = history[history["series"].isin(open_series)]
    every = pd.read_parquet(folder / "series/observations.parquet")
    assert len(every) == len(expected) > 10_000
    germany = history[history["series"].eq(DEU)]
    table = pd.read_csv(folder / f"series/{DEU}.csv")
    document = json.loads((folder / f"series/{DEU}.json").read_text())
    assert table["value"].tolist() == germany["value"].tolist()
    assert [row[1] for row in document["figures"]] == germany["value"].tolist()
    assert document["licence"] == "CC BY 4.0"
    assert set(table["unit"]) == {document["unit"]} == {"EUR/MWh"}


def test_what_may_not_be_republished_is_named_and_in_no_file(folder: Path) -> None:
    rows = json.loads((folder / "api/v1/series.json").read_text())["series"]
    closed = [row for row in rows if not row["republished"]]
    assert {row["source"] for row in closed} == {
        "dram_contract", "gpu_rental", "nyfed_cmdi", "us_telecom",
    }  # fmt: skip
    for row in closed:
        assert row["address"] == ""
        assert not (folder / f"series/{row['series']}.csv").exists()
    published = set(pd.read_parquet(folder / "series/observations.parquet")["series"])
    assert not published & {row["series"] for row in closed}
    table = pd.read_csv(folder / "series.csv")
    assert table["series"].tolist() == [row["series"] for row in rows]


def test_the_workbook_has_dates_filters_units_and_sources(folder: Path) -> None:
    book = openpyxl.load_workbook(BytesIO((folder / "series/observations.xlsx").read_bytes()))
    assert book.sheetnames == ["figures", "series", "units", "sources"]
    sheet = book["figures"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:H{sheet.max_row}"
    head, first = (list(row) for row in sheet.iter_rows(max_row=2, values_only=True))
    assert head[3] == "period"
    assert sheet["D2"].is_date
    assert isinstance(first[4], int | float)
    assert "EUR/MWh" in [row[0] for row in book["units"].iter_rows(values_only=True)]
    assert "CC BY 4.0" in [row[2] for row in book["sources"].iter_rows(values_only=True)]


def test_equal_figures_give_equal_bytes(store: SeriesStore, folder: Path) -> None:
    again = {file.name: file.body for file in series_files.files(store)}
    assert {name for name in again if (folder / name).read_bytes() != again[name]} == set()


def test_the_lines_for_curl_and_python_run(address: str, tmp_path: Path) -> None:
    lines = examples(address, [DEU])
    curl = shutil.which("curl")
    assert curl, "curl is missing: apt-get install curl"
    subprocess.run(["sh", "-ec", lines["curl"]], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / f"{DEU}.csv").read_text().startswith("series,period,value")
    ran = subprocess.run([sys.executable, "-c", lines["Python"]], capture_output=True, text=True)
    assert "145.12" in ran.stdout, ran.stderr


def test_the_lines_for_javascript_run_in_node(address: str) -> None:
    # the node that comes with playwright, so that no other need be there
    node = Path(playwright.__file__).parent / "driver" / "node"
    script = examples(address, [DEU])["JavaScript"]
    ran = subprocess.run(
        [node, "--input-type=module", "-e", script],
        capture_output=True, text=True, env=os.environ | {"NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    assert "EUR/MWh" in ran.stdout, ran.stderr
    assert "145.12" in ran.stdout


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not on this machine")
def test_the_lines_for_r_run(address: str) -> None:
    ran = subprocess.run(
        ["Rscript", "-e", examples(address, [DEU])["R"]], capture_output=True, text=True
    )
    assert "145.12" in ran.stdout, ran.stderr


def test_the_lines_for_duckdb_run_on_the_file(folder: Path) -> None:
    # over HTTP DuckDB loads an extension of its own, which no test may fetch
    rows = duckdb.sql(examples(str(folder), [DEU])["DuckDB"]).fetchall()
    assert rows[-1][1:3] == (145.12, "EUR/MWh")
