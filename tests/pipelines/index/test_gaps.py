"""Missing figures, zeros and constants: nothing invented, nothing lost."""

import warnings

import numpy as np
import pandas as pd
import pytest

from pipelines.index import aggregate, asof, regimes, transform
from pipelines.index.robustness import revisions
from pipelines.index.toolkit import chain, copeland, weights

NAN = np.nan
LADDER = [("calm", 0, 0), ("watch", 40, 35)]


def steps(**columns: list[float]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.RangeIndex(2020 * 4, 2020 * 4 + length))


class TestLaspeyres:
    MONTHS = pd.date_range("2023-01-01", periods=30, freq="MS")
    SHARES = pd.DataFrame({"a": 1.0, "b": 1.0}, [2023, 2024, 2025])

    def prices(self, **columns: float) -> pd.DataFrame:
        return pd.DataFrame(columns, self.MONTHS)

    def test_a_missing_component_moves_as_the_others_do(self) -> None:
        flat = self.prices(a=100.0, b=100.0)
        flat.loc["2023-05-01", "b"] = NAN
        assert chain.laspeyres(flat, self.SHARES).tolist() == pytest.approx([100.0] * 30)
        rising = self.prices(a=100.0, b=50.0)
        rising.loc["2024-06-01":, "a"] = 110.0
        rising.loc["2024-06-01", "b"] = NAN
        index = chain.laspeyres(rising, self.SHARES)
        assert index["2024-05-01"] == pytest.approx(100.0)
        assert index["2024-06-01"] == pytest.approx(110.0)
        assert index["2024-07-01"] == pytest.approx(105.0)  # b is read again, and had not moved

    def test_a_component_without_a_price_in_december_is_linked_by_the_others(self) -> None:
        prices = self.prices(a=100.0, b=50.0)
        prices.loc["2023-12-01", "b"] = NAN
        prices.loc["2024-01-01":, "b"] = 55.0
        index = chain.laspeyres(prices, self.SHARES)
        assert index["2023-12-01"] == pytest.approx(100.0)
        assert index["2024-01-01"] == pytest.approx(105.0)

    def test_a_year_without_weights_is_missing_and_so_is_what_is_chained_on_it(self) -> None:
        index = chain.laspeyres(self.prices(a=100.0, b=100.0), self.SHARES.drop(index=2024))
        assert index.loc["2023"].tolist() == pytest.approx([100.0] * 12)
        assert index.loc["2024":].isna().all()

    def test_a_month_without_any_price_is_missing_and_does_not_end_the_chain(self) -> None:
        prices = self.prices(a=100.0, b=100.0)
        prices.loc["2024-03-01"] = NAN
        index = chain.laspeyres(prices, self.SHARES)
        assert np.isnan(index["2024-03-01"])
        assert index.drop(pd.Timestamp("2024-03-01")).tolist() == pytest.approx([100.0] * 29)

    def test_a_missing_weight_is_refused(self) -> None:
        shares = self.SHARES.copy()
        shares.loc[2024, "b"] = NAN
        with pytest.raises(ValueError, match="weight of b in 2024"):
            chain.laspeyres(self.prices(a=100.0, b=100.0), shares)

    def test_contributions_add_up_where_a_price_is_missing(self) -> None:
        rng = np.random.default_rng(8)
        walk = np.exp(rng.normal(scale=0.02, size=(30, 3)).cumsum(axis=0)) * 100
        prices = pd.DataFrame(walk, self.MONTHS, list("abc"))
        prices.loc["2024-05-01", "b"] = NAN
        shares = pd.DataFrame({"a": 1.0, "b": 2.0, "c": 1.0}, [2023, 2024, 2025])
        index = chain.laspeyres(prices, shares)
        rate = 100 * (index / index.shift(12) - 1)
        parts = chain.ribe(prices, shares).sum(axis=1, min_count=3)
        assert parts.loc["2025-01-01":].tolist() == pytest.approx(rate["2025-01-01":].tolist())


class TestZeroDenominators:
    FLOWS = steps(a=[1.0] * 8)
    ZEROS = steps(b=[0.0] * 8)

    @pytest.mark.parametrize("name", ["ratio", "premium", "trailing_ratio", "gain"])
    def test_a_ratio_over_zero_is_missing(self, name: str) -> None:
        word = transform.TRANSFORMS[name]
        assert word.function(of=self.FLOWS, to=self.ZEROS, year=4).isna().all()

    def test_growth_from_zero_is_missing(self) -> None:
        rising = steps(b=[0.0] * 4 + [5.0] * 4)
        for name in ("growth", "doublings"):
            assert transform.TRANSFORMS[name].function(of=rising, year=4).isna().all()
        gap = transform.growth_gap(rising, self.FLOWS, year=4)
        assert gap.isna().all()
        assert transform.growth_gap(self.FLOWS, rising, year=4).isna().all()

    def test_a_rise_over_a_base_of_zero_is_missing(self) -> None:
        months = pd.RangeIndex(2019 * 12, 2020 * 12 + 12)
        price = pd.DataFrame({"a": 50.0}, index=months)
        for of, to in ((price, price * 0), (price * 0, price)):
            rise = transform.relative_rise(of, to, year=12)
            assert rise.isna().all()

    def test_where_only_some_steps_divide_by_zero_the_others_stand(self) -> None:
        to = steps(b=[2.0] * 6 + [0.0, 4.0])
        ratio = transform.ratio(self.FLOWS, to, year=4)
        assert ratio.tolist() == pytest.approx([0.5] * 6 + [NAN, 0.25], nan_ok=True)


class TestRegimes:
    def test_months_that_are_not_there_confirm_nothing(self) -> None:
        months = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-04-01", "2026-05-01"])
        index = pd.Series([10.0, 50, 50, 50], months)
        states = regimes.classify(index, LADDER, confirm=2)
        assert states.tolist() == ["calm", "calm", "calm", "watch"]
        assert states.index.equals(index.index)

    def test_a_gap_in_numbered_or_named_months_counts_as_well(self) -> None:
        index = pd.Series([10.0, 50, 50, 50], [1, 2, 4, 5])
        assert regimes.classify(index, LADDER, confirm=2).tolist()[2:] == ["calm", "watch"]
        named = pd.Series(index.to_numpy(), pd.PeriodIndex(["2026-01", "2026-02", "2026-04",
                                                            "2026-05"], freq="M"))  # fmt: skip
        assert regimes.classify(named, LADDER, confirm=2).tolist()[2:] == ["calm", "watch"]


class TestRevisionStatistics:
    MONTHS = pd.date_range("2024-01-01", periods=8, freq="MS")

    @pytest.mark.parametrize(
        ("early", "final"),
        [
            ([1.0] * 8, [2.0] * 8),  # both constant
            ([1.0] * 8, [1.0] * 8),  # nothing was ever revised
            ([3.0, 1, 4, 1, 5, 9, 2, 6], [3.0, 1, 4, 1, 5, 9, 2, 6]),
            ([2.0] * 8, [3.0, 1, 4, 1, 5, 9, 2, 6]),
        ],
    )
    def test_a_constant_series_has_a_bias_and_no_slope(self, early, final) -> None:
        with warnings.catch_warnings():
            # of arithmetic alone: sockets that other tests left to the collector warn here too
            warnings.simplefilter("error", RuntimeWarning)
            result = revisions.statistics(
                pd.Series(early, self.MONTHS), pd.Series(final, self.MONTHS)
            )
        assert result["bias"] == pytest.approx(np.mean(final) - np.mean(early))
        assert result["n"] == 8
        if len(set(early)) == 1:
            assert np.isnan(result["news_slope"])
        if len(set(final)) == 1:
            assert np.isnan(result["noise_slope"])
            assert np.isnan(result["noise_to_signal"])

    @pytest.mark.parametrize("months", [0, 1, 2])
    def test_too_few_months_have_no_tests(self, months: int) -> None:
        early = pd.Series([1.0, 2.0][:months], self.MONTHS[:months])
        result = revisions.statistics(early, early + 1)
        assert result["n"] == months
        assert np.isnan(result["news_p"])


class TestAsOf:
    def test_figures_of_long_ago_are_kept(self) -> None:
        months = np.array([1999 * 12, 1999 * 12 + 1, 2026 * 12])
        figures = asof.Figures(np.arange(3), months, np.array([1.0, 2.0, 3.0]))
        table = asof.table(["a"], {"a": figures}, 2026 * 12, asof.StepRule(1, "last", 0))
        assert table["a"].dropna().to_dict() == {1999 * 12: 1, 1999 * 12 + 1: 2, 2026 * 12: 3}

    def test_a_method_may_say_from_which_year_it_reads(self) -> None:
        figures = asof.Figures(np.arange(2), np.array([1999 * 12, 2026 * 12]), np.array([1.0, 3]))
        rule = asof.StepRule(1, "last", 0)
        table = asof.table(["a"], {"a": figures}, 2026 * 12, rule, first_year=2014)
        assert table.index[0] == 2014 * 12
        assert table["a"].dropna().to_dict() == {2026 * 12: 3}


class TestMissingWeights:
    def test_a_missing_weight_is_refused_and_never_zero(self) -> None:
        scores = pd.DataFrame({"a": [10.0], "b": [20.0]})
        gap = pd.Series({"a": 1.0, "b": NAN})
        with pytest.raises(ValueError, match="missing"):
            aggregate.weighted_mean(scores, gap, floor=0.0)
        with pytest.raises(ValueError, match="missing"):
            weights.expert({"a": 1.0, "b": NAN})
        with pytest.raises(ValueError, match="missing"):
            weights.effective(gap, {})
        with pytest.raises(ValueError, match="missing"):
            copeland.outranking(scores, gap)
