"""Imputation, treatment, weights, coherence, chains, revisions by hand."""

import numpy as np
import pandas as pd
import pytest

from pipelines.index import aggregate, missing, normalise
from pipelines.index.robustness import revisions
from pipelines.index.toolkit import chain, coherence, impute, leave_one_out, outliers, weights

MONTHS = pd.date_range("2024-01-01", periods=6, freq="MS")
NAN = np.nan


class TestImpute:
    def test_carried_no_further_than_the_limit_with_its_age(self) -> None:
        frame = pd.DataFrame({"a": [NAN, 1, NAN, NAN, NAN, 2]}, MONTHS)
        carried, age = impute.carry(frame, 2)
        assert carried["a"].tolist() == pytest.approx([NAN, 1, 1, 1, NAN, 2], nan_ok=True)
        assert age["a"].tolist() == pytest.approx([NAN, 0, 1, 2, NAN, 0], nan_ok=True)
        assert impute.carry(frame, 0)[0].equals(frame)

    def test_states_say_where_each_cell_comes_from(self) -> None:
        raw = pd.DataFrame({"a": [1, NAN, NAN, NAN]})
        carried, _ = impute.carry(raw, 1)
        filled = carried.fillna({"a": 9}).where(raw.index.to_series().lt(3), axis=0)
        names = impute.states(raw, carried, filled)
        assert names["a"].tolist() == ["observed", "carried", "estimated", "missing"]

    def test_conditional_expectation_follows_the_factor_and_keeps_what_is_observed(self) -> None:
        rng = np.random.default_rng(1)
        factor = rng.normal(size=120).cumsum()
        full = pd.DataFrame(
            {
                k: factor * b + rng.normal(size=120) * 0.1
                for k, b in zip("abc", (1, 2, -1), strict=True)
            }
        )
        gaps = full.copy()
        gaps.iloc[-3:, 1] = NAN
        filled = missing.conditional(gaps)
        assert filled.where(gaps.notna()).equals(gaps)
        assert (filled - full).iloc[-3:, 1].abs().max() < 0.5  # the column's deviation is over 5
        assert full["b"].std() > 5

    def test_an_empty_column_cannot_be_estimated(self) -> None:
        with pytest.raises(ValueError, match="no figure to estimate from in b"):
            missing.conditional(pd.DataFrame({"a": [1.0, 2.0], "b": [NAN, NAN]}))


class TestTreat:
    def test_one_outlier_is_pulled_to_the_next_figure(self) -> None:
        column = pd.DataFrame({"a": [*range(1, 20), 1000.0]})
        treated = outliers.treat(column)
        assert treated.values["a"].iloc[-1] == 19
        assert treated.details.loc["a"].tolist() == [1, False]

    def test_a_heavy_tail_takes_logarithms_of_the_untreated(self) -> None:
        column = pd.DataFrame({"a": np.exp(np.arange(25.0))})
        treated = outliers.treat(column, points=1)
        assert treated.details.loc["a", "logged"]
        assert treated.values["a"].diff().iloc[1:].gt(0).all()

    def test_an_expanding_stage_is_causal(self) -> None:
        frame = pd.DataFrame(np.random.default_rng(2).standard_t(2, size=(60, 2)))

        def stage(seen: pd.DataFrame) -> pd.DataFrame:
            return normalise.zscore(outliers.treat(seen).values, "full_sample")

        overall = outliers.expanding(frame, stage, least=12)
        assert overall.iloc[:11].isna().all(axis=None)
        pd.testing.assert_frame_equal(
            overall.iloc[:50], outliers.expanding(frame.iloc[:50], stage, 12)
        )


class TestWeights:
    def test_expert_points_and_inverse_volatility(self) -> None:
        assert weights.expert({"a": 3, "b": 1}).tolist() == [0.75, 0.25]
        changes = pd.DataFrame({"a": [1.0, -1, 1, -1], "b": [3.0, -3, 3, -3]})
        assert weights.inverse_volatility(changes).tolist() == pytest.approx([0.75, 0.25])

    @pytest.mark.parametrize("points", [{"a": -1, "b": 2}, {"a": 0, "b": 0}])
    def test_impossible_points_are_refused(self, points) -> None:
        with pytest.raises(ValueError, match="expert points"):
            weights.expert(points)

    def test_a_flat_series_has_no_volatility_to_weigh_by(self) -> None:
        with pytest.raises(ValueError, match="in b"):
            weights.inverse_volatility(pd.DataFrame({"a": [1.0, 2], "b": [1.0, 1]}))

    def test_effective_weights_multiply_down(self) -> None:
        inputs = pd.Series({"x": 1.0, "y": 3.0, "p": 1.0, "q": 1.0, "top": 1.0})
        result = weights.effective(inputs, {"x": "p", "y": "p", "p": "top", "q": "top"})
        assert result.to_dict() == {"x": 0.125, "y": 0.375, "p": 0.5, "q": 0.5, "top": 1.0}
        with pytest.raises(ValueError, match="gone"):
            weights.effective(inputs, {"x": "gone"})

    def test_optimised_importance_is_met_or_refused(self) -> None:
        rng = np.random.default_rng(3)
        scores = pd.DataFrame(rng.normal(size=(200, 3)) * [1, 2, 5], columns=list("abc"))
        result = weights.optimised(scores, pd.Series([2.0, 1, 1], list("abc")))
        with_index = scores.corrwith(scores @ result)
        assert (with_index / with_index.sum()).tolist() == pytest.approx([0.5, 0.25, 0.25])
        opposed = pd.DataFrame({"a": scores["a"], "b": -2 * scores["a"]})
        with pytest.raises(ValueError, match="no positive weights"):
            weights.optimised(opposed)


class TestCoherence:
    SCORES = pd.DataFrame(
        {"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 8.1], "c": [4.0, 3, 2.5, 1], "p": [1.0, 2, 3, 5]}
    )

    def test_conflicts_and_redundancy(self) -> None:
        parents = {"a": "p", "b": "p", "c": "p"}
        assert coherence.conflicts(self.SCORES, parents) == ["c"]
        pairs = coherence.redundant(self.SCORES[["a", "b"]])
        assert pairs[["one", "other"]].to_numpy().tolist() == [["a", "b"]]

    def test_cronbach_alpha_of_parallel_columns(self) -> None:
        column = pd.Series([1.0, 2, 4, 3])
        assert coherence.cronbach_alpha(pd.concat([column] * 3, axis=1)) == pytest.approx(1)
        assert np.isnan(coherence.cronbach_alpha(column.to_frame()))

    def test_importance_shares_add_up_and_show_the_loudest(self) -> None:
        rng = np.random.default_rng(4)
        scores = pd.DataFrame(rng.normal(size=(300, 2)) * [1, 10], columns=["quiet", "loud"])
        half = weights.equal(["quiet", "loud"])
        table = coherence.importance(scores, scores @ half, half)
        assert table["importance"].sum() == pytest.approx(1)
        assert table.loc["loud", "ratio"] > 1.9


class TestRemoval:
    def test_the_index_without_each_key(self) -> None:
        scores = pd.DataFrame({"a": [10.0, 20], "b": [30.0, 60]})

        def index(frame: pd.DataFrame) -> pd.Series:
            return aggregate.weighted_mean(frame, weights.equal(["a", "b"]), floor=0.0).value

        result = leave_one_out.remove_one(scores, index)
        assert result.to_dict("list") == {"a": [30, 60], "b": [10, 20]}


class TestChain:
    OLD = pd.Series([10.0, 20, 30], MONTHS[:3])
    NEW = pd.Series([1.0, 2, 4, 8], MONTHS[1:5])

    def test_ratio_and_difference_links_touch_nothing_published(self) -> None:
        ratio = chain.link(self.OLD, self.NEW, MONTHS[2], "ratio")
        points = chain.link(self.OLD, self.NEW, MONTHS[2], "difference")
        assert ratio.tolist() == [10, 20, 30, 60, 120]
        assert points.tolist() == [10, 20, 30, 32, 36]

    def test_no_overlap_no_link(self) -> None:
        with pytest.raises(ValueError, match="overlap"):
            chain.link(self.OLD, self.NEW, MONTHS[0], "ratio")

    def test_laspeyres_by_hand_across_one_link(self) -> None:
        months = pd.date_range("2023-01-01", periods=24, freq="MS")
        prices = pd.DataFrame({"a": np.linspace(100, 123, 24), "b": 100.0}, months)
        shares = pd.DataFrame({"a": [500, 250], "b": [500, 750]}, [2023, 2024])
        result = chain.laspeyres(prices, shares)
        december = 100 * (0.5 * 111 / 100 + 0.5)
        assert result["2023-12-01"] == pytest.approx(december)
        assert result["2024-12-01"] == pytest.approx(december * (0.25 * 123 / 111 + 0.75))


class TestRevisions:
    ROWS = pd.DataFrame(
        {
            "period": ["q1", "q1", "q2", "q2", "q3"],
            "known_from": [1, 2, 2, 3, 3],
            "value": [1.0, 1.5, 2.0, 1.0, 3.0],
        }
    )

    def test_triangle_and_releases(self) -> None:
        table = revisions.triangle(self.ROWS)
        assert revisions.release(table, 0).tolist() == [1, 2, 3]
        second = revisions.release(table, 1)
        assert second["q2"] == 1
        assert np.isnan(second["q3"])

    def test_statistics_by_hand(self) -> None:
        early = pd.Series([1.0, -1, 2, 3, 1, 2], MONTHS)
        final = pd.Series([2.0, 1, 2, 3, 1, 3], MONTHS)
        result = revisions.statistics(early, final)
        assert result[["n", "bias", "mar", "sign_agreement"]].tolist() == pytest.approx(
            [6, 4 / 6, 4 / 6, 5 / 6]
        )
        assert result["direction_agreement"] == 1

    def test_a_figure_that_disappears_is_a_change_and_a_new_one_is_not(self) -> None:
        older = pd.DataFrame({"a": [1.0, NAN]})
        assert revisions.changed(older, pd.DataFrame({"a": [1.0, 2.0, 3.0]})).empty
        assert len(revisions.changed(older, pd.DataFrame({"a": [NAN, 2.0]}))) == 1
