"""Presence moves nothing: members that enter, leave or lack a figure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.aggregate import weighted_mean
from pipelines.index.gauges.linking import linked_mean

NAN = np.nan
WEIGHTS = pd.Series({"a": 1.0, "b": 1.0, "c": 2.0})
SCORES = st.floats(0, 100)


def frame(**columns: list[float]) -> pd.DataFrame:
    months = pd.date_range("2026-01-01", periods=len(next(iter(columns.values()))), freq="MS")
    return pd.DataFrame(columns, months, dtype="float64")


def test_who_enters_moves_nothing_and_counts_from_the_next_month_on() -> None:
    scores = frame(a=[10, 12, 12], b=[30, 32, 32], c=[NAN, 80, 84])
    linked = linked_mean(scores, WEIGHTS, floor=0.5)
    # The two that stay rise by 2; the third is worth 29 points, and moves its half of 4 later.
    assert linked.value.tolist() == pytest.approx([20, 22, 24])
    assert linked.shift.tolist() == pytest.approx([0, 22 - 51, 22 - 51])
    assert linked.moves.iloc[1].tolist() == pytest.approx([1, 1, 0])
    assert linked.moves.iloc[2].tolist() == pytest.approx([0, 0, 2])


def test_who_leaves_moves_nothing() -> None:
    scores = frame(a=[10, 10], b=[40, 50], c=[20, NAN])
    linked = linked_mean(scores, WEIGHTS, floor=0.2)
    assert linked.value.tolist() == pytest.approx([22.5, 27.5])
    assert linked.shift.iloc[1] == pytest.approx(27.5 - 30)


def test_a_withheld_month_is_linked_over() -> None:
    scores = frame(a=[10, NAN, 14], b=[30, NAN, 30], c=[50, 50, 50])
    linked = linked_mean(scores, WEIGHTS, floor=0.7)
    assert np.isnan(linked.value.iloc[1])
    assert linked.value.iloc[[0, 2]].tolist() == pytest.approx([35, 36])
    assert linked.moves.iloc[2].sum() == pytest.approx(1)


def test_without_members_in_common_the_mean_starts_again_from_the_shift() -> None:
    scores = frame(a=[10, 20, NAN], b=[30, NAN, NAN], c=[NAN, NAN, 90])
    linked = linked_mean(scores, WEIGHTS, floor=0.0)
    assert linked.value.tolist() == pytest.approx([20, 30, 100])
    assert linked.shift.tolist() == pytest.approx([0, 10, 10])


def test_who_enters_high_and_falls_does_not_push_the_mean_below_its_scale() -> None:
    scores = frame(a=[0, 0, 0, 10], b=[0, 0, 0, 10], c=[NAN, 60, 0, 10])
    linked = linked_mean(scores, WEIGHTS, floor=0.5)
    assert linked.value.tolist() == pytest.approx([0, 0, 0, 10])


@given(st.lists(st.tuples(SCORES, SCORES, SCORES), min_size=2, max_size=8))
def test_with_the_same_members_it_is_the_weighted_mean(
    rows: list[tuple[float, float, float]],
) -> None:
    scores = pd.DataFrame(rows, columns=["a", "b", "c"])
    linked = linked_mean(scores, WEIGHTS, floor=0.5)
    plain = weighted_mean(scores, WEIGHTS, floor=0.5)
    assert np.allclose(linked.value, plain.value)
    assert np.allclose(linked.shift, 0.0, atol=1e-9)


@given(
    st.lists(st.tuples(SCORES, SCORES, st.one_of(SCORES, st.just(NAN))), min_size=2, max_size=10)
)
def test_parts_and_moves_add_up_and_presence_alone_moves_nothing(
    rows: list[tuple[float, float, float]],
) -> None:
    scores = pd.DataFrame(rows, columns=["a", "b", "c"])
    linked = linked_mean(scores, WEIGHTS, floor=0.0)
    parts = (linked.weights * scores.fillna(0.0)).sum(axis=1) + linked.shift
    assert np.allclose(parts, linked.value)
    assert linked.value.between(-1e-9, 100 + 1e-9).all()
    inside = linked.value.between(1e-6, 100 - 1e-6).iloc[1:]
    moved, change = linked.moves.sum(axis=1).iloc[1:], linked.value.diff().iloc[1:]
    assert np.allclose(moved[inside], change[inside])
    still = scores.copy()
    still[["a", "b"]] = [10.0, 30.0]
    still["c"] = 90.0 + 0.0 * scores["c"]  # there or not, and never another score
    assert np.allclose(linked_mean(still, WEIGHTS, floor=0.0).value.diff().iloc[1:], 0.0)


@given(st.lists(st.tuples(*[st.one_of(SCORES, st.just(NAN))] * 3), min_size=3, max_size=8))
def test_a_later_row_changes_no_earlier_value(rows: list[tuple[float, float, float]]) -> None:
    scores = pd.DataFrame(rows, columns=["a", "b", "c"])
    full = linked_mean(scores, WEIGHTS, floor=0.5)
    shorter = linked_mean(scores.iloc[:-1], WEIGHTS, floor=0.5)
    pd.testing.assert_series_equal(full.value.iloc[:-1], shorter.value)
