"""Rows that cannot be figures come back with a reason, and the rest goes in."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import fetch, frame
from warehouse import load
from warehouse.observations import read

GOOD = ("made_up.b", "2026-01-01", 1.0, "2026-02-10")
BAD = {
    "value is missing": ("made_up.a", "2026-01-01", math.nan, "2026-02-10"),
    "value is infinite": ("made_up.a", "2026-01-01", -math.inf, "2026-02-10"),
    "no date in 1900 to 2100": ("made_up.event", "2150-01-01", 1.0, "2026-02-10"),
    "period is no date": ("made_up.a", None, 1.0, "2026-02-10"),
    "series is not declared": ("made_up.nobody", "2026-01-01", 1.0, "2026-02-10"),
    "status is unknown": ("made_up.a", "2026-01-01", 1.0, "2026-02-10", "guessed"),
    "after the fetch": ("made_up.a", "2026-01-01", 1.0, "2026-07-01"),
    "before the period": ("made_up.a", "2026-03-01", 1.0, "2026-02-10"),
    "known_from is missing": ("made_up.a", "2026-01-01", 1.0, None),
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_refused_by_name_and_the_rest_goes_in(engine: Engine, reason: str) -> None:
    loaded = load.append(engine, fetch(engine), frame(BAD[reason], GOOD))
    [message] = loaded.refused["reason"]
    series, period = BAD[reason][:2]
    assert reason in message
    assert str(series) in message
    assert (str(period)[:10] if period else "(no date)") in message
    assert loaded.added == 1
    assert read.panel(engine)["series"].tolist() == ["made_up.b"]


def test_two_values_for_one_key_in_one_batch_are_both_refused(engine: Engine) -> None:
    twice = frame(
        ("made_up.a", "2026-01-01", 1.0, "2026-02-10"),
        ("made_up.a", "2026-01-01", 2.0, "2026-02-10"),
        GOOD,
        GOOD,
    )
    loaded = load.append(engine, fetch(engine), twice)
    assert loaded.refused["value"].tolist() == [1.0, 2.0]
    assert loaded.refused["reason"].str.contains("made_up.a 2026-01-01: ").all()
    assert (loaded.added, loaded.unchanged) == (1, 1)


def test_instants_without_a_zone_are_refused_among_instants_with_one(engine: Engine) -> None:
    plus_two = timezone(timedelta(hours=2))
    mixed = frame(GOOD, GOOD, GOOD).assign(
        period=pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"]),
        known_from=pd.Series(
            [
                datetime(2026, 4, 1, 1, tzinfo=plus_two),
                datetime(2026, 4, 1, 1),
                datetime(2026, 4, 1, 1, tzinfo=UTC),
            ],
            dtype=object,
        ),
    )
    loaded = load.append(engine, fetch(engine), mixed)
    assert loaded.refused["reason"].tolist() == [
        "made_up.b 2026-02-01: known_from has no time zone"
    ]
    known_from = read.panel(engine)["known_from"]
    assert known_from.tolist() == [
        pd.Timestamp("2026-03-31 23:00", tz="UTC"),
        pd.Timestamp("2026-04-01 01:00", tz="UTC"),
    ]


def test_a_column_of_naive_instants_is_refused_whole(engine: Engine) -> None:
    naive = frame(GOOD).assign(known_from=pd.to_datetime(["2026-02-10"]))
    loaded = load.append(engine, fetch(engine), naive)
    assert loaded.added == 0
    assert "no time zone" in loaded.refused["reason"].iloc[0]


def test_an_event_may_be_announced_ahead(engine: Engine) -> None:
    ahead = frame(("made_up.event", "2027-06-01", 329.17, "2025-07-22"))
    assert load.append(engine, fetch(engine), ahead).added == 1


def test_a_withdrawn_figure_needs_no_value(engine: Engine) -> None:
    load.append(engine, fetch(engine), frame(GOOD))
    gone = frame((*GOOD[:2], math.nan, "2026-03-01", "withdrawn"))
    assert load.append(engine, fetch(engine), gone).added == 1
    assert read.panel(engine).empty


def test_an_unknown_fetch_or_source_is_an_error(engine: Engine) -> None:
    with pytest.raises(LookupError, match="no fetch 404"):
        load.append(engine, 404, frame(GOOD))
    with pytest.raises(LookupError, match="nobody"):
        load.record(engine, "nobody", url="u", at=datetime(2026, 1, 1, tzinfo=UTC), outcome="new")


def test_rows_set_aside_can_be_read_back_and_accepted(engine: Engine) -> None:
    rows = frame(BAD["value is infinite"], BAD["known_from is missing"])
    assert load.quarantine(engine, fetch(engine), rows, "an expectation", "a reason") == 2
    rejected = load.quarantined(engine, "made_up")
    assert rejected["row"].tolist()[1] == {
        "series": "made_up.a",
        "period": "2026-01-01",
        "value": 1.0,
        "known_from": None,
        "status": "final",
    }
    load.mark_replayed(engine, [int(rejected["id"].iloc[0])])
    assert load.quarantined(engine)["id"].tolist() == [rejected["id"].iloc[1]]
    assert load.quarantined(engine, "another").empty
