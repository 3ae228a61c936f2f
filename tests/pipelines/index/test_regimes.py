"""Regimes: hysteresis, causality, and scores against dated events."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import regimes
from pipelines.index.toolkit import early_warning

LADDER = [("calm", 0, 0), ("watch", 40, 35), ("strain", 60, 55), ("crash", 80, 75)]
paths = st.lists(st.one_of(st.floats(0, 100), st.just(np.nan)), min_size=1, max_size=40)


def states(values, **kwargs) -> list[str]:
    return regimes.classify(pd.Series(values, dtype=float), LADDER, **kwargs).tolist()


def test_hysteresis_by_hand() -> None:
    path = [10, 39, 40, 37, 34, 61, 56, 54, 90, 76, 70, 10]
    assert states(path) == [
        *("calm", "calm", "watch", "watch", "calm", "strain"),
        *("strain", "watch", "crash", "crash", "strain", "calm"),
    ]


def test_confirmation_waits_for_consecutive_months_both_ways() -> None:
    assert states([50, 30, 50, 50, 30, 50, 30, 30], confirm=2) == [
        *("calm", "calm", "calm", "watch", "watch", "watch", "watch", "calm"),
    ]
    assert states([85, 62, 85], confirm=2)[1] == "strain"  # what both months confirm


def test_dwell_delays_the_fall_and_never_the_rise() -> None:
    assert states([50, 10, 10, 10], dwell=3) == ["watch", "watch", "watch", "calm"]
    assert states([50, 90], dwell=3) == ["watch", "crash"]


def test_a_missing_month_has_no_regime_and_confirms_nothing() -> None:
    assert states([50, np.nan, 50, 50], confirm=2) == ["calm", "", "calm", "watch"]
    assert states([50, np.nan, 10]) == ["watch", "", "calm"]


@given(paths, st.integers(1, 3), st.integers(1, 4))
def test_later_months_change_nothing_earlier(path, confirm, dwell) -> None:
    overall = states(path, confirm=confirm, dwell=dwell)
    assert states(path[:-1], confirm=confirm, dwell=dwell) == overall[:-1]


@given(paths)
def test_a_regime_holds_between_its_thresholds(path) -> None:
    order = [name for name, _, _ in LADDER]
    for value, name in zip(path, states(path), strict=True):
        if name:
            level = order.index(name)
            assert level == 0 or value >= LADDER[level][2]
            assert level == 3 or value < LADDER[level + 1][1]


@given(paths, st.integers(1, 5))
def test_windows_end_as_those_of_pandas_do(path, size) -> None:
    rolling = pd.Series(path, dtype=float).rolling(size, min_periods=size)
    low, high = regimes.windows(pd.Series(path, dtype=float), size)
    np.testing.assert_array_equal(low, rolling.min().to_numpy())
    np.testing.assert_array_equal(high, rolling.max().to_numpy())


def test_rows_may_come_in_any_order() -> None:
    path = pd.Series([50.0, 37, 30], index=[2, 3, 4])
    assert regimes.classify(path[::-1], LADDER).tolist() == ["calm", "watch", "watch"]


@pytest.mark.parametrize(
    "ladder",
    [[], [("calm", 0, 0), ("b", 50, 40), ("c", 40, 30)], [("calm", 0, 0), ("b", 40, 50)]],
)
def test_wrong_ladders_are_refused(ladder) -> None:
    with pytest.raises(ValueError, match="regime"):
        regimes.classify(pd.Series([1.0]), ladder)


def test_sahm_rise_by_hand() -> None:
    # Unemployment of 3.5 for fifteen months, then 3.8, 4.1, 4.4: means 3.6, 3.8, 4.1.
    rates = pd.Series([3.5] * 15 + [3.8, 4.1, 4.4])
    assert early_warning.rise_from_low(rates).iloc[-3:].tolist() == pytest.approx([0.1, 0.3, 0.6])


def test_scores_against_events() -> None:
    alarm = pd.Series([True, True, False, False, True, False, False, False])
    event = pd.Series([True, True, True, False, False, False, False, False])
    result = early_warning.signals(alarm, event)
    assert result["hits"] == pytest.approx(2 / 3)
    assert result["false_alarms"] == pytest.approx(1 / 5)
    assert result["noise_to_signal"] == pytest.approx(0.3)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auroc_is_the_chance_of_ranking_right(pairs) -> None:
    index, event = (pd.Series(column) for column in zip(*pairs, strict=True))
    during, other = index[event], index[~event]
    wins = [(a > b) + 0.5 * (a == b) for a in during for b in other]
    expected = np.mean(wins) if wins else np.nan
    assert early_warning.auroc(index.astype(float), event) == pytest.approx(expected, nan_ok=True)
