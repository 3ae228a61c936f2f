"""Means and contributions: exact sums, missing scores, permutations."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.index import aggregate, contribute
from pipelines.index.toolkit import copeland

KEYS = list("abcd")
SCORES = st.one_of(st.floats(0.5, 100).map(lambda x: round(x, 4)), st.just(np.nan))
tables = arrays.arrays(np.float64, (6, 4), elements=SCORES).map(
    lambda table: pd.DataFrame(table, columns=KEYS)
)
weighings = arrays.arrays(np.float64, 4, elements=st.floats(0.1, 10)).map(
    lambda weights: pd.Series(weights, KEYS)
)


@given(tables, weighings)
def test_arithmetic_contributions_add_up(scores, weights) -> None:
    mean = aggregate.weighted_mean(scores, weights, floor=0.5)
    gap = (contribute.arithmetic(scores, mean.weights).sum(axis=1) - mean.value).dropna()
    assert (gap.abs() < 1e-9).all()


@given(tables, weighings, st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]))
def test_power_contributions_add_up(scores, weights, power) -> None:
    mean = aggregate.power_mean(scores, weights, power, floor=0.0)
    parts = contribute.power(scores, mean.weights, power)
    gap = (parts.sum(axis=1) - mean.value).dropna()
    assert (gap.abs() < 1e-9).all()


@given(tables, weighings)
def test_logarithmic_contributions_add_up_to_the_change(scores, weights) -> None:
    mean = aggregate.geometric(scores, weights, floor=0.0)
    parts = contribute.logarithmic(scores, mean.weights)
    gap = (parts.sum(axis=1, min_count=1) - mean.value.diff()).dropna()
    assert (gap.abs() < 1e-9).all()


@given(tables, weighings)
def test_ciss_contributions_add_up_and_correlation_one_gives_the_square(scores, weights) -> None:
    share = scores / 100
    correlations = aggregate.ewma_correlations(share, least=2)
    portfolio = aggregate.ciss(share, weights, correlations, floor=0.0)
    parts = contribute.ciss(share, portfolio.weights, correlations)
    gap = (parts.sum(axis=1) - portfolio.value).dropna()
    assert (gap.abs() < 1e-9).all()
    together = aggregate.ciss(share, weights, np.ones((6, 4, 4)), floor=0.0)
    mean = aggregate.weighted_mean(share, weights, floor=0.0)
    assert together.value.to_numpy() == pytest.approx((mean.value**2).to_numpy(), nan_ok=True)


@given(tables, weighings, st.permutations(KEYS))
def test_the_order_of_indicators_changes_nothing(scores, weights, order) -> None:
    for mean in (aggregate.weighted_mean, aggregate.geometric, aggregate.harmonic):
        first = mean(scores, weights, floor=0.5).value
        other = mean(scores[order], weights[order], floor=0.5).value
        assert first.to_numpy() == pytest.approx(other.to_numpy(), nan_ok=True, abs=1e-12)


@given(tables, weighings)
def test_a_missing_score_is_never_a_zero(scores, weights) -> None:
    mean = aggregate.weighted_mean(scores, weights, floor=0.0)
    published = mean.value.notna()
    assert published.equals(scores.notna().any(axis=1))
    assert (mean.value[published] >= scores.min(axis=1)[published] - 1e-9).all()
    assert mean.weights[published].sum(axis=1).to_numpy() == pytest.approx(np.ones(published.sum()))


@given(tables, weighings)
def test_compensation_falls_with_the_power(scores, weights) -> None:
    powers = [aggregate.power_mean(scores, weights, p, floor=0.0).value for p in (-1, 0, 1)]
    for lower, higher in ((0, 1), (1, 2)):
        assert (powers[lower] <= powers[higher] + 1e-9).where(powers[0].notna(), True).all()


def test_coverage_floor_counts_the_weight_of_absent_columns() -> None:
    scores = pd.DataFrame({"a": [10.0, 10, np.nan], "b": [30.0, np.nan, np.nan]})
    weights = pd.Series({"a": 1.0, "b": 1.0, "never": 2.0})
    mean = aggregate.weighted_mean(scores, weights, floor=0.5)
    assert mean.coverage.tolist() == [0.5, 0.25, 0]
    assert mean.value.tolist()[0] == 20
    assert mean.value.isna().tolist() == [False, True, True]


def test_a_score_of_zero_is_a_score() -> None:
    scores = pd.DataFrame({"a": [0.0], "b": [50.0]})
    half = pd.Series({"a": 1.0, "b": 1.0})
    assert aggregate.weighted_mean(scores, half, floor=1).value.tolist() == [25]
    assert aggregate.geometric(scores, half, floor=1).value.tolist() == [0]
    assert aggregate.harmonic(scores, half, floor=1).value.tolist() == [0]


def test_negative_scores_have_no_power_mean_and_negative_weights_no_mean() -> None:
    scores = pd.DataFrame({"a": [-1.0], "b": [1.0]})
    with pytest.raises(ValueError, match="not negative"):
        aggregate.geometric(scores, pd.Series({"a": 1.0, "b": 1.0}), floor=0)
    with pytest.raises(ValueError, match="negative"):
        aggregate.weighted_mean(scores, pd.Series({"a": -1.0, "b": 2.0}), floor=0)


def test_copeland_calls_a_rounded_half_a_draw() -> None:
    thirds = pd.Series({"a": 0.1, "b": 0.2, "c": 0.3})  # 0.1 + 0.2 is not 0.3 in binary
    scores = pd.DataFrame({"a": [2.0, 1], "b": [2.0, 1], "c": [1.0, 2]}, index=["x", "y"])
    assert copeland.copeland(scores, thirds).tolist() == [0, 0]
    assert copeland.copeland(scores, thirds * [2, 1, 1]).tolist() == [1, -1]


parts_to_round = arrays.arrays(
    np.float64, (3, 5), elements=st.floats(-50, 50, allow_subnormal=False)
)


@given(parts_to_round, st.integers(0, 3))
def test_rounded_parts_add_up_to_the_rounded_sum(parts, decimals) -> None:
    frame = pd.DataFrame(parts)
    total = np.rint(parts.sum(axis=1) * 10**decimals)
    rounded = contribute.largest_remainder(frame, decimals)
    assert np.rint(rounded.sum(axis=1) * 10**decimals).tolist() == total.tolist()
    assert ((rounded - frame).abs() <= 10.0**-decimals + 1e-9).all(axis=None)


def test_largest_remainder_by_hand() -> None:
    # 33.3 + 33.3 + 33.4: the spare tenth goes to the first of equal remainders.
    result = contribute.largest_remainder(pd.DataFrame([[100 / 3] * 3]))
    assert result.iloc[0].tolist() == [33.4, 33.3, 33.3]


@given(tables, weighings)
def test_the_change_of_a_release_splits_exactly(scores, weights) -> None:
    assume(scores.iloc[:4].notna().any(axis=1).all())
    mean = aggregate.weighted_mean(scores, weights, floor=0)
    rows = contribute.arithmetic(scores, mean.weights)
    split = contribute.split(*(rows.iloc[row] for row in range(4)))
    change = rows.iloc[3].sum() - rows.iloc[0].sum()
    assert split.to_numpy().sum() == pytest.approx(change, abs=1e-9)


def test_a_key_that_a_new_method_adds_is_method() -> None:
    old, new = pd.Series({"a": 10.0}), pd.Series({"a": 6.0, "b": 5.0})
    split = contribute.split(old, old + 1, old + 3, new)
    assert split.loc["a"].tolist() == [1, 2, -7]
    assert split.loc["b"].tolist() == [0, 0, 5]


def test_a_published_decomposition_adds_up_and_a_lost_part_shows() -> None:
    # OFR Financial Stress Index (US public domain): 2000-01-03 by category and by region.
    categories = pd.DataFrame([[0.54, -0.051, 0.67, 0.472, 0.509]])
    regions = pd.DataFrame([[1.769, 0.521, -0.15]])
    for parts in (categories, regions):
        assert (parts.sum(axis=1) - pd.Series([2.14])).iloc[0] == pytest.approx(0, abs=1e-9)
    assert (regions[[0, 1]].sum(axis=1) - pd.Series([2.14])).iloc[0] == pytest.approx(0.15)
