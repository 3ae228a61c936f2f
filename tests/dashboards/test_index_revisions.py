"""The revisions of the index, against figures worked out by hand."""

import pandas as pd
import pytest

from dashboards.index_revisions import against_now, by_age

MONTHS = pd.date_range("2025-06-01", "2026-10-01", freq="MS")
FIRST = pd.Series(40.0, index=MONTHS)


def test_a_month_is_revised_by_what_is_known_now_less_the_first_figure() -> None:
    now = FIRST.iloc[:-1].add(0.0)
    now["2026-09-01"] = 41.5
    now["2026-04-01"] = 39.0
    revised = against_now(FIRST, now)
    assert revised["revision"]["2026-09-01"] == pytest.approx(1.5)
    assert revised["revision"]["2026-04-01"] == pytest.approx(-1.0)
    assert revised["age"]["2026-09-01"] == 1
    assert revised["age"]["2025-06-01"] == 16
    ages = by_age(revised).set_index("from")
    # 1.5 and two months without revision; then -1.0 and two more; 16 months in all.
    assert ages["absolute"][1] == pytest.approx(0.5)
    assert ages["bias"][4] == pytest.approx(-1 / 3)
    assert list(ages["months"]) == [3, 3, 6, 4]


def test_the_month_of_the_edition_and_months_without_figure_have_no_revision() -> None:
    now = FIRST.add(1.0)
    now["2026-08-01"] = float("nan")
    revised = against_now(FIRST, now)
    assert MONTHS[-1] not in revised.index
    assert pd.Timestamp("2026-08-01") not in revised.index
    assert len(revised) == len(MONTHS) - 2


def test_nothing_known_later_is_no_revision() -> None:
    assert against_now(FIRST, FIRST.iloc[:0]).empty
