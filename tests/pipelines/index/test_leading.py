"""The leading-index tools, by hand and by their properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.toolkit import leading

MONTHS = pd.period_range("2026-01", periods=4, freq="M")


def test_a_change_by_hand_and_a_rate_in_points() -> None:
    own = pd.DataFrame({"orders": [100.0, 110, 100, np.nan], "spread": [1.0, 0.5, 1, 2]}, MONTHS)
    moves = leading.changes(own, in_points=["spread"])
    assert moves["orders"].iloc[1] == pytest.approx(200 * 10 / 210)
    assert moves["orders"].iloc[1] == -moves["orders"].iloc[2]
    assert moves["spread"].iloc[1:].tolist() == [-0.5, 0.5, 1.0]
    assert np.isnan(moves["orders"].iloc[3])


def test_factors_are_shares_of_the_inverse_of_the_spread() -> None:
    moves = pd.DataFrame({"wide": [-2.0, 2, -2, 2], "quiet": [-1.0, 1, -1, 1]}, MONTHS)
    assert leading.standardisation(moves).tolist() == pytest.approx([1 / 3, 2 / 3])
    with pytest.raises(ValueError, match="still never moves"):
        leading.standardisation(moves.assign(still=3.0))


def test_who_is_missing_leaves_its_factor_to_the_others() -> None:
    moves = pd.DataFrame({"a": [np.nan, 2.0], "b": [np.nan, np.nan]}, MONTHS[:2])
    parts = leading.contributions(moves, pd.Series({"a": 0.25, "b": 0.75}))
    assert parts["a"].tolist()[1] == pytest.approx(2.0)
    assert leading.level(parts).tolist() == pytest.approx([100.0, 100 * 202 / 198])


@given(st.lists(st.floats(1, 1e4), min_size=3, max_size=12))
def test_the_index_of_one_component_is_the_component(figures: list[float]) -> None:
    own = pd.DataFrame({"one": figures})
    parts = leading.contributions(leading.changes(own), pd.Series({"one": 1.0}))
    rebased = 100 * own["one"] / own["one"].iloc[0]
    assert leading.level(parts).tolist() == pytest.approx(rebased.tolist(), rel=1e-6)
