"""What members that come and go are worth, on cases worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.aggregate import weighted_mean
from pipelines.index.contribute import composition_effect, composition_notes

WEIGHTS = pd.Series({"a": 1.0, "b": 1.0, "c": 2.0})


def test_one_who_enters_is_worth_the_rise_that_the_others_did_not_make() -> None:
    scores = pd.DataFrame({"a": [10.0, 12.0], "b": [30.0, 32.0], "c": [np.nan, 80.0]})
    mean = weighted_mean(scores, WEIGHTS, floor=0.5).value
    assert mean.tolist() == [20.0, 51.0]
    assert composition_effect(scores, WEIGHTS, mean).iloc[1] == pytest.approx(29.0)
    words = composition_notes(scores, WEIGHTS, mean).tolist()
    assert words == ["", "enters: c; that alone is worth +29.0 points"]


def test_one_who_leaves_and_one_who_enters_are_both_named() -> None:
    scores = pd.DataFrame({"a": [10.0, 10.0], "b": [40.0, np.nan], "c": [np.nan, 20.0]})
    mean = weighted_mean(scores, WEIGHTS, floor=0.2).value
    words = composition_notes(scores, WEIGHTS, mean).iloc[1]
    assert words.startswith("enters: c; leaves: b; ")


def test_nothing_is_said_where_the_mean_was_withheld() -> None:
    scores = pd.DataFrame({"a": [10.0, 12.0], "b": [np.nan, 32.0], "c": [np.nan, 80.0]})
    mean = weighted_mean(scores, WEIGHTS, floor=0.5).value
    assert composition_notes(scores, WEIGHTS, mean).tolist() == ["", ""]


@given(st.lists(st.tuples(*[st.floats(0, 100)] * 3), min_size=2, max_size=8))
def test_the_same_members_are_worth_nothing(rows: list[tuple[float, float, float]]) -> None:
    scores = pd.DataFrame(rows, columns=["a", "b", "c"])
    mean = weighted_mean(scores, WEIGHTS, floor=0.5).value
    assert np.allclose(composition_effect(scores, WEIGHTS, mean).iloc[1:], 0.0, atol=1e-9)
