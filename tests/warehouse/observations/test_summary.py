"""A load counts what it adds to a source, as a recount would."""

from typing import Any

import pandas as pd
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.warehouse.made_up import NOW, SOURCE, fetch, frame
from warehouse import load
from warehouse.database import config, writing
from warehouse.observations import read

pytestmark = pytest.mark.usefixtures("path")
RECOUNT = """
select s.source_id, s.frequency, o.known_from, o.fetch_id, count(*), max(o.period),
  sum(case when z.assumed then 1 else 0 end)
from observation o join series s on s.id = o.series_id left join citation z on z.id = o.citation_id
group by s.source_id, s.frequency, o.known_from, o.fetch_id order by 1, 2, 3, 4
"""
COUNTED = "select * from fetch_summary order by source_id, frequency, known_from, fetch_id"
CITED = {"source": "Made-up gazette", "address": "a", "licence": "CC0-1.0", "note": ""}
ROW = st.tuples(
    st.sampled_from(["made_up.a", "made_up.b", "made_up.quarter"]),
    st.sampled_from(["2025-10-01", "2026-01-01"]),
    st.sampled_from([1.0, 2.0]),
    st.sampled_from(["2026-02-10", "2026-03-10", "2026-04-10"]),
)
BATCH = st.tuples(
    st.lists(ROW, min_size=1, max_size=6, unique_by=lambda row: (row[0], row[1], row[3])),
    st.sampled_from([None, True, False]),
    st.booleans(),
)


def counts(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(BATCH, max_size=4))
def test_the_counts_are_those_of_a_recount(engine: Engine, batches: list[Any]) -> None:
    for rows, assumed, complete in batches:
        batch = frame(*rows)
        cited = batch if assumed is None else batch.assign(**CITED, assumed=assumed)
        load.append(engine, fetch(engine), cited, seen=batch if complete else None)
    assert counts(engine, COUNTED) == counts(engine, RECOUNT)
    status = read.status(engine, as_of=NOW).iloc[0]
    assert status["rows"] == len(read.history(engine))
    assert read.state(engine, "made_up").rows == status["rows"]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    rows = [("made_up.a", month, 1.0, "2026-02-10") for month in months]
    load.append(engine, fetch(engine), frame(*rows, ("made_up.b", months[0], 1.0, "2026-02-10")))
    return engine


def test_a_series_that_changes_its_frequency_or_source_is_counted_again(filled: Engine) -> None:
    other = SOURCE | {"key": "made_up_too"}
    series = {"unit": "USD", "title_fr": "", "title_en": ""}
    moved = series | {"key": "made_up.b", "source": "made_up_too", "frequency": "M"}
    changed = series | {"key": "made_up.a", "source": "made_up", "frequency": "Q"}
    load.register(filled, [SOURCE, other], [moved, changed])
    assert counts(filled, COUNTED) == counts(filled, RECOUNT)
    status = read.status(filled, as_of=NOW).set_index("key")
    assert status["rows"].to_dict() == {"made_up": 12, "made_up_too": 1}
    assert status.loc["made_up", "age_days"] == 121  # from the end of the quarter of December


def test_a_store_from_before_is_counted_when_it_is_migrated(filled: Engine) -> None:
    command.downgrade(config(filled), "0014")
    command.upgrade(config(filled), "head")
    assert counts(filled, COUNTED) == counts(filled, RECOUNT) != []


def test_a_load_that_fails_counts_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.observations import append

    def broken(*_: object) -> int:
        raise OSError("the disk is gone")

    monkeypatch.setattr(append, "_close_fetch", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 1.0, "2026-02-10")))
    with writing(engine) as connection:
        assert connection.scalar(text("select count(*) from fetch_summary")) == 0
