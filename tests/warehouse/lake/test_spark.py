"""A real Spark cluster gives the answer of DuckDB, to the bit."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.cli.main import main
from tests.warehouse.lake.spark_cluster import Cluster, environment, running
from tests.warehouse.made_up import SERIES, day, fetch
from warehouse import load
from warehouse.lake import panel, sync
from warehouse.lake import spark as lake_spark
from warehouse.observations import read

pytestmark = pytest.mark.spark
QUESTIONS = [(None, None), ("2026-03-10", None), ("2026-03-09", 1)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch, running(folder) as started:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        yield started


@pytest.fixture
def spark(cluster: Cluster) -> Iterator[Any]:
    with lake_spark.session(cluster.master) as started:
        yield started


def versions(seed: int) -> pd.DataFrame:
    """Figures of many magnitudes, by month and week, in vintages; some withdrawn."""
    chance = np.random.default_rng(seed)
    months = pd.date_range("2001-01-01", periods=200, freq="MS")
    weeks = pd.date_range("2020-01-06", periods=100, freq="W-MON")
    vintages = pd.to_datetime(["2026-02-10", "2026-03-10", "2026-04-10"], utc=True)
    levels = pd.MultiIndex.from_product(
        [list(SERIES)[:2], months.union(weeks), vintages], names=["series", "period", "known_from"]
    )
    table = levels.to_frame(index=False)
    table["value"] = np.exp(chance.normal(0, 100, len(table))) * chance.choice([-1, 1], len(table))
    gone = chance.random(len(table)) < 0.1
    return table.assign(
        value=table["value"].mask(gone), status=np.where(gone, "withdrawn", "preliminary")
    )


@pytest.fixture
def kind() -> str:
    """The lake is the same from either engine."""
    return "sqlite"


@pytest.fixture
def root(engine: Engine, tmp_path: Path) -> str:
    path = str(tmp_path / "lake")
    load.append(engine, fetch(engine), versions(1))
    sync.sync(engine, path)
    load.append(engine, fetch(engine), versions(2))
    sync.sync(engine, path)
    return path


def bits(table: pd.DataFrame) -> list[Any]:
    """The columns with each figure as its 64 bits, so that equal means equal."""
    return [
        list(table.columns),
        [str(kind) for kind in table.dtypes],
        table["value"].to_numpy().view("int64").tolist(),
        table.drop(columns="value").to_dict("list"),
    ]


def test_two_workers_answer_as_duckdb_does(
    spark: Any, cluster: Cluster, engine: Engine, root: str
) -> None:
    for date, fetched in QUESTIONS:
        as_of = None if date is None else day(date)
        months = bits(lake_spark.answer(spark, root, as_of, fetched, monthly=True))
        assert months == bits(panel.panel(root, as_of, fetched, monthly=True)), (date, fetched)
        answer = bits(lake_spark.answer(spark, root, as_of, fetched))
        assert answer == bits(panel.panel(root, as_of, fetched)), (date, fetched)
        assert answer == bits(read.panel(engine, as_of=as_of, recorded_by=fetched))
    state = cluster.state()
    assert state["aliveworkers"] == 2
    assert [app["cores"] for app in state["activeapps"]] == [2]
    assert documented(spark, root) == ("USD", "made_up.a")


def documented(spark: Any, root: str) -> tuple[str, str]:
    """Unit and title by the lines of the page, in a session that is there."""
    page = (Path(__file__).parents[3] / "docs" / "lake.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```python spark\n(.*?)```", page, re.DOTALL)
    # Java keeps the folder in which it was started
    reading, joined = map(ast.unparse, ast.parse(block.replace("lake/", f"{root}/")).body)
    shown = {"spark": spark, "lake": json.loads((Path(root) / "manifest.json").read_text())}
    exec(reading, shown)
    first = eval(joined, shown).where("series = 'made_up.a'").first()
    return first["unit"], first["title_en"]


def test_an_empty_lake_is_an_empty_panel_without_a_cluster(engine: Engine, tmp_path: Path) -> None:
    sync.sync(engine, str(tmp_path / "empty"))
    answer = lake_spark.answer(None, str(tmp_path / "empty"))
    assert bits(answer) == bits(panel.panel(str(tmp_path / "empty")))
    assert answer.empty


def test_other_values_are_seen_as_other(engine: Engine, root: str) -> None:
    table = panel.panel(root)
    moved = table.assign(value=np.nextafter(table["value"], np.inf))
    assert bits(moved) != bits(table)


def test_the_command_answers_from_the_cluster(
    cluster: Cluster, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path))
    written = tmp_path / "panel.parquet"
    options = [
        "--as-of",
        "2026-03-09",
        "--monthly",
        "--engine",
        "spark",
        "--master",
        cluster.master,
    ]
    with pytest.raises(SystemExit) as ended:
        main(["lake", "panel", *options, "--at", root, "--out", str(written)])
    assert ended.value.code in {0, None}
    answer = pd.read_parquet(written).astype(panel.TYPES)
    assert bits(answer) == bits(panel.panel(root, day("2026-03-09"), monthly=True))
    assert "FINISHED" in {app["state"] for app in cluster.state()["completedapps"]}


def test_an_object_store_has_its_name_in_hadoop(tmp_path: Path) -> None:
    assert lake_spark.hadoop(str(tmp_path)) == f"file://{tmp_path}"
    assert lake_spark.hadoop("file:///made/up") == "file:///made/up"
    assert lake_spark.hadoop("s3://made-up/lake") == "s3a://made-up/lake"
