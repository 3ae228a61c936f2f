"""COINr's ASEM example, every stage to 1e-11.

51 countries, 49 indicators, 4 levels.

Inputs and results of COINr 1.1.14 (Becker and others, JOSS 7(78), 4567; MIT); figures of the
European Commission's ASEM Sustainable Connectivity Portal.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from pipelines.index import aggregate, normalise
from pipelines.index.robustness import bands, sobol
from pipelines.index.toolkit import coherence, copeland, impute, leave_one_out, outliers, weights
from tests.conftest import SHARED

pytestmark = pytest.mark.shared
FOLDER = SHARED / "vectors" / "coinr_asem"
MEANS = {
    "a_amean": aggregate.weighted_mean,
    "a_gmean": aggregate.geometric,
    "a_hmean": aggregate.harmonic,
}
NORMS = {
    "n_minmax": lambda x: normalise.minmax(x, "full_sample", low=1, high=100),
    "n_zscore": lambda x: normalise.zscore(x, "full_sample", mean=10, sd=2),
}


@cache
def expected(name: str) -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / f"{name}.csv")
    return frame.set_index(frame.columns[0])


@cache
def metadata() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "input_iMeta.csv").set_index("iCode")


@cache
def structure() -> pd.DataFrame:
    """Keys with a level (indicators to index), their parents and nominal weights."""
    meta = metadata()
    return meta[meta["Level"].notna()]


def indicators() -> list[str]:
    return list(expected("expected_treated").columns)


def close(result: pd.DataFrame, answers: pd.DataFrame, tolerance: float = 1e-11) -> None:
    pd.testing.assert_frame_equal(
        result.reindex(index=answers.index, columns=answers.columns).astype(float),
        answers.astype(float),
        rtol=0,
        atol=tolerance,
        check_names=False,
    )


def directed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame * metadata()["Direction"].reindex(frame.columns)


def tree(scores: pd.DataFrame, nominal: pd.Series, mean=aggregate.weighted_mean) -> pd.DataFrame:
    """Scores with every level above them, up to the index."""
    parents = structure()["Parent"].to_dict()
    levels = [scores]
    for _ in range(3):
        levels.append(aggregate.level(levels[-1], nominal, parents, floor=0.0, mean=mean))
    return pd.concat(levels, axis=1)


def nominal_weights() -> pd.Series:
    return structure()["Weight"].astype(float)


def test_imputed_by_group() -> None:
    groups = pd.read_csv(FOLDER / "input_iData.csv").set_index("uCode")["EurAsia_group"]
    before = expected("expected_denominated")
    assert before.isna().to_numpy().sum() > 0
    close(impute.group(before, groups), expected("expected_imputed"))


def test_outliers_are_treated_point_by_point() -> None:
    treated = outliers.treat(expected("expected_screened"))
    close(treated.values, expected("expected_treated"))
    published = expected("expected_treatment_details")["winsorise.nwin"].fillna(0)
    result = treated.details["points"].reindex(published.index)
    assert result.tolist() == published.astype(int).tolist()
    assert not treated.details["logged"].any()


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("minmax", lambda x: normalise.minmax(x, "full_sample")),
        ("minmax_1_100", NORMS["n_minmax"]),
        ("zscore", lambda x: normalise.zscore(x, "full_sample")),
        ("zscore_10_2", NORMS["n_zscore"]),
        ("rank", lambda x: normalise.rank(x, "full_sample")),
        ("borda", lambda x: normalise.borda(x, "full_sample")),
        ("prank", lambda x: normalise.percentile_rank(x, "full_sample")),
        ("dist2max", lambda x: normalise.distance_to_maximum(x, "full_sample")),
        ("fracmax", lambda x: normalise.fraction_of_maximum(x, "full_sample")),
    ],
)
def test_normalised(name, function) -> None:
    answers = expected(f"expected_norm_{name}").astype(float)
    result = function(directed(expected("expected_treated")))
    finite = np.isfinite(answers)  # a maximum of zero divides some columns of fracmax
    assert finite.to_numpy().mean() > 0.9
    close(result.where(finite), answers.where(finite))


def test_aggregated_up_the_tree() -> None:
    result = tree(expected("expected_normalised"), nominal_weights())
    answers = expected("expected_aggregated")
    close(result, answers[[column for column in answers if column in result]])
    published = expected("published_nominal")
    ranks = result["Index"].rank(ascending=False, method="min").reindex(published.index)
    assert ranks.tolist() == published["Rank"].tolist()


@pytest.mark.parametrize("name", list(MEANS))
def test_other_means(name) -> None:
    scores = expected("expected_norm_minmax_1_100")
    result = tree(scores, nominal_weights(), MEANS[name])[["Conn", "Sust", "Index"]]
    answers = expected("expected_aggregation_alternatives_minmax_1_100")
    close(result.add_prefix(f"{name}_"), answers[[f"{name}_{k}" for k in result]])


def test_effective_weights_down_the_tree() -> None:
    shape = structure()
    answers = expected("expected_effective_weights")["EffWeight"]
    result = weights.effective(nominal_weights(), shape["Parent"].dropna().to_dict())
    assert np.abs(result.reindex(answers.index) - answers).max() < 1e-15
    assert result[indicators()].sum() == pytest.approx(1, abs=1e-12)


def test_first_components_up_to_their_sign() -> None:
    scores, answers = expected("expected_normalised"), expected("expected_pca_weights_level1")
    answers = answers.loc[indicators(), "Weight"]
    for _, keys in structure().loc[indicators()].groupby("Parent"):
        result = weights.first_component(scores[list(keys.index)])
        sign = np.sign(result.iloc[0] * answers[result.index[0]])
        assert np.abs(result * sign - answers[result.index]).max() < 1e-11


def test_optimised_to_equal_importance() -> None:
    scores = expected("expected_aggregated")[["Conn", "Sust"]]
    result = weights.optimised(scores)
    answers = expected("expected_opt_weights_level3_equal").reset_index()["OptWeight"]
    assert result.to_numpy() == pytest.approx(answers.to_numpy(), abs=1e-4)  # COINr stops earlier
    index = scores @ result
    assert scores.corrwith(index).diff().iloc[-1] == pytest.approx(0, abs=1e-9)


def test_cronbach_alpha_of_each_pillar() -> None:
    scores, answers = expected("expected_normalised"), expected("expected_cronbach_normalised")
    for pillar, keys in structure().loc[indicators()].groupby("Parent"):
        result = coherence.cronbach_alpha(scores[list(keys.index)])
        assert result == pytest.approx(answers.loc[pillar, "alpha"], abs=1e-11)


def test_outranking_of_five_indicators() -> None:
    scores = pd.read_csv(FOLDER / "input_iData.csv").set_index("uCode").loc[:, "LPI":"Elec"]
    result = copeland.outranking(scores, weights.equal(list(scores))).to_numpy()
    published = pd.read_csv(FOLDER / "expected_outrank_matrix_cols12_16.csv").to_numpy()
    assert np.abs(result - published).max() < 1e-15
    assert np.isclose(result, 1).sum() == 323  # pairs in which one country is higher in all five


def test_copeland_of_two_sub_indices() -> None:
    answers = expected("expected_aggregation_alternatives_minmax_1_100")
    scores = answers[["a_amean_Conn", "a_amean_Sust"]]
    result = copeland.copeland(scores, weights.equal(list(scores)))
    assert result.tolist() == answers["copeland_Index_from_amean_Conn_Sust"].tolist()


def test_copeland_of_49_indicators_differs_only_where_a_pair_is_within_rounding_of_a_draw() -> None:
    scores = expected("expected_norm_minmax_1_100")
    equal = weights.equal(list(scores))
    result = copeland.copeland(scores, equal)
    answers = expected("expected_aggregation_alternatives_minmax_1_100")["copeland_all49_equal"]
    gap = (result - answers.reindex(result.index)).abs()
    assert (gap > 0).sum() == 10
    assert gap.max() == 2


@cache
def treated(limit: int) -> pd.DataFrame:
    return directed(outliers.treat(expected("expected_screened"), limit).values)


def test_two_hundred_monte_carlo_replicates() -> None:
    plan = pd.read_csv(FOLDER / "mc_parameters.csv")
    sets = pd.read_csv(FOLDER / "mc_weight_sets.csv").pivot(
        index="iCode", columns="set", values="Weight"
    )
    answers = expected("expected_mc_scores")
    scores = {}
    for run in plan.itertuples():
        normalised = NORMS[run.norm](treated(run.winmax))
        overall = tree(normalised, sets[run.weights_set], MEANS[run.agg])
        scores[f"r_{run.rep}"] = overall["Index"]
    result = pd.DataFrame(scores)
    close(result, answers.drop(columns="Nominal"))
    ranks = bands.rank_statistics(result)
    close(ranks, expected("expected_mc_rankstats").drop(columns="Nominal"), 1e-9)


def test_published_sobol_indices_of_its_vignette() -> None:
    ranks = expected("published_SA_ranks")
    runs = ranks.drop(columns="Nominal").sub(ranks["Nominal"], axis=0).abs().mean().to_numpy()
    result = sobol.indices(runs, 4, centre=False)
    answers = expected("published_SA_sensitivity")
    assert result.first[:, 0] == pytest.approx(answers["Si"].to_numpy(), abs=1e-14)
    assert result.total[:, 0] == pytest.approx(answers["STi"].to_numpy(), abs=1e-14)


def test_removing_each_pillar() -> None:
    pillars = [key for key in structure().index if structure().loc[key, "Level"] == 2]
    scores = expected("expected_aggregated")[pillars]
    parents, nominal = structure()["Parent"].to_dict(), nominal_weights()

    def index(frame: pd.DataFrame) -> pd.Series:
        upper = aggregate.level(frame, nominal, parents, floor=0.0)
        return aggregate.level(upper, nominal, parents, floor=0.0)["Index"]

    result = leave_one_out.mean_rank_shift(index(scores), leave_one_out.remove_one(scores, index))
    answers = expected("expected_remove_elements_level2")["MeanAbsDiff"].drop("Nominal")
    assert np.abs(result.reindex(answers.index) - answers).max() < 1e-12
