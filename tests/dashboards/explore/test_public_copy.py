"""The copy for the public: open licences and public editions alone."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dashboards.explore import public_copy, words
from dashboards.tables import HIDDEN
from tests.conftest import NOW
from warehouse import dictionary
from warehouse.catalogue import cookbook

# The hour of release of October 2026 was 11 November, 09:00.
BEFORE = datetime(2026, 11, 11, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def copy(shipped_store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("public") / "observatory.sqlite"
    public_copy.write(shipped_store, path, NOW, approval=False)
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(sql).fetchall()


def closed(engine: Engine) -> set[str]:
    """The series of publishers who do not let others republish them."""
    query = text("""select s.series from v_series s join v_source c on c.source = s.source
        where not c.redistribute""")
    with engine.connect() as connection:
        return set(connection.scalars(query))


def test_no_table_has_a_figure_of_a_closed_series(copy: Path, shipped_store: Engine) -> None:
    series = closed(shipped_store)
    assert len(series) > 100
    for table in public_copy.PUBLIC:
        columns = {column[1] for column in rows(copy, f"pragma table_info({table})")}
        if "series" not in columns or table == "v_series":
            continue
        in_copy = {str(row[0]) for row in rows(copy, f"select distinct series from {table}")}
        assert in_copy
        assert not in_copy & series, table


def test_a_value_that_is_a_closed_figure_is_left_out(copy: Path, shipped_store: Engine) -> None:
    with shipped_store.connect() as connection:
        query = "select key, count(value) from v_index where kind = 'indicator' group by key"
        valued = {key for key, values in connection.execute(text(query)).all() if values}
    shown = {row[0] for row in rows(copy, "select key from v_index where value is not null")}
    left_out = rows(copy, f"select distinct key from v_index where reason = '{HIDDEN}'")
    assert left_out
    assert {row[0] for row in left_out} & shown == set()
    assert valued - shown <= {row[0] for row in left_out}
    assert {"cost.capex_to_cash"} <= shown
    gauges = {row[0] for row in rows(copy, "select key from v_index_gauge where value is not null")}
    assert "cost.capex_to_cash" in gauges
    # both are the index of the New York Fed as it was read
    assert not gauges & {"cost.credit_distress", "retreat.credit_withdraws"}


def test_the_file_holds_nothing_but_these_tables(copy: Path) -> None:
    tables = {row[0] for row in rows(copy, "select name from sqlite_master where type = 'table'")}
    assert tables == set(public_copy.PUBLIC)
    columns = {row[1] for table in tables for row in rows(copy, f"pragma table_info({table})")}
    assert not columns & {"title", "approved_by", "approval_note", "reviewed_by", "content"}


@pytest.mark.parametrize(("now", "approval"), [(BEFORE, False), (NOW, True)])
def test_an_edition_before_its_hour_or_approval_is_not_there(
    shipped_store: Engine, tmp_path: Path, now: datetime, approval: bool
) -> None:
    path = tmp_path / "observatory.sqlite"
    public_copy.write(shipped_store, path, now, approval=approval)
    counts = "select (select count(*) from v_index), (select count(*) from v_lineage)"
    assert rows(path, counts) == [(0, 0)]


def test_the_questions_run_on_the_copy(copy: Path) -> None:
    closed_prices = {"h100_by_provider", "h100_over_time"}
    without_events = {recipe.name for recipe in cookbook.recipes() if recipe.group == "projects"}
    for recipe in cookbook.recipes():
        expected = recipe.name not in closed_prices | without_events
        assert bool(rows(copy, recipe.sql)) == expected, recipe.name


def test_views_are_described_by_the_dictionary(copy: Path) -> None:
    views = {
        table: [str(row[1]) for row in rows(copy, f"pragma table_info({table})")]
        for table in public_copy.PUBLIC
    }
    described = words.metadata("observatory", views, [], public=True)
    tables = described["databases"]["observatory"]["tables"]
    assert tables["v_project"]["columns"]["power_mw"] == dictionary.column_text(
        "v_project", "power_mw"
    )
    assert set(tables["v_index"]["columns"]) == set(views["v_index"])


def test_what_a_publisher_is_called_is_escaped() -> None:
    source = {"publisher": "<b>A & B", "homepage": "javascript:alert(1)", "title_en": "<i>",
              "licence": "CC", "licence_url": "https://example.org/?a=1&b=2"}  # fmt: skip
    text = words.metadata("observatory", {}, [source], public=True)
    body = text["databases"]["observatory"]["description_html"]
    assert "&lt;b&gt;A &amp; B" in body
    assert "javascript" not in body
    assert 'href="https://example.org/?a=1&amp;b=2"' in body
