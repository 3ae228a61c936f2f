"""The gauges of an edition come back, with what was made in its time."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import NO_LINEAGE, day
from warehouse import edition, query
from warehouse.gauges.repository import COLUMNS, FIGURES, Gauges
from warehouse.publication import identity

METHOD = {"version": "made-up", "rules": {"cutoff_day": 10}}


def rows(*months: str) -> pd.DataFrame:
    """The pressure and the retreat of some months, first readings."""
    blank = dict.fromkeys(COLUMNS) | {"state": "observed", "reason": "", "regime": "", "reading": 1}
    records = [
        blank
        | {"period": pd.Timestamp(f"{month}-01"), "key": key, "kind": kind, "score": 40.0}
        | ({"regime": "watch"} if key == "index" else {})
        for month in months
        for key, kind in {"index": "index", "retreat": "gauge"}.items()
    ]
    return pd.DataFrame(records).astype(dict.fromkeys(FIGURES, "float64"))


def values(month: str) -> pd.DataFrame:
    blank = dict.fromkeys(edition.VALUES) | {"state": "observed", "reason": "", "regime": "watch"}
    row = blank | {"period": pd.Timestamp(f"{month}-01"), "key": "index", "kind": "index"}
    return pd.DataFrame([row]).astype(dict.fromkeys(edition.FLOATS, "float64"))


def stored(engine: Engine, month: str, created_at: datetime, gauges: Gauges | None) -> int:
    release: dict[str, Any] = {
        "month": month, "as_of": day("2026-04-10"), "recorded_by": 0,
        "framework": {"title": {}, "rules": {"cutoff_day": 10}}, "framework_version": "0",
        "framework_hash": "f0", "data_hash": "d0", "created_at": created_at,
    }  # fmt: skip
    return edition.save(engine, values=values(month), lineage=NO_LINEAGE, gauges=gauges, **release)


def test_gauges_come_back_as_they_were_stored(engine: Engine) -> None:
    gauges = Gauges(METHOD, rows("2026-01", "2026-02"))
    number = stored(engine, "2026-02", datetime(2026, 3, 12, tzinfo=UTC), gauges)
    back = edition.load(engine, number).gauges
    assert back.method == METHOD
    expected = gauges.rows.sort_values(["period", "key"], ignore_index=True)[COLUMNS]
    pd.testing.assert_frame_equal(back.rows[COLUMNS], expected, check_dtype=False)
    query_text = "select phase from v_index_gauge where key = 'index' order by period"
    assert query.run(engine, query_text)["phase"].tolist() == ["watch", "watch"]


@pytest.mark.parametrize(
    ("created", "late"),
    [("2026-03-12", False), ("2026-04-10", False), ("2026-04-11", True), ("2027-01-01", True)],
)
def test_a_month_is_in_its_time_until_the_next_cut_off(
    engine: Engine, created: str, late: bool
) -> None:
    stored_at = datetime.fromisoformat(created).replace(tzinfo=UTC)
    number = stored(engine, "2026-02", stored_at, Gauges(METHOD, rows("2026-01", "2026-02")))
    read = edition.load(engine, number).gauges.rows.groupby("period")["reconstructed"].first()
    # No edition of January was ever made: its month is rebuilt in any case.
    assert read.tolist() == [True, late]


def test_a_month_made_by_an_earlier_edition_stays_in_its_time(engine: Engine) -> None:
    stored(engine, "2026-01", datetime(2026, 2, 12, tzinfo=UTC), Gauges(METHOD, rows("2026-01")))
    both = Gauges(METHOD, rows("2026-01", "2026-02"))
    number = stored(engine, "2026-02", datetime(2026, 3, 12, tzinfo=UTC), both)
    assert not edition.load(engine, number).gauges.rows["reconstructed"].any()


def test_what_one_framework_made_in_time_is_not_in_time_by_another(engine: Engine) -> None:
    gauges = Gauges(METHOD, rows("2026-01"))
    stored(engine, "2026-01", datetime(2026, 2, 12, tzinfo=UTC), gauges)
    with identity.handed_down(replace(identity.shipped(), framework="regional")):
        number = stored(engine, "2026-01", datetime(2026, 6, 12, tzinfo=UTC), gauges)
    assert edition.load(engine, number).gauges.rows["reconstructed"].all()


def test_an_edition_of_before_gauges_has_none(engine: Engine) -> None:
    number = stored(engine, "2026-02", datetime(2026, 3, 12, tzinfo=UTC), None)
    assert edition.load(engine, number).gauges.rows.empty
