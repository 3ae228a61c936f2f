"""Reading what is asked does not read what is stored (R32)."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, event, text

from tests.warehouse.made_up import NOW, SERIES, SOURCE, declare, fetch, frame
from warehouse import edition, fetches, load
from warehouse.database import open_for_reading, open_for_writing
from warehouse.observations import read

REQUESTED = ("made_up.a", "made_up.b")
OTHERS = {f"made_up.other_{number:03d}": "M" for number in range(100)}
MONTHS = pd.date_range("2000-01-01", periods=300, freq="MS")
STEPS = 10  # of SQLite's machine between two calls of the counter
Reading = Callable[[Engine], object]
READINGS: dict[str, Reading] = {
    "status": lambda engine: fetches.status(engine, as_of=NOW),
    "editions": edition.editions,
    "series": lambda engine: read.panel(engine, list(REQUESTED), as_of=NOW),
    "query": lambda engine: selected(
        engine, "select * from v_observation where series = 'made_up.a'"
    ),
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, sqlite_file: Path) -> dict[str, str]:
    """A store with a few figures, and one with 30,000 others beside them."""
    folder = tmp_path_factory.mktemp("sizes")
    urls = {}
    for name in ("small", "large"):
        path = folder / f"{name}.sqlite"
        shutil.copy(sqlite_file, path)
        urls[name] = f"sqlite:///{path}"
        engine = open_for_writing(urls[name])
        declare(engine, SERIES | OTHERS)
        number = fetch(engine)
        load.append(
            engine, number, frame(*((key, "2026-01-01", 1.0, "2026-02-10") for key in REQUESTED))
        )
        if name == "large":
            index = pd.MultiIndex.from_product([list(OTHERS), MONTHS], names=["series", "period"])
            known_from = pd.Timestamp("2026-06-01", tz="UTC")
            others = index.to_frame(index=False)
            others = others.assign(value=1.0, status="final", known_from=known_from)
            assert load.append(engine, number, others).added == len(OTHERS) * len(MONTHS)
        engine.dispose()
    return urls


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_what_is_not_asked_for_costs_nothing(reading: Reading, stores: dict[str, str]) -> None:
    alone, beside = (steps(url, reading) for url in (stores["small"], stores["large"]))
    assert alone > 0
    assert beside <= alone + 20, f"{alone} and {beside} times ten steps"


def test_the_counter_sees_what_is_read(stores: dict[str, str]) -> None:
    alone, beside = (steps(url, lambda engine: read.panel(engine)) for url in stores.values())
    assert beside > 20 * alone


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_status_does_not_read_all_fetches_for_each_of_them(engine: Engine) -> None:
    sources = [SOURCE | {"key": f"made_up_{number}"} for number in range(20)]
    load.register(engine, sources, [])
    with engine.begin() as connection:
        stored = connection.execute(text(FETCHES), {"at": NOW}).rowcount
        connection.execute(text('analyze "fetch"'))
    before = tuples_read(engine)
    assert len(fetches.status(engine, as_of=NOW)) == len(sources) + 1
    assert tuples_read(engine) - before < 10 * stored


FETCHES = """
insert into "fetch" (source_id, url, at, outcome, detail, parser_version, loaded)
select c.id, 'https://example.org/' || n, :at, 'new', repeat('x', 80), 1, true
from source c, generate_series(1, 100) n
"""


def tuples_read(engine: Engine) -> int:
    """Rows of fetches that this PostgreSQL server has read so far."""
    counted = "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'fetch'"
    with engine.connect() as connection:
        connection.execute(text("select pg_stat_force_next_flush()"))
        connection.commit()
        return int(connection.execute(text(counted)).scalar_one())


def selected(engine: Engine, sql: str) -> list[object]:
    with engine.connect() as connection:
        return list(connection.execute(text(sql)))


def steps(url: str, reading: Reading) -> int:
    """Tens of steps that SQLite takes for a reading."""
    engine = open_for_reading(url)
    counts = [0]

    def count() -> int:
        counts[0] += 1
        return 0

    def watch(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(count, STEPS)

    event.listen(engine, "checkout", watch)
    try:
        reading(engine)
    finally:
        engine.dispose()
    return counts[0]
