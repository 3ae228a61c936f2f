"""Monte Carlo: published point, causality, seeds, gaps and bands."""

import numpy as np
import pandas as pd
import pytest

from pipelines.index import aggregate, normalise
from pipelines.index.robustness import bands, monte_carlo
from pipelines.index.robustness.choices import Choices, ScoringChoice, score

DIMENSIONS = pd.Series({"cost": 0.5, "chips": 0.5})
ONLY_PUBLISHED = Choices(("goalposts",), (None,), (0.0,), 0.0, ("arithmetic",), (1.0,), False)


def made_up(periods: int = 48) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Random walks of four indicators with gaps, made up."""
    rng = np.random.default_rng(11)
    walk = 50 + rng.normal(size=(periods, 4)).cumsum(axis=0) * 4
    walk[rng.random(walk.shape) < 0.1] = np.nan
    months = pd.date_range("2022-01-01", periods=periods, freq="MS")
    values = pd.DataFrame(np.abs(walk) + 1, months, ["a", "b", "c", "d"])
    indicators = pd.DataFrame(
        {
            "low": [20.0, 90, 10, 20],
            "high": [90.0, 20, 100, 90],
            "log": [False, False, True, False],
            "weight": [1.0, 2, 1, 1],
            "dimension": ["cost", "cost", "chips", "chips"],
        },
        index=values.columns,
    )
    return values, indicators


def published(values: pd.DataFrame, indicators: pd.DataFrame) -> pd.Series:
    scores = pd.DataFrame(
        {
            key: normalise.goalposts(values[key], row["low"], row["high"], log=row["log"])
            for key, row in indicators.iterrows()
        }
    )
    parents = indicators["dimension"].to_dict()
    dimensions = aggregate.level(scores, indicators["weight"], parents, floor=0.0)
    return aggregate.weighted_mean(dimensions, DIMENSIONS, floor=0.0).value


def test_the_point_of_zeros_is_the_published_index() -> None:
    values, indicators = made_up()
    model = monte_carlo.prepare(values, indicators, DIMENSIONS, seed=1)
    result = monte_carlo.evaluate(model, np.zeros((1, 7))).overall[:, 0]
    assert result == pytest.approx(published(values, indicators).to_numpy(), abs=1e-4)


def test_without_choices_the_band_is_a_line() -> None:
    values, indicators = made_up()
    model = monte_carlo.prepare(values, indicators, DIMENSIONS, ONLY_PUBLISHED, seed=1)
    result = bands.percentiles(monte_carlo.simulate(model, 20, seed=2)).loc["index"]
    expected = published(values, indicators).to_numpy()
    for column in ("p5", "p50", "p95"):
        assert result[column].to_numpy() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("factor", range(7))
def test_each_factor_moves_the_index_alone(factor) -> None:
    values, indicators = made_up()
    model = monte_carlo.prepare(values, indicators, DIMENSIONS, seed=1)
    points = np.zeros((64, 7))
    if factor == 1:
        points[:, 0] = 0.5  # a window is looked back on by z-scores, not by goalposts
    points[:, factor] = np.linspace(0, 0.999, 64)
    outcome = monte_carlo.evaluate(model, points)
    assert np.nanmax(np.ptp(outcome.overall, axis=1)) > 0.5


def test_no_replicate_sees_a_later_month() -> None:
    values, indicators = made_up()
    points = np.random.default_rng(3).random((300, 7))
    short, long = (
        monte_carlo.evaluate(
            monte_carlo.prepare(frame, indicators, DIMENSIONS, seed=1), points
        ).overall
        for frame in (values.iloc[:-6], values)
    )
    assert short == pytest.approx(long[:-6], abs=1e-4, nan_ok=True)


def test_the_seed_gives_the_same_bits() -> None:
    values, indicators = made_up()
    first, again, other = (
        monte_carlo.simulate(
            monte_carlo.prepare(values, indicators, DIMENSIONS, seed=1), 200, seed=seed
        )
        for seed in (5, 5, 6)
    )
    assert first.overall.tobytes() == again.overall.tobytes()
    assert first.overall.tobytes() != other.overall.tobytes()


def test_leaving_out_the_only_indicator_leaves_a_dimension_missing_not_zero() -> None:
    values, indicators = made_up()
    values.loc[values.index[-1], ["c"]] = np.nan
    values.loc[values.index[-1], ["a", "b", "d"]] = [50.0, 50.0, 90.0]
    model = monte_carlo.prepare(values, indicators, DIMENSIONS, seed=1)
    points = np.zeros((1, 7))
    points[0, 6] = 4.5 / 5  # leaves out d, the only one of chips that is present
    outcome = monte_carlo.evaluate(model, points)
    assert np.isnan(outcome.parts[1, -1, 0])
    assert outcome.overall[-1, 0] == pytest.approx(outcome.parts[0, -1, 0])


def test_bands_are_ordered_and_probabilities_follow_the_replicates() -> None:
    values, indicators = made_up()
    model = monte_carlo.prepare(values, indicators, DIMENSIONS, seed=1)
    outcome = monte_carlo.simulate(model, 400, seed=2)
    table = bands.percentiles(outcome)
    assert set(table.index.get_level_values("key")) == {"index", "cost", "chips"}
    published = table.dropna()
    assert (published["p5"] <= published["p50"]).all()
    assert (published["p50"] <= published["p95"]).all()
    chance = bands.exceedance(outcome, [0, 50, 101])
    assert (chance[0] == 1).all()
    assert (chance[101] == 0).all()
    above = (outcome.overall >= 50).mean(axis=1)
    assert chance[50].to_numpy() == pytest.approx(above)
    nominal = pd.Series(outcome.overall[:, 0], values.index)
    agreement = bands.sign_agreement(outcome, nominal)
    assert np.isnan(agreement.iloc[0])
    assert agreement.iloc[1:].between(0, 1).all()


def test_correlated_dimensions_weigh_more_in_a_ciss_replicate() -> None:
    months = pd.date_range("2020-01-01", periods=60, freq="MS")
    wave = 50 + 40 * np.sin(np.arange(60) / 4)
    indicators = pd.DataFrame(
        {"low": 0.0, "high": 100.0, "log": False, "weight": 1.0, "dimension": ["cost", "chips"]},
        index=["a", "b"],
    )
    choices = Choices(("goalposts",), (None,), (0.0,), 0.0, ("ciss", "arithmetic"), (1.0,), False)

    def last(second: np.ndarray) -> np.ndarray:
        values = pd.DataFrame({"a": wave, "b": second}, months)
        model = monte_carlo.prepare(values, indicators, DIMENSIONS, choices, seed=1)
        points = np.zeros((2, 7))
        points[1, 4] = 0.5
        return monte_carlo.evaluate(model, points).overall[20:]

    together, against = last(wave), last(100 - wave)
    assert together[:, 0] == pytest.approx(together[:, 1], abs=1e-3)
    assert (against[:, 0] < against[:, 1] - 5).all()


def test_a_figure_without_goalposts_is_refused() -> None:
    values, indicators = made_up()
    with pytest.raises(KeyError, match="unknown"):
        monte_carlo.prepare(values.assign(unknown=1.0), indicators, DIMENSIONS, seed=1)


@pytest.mark.parametrize("normalisation", ["goalposts", "zscore", "ecdf"])
def test_an_inverted_indicator_scores_the_mirror(normalisation) -> None:
    values, indicators = made_up()
    mirrored = -values[["a"]].dropna()
    turned = indicators.loc[["a"]].assign(low=-20.0, high=-90.0)
    cell = ScoringChoice(normalisation, None, 0.0, 1.0)
    first = score(values[["a"]].dropna(), indicators, cell)
    assert score(mirrored, turned, cell) == pytest.approx(first)
    assert np.ptp(first) > 10


def test_winsorised_figures_stay_within_what_was_seen() -> None:
    values, indicators = made_up()
    jump = values[["a"]].dropna()
    jump.iloc[-1] = 10 * jump.max()
    plain, pulled = (
        score(
            jump,
            indicators.assign(high=jump.max().max()),
            ScoringChoice("goalposts", None, tail, 1.0),
        )
        for tail in (0.0, 0.05)
    )
    assert plain[-1, 0] == pytest.approx(100)
    assert pulled[-1, 0] < 20
