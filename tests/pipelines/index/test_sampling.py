"""Standard errors that a publisher states enter the band of 2027.1."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.index import framework, realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands, sampling

MONTH = pd.Period("2026-06", "M")


def test_the_errors_of_the_survey_are_those_of_the_census(
    history: pd.DataFrame, readings: realtime.Readings, following: Framework
) -> None:
    date = {MONTH: realtime.cutoff(MONTH, following)}
    public = history[history["known_from"] <= date[MONTH]]
    variance = 0.0
    for series in ("btos.ai_use_6m.se", "btos.ai_use_now.se"):
        own = public[
            public["series"].eq(series) & public["period"].dt.strftime("%Y-%m").eq("2026-06")
        ]
        stated = own["value"]
        assert len(stated) in {1, 2}
        assert stated.between(0.1, 0.6).all()
        variance += (stated**2).sum() / len(stated) ** 2
    # Ten points from goalpost to goalpost; a sixth of productivity, which is a fifth of the index.
    expected = 100 / 10 * np.sqrt(variance) / 6
    result = sampling.deviations(readings, following, date).iloc[0]
    assert result["productivity"] == pytest.approx(expected)
    assert result["index"] == pytest.approx(expected / 5)
    assert (result[["cost", "chips", "infrastructure", "dependency"]] == 0).all()


def test_an_error_that_is_not_published_yet_is_not_known(
    readings: realtime.Readings, following: Framework
) -> None:
    before = datetime(2025, 12, 3, tzinfo=UTC)  # the first cycle came the day after
    assert (sampling.deviations(readings, following, {MONTH: before}) == 0).all(axis=None)


def test_squares_add_up_in_the_band() -> None:
    months = pd.date_range("2025-01-01", periods=20, freq="MS", unit="s")
    scores = pd.DataFrame({"index": 50.0}, months)
    misses = pd.DataFrame({"index": np.tile([3.0, -3.0], 10)}, months)
    stated = pd.DataFrame({"index": 2.0}, months)
    without, with_it = (
        bands.intervals(scores, misses, own).set_index("period")["high"] - 50
        for own in (None, stated)
    )
    last = months[-1]
    assert without[last] == pytest.approx(1.782 * 3, abs=0.002)  # Student's t, 12 degrees
    assert with_it[last] ** 2 == pytest.approx(without[last] ** 2 + (1.645 * 2) ** 2, rel=1e-3)


def test_2026_1_states_none() -> None:
    assert not any(own.errors for own in framework.load().indicators.values())
