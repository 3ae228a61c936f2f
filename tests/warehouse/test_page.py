"""docs/warehouse.md: its SQL runs, and its tables are those of the models."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from tests.warehouse.made_up import fetch, frame
from warehouse import dictionary, load, views
from warehouse.lake import panel, sync
from warehouse.observations import read
from warehouse.tables import core

PAGE = (Path(__file__).parents[2] / "docs" / "warehouse.md").read_text(encoding="utf-8")
FIGURES = frame(
    ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
    ("made_up.a", "2026-01-01", 11.0, "2026-03-09"),
    ("made_up.a", "2026-01-01", 12.0, "2026-03-10"),
    ("made_up.b", "2019-01-01", 1.0, "2026-02-10"),
    ("made_up.b", "2019-02-01", 2.0, "2026-02-10"),
    ("made_up.b", "2019-02-01", None, "2026-02-11", "withdrawn"),
)
RELATIONS = [("made_up.a", "2026-01-01", 11.0), ("made_up.b", "2019-01-01", 1.0)]


def sql(name: str) -> str:
    [body] = re.findall(rf"```sql {name}\n(.*?)```", PAGE, re.DOTALL)
    return str(body)


def readable(rows: list[tuple[object, object, float]]) -> list[tuple[str, str, float]]:
    return [(str(series), str(period)[:10], value) for series, period, value in rows]


def test_the_query_as_of_a_day_says_what_was_known(engine: Engine) -> None:
    load.append(engine, fetch(engine), FIGURES)
    with engine.connect() as connection:
        rows = connection.execute(text(sql(engine.dialect.name))).all()
    assert readable([tuple(row) for row in rows]) == RELATIONS


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_so_does_the_macro_of_the_lake(engine: Engine, tmp_path: Path) -> None:
    load.append(engine, fetch(engine), FIGURES)
    sync.sync(engine, str(tmp_path / "lake"))
    with panel.connect(str(tmp_path / "lake")) as connection:
        assert readable(connection.sql(sql("duckdb")).fetchall()) == RELATIONS


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_partitioned_store_loads_and_reads_the_same(engine: Engine) -> None:
    load.append(engine, fetch(engine), FIGURES)
    before = read.history(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(sql("partitions"))
    views.rebuild(engine)
    assert read.history(engine).equals(before)
    later = frame(("made_up.a", "2026-01-01", 13.0, "2026-04-10"))
    assert load.append(engine, fetch(engine), later).added == 1
    assert load.append(engine, fetch(engine), FIGURES).added == 0
    with engine.connect() as connection:
        january = "explain select * from observation where series_id = 1 and period = 20454"
        plan = "\n".join(connection.execute(text(january)).scalars())
        assert len(set(re.findall(r"on (observation\w+)", plan))) == 1
        assert re.search(r"on observation_2026_01_[01]", plan)
        assert (
            readable([tuple(r) for r in connection.execute(text(sql("postgresql")))]) == RELATIONS
        )


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_the_logins_of_the_page_have_the_limits_it_says(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(sql("roles"))
        limits = "select rolconfig from pg_roles where rolname = 'ann'"
        assert connection.scalar(text(limits)) == ["statement_timeout=30s"]
        member = "select pg_has_role('pipeline', 'silentcrash_loader', 'usage')"
        assert connection.scalar(text(member))
        connection.exec_driver_sql("drop role ann, pipeline")


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_tables_and_columns_are_commented_in_the_store(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        if table != "alembic_version":
            assert inspector.get_table_comment(table)["text"]
            assert all(column["comment"] for column in inspector.get_columns(table)), table
    comments = {
        column["name"]: column["comment"] for column in inspector.get_columns("observation")
    }
    assert comments["value"] == "Value in the unit of the series"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_views_are_commented_and_stay_so_after_a_rebuild(engine: Engine) -> None:
    views.rebuild(engine)
    inspector = inspect(engine)
    for view in views.bodies("postgresql"):
        assert inspector.get_table_comment(view)["text"] == dictionary.view_text(view)
        assert all(column["comment"] for column in inspector.get_columns(view)), view
    comments = {column["name"]: column["comment"] for column in inspector.get_columns("v_event")}
    assert comments["country_fr"] == "The same in French"
    assert comments["power_mw"] == "Power that the item puts first, MW"


def test_the_page_has_the_tables_of_today(tmp_path: Path) -> None:
    assert PAGE.index("### v_observation\n") < PAGE.index("## The tables") < PAGE.index("### ack\n")
    assert "| **series_id** | integer | Series that it is a figure of |" in PAGE
    copy = tmp_path / "page.md"
    copy.write_text(PAGE, encoding="utf-8")
    dictionary.main(str(copy))
    assert copy.read_text(encoding="utf-8") == PAGE


def test_the_diagram_has_every_table_and_every_reference() -> None:
    [drawn] = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    tables = {core(model).name: core(model) for model in dictionary.models()}
    assert set(re.findall(r"^    (\w+) \{", drawn, re.MULTILINE)) == set(tables)
    references = set(re.findall(r'(\w+) [|o]+--o\{ (\w+) : "(\w+)"', drawn))
    declared = {
        (key.column.table.name, name, key.parent.name)
        for name, table in tables.items()
        for key in table.foreign_keys
    }
    assert declared <= references
    assert ("series", "observation", "series_id") in references
    assert "observation {\n        integer series_id PK, FK\n" in drawn
