"""Bands of the index itself, from the figures that the repository ships."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.index import framework, realtime
from pipelines.index.robustness import monte_carlo, sensitivity

HISTORY = Path(__file__).parents[3] / "sources" / "history"


@pytest.fixture(scope="module")
def values() -> pd.DataFrame:
    files = sorted(set(HISTORY.glob("*.csv")) - {HISTORY / "citations.csv"})
    rows = pd.concat(pd.read_csv(file) for file in files)
    history = rows.assign(
        period=pd.to_datetime(rows["period"]),
        known_from=pd.to_datetime(rows["known_from"], utc=True),
        fetch_id=1,
    )
    months = list(pd.period_range("2024-06", "2026-09", freq="M"))
    return realtime.compute(history, framework.load(), months).values


@pytest.fixture(scope="module")
def analysed(values) -> sensitivity.Sensitivity:
    return sensitivity.analyse(values, framework.load(), seed=1)


def published(values: pd.DataFrame, kind: str) -> pd.DataFrame:
    return values[values["kind"] == kind].pivot(index="period", columns="key", values="score")


def test_the_published_choices_give_the_published_scores(values) -> None:
    index = published(values, "index")["index"].dropna()
    model = sensitivity.model(values[values["period"].isin(index.index)], framework.load(), seed=1)
    outcome = monte_carlo.evaluate(model, np.zeros((1, 7)))
    assert outcome.overall[:, 0] == pytest.approx(index.to_numpy(), abs=1e-4)
    expected = published(values, "dimension").loc[index.index, outcome.names]
    result = pd.DataFrame(outcome.parts[:, :, 0].T, expected.index, expected.columns)
    pd.testing.assert_frame_equal(result, expected, check_dtype=False, rtol=0, atol=1e-4)


def test_bands_hold_the_published_index(values, analysed) -> None:
    index = published(values, "index")["index"].dropna()
    bands = analysed.bands.loc["index"]
    assert list(bands.index) == list(index.index)
    assert (bands["p5"] <= index).all()
    assert (index <= bands["p95"]).all()


def test_a_higher_regime_is_never_more_likely(analysed) -> None:
    regimes = [zone.key for zone in framework.load().regimes[1:]]
    assert list(analysed.chances) == regimes
    assert (analysed.chances.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)


def test_every_factor_has_bounds_around_its_share(analysed) -> None:
    table = analysed.factors
    assert list(table.index) == list(monte_carlo.FACTORS)
    assert (table["total_low"] <= table["total"]).all()
    assert (table["total"] <= table["total_high"]).all()
    assert table["total"].sum() >= 0.9
