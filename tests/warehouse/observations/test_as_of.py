"""What was known on a day: against a naive reading of every row ever appended."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.warehouse.made_up import NOW, day, declare, fetch, frame
from warehouse import load
from warehouse.observations import read

pytestmark = pytest.mark.usefixtures("path")
DAYS = pd.date_range("2026-02-01", "2026-02-12", tz="UTC")
PERIODS = ["2025-11-01", "2025-12-01", "2026-01-01"]
ROW = st.tuples(
    st.sampled_from(["made_up.a", "made_up.b"]),
    st.sampled_from(PERIODS),
    st.sampled_from([1.0, 2.0, 3.0, float("nan")]),
    st.sampled_from(list(DAYS)),
    st.sampled_from(["final", "preliminary"]),
)
BATCHES = st.lists(
    st.lists(ROW, max_size=8, unique_by=lambda row: (row[0], row[1], row[3])), max_size=5
)


Key = tuple[str, pd.Timestamp]
Version = tuple[pd.Timestamp, int, float, str]


def appended(batches: list[tuple[int, pd.DataFrame]]) -> dict[Key, list[Version]]:
    """The rule of the store, row by row: keep what differs from the row before."""
    added: dict[Key, list[Version]] = {}
    for number, batch in batches:
        for row in batch.sort_values("known_from").itertuples():
            versions = added.setdefault((row.series, row.period), [])
            before = [version for version in versions if version[0] <= row.known_from]
            content = (repr(row.value), row.status)
            if not before or (repr(max(before)[2]), max(before)[3]) != content:
                versions.append((row.known_from, number, row.value, row.status))
    return added


def naive(added: dict[Key, list[Version]], as_of: datetime, recorded_by: int) -> dict[Key, float]:
    """The version of each figure with the greatest known_from, then fetch."""
    latest = {
        key: max(visible)
        for key, versions in added.items()
        if (visible := [row for row in versions if row[0] <= as_of and row[1] <= recorded_by])
    }
    return {key: row[2] for key, row in latest.items() if row[3] != "withdrawn"}


def read_back(engine: Engine, as_of: datetime, recorded_by: int) -> dict[Key, float]:
    panel = read.panel(engine, as_of=as_of, recorded_by=recorded_by)
    assert panel["known_from"].le(as_of).all()
    assert panel["fetch_id"].le(recorded_by).all()
    return dict(
        zip(zip(panel["series"], panel["period"], strict=True), panel["value"], strict=True)
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=BATCHES, as_of=st.sampled_from(list(DAYS)), pinned=st.integers(0, 5))
def test_a_panel_says_what_the_rows_said(
    engine: Engine, batches: list[list[tuple[object, ...]]], as_of: pd.Timestamp, pinned: int
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from observation")
    loads: list[tuple[int, pd.DataFrame]] = []
    for drawn in batches:
        batch = frame(*drawn)
        batch["status"] = batch["status"].mask(batch["value"].isna(), "withdrawn")
        loaded = load.append(engine, fetch(engine), batch)
        assert loaded.refused.empty
        loads.append((loaded.fetch_id, batch))
    recorded_by = loads[min(pinned, len(loads) - 1)][0] if loads else 0
    assert read_back(engine, as_of, recorded_by) == naive(appended(loads), as_of, recorded_by)


def test_a_panel_is_limited_by_series_and_period(engine: Engine) -> None:
    load.append(
        engine,
        fetch(engine),
        frame(
            *[(key, p, 1.0, "2026-02-01") for key in ("made_up.a", "made_up.b") for p in PERIODS]
        ),
    )
    start, end = datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
    assert len(read.panel(engine, ["made_up.*"])) == 6
    assert len(read.panel(engine, ["made_up.b"])) == 3
    assert len(read.panel(engine, ["made_up.b", "made_up.a"], start, end)) == 2
    assert read.panel(engine, ["nobody"], lenient=True).empty
    assert read.latest(engine)["period"].tolist() == [pd.Timestamp("2026-01-01")] * 2


REVISED = frame(
    ("made_up.a", "2025-11-01", 100.0, "2026-02-01"),
    ("made_up.a", "2025-12-01", 50.0, "2026-02-01"),
    ("made_up.a", "2025-11-01", 104.0, "2026-02-05"),
    ("made_up.a", "2025-12-01", 48.0, "2026-02-05"),
    ("made_up.a", "2026-01-01", 7.0, "2026-02-05"),
    ("made_up.a", "2025-11-01", float("nan"), "2026-02-09", "withdrawn"),
)


def test_a_vintage_table_has_a_column_a_date_of_knowledge(engine: Engine) -> None:
    load.append(engine, fetch(engine), REVISED)
    wide = read.vintages(engine, "made_up.a")
    assert [f"{row:%m-%d}" for row in wide.columns] == ["02-01", "02-05", "02-09"]
    filled = wide.fillna(-1.0)
    assert filled.iloc[0].tolist() == [100.0, 104.0, -1.0]
    assert filled.iloc[1].tolist() == [50.0, 48.0, 48.0]
    assert filled.iloc[2].tolist() == [-1.0, 7.0, 7.0]


def test_revisions_are_measured_from_the_first_release(engine: Engine) -> None:
    load.append(engine, fetch(engine), REVISED)
    table = read.revisions(engine, ["made_up.a"])
    assert table["revision"].tolist() == [4.0, -2.0, 0.0]
    assert table["versions"].tolist() == [2, 2, 1]
    assert table["mean_absolute_revision"].tolist() == [2.0] * 3
    assert table["bias"].tolist() == [2 / 3] * 3


def test_age_counts_from_the_end_of_the_newest_period(engine: Engine) -> None:
    load.append(
        engine,
        fetch(engine, detail="all is well"),
        frame(
            ("made_up.a", "2026-02-01", 1.0, "2026-03-10"),
            ("made_up.quarter", "2026-01-01", 1.0, "2026-04-10"),
        ),
    )
    [row] = read.status(engine, as_of=NOW).to_dict("records")
    assert row["newest_period"] == pd.Timestamp("2026-02-01")
    assert row["age_days"] == (datetime(2026, 6, 30) - datetime(2026, 4, 1)).days
    assert row["late"]
    assert (row["last_outcome"], row["last_detail"], row["rows"]) == ("new", "all is well", 2)
    [then] = read.status(engine, as_of=day("2026-03-31")).to_dict("records")
    assert (then["age_days"], then["late"], then["rows"]) == (30, False, 1)
    [before] = read.status(engine, as_of=day("2026-01-01")).to_dict("records")
    assert before["late"]
    assert pd.isna(before["newest_period"])


def test_the_last_fetch_of_an_address_is_the_last_that_was_loaded(engine: Engine) -> None:
    declare(engine)
    load.mark_loaded(engine, fetch(engine, etag='"one"', rows=3, newest=pd.Timestamp("2026-01-01")))
    fetch(engine, etag='"two"', at=NOW + timedelta(days=1), outcome="refused")
    load.mark_loaded(engine, fetch(engine, url="https://example.org/other.csv", etag='"other"'))
    last = read.last_fetch(engine, "made_up", "https://example.org/data.csv")
    assert last is not None
    assert (last.etag, last.rows, last.newest) == ('"one"', 3, pd.Timestamp("2026-01-01"))
    assert read.last_fetch(engine, "made_up", "https://example.org/nothing") is None
    assert read.state(engine, "made_up") == read.State(0, 0)
