"""Normalisation: goalposts, frozen and expanding bases, refusals."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import normalise

CAUSAL = [
    normalise.zscore,
    normalise.minmax,
    normalise.rank,
    normalise.borda,
    normalise.percentile_rank,
    normalise.ecdf,
    normalise.distance_to_maximum,
    normalise.fraction_of_maximum,
]
FIGURES = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))
tables = arrays.arrays(
    np.float64, st.tuples(st.integers(8, 20), st.integers(1, 3)), elements=FIGURES
)


def test_goalposts_of_a_published_hdi() -> None:
    # UNDP, HDR 2023/24: Albania 1990 has 73.144 years, 4,964.172443 dollars and an HDI of 0.649.
    health = normalise.goalposts(np.array([73.144]), 20, 85, scale=1)[0]
    income = normalise.goalposts(np.array([4964.172443]), 100, 75_000, log=True, scale=1)[0]
    education = (11.57933998 / 18 + 7.354632085 / 15) / 2
    assert round(float((health * education * income) ** (1 / 3)), 3) == 0.649


def test_goalposts_cap_invert_and_keep_what_is_missing() -> None:
    figures = pd.Series([-5.0, 0, 5, 10, 20, np.nan])
    assert normalise.goalposts(figures, 0, 10).tolist()[:5] == [0, 0, 50, 100, 100]
    assert normalise.goalposts(figures, 10, 0).tolist()[:5] == [100, 100, 50, 0, 0]
    assert normalise.goalposts(figures, 0, 10, cap=False).tolist()[:5] == [-50, 0, 50, 100, 200]
    assert np.isnan(normalise.goalposts(figures, 0, 10).iloc[5])


@pytest.mark.parametrize(
    ("ends", "log", "message"),
    [((3, 3), False, "differ"), ((0, 3), True, "above zero"), ((1, 3), True, "above zero")],
)
def test_goalposts_refuse(ends, log, message) -> None:
    with pytest.raises(ValueError, match=message):
        normalise.goalposts(pd.Series([0.0, 2.0]), *ends, log=log)


@pytest.mark.parametrize("function", CAUSAL)
@given(table=tables)
def test_a_later_row_changes_no_earlier_score(function, table) -> None:
    frame = pd.DataFrame(table)
    overall = function(frame, "expanding", least=4)
    before = function(frame.iloc[:-1], "expanding", least=4)
    pd.testing.assert_frame_equal(overall.iloc[:-1], before, check_exact=True)


@pytest.mark.parametrize("function", CAUSAL)
def test_a_frozen_base_is_all_that_counts(function) -> None:
    rng = np.random.default_rng(4)
    base, frame = (pd.DataFrame(rng.normal(size=(30, 2))) for _ in range(2))
    alone = pd.concat([function(frame.iloc[[row]], base) for row in range(len(frame))])
    pd.testing.assert_frame_equal(function(frame, base), alone)


@pytest.mark.parametrize("function", CAUSAL)
def test_the_last_expanding_row_is_that_of_the_full_sample(function) -> None:
    frame = pd.DataFrame(np.random.default_rng(5).normal(size=(40, 3)))
    expanding, full = function(frame, "expanding", least=5), function(frame, "full_sample")
    assert expanding.iloc[-1].to_numpy() == pytest.approx(full.iloc[-1].to_numpy())
    assert expanding.iloc[:4].isna().all(axis=None)


@pytest.mark.parametrize("function", CAUSAL)
def test_missing_stays_missing(function) -> None:
    frame = pd.DataFrame(np.random.default_rng(6).normal(size=(30, 2)))
    frame.iloc[20, 1] = np.nan
    for base in ("expanding", "full_sample", frame):
        result = function(frame, base, least=4)
        assert np.isnan(result.iloc[20, 1])
        assert result.iloc[21].notna().all()


def test_the_full_sample_must_be_said() -> None:
    with pytest.raises(ValueError, match="full_sample"):
        normalise.minmax(pd.DataFrame({"a": [1.0, 2.0]}), "all")


def test_recursive_distribution_by_hand() -> None:
    result = normalise.ecdf(pd.DataFrame({"a": [3.0, 1, 2, 2, 5]}), least=1)
    assert result["a"].tolist() == [1, 1 / 2, 2 / 3, 3 / 4, 1]


def test_distance_to_a_reference_row() -> None:
    frame = pd.DataFrame({"a": [0.0, 5, 10, 20]})
    share = normalise.distance_to(frame, frame.loc[2], "full_sample")
    assert share["a"].tolist() == [0, 0.5, 1, 2]
    capped = normalise.distance_to(frame, frame.loc[2], "full_sample", cap=True)
    assert capped["a"].tolist() == [0, 0.5, 1, 1]


def test_a_fixed_base_is_100_in_its_month_or_in_the_mean_of_its_year() -> None:
    months = pd.date_range("2015-01-01", periods=24, freq="MS")
    frame = pd.DataFrame({"a": np.arange(1.0, 25.0), "b": 5.0}, months)
    assert normalise.fixed_base(frame, frame.loc["2015-01-01"]).loc["2015-03-01", "a"] == 300
    year = normalise.fixed_base(frame, frame.loc["2015"])
    assert year.loc["2015"].mean().tolist() == pytest.approx([100, 100])
