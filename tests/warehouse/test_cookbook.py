"""The queries of the cookbook, on the shipped edition and on both engines."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from dashboards.explore import public_copy
from dashboards.explore import server as server_of_datasette
from pipelines import browse
from pipelines.errors import RunError
from pipelines.ingest import store
from pipelines.settings import Settings
from tests.conftest import NOW
from tests.pipelines.backup.conftest import transfer
from tests.pipelines.conftest import shipped
from tests.warehouse.conftest import create, drop
from warehouse import query
from warehouse.catalogue import cookbook
from warehouse.database import connect

__all__ = ["shipped"]
NAMES = [recipe.name for recipe in cookbook.recipes()]
Answer = tuple[list[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def shipped_sqlite(shipped: Path) -> Iterator[Engine]:
    """The shipped edition in its file, which the queries only read."""
    engine = connect(f"sqlite:///{shipped / 'warehouse.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def shipped_postgresql(shipped_sqlite: Engine, server: str) -> Iterator[Engine]:
    """The same rows in PostgreSQL."""
    url = create(server, "cookbook", "migrated")
    transfer(str(shipped_sqlite.url), url)
    engine = store.open_for_writing(Settings(warehouse=url))  # which names the countries
    yield engine
    engine.dispose()
    drop(server, "cookbook")


def recipe(name: str) -> cookbook.Recipe:
    return {recipe.name: recipe for recipe in cookbook.recipes()}[name]


def answer(engine: Engine, name: str, **options: Any) -> list[dict[str, Any]]:
    columns, rows = query.rows(engine, recipe(name).sql, **options)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def plain(cell: Any) -> Any:
    """A cell as one engine or the other gives it, in one form."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone():%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (bool, int, float, Decimal)):
        return float(f"{float(cell):.9g}")
    # an instant is text in SQLite: compared by its day
    return cell[:10] if isinstance(cell, str) and cell[10:11] == "T" else cell


def test_there_are_thirty_questions_in_both_languages() -> None:
    every = cookbook.recipes()
    assert len(every) == 30
    assert all(entry.fr and entry.en and entry.fr != entry.en for entry in every)
    words = itertools.chain.from_iterable((entry.fr, entry.en) for entry in every)
    assert not [text for text in words if text.endswith(".")]


@pytest.mark.parametrize("name", NAMES)
def test_each_query_answers_on_sqlite(shipped_sqlite: Engine, name: str) -> None:
    rows = answer(shipped_sqlite, name)
    assert rows
    plotted = set(recipe(name).plot.values()) - {"line", "bar"}
    assert plotted <= set(rows[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_answer_of_postgresql_is_the_same(
    shipped_sqlite: Engine, shipped_postgresql: Engine, name: str
) -> None:
    expected, rows = (answer(engine, name) for engine in (shipped_sqlite, shipped_postgresql))
    assert [list(map(plain, row.values())) for row in rows] == [
        list(map(plain, row.values())) for row in expected
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_query_can_be_limited_to_a_day(shipped_sqlite: Engine, name: str) -> None:
    before = answer(shipped_sqlite, name, as_of="2010-01-01")
    assert not [row for row in before if row.get("known_from", "") > "2010-01-02"]


# The Bureau's first print of May 2026, 59,307 million, and the one of a month later.
def test_the_versions_of_a_figure(shipped_sqlite: Engine) -> None:
    rows = answer(shipped_sqlite, "versions_of_a_figure")
    assert [row["value"] for row in rows] == [59_307, 63_843]


def test_what_moved_between_two_months_adds_up(shipped_sqlite: Engine) -> None:
    moved = sum(row["change"] for row in answer(shipped_sqlite, "between_two_months"))
    index = {row["period"]: row["index"] for row in answer(shipped_sqlite, "index_by_month")}
    assert moved == pytest.approx(index["2026-07-01"] - index["2026-01-01"])


def test_a_figure_leads_to_the_bytes_of_the_file_that_ships_it(shipped_sqlite: Engine) -> None:
    for row in answer(shipped_sqlite, "down_to_the_bytes"):
        assert len(row["sha256"]) == 64
        assert row["citation_address"].startswith("https://")


def test_morocco_pays_in_euros_what_both_rates_say(shipped_sqlite: Engine) -> None:
    rows = {row["series"]: row for row in answer(shipped_sqlite, "tariffs_in_one_currency")}
    peak = rows["morocco.tariff.mt_peak_tangier"]
    # 12.6982 dirhams and 1.1567 euros for a pound in January 2024
    assert float(peak["euros"]) == pytest.approx(1.30486 * 1.1567 / 12.6982, abs=5e-5)


def test_every_project_is_of_one_country(shipped_sqlite: Engine) -> None:
    _, [[projects]] = query.rows(shipped_sqlite, "select count(*) from v_project")
    counted = answer(shipped_sqlite, "projects_by_country")
    assert sum(row["projects"] for row in counted) == projects


@pytest.mark.slow
def test_the_copy_for_the_public_is_the_same_from_both(
    shipped_sqlite: Engine,
    shipped_postgresql: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = []
    for engine in (shipped_sqlite, shipped_postgresql):
        path = tmp_path / f"{engine.dialect.name}.sqlite"
        public_copy.write(engine, path, NOW, approval=False)
        with closing(sqlite3.connect(path)) as file:
            copies.append(
                {
                    table: sorted(map(str, contents(file, table)))
                    for table in ("v_project", "v_lineage", "v_index", "v_observation")
                }
            )
    assert copies[0] == copies[1]
    assert all(copies[0].values())
    monkeypatch.setattr(server_of_datasette, "installed", lambda: True)
    settings = Settings(warehouse=shipped_postgresql.url.render_as_string(hide_password=False))
    with pytest.raises(RunError, match="this warehouse is PostgreSQL"):
        browse.serve(settings, host="127.0.0.1", port=8001, public=False)


def contents(file: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    rows = file.execute(f"select * from {table}").fetchall()
    return [tuple(map(plain, row)) for row in rows]
