"""A source is late by its own rhythm: soon after a figure was due."""

import pytest

from sources import registry

SOURCES = registry()
DAYS = {"W": 7, "B": 14, "M": 31, "Q": 92, "S": 184, "A": 366}
CADENCES = {
    "daily": 1,
    "weekly": 7,
    "biweekly": 14,
    "monthly": 31,
    "quarterly": 92,
    "half-yearly": 184,
    "yearly": 366,
}
GRACE = 62  # days: a publisher may be late by a month or two without having stopped
UNTIMED = {
    "us_telecom": "an episode that ended",
    "epoch_hardware": "a chip comes out when it comes out",
    "morocco_tariffs": "a tariff stands until it is changed",
}


@pytest.mark.parametrize("key", sorted(SOURCES))
def test_a_source_is_late_by_its_own_rhythm(key: str) -> None:
    source = SOURCES[key]
    lengths = [DAYS[series.frequency] for series in source.series if series.frequency in DAYS]
    rhythm = max(lengths, default=CADENCES[source.cadence])
    within = source.stale_days <= 1.5 * rhythm + source.lag_days + GRACE
    assert within != (key in UNTIMED)


def test_the_list_of_computers_of_half_a_year_is_late_after_seven_months() -> None:
    """TOP500 lists come out in June and November; 543 days were on time once."""
    assert SOURCES["top500"].stale_days < 240
