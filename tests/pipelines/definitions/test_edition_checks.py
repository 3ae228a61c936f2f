"""The checks of an edition: green on the shipped one, red where it is spoilt."""

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from pipelines.definitions import edition_checks
from pipelines.ingest import store
from pipelines.settings import Settings
from tests.conftest import NOW
from warehouse import edition
from warehouse.edition import Edition


@pytest.fixture(scope="module")
def engine(first_edition: Path) -> Engine:
    """The store of that edition, to read."""
    return store.open_for_reading(Settings(home=first_edition, now=NOW))


@pytest.fixture(scope="module")
def computed(engine: Engine) -> Edition:
    """The edition that the shipped history gives."""
    return edition.load(engine)


def results(computed: Edition) -> dict[str, tuple[bool, str]]:
    return {
        each.check_name or "": (bool(each.passed), str(each.metadata["detail"].value))
        for each in edition_checks.of_edition(computed)
    }


def spoilt(computed: Edition, row: pd.Series, **cells: float | str) -> Edition:
    return replace(computed, values=computed.values.assign(**{
        name: computed.values[name].mask(row, value) for name, value in cells.items()
    }))  # fmt: skip


def test_the_shipped_edition_adds_up_and_says_what_is_carried(computed: Edition) -> None:
    checked = results(computed)
    assert {name for name, (passed, _) in checked.items() if passed} == {"bounds", "sums", "jump"}
    # 14 of 23 indicators are carried in October 2026, as its bulletin says.
    assert checked["coverage"] == (
        False,
        "42% of the weight is of figures of 2026-10, the rest is carried",
    )


def test_a_part_that_does_not_add_up_names_its_month(computed: Edition) -> None:
    values = computed.values
    may = values["period"].eq(pd.Timestamp("2026-05-01"))
    for kind in ("dimension", "indicator"):
        row = may & values["kind"].eq(kind) & values["contribution"].notna()
        first = row & ~row.duplicated() & row.cumsum().eq(1)
        moved = spoilt(
            computed, first, contribution=float(values.loc[first, "contribution"].iloc[0]) + 0.001
        )
        assert results(moved)["sums"] == (False, "2026-05")
    gone = spoilt(computed, may & values["kind"].eq("dimension"), contribution=float("nan"))
    assert results(gone)["sums"] == (False, "2026-05")


def test_a_score_outside_the_scale_and_a_jump_are_named(computed: Edition) -> None:
    values = computed.values
    october = values["period"].eq(pd.Timestamp("2026-10-01"))
    row = october & values["key"].eq("chips.memory_growth")
    assert results(spoilt(computed, row, score=100.4))["bounds"] == (
        False,
        "chips.memory_growth 2026-10: 100.4",
    )
    jumped = results(spoilt(computed, october & values["key"].eq("index"), score=60.0))
    assert jumped["jump"] == (False, "+11.0 points since the month before")


def test_every_file_of_an_edition_is_compared_with_its_sum(shipped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "2026-10"
    shutil.copytree(shipped / "releases" / "2026-10", folder)
    assert edition_checks.of_files(folder).passed
    (folder / "bulletin.fr.html").unlink()
    (folder / "index.csv").write_bytes((folder / "index.csv").read_bytes()[:-1])
    (folder / "indicators.csv").write_bytes(b"")
    spoilt_files = edition_checks.of_files(folder)
    assert not spoilt_files.passed
    assert spoilt_files.metadata["detail"].value == (
        "bulletin.fr.html is missing; index.csv is not what SHA256SUMS says; "
        "indicators.csv is empty"
    )
    (folder / "SHA256SUMS").unlink()
    assert edition_checks.of_files(folder).metadata["detail"].value == "SHA256SUMS is missing"


def test_the_columns_that_dagster_shows_are_those_of_the_view(
    engine: Engine, graph: dg.Definitions
) -> None:
    shown = {}
    for asset in graph.resolve_asset_graph().asset_nodes:
        if schema := asset.metadata.get("dagster/column_schema"):
            assert all(column.description for column in schema.columns)
            shown[asset.metadata["dagster/table_name"]] = [column.name for column in schema.columns]
    assert set(shown) == {"v_observation", "v_index"}
    with engine.connect() as connection:
        for view, columns in shown.items():
            columns_there = connection.execute(text(f"select * from {view} limit 1")).keys()
            assert set(columns) <= set(columns_there)
