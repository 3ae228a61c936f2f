"""The dates of an edition, against pandas and over the turn of a year."""

from datetime import UTC, datetime, timedelta

import holidays
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
def test_publication_is_at_nine_on_a_weekday_soon_after(day: int) -> None:
    for month in MONTHS:
        dates = release_calendar.edition_dates(month, day)
        wait = dates.publication - dates.cutoff
        assert dates.publication.weekday() < 5
        assert dates.publication.hour == 9
        assert timedelta(hours=9) < wait < timedelta(days=5)


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


@pytest.mark.parametrize(
    ("month", "day", "why"),
    [
        ("2026-10", "2026-11-11", []),  # made before holidays counted: its date stays
        ("2027-10", "2027-11-12", [("FR", "Armistice Day")]),  # Code du travail, L3133-1
        # Décret 2-77-169 as amended: the manifesto of 11 January, a Monday after a Sunday's cut-off
        ("2026-12", "2027-01-12", [("MA", "Proclamation of Independence Day")]),
        ("2028-10", "2028-11-13", []),  # Armistice Day on the Saturday moves nothing by itself
        ("2026-11", "2026-12-11", []),
    ],
)
def test_a_holiday_of_france_or_morocco_moves_what_is_still_to_come(
    month: str, day: str, why: list[tuple[str, str]]
) -> None:
    dates = release_calendar.edition_dates(month, 10)
    assert f"{dates.publication:%Y-%m-%dT%H}" == f"{day}T09"
    assert [(holiday.country, holiday.en) for holiday in dates.moved_by] == why


def test_nobody_works_on_no_day_of_release() -> None:
    off = {"FR": holidays.country_holidays("FR"), "MA": holidays.country_holidays("MA")}
    for month in MONTHS:
        day = release_calendar.edition_dates(month, 10).publication.date()
        assert month < "2026-11" or not [name for name, days in off.items() if day in days]


def test_a_date_beside_a_feast_that_follows_the_moon_is_provisional() -> None:
    # the end of Ramadan 1448 is computed for 9 and 10 March 2027, the cut-off is on the 10th
    march = release_calendar.edition_dates("2027-02", 10)
    assert f"{march.publication:%Y-%m-%d}" == "2027-03-11"
    assert march.provisional
    assert not release_calendar.edition_dates("2026-12", 10).provisional


@pytest.mark.parametrize(
    ("month", "paris", "rabat"),
    [("2026-11", 10, 10), ("2027-01", 10, 9), ("2027-06", 11, 10)],  # winter, Ramadan, summer
)
def test_the_hour_is_that_of_paris_and_of_rabat(month: str, paris: int, rabat: int) -> None:
    hours = release_calendar.local_hours(release_calendar.edition_dates(month, 10).publication)
    assert {city: at.hour for city, at in hours.items()} == {
        "UTC": 9, "Paris": paris, "Rabat": rabat,
    }  # fmt: skip


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    assert release_calendar.following_month("2026-12") == "2027-01"
    assert release_calendar.following_month("2026-01", -2) == "2025-11"
