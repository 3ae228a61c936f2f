"""The band of method 2027.1: what it is made of, and how often it holds."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands

PAGE = Path(__file__).parents[3] / "docs" / "method.md"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LAST = pd.Period("2026-10", "M")
# The first month with a reading, and the last that has a third one.
COMPARED = slice("2023-07", "2026-07")


@pytest.fixture(scope="module")
def first(readings: realtime.Readings, following: Framework) -> pd.DataFrame:
    return realtime.indicators(readings, following, realtime.closed_months(following, NOW))


@pytest.fixture(scope="module")
def scores(first: pd.DataFrame, following: Framework) -> pd.DataFrame:
    values = realtime.assembled(first, following)
    rows = values[values["kind"].isin(["index", "dimension"])]
    return rows.pivot(index="period", columns="key", values="score")


@pytest.fixture(scope="module")
def misses(readings: realtime.Readings, following: Framework) -> pd.DataFrame:
    return bands.settled(readings, following, LAST, NOW)


@pytest.fixture(scope="module")
def later(
    readings: realtime.Readings, following: Framework, first: pd.DataFrame, scores: pd.DataFrame
) -> pd.DataFrame:
    """What each month is with the figures known now."""
    months = realtime.closed_months(following, NOW)
    now = realtime.indicators(readings, following, months, dict.fromkeys(months, NOW))
    return scores + bands.errors(first, now, following)


@pytest.mark.parametrize(
    "key", ["index", "cost", "chips", "infrastructure", "dependency", "productivity"]
)
def test_nine_later_values_in_ten_are_inside_as_the_page_says(
    key: str, scores: pd.DataFrame, misses: pd.DataFrame, later: pd.DataFrame
) -> None:
    readable = scores.where(scores["index"].notna(), axis=0)
    ends = bands.intervals(readable, misses).query("key == @key").set_index("period")
    both = ends.assign(later=later[key])[["low", "high", "later"]].loc[COMPARED].dropna()
    inside = both["later"].between(both["low"], both["high"]).mean()
    assert 0.85 <= inside <= 0.95
    assert f"| {key} | {len(both)} | {100 * inside:.0f} % |" in PAGE.read_text(encoding="utf-8")


def test_a_band_is_students_of_the_last_years_errors(
    scores: pd.DataFrame, misses: pd.DataFrame
) -> None:
    month = pd.Timestamp("2026-03-01")
    past = misses["cost"][: month - pd.DateOffset(months=bands.SETTLED)].dropna().tail(12)
    half = t.ppf(0.95, 12) * np.sqrt((past**2).mean())
    ends = bands.intervals(scores, misses).query("key == 'cost'").set_index("period").loc[month]
    assert ends["low"] == pytest.approx(scores.loc[month, "cost"] - half)
    assert ends["high"] == pytest.approx(scores.loc[month, "cost"] + half)


def test_no_band_sees_a_later_month(
    readings: realtime.Readings, following: Framework, scores: pd.DataFrame, misses: pd.DataFrame
) -> None:
    until = pd.Period("2025-06", "M")
    then = bands.settled(readings, following, until, realtime.cutoff(until, following))
    shown = scores[: until.to_timestamp()]
    now = bands.intervals(scores, misses).query("period <= @until.to_timestamp()")
    pd.testing.assert_frame_equal(
        bands.intervals(shown, then).sort_values(["key", "period"], ignore_index=True),
        now.sort_values(["key", "period"], ignore_index=True),
    )


def test_the_chance_at_an_end_of_the_band_is_that_of_its_tail() -> None:
    period = pd.to_datetime(["2027-01-01", "2027-02-01"])
    rows = pd.DataFrame({"period": period, "score": [40.0, 98.0], "low": [30.0, 88.0],
                         "high": [50.0, 100.0]})  # fmt: skip
    assert bands.chance(rows, 50.0).iloc[0] == pytest.approx(0.05)
    assert bands.chance(rows, 30.0).iloc[0] == pytest.approx(0.95)
    assert bands.chance(rows, 98.0).iloc[1] == pytest.approx(0.5)  # one end is cut off


def test_who_is_not_revised_has_no_error(first: pd.DataFrame, following: Framework) -> None:
    same = bands.errors(first, first, following)
    assert same.abs().max().max() == pytest.approx(0.0, abs=1e-12)


def test_at_most_a_third_of_the_goalposts_come_from_the_months_they_score(
    following: Framework,
) -> None:
    counted = [own for key, own in following.indicators.items()
               if key.split(".")[0] not in {panel.key for panel in following.panel}]  # fmt: skip
    taken = [own for own in counted if own.from_sample]
    assert len(taken) <= len(counted) / 3
    names = {7: "Seven", 31: "thirty-one"}
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    assert f"{names[len(taken)]} of the {names[len(counted)]} indicators and signs" in text
    assert all(own.goalposts_fr and own.goalposts_en for own in counted)
