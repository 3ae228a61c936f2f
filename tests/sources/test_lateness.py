"""A source is late by its own rhythm: soon after a figure was due."""

from dataclasses import replace

from pipelines.observatory.extensions.source_checks import rhythm
from sources import registry

SOURCES = registry()
UNTIMED = {
    "us_telecom": "an episode that ended",
    "epoch_hardware": "a chip comes out when it comes out",
}


def test_every_source_but_the_untimed_is_late_by_its_own_rhythm() -> None:
    assert {key for key, source in SOURCES.items() if rhythm(source)} == set(UNTIMED)


def test_a_monthly_source_may_be_late_by_two_months_and_no_day_more() -> None:
    """A month and a half, its lag of a day, and 62 days: 109."""
    ecb = SOURCES["ecb_rates"]
    assert rhythm(replace(ecb, stale_days=109)) == ""
    assert "at most 109" in rhythm(replace(ecb, stale_days=110))


def test_a_tariff_of_a_register_stands_for_three_years_and_no_day_more() -> None:
    tariffs = SOURCES["morocco_tariffs"]
    assert rhythm(tariffs) == ""
    assert "at most 1200" in rhythm(replace(tariffs, stale_days=1201))
    assert "at most 611" in rhythm(replace(tariffs, register=""))


def test_the_list_of_computers_of_half_a_year_is_late_after_seven_months() -> None:
    """TOP500 lists come out in June and November; 543 days were on time once."""
    assert SOURCES["top500"].stale_days < 240
