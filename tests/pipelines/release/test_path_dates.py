"""What each month of an edition may know: its cut-off, the last one as asked."""

from datetime import UTC, datetime

import pandas as pd

from pipelines.index import framework
from pipelines.release.gauges import path_dates

MAY = pd.Period("2026-05", "M")


def test_the_last_month_knows_what_was_known_when_it_was_asked_for() -> None:
    late = datetime(2026, 8, 1, tzinfo=UTC)
    dates = path_dates(framework.newest(), MAY, late)
    assert dates[MAY] == late
    assert dates[MAY - 1] == datetime(2026, 5, 10, 23, 59, 59, tzinfo=UTC)
    assert max(dates) == MAY


def test_no_month_knows_more_than_an_edition_of_an_earlier_day() -> None:
    early = datetime(2026, 5, 1, tzinfo=UTC)
    dates = path_dates(framework.newest(), MAY, early)
    assert dates[MAY] == dates[MAY - 1] == early
    assert dates[MAY - 2] == datetime(2026, 4, 10, 23, 59, 59, tzinfo=UTC)
