"""The dates of an edition, against pandas and over the turn of a year."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from warehouse import release_calendar

MONTHS = [str(month) for month in pd.period_range("2023-08", "2028-12", freq="M")]


@pytest.mark.parametrize("day", [1, 10, 28])
def test_the_cut_off_is_the_last_second_of_its_day_in_the_next_month(day: int) -> None:
    for month in MONTHS:
        first = (pd.Period(month, "M") + 1).to_timestamp(how="start")
        instant = (first + pd.Timedelta(days=day) - pd.Timedelta(seconds=1)).to_pydatetime()
        assert release_calendar.cutoff(month, day) == instant.replace(tzinfo=UTC)


@pytest.mark.parametrize("day", [1, 10, 28])
def test_publication_is_at_nine_on_the_first_weekday_after(day: int) -> None:
    for month in MONTHS:
        dates = release_calendar.edition_dates(month, day)
        wait = dates.publication - dates.cutoff
        assert dates.publication.weekday() < 5
        assert dates.publication.hour == 9
        assert timedelta(hours=9) < wait < timedelta(days=3)


@pytest.mark.parametrize("day", [1, 10, 28])
def test_the_coming_editions_follow_each_other_without_a_gap(day: int) -> None:
    now = datetime(2026, 12, 31, 23, tzinfo=UTC)
    coming = release_calendar.coming_editions(now, day, 4)
    assert len(coming) == 4
    assert all(edition.publication > now for edition in coming)
    months = [pd.Period(edition.month, "M") for edition in coming]
    assert months == list(pd.period_range(months[0], periods=4, freq="M"))
    before = release_calendar.edition_dates(str(months[0] - 1), day)
    assert before.publication <= now


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    assert release_calendar.following_month("2026-12") == "2027-01"
    assert release_calendar.following_month("2026-01", -2) == "2025-11"
