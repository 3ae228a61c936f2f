"""Events on both engines: appended once, read as of a day by newest reading."""

from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import Engine

from tests.warehouse.made_up import SOURCE
from warehouse import events
from warehouse.load import record

AT = datetime(2026, 5, 1, tzinfo=UTC)
MADE_UP = {
    "version": 1, "title": "made up", "lang": "en", "event_type": "announced", "operator": "",
    "known_as": "", "country": "Morocco", "place": "", "power_mw": float("nan"),
    "power_min_mw": None, "power_max_mw": None, "power_qualifier": "", "amount": None,
    "currency": "", "confidence": 0.5, "spans": "",
}  # fmt: skip


def event(address: str, known_from: str, **other: object) -> pd.DataFrame:
    known_at = pd.to_datetime([known_from], utc=True)
    return pd.DataFrame([MADE_UP | {"address": address} | other]).assign(known_from=known_at)


def test_an_event_goes_in_once_and_is_read_as_of_a_day(engine: Engine) -> None:
    fetch = record(engine, SOURCE["key"], url="made up", at=AT, outcome="new")
    early = event("https://a.example/1", "2026-01-05", power_mw=500.0)
    late = event("https://a.example/2", "2026-03-05")
    both = pd.concat([early, late], ignore_index=True)
    assert events.append(engine, fetch, both) == 2
    assert events.append(engine, fetch, both) == 0
    before = events.read(engine, as_of=datetime(2026, 2, 1, tzinfo=UTC))
    assert before["address"].tolist() == ["https://a.example/1"]
    assert before["power_mw"].tolist() == [500.0]
    assert before["known_from"].tolist() == [pd.Timestamp("2026-01-05", tz="UTC")]
    assert events.read(engine, as_of=AT)["power_mw"].isna().tolist() == [False, True]


def test_a_better_reading_takes_over_and_a_pinned_release_keeps_the_old_one(
    engine: Engine,
) -> None:
    first = record(engine, SOURCE["key"], url="made up", at=AT, outcome="new")
    events.append(engine, first, event("https://a.example/1", "2026-01-05", power_mw=5.0))
    second = record(engine, SOURCE["key"], url="made up", at=AT, outcome="new")
    better = event("https://a.example/1", "2026-01-05", power_mw=500.0, version=2)
    assert events.append(engine, second, better) == 1
    assert events.read(engine, as_of=AT)["power_mw"].tolist() == [500.0]
    assert events.read(engine, as_of=AT, recorded_by=first)["power_mw"].tolist() == [5.0]
