"""The band of the retreat: how often it holds, and the ends of its scale."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands, retreat_band
from pipelines.index.gauges.due import leaf_weights
from pipelines.index.gauges.rows import RETREAT, tree_of

PAGE = Path(__file__).parents[3] / "docs" / "method.md"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LAST = pd.Period("2026-10", "M")
COMPARED = slice("2023-07", "2026-07")
MONTHS = pd.date_range("2024-01-01", periods=24, freq="MS")


@pytest.fixture(scope="module")
def first(readings: realtime.Readings, following: Framework) -> pd.DataFrame:
    return realtime.indicators(readings, following, realtime.closed_months(following, NOW))


@pytest.fixture(scope="module")
def retreat(first: pd.DataFrame, following: Framework) -> "pd.Series[float]":
    rows = realtime.assembled(first, following)
    return rows[rows["key"].eq(RETREAT)].set_index("period")["score"]


@pytest.fixture(scope="module")
def signs(first: pd.DataFrame, following: Framework) -> pd.DataFrame:
    return retreat_band.uncut(first, following)


@pytest.fixture(scope="module")
def misses(readings: realtime.Readings, following: Framework) -> pd.DataFrame:
    return retreat_band.settled(readings, following, LAST, NOW)


def test_nine_later_values_in_ten_are_inside_as_the_page_says(
    readings: realtime.Readings,
    following: Framework,
    first: pd.DataFrame,
    signs: pd.DataFrame,
    retreat: "pd.Series[float]",
    misses: pd.DataFrame,
) -> None:
    months = realtime.closed_months(following, NOW)
    now = realtime.indicators(readings, following, months, dict.fromkeys(months, NOW))
    later = retreat + retreat_band.errors(first, now, following)
    ends = retreat_band.intervals(retreat, signs, misses, following).set_index("period")
    both = ends.assign(now=retreat, later=later).loc[COMPARED].drop(columns="key").dropna()
    inside = both["later"].between(both["low"] - 1e-9, both["high"] + 1e-9)
    moving = both[["now", "later"]].gt(0).any(axis=1)
    page = PAGE.read_text(encoding="utf-8")
    assert 0.85 <= inside.mean() <= 0.95
    assert f"| retreat | {len(both)} | {100 * inside.mean():.0f} % |" in page
    [stated] = re.findall(
        r"of the (\d+) months in which it is above zero, (\d+) % are inside", page
    )
    assert stated == (str(moving.sum()), f"{100 * inside[moving].mean():.0f}")


def band(
    level: float, errors: "np.ndarray[tuple[int], np.dtype[np.float64]]", method: Framework
) -> "pd.Series[float]":
    """The last band where every sign stood at `level` and erred by `errors`."""
    keys = list(leaf_weights(tree_of((method.retreat,))))
    signs = pd.DataFrame(level, MONTHS, keys)
    misses = pd.DataFrame(np.tile(errors, (len(keys), 1)).T, MONTHS[: len(errors)], keys)
    score = pd.Series(min(max(level, 0.0), 100.0), MONTHS)
    ends = retreat_band.intervals(score, signs, misses, method)
    return ends.set_index("period").iloc[-1]


def test_away_from_the_ends_it_is_the_band_of_the_pressure(following: Framework) -> None:
    errors = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0, -6.0])
    half = t.ppf(0.95, len(errors)) * np.sqrt(np.mean(errors**2))
    ends = band(50.0, errors, following)
    assert ends["low"] == pytest.approx(50.0 - half)
    assert ends["high"] == pytest.approx(50.0 + half)


def test_far_under_the_goalposts_no_error_moves_it(following: Framework) -> None:
    ends = band(-300.0, np.full(12, 80.0), following)
    assert (ends["low"], ends["high"]) == (0.0, 0.0)


def test_near_the_goalposts_it_opens_upwards_only(following: Framework) -> None:
    ends = band(-20.0, np.full(12, 30.0), following)
    assert ends["low"] == 0.0
    assert ends["high"] == pytest.approx(t.ppf(0.95, 12) * 30.0 - 20.0)


def test_few_errors_give_no_band(following: Framework) -> None:
    ends = band(50.0, np.full(bands.LEAST - 1, 10.0), following)
    assert np.isnan(ends["low"])
    assert np.isnan(ends["high"])


def test_no_band_sees_a_later_month(
    readings: realtime.Readings,
    following: Framework,
    signs: pd.DataFrame,
    retreat: "pd.Series[float]",
    misses: pd.DataFrame,
) -> None:
    until = pd.Period("2025-06", "M")
    then = retreat_band.settled(readings, following, until, realtime.cutoff(until, following))
    early, late = (
        retreat_band.intervals(retreat[: until.to_timestamp()], signs, errors, following)
        for errors in (then, misses)
    )
    pd.testing.assert_frame_equal(early, late)
