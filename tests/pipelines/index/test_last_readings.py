"""A price that stands ages from its last reading, known at the cut-off."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import MethodError
from pipelines.index import framework, realtime
from pipelines.index.framework import Framework
from pipelines.index.inputs import last_readings

PRICE = "tokens.flagship"
KEY = "dependency.flagship_price"


def prices(*days: str) -> pd.DataFrame:
    """The same price, posted and read on these days."""
    dates = pd.to_datetime(list(days))
    return pd.DataFrame(
        {
            "series": PRICE,
            "period": dates,
            "value": 5.0,
            "status": "final",
            "known_from": dates.tz_localize("UTC"),
            "fetch_id": 1,
        }
    )


def looks(*days: str) -> pd.DataFrame:
    """Answers without a change on these days."""
    fetches = pd.DataFrame({"source": "list", "at": pd.to_datetime(list(days), utc=True)})
    return last_readings.fetched(fetches.assign(fetch_id=2), {"list": [PRICE]})


def states(
    history: pd.DataFrame,
    method: Framework,
    *months: str,
    as_of: datetime | None = None,
    key: str = KEY,
) -> list[tuple[str, int | None]]:
    periods = [pd.Period(month, "M") for month in months]
    dates = dict.fromkeys(periods, as_of) if as_of else {}
    rows = realtime.indicators(history, method, periods, dates)
    rows = rows[rows["key"].eq(key)]
    return [
        (state, None if pd.isna(age) else int(age))
        for state, age in zip(rows["state"], rows["age_months"], strict=True)
    ]


PAST = prices("2024-01-10", "2025-01-10")
LATER = ("2025-02", "2025-03", "2025-05", "2025-06", "2029-10")


def test_a_price_that_nobody_reads_again_is_carried_and_then_withheld(following) -> None:
    assert states(PAST, following, *LATER) == [
        *(("observed", 1), ("carried", 2), ("carried", 4), ("withheld", 5), ("withheld", 57)),
    ]
    rows = realtime.indicators(PAST, following, [pd.Period("2029-10", "M")])
    [reason] = rows.loc[rows["key"].eq(KEY), "reason"]
    assert reason == "last read in 2025-01, over 4 months old"


def test_by_2026_1_it_is_observed_for_ever(following) -> None:
    assert following.succeeds
    old = following.succeeds.method
    assert states(PAST, old, *LATER) == [("observed", 0)] * 5


def test_an_answer_without_a_change_is_a_reading(following) -> None:
    history = pd.concat([PAST, looks("2025-05-20")], ignore_index=True)
    assert states(history, following, *LATER)[2:] == [
        *(("observed", 0), ("observed", 1), ("withheld", 53)),
    ]


def test_a_reading_that_came_later_is_not_known_before(following) -> None:
    history = pd.concat([PAST, looks("2025-05-20")], ignore_index=True)
    early = datetime(2025, 5, 19, 23, tzinfo=UTC)
    assert states(history, following, "2025-05", as_of=early) == [("carried", 4)]
    # Read again in June, April is as it was: what is seen in May says nothing of it.
    late = datetime(2025, 6, 30, tzinfo=UTC)
    assert states(history, following, "2025-04", as_of=late) == [("carried", 3)]


def test_history_was_read_through_its_declared_day(following) -> None:
    through = last_readings.declared([(PRICE, date(2025, 6, 15))])
    history = pd.concat([PAST, through], ignore_index=True)
    assert states(history, following, "2025-03", "2025-06", "2025-07", "2025-08") == [
        *(("observed", 0), ("observed", 0), ("observed", 1), ("carried", 2)),
    ]


def test_an_auction_speaks_for_its_delivery_year(following) -> None:
    rows = prices("2025-07-22").assign(series="pjm.capacity.rto", period=pd.Timestamp("2026-06-01"))
    key = "infrastructure.capacity_price"
    months = ("2026-06", "2027-06", "2027-09", "2027-10")
    assert states(rows, following, *months, key=key) == [
        *(("observed", 0), ("observed", 12), ("carried", 15), ("withheld", 16)),
    ]


def test_the_older_of_two_prices_counts(following) -> None:
    frugal = prices("2024-01-10", "2025-04-10").assign(series="tokens.frugal")
    history = pd.concat([PAST, frugal], ignore_index=True)
    key = "frugality.flagship_over_frugal"
    assert states(history, following, "2025-04", key=key) == [("carried", 3)]


def test_readings_are_no_figures(readings, history) -> None:
    read = history["status"].eq("read")
    assert read.any()
    assert history.loc[read, "value"].isna().all()
    assert not readings.rows["status"].eq("read").any()
    assert np.isfinite(readings.rows["value"]).all()


def test_only_a_price_that_stands_can_age_so(tmp_path) -> None:
    for path in (framework.BUNDLED, framework.NEXT):
        text = path.read_text(encoding="utf-8")
        text = text.replace(
            'key = "hope_ahead_of_use"\n', 'key = "hope_ahead_of_use"\nages = "reading"\n'
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(MethodError, match="prices that stand"):
        framework.load(tmp_path / framework.NEXT.name)
