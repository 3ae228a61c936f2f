"""The lake equals the store, takes only what is new, and survives a dead sync."""

import hashlib
import json
from pathlib import Path

import fsspec
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import day, declare, fetch, frame, made_up_panel
from warehouse import load
from warehouse.lake import panel, sync
from warehouse.observations import read

VERSIONS = frame(
    ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
    ("made_up.a", "2026-01-01", 11.0, "2026-03-10"),
    ("made_up.a", "2026-02-01", 20.0, "2026-03-10", "preliminary"),
    ("made_up.b", "2026-01-01", 1.5, "2026-02-10"),
    ("made_up.b", "2026-01-01", float("nan"), "2026-04-10", "withdrawn"),
)


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path / "lake")


def bodies(root: str) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in Path(root).rglob("observations/*.parquet")
    }


@pytest.mark.parametrize("date", [None, "2026-01-01", "2026-02-28", "2026-03-10", "2026-05-01"])
def test_the_lake_answers_as_the_store_does(engine: Engine, root: str, date: str | None) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    load.append(engine, fetch(engine), made_up_panel(3.0))
    sync.sync(engine, root)
    as_of = None if date is None else day(date)
    expected = read.panel(engine, as_of=as_of)
    pd.testing.assert_frame_equal(panel.panel(root, as_of), expected, check_freq=False)
    pd.testing.assert_frame_equal(
        panel.panel(root, as_of, 1), read.panel(engine, as_of=as_of, recorded_by=1)
    )


def test_the_lake_has_the_units_and_titles_of_the_catalogue(engine: Engine, root: str) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    first = sync.sync(engine, root)
    with panel.connect(root) as connection:
        titled = "select v.value, v.unit, s.title_fr, s.publisher from v_observation v "
        titled += "join v_series s using (series) where v.series = 'made_up.b' or v.value = 20"
        assert connection.sql(titled).fetchall() == [
            (20.0, "USD", "made_up.a", "Made-up publisher")
        ]
    declare(engine, {"made_up.a": "M", "made_up.new": "M"})
    second = sync.sync(engine, root)
    assert (second.rows, second.series["rows"]) == (first.rows, first.series["rows"] + 1)
    assert sync.sync(engine, root) == second


def test_a_key_has_one_type_in_figures_and_catalogue(engine: Engine, root: str) -> None:
    """Polars joins only what is of one type: it was text here and a category there."""
    load.append(engine, fetch(engine), VERSIONS)
    sync.sync(engine, root)
    manifest = json.loads((Path(root) / "manifest.json").read_text(encoding="utf-8"))
    paths = [manifest["series"]["path"], *(file["path"] for file in manifest["files"])]
    types = {str(pq.read_schema(Path(root) / path).field("series").type) for path in paths}
    assert len(paths) > 1
    assert len(types) == 1


def test_a_sync_adds_a_file_and_touches_no_other(engine: Engine, root: str) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    first = sync.sync(engine, root)
    before = bodies(root)
    load.append(engine, fetch(engine), made_up_panel(3.0))
    second = sync.sync(engine, root)
    after = bodies(root)
    assert first.rows == len(VERSIONS)
    assert second.rows == len(read.history(engine))
    assert before.items() < after.items()
    assert len(after) == 2
    for file in second.files:
        assert hashlib.sha256(after[file["path"]]).hexdigest() == file["sha256"]


def test_a_sync_with_nothing_new_writes_nothing(engine: Engine, root: str) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    first = sync.sync(engine, root)
    written = (Path(root) / sync.MANIFEST).stat().st_mtime_ns
    assert sync.sync(engine, root) == first
    load.append(engine, fetch(engine), VERSIONS)
    assert sync.sync(engine, root) == first
    assert (Path(root) / sync.MANIFEST).stat().st_mtime_ns == written


def test_a_sync_that_dies_before_its_manifest_changes_nothing(
    engine: Engine, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    first = sync.sync(engine, root)
    before = panel.panel(root)
    load.append(engine, fetch(engine), made_up_panel(3.0))
    with monkeypatch.context() as patch:
        patch.setattr(sync.json, "dumps", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sync.sync(engine, root)
    assert len(bodies(root)) == 2
    assert sync.manifest(root) == first
    pd.testing.assert_frame_equal(panel.panel(root), before)
    assert sync.sync(engine, root).rows == len(read.history(engine))
    pd.testing.assert_frame_equal(panel.panel(root), read.panel(engine), check_freq=False)


def test_an_empty_store_gives_an_empty_lake(engine: Engine, root: str) -> None:
    assert sync.sync(engine, root).rows == 0
    assert panel.panel(root).empty


def test_a_month_has_its_last_figure_that_was_known_and_not_withdrawn(
    engine: Engine, root: str
) -> None:
    weekly = frame(
        ("made_up.a", "2026-01-05", 10.0, "2026-01-12"),
        ("made_up.a", "2026-01-26", 11.0, "2026-02-02"),
        ("made_up.a", "2026-01-26", 12.0, "2026-03-02"),
        ("made_up.a", "2026-02-02", 20.0, "2026-02-09"),
        ("made_up.a", "2026-02-09", 21.0, "2026-02-16"),
        ("made_up.a", "2026-02-09", float("nan"), "2026-03-02", "withdrawn"),
        ("made_up.b", "2026-01-01", 1.5, "2026-02-10"),
    )
    load.append(engine, fetch(engine), weekly)
    sync.sync(engine, root)
    february, now = (panel.panel(root, as_of, monthly=True) for as_of in (day("2026-02-28"), None))
    months = ["2026-01-01", "2026-02-01", "2026-01-01"]
    assert february["period"].dt.strftime("%Y-%m-%d").tolist() == months
    assert february["value"].tolist() == [11.0, 21.0, 1.5]
    assert now["value"].tolist() == [12.0, 20.0, 1.5]
    assert now.dtypes.equals(panel.panel(root).dtypes)


def test_sql_users_have_a_view_and_an_as_of_macro(engine: Engine, root: str) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    sync.sync(engine, root)
    with panel.connect(root) as connection:
        now = connection.execute("select value from v_observation order by 1").fetchall()
        sql = "select value from observations_as_of(date '2026-03-09') order by 1"
        then = connection.execute(sql).fetchall()
    assert now == [(11.0,), (20.0,)]
    assert then == [(1.5,), (10.0,)]


def test_a_lake_may_be_on_any_file_system(engine: Engine) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    root = "memory://made-up-lake"
    assert sync.sync(engine, root).rows == len(VERSIONS)
    pd.testing.assert_frame_equal(panel.panel(root), read.panel(engine), check_freq=False)
    fsspec.filesystem("memory").rm("/made-up-lake", recursive=True)


def test_a_fetch_that_added_nothing_adds_no_file(engine: Engine, root: str) -> None:
    load.append(engine, fetch(engine), VERSIONS)
    first = sync.sync(engine, root)
    load.mark_loaded(engine, fetch(engine))
    second = sync.sync(engine, root)
    assert second.files == first.files
    assert second.newest_fetch > first.newest_fetch
    assert len(bodies(root)) == 1
