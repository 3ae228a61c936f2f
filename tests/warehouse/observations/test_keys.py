"""What an analyst may write for a series and for a day, and what is refused."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import Engine

from warehouse.days import DateError
from warehouse.observations import read


def test_a_key_alone_is_a_list_of_one(filled: Engine) -> None:
    for reading in (read.panel, read.history, read.latest, read.revisions, read.vintages):
        alone = reading(filled, "made_up.a")
        assert len(alone) == len(reading(filled, ["made_up.a"])) > 0, reading.__name__
    assert read.panel(filled, "made_up.a")["value"].tolist() == [11.0]
    assert len(read.panel(filled, "made_up.*")) == 2


def test_vintages_of_several_series_stay_apart(filled: Engine) -> None:
    wide = read.vintages(filled, "made_up.*")
    assert wide.index.names == ["series", "period"]
    assert wide.loc["made_up.a"].iloc[0].tolist() == [10.0, 11.0]
    assert wide.loc["made_up.b"].iloc[0].fillna(-1).tolist() == [-1.0, 1.5]
    assert read.vintages(filled, "made_up.a").index.name == "period"


@pytest.mark.parametrize("key", ["made_up.aa", ["made_up.a", "made_up.aa"], "made_upp.*"])
def test_an_unknown_series_names_the_nearest(filled: Engine, key: str | list[str]) -> None:
    for reading in (read.panel, read.history, read.latest, read.revisions, read.vintages):
        with pytest.raises(read.UnknownSeries, match=r"did you mean made_up\.") as refused:
            reading(filled, key)
        assert "\n" not in str(refused.value)
    assert read.panel(filled, "made_up.aa", lenient=True).empty


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-09",
        date(2026, 3, 9),
        "2026-03-09T23:59:59+00:00",
        datetime(2026, 3, 9, 23, tzinfo=UTC),
        pd.Timestamp("2026-03-09", tz="UTC"),
    ],
)
def test_a_day_is_a_day_however_it_is_written(filled: Engine, day: date | str) -> None:
    assert read.panel(filled, "made_up.*", as_of=day)["value"].tolist() == [10.0]
    assert read.panel(filled, start=day).empty
    assert len(read.panel(filled, end=day)) == 2


@pytest.mark.parametrize("day", ["9 March", "2026-3-9", datetime(2026, 3, 9), "2026-03-09T12:00"])
def test_what_is_no_date_or_has_no_zone_is_refused(filled: Engine, day: date | str) -> None:
    with pytest.raises(DateError, match=r"is not a date|no time zone"):
        read.panel(filled, as_of=day)
