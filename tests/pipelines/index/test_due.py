"""What is due and what a month may be called, by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.index.framework import Framework
from pipelines.index.gauges import due

WEIGHTS = due.leaf_weights({"cost": (1.0, {"a": 3.0, "b": 1.0}), "chips": (1.0, {"c": 1.0})})


def test_coverage_counts_leaves_and_not_dimensions() -> None:
    assert WEIGHTS == {"cost.a": 0.375, "cost.b": 0.125, "chips.c": 0.5}
    result = due.coverage(
        {"cost.a": "withheld", "cost.b": "observed", "chips.c": "observed"}, WEIGHTS
    )
    # Both dimensions have a figure: counted by dimensions, nothing would be missing.
    assert (result.observed, result.missing) == pytest.approx((0.625, 0.375))
    assert result.status == "provisional"


def test_what_cannot_exist_yet_is_not_due_and_an_estimate_is_no_figure() -> None:
    states = {"cost.a": "observed", "cost.b": "estimated", "chips.c": "not due"}
    result = due.coverage(states, WEIGHTS)
    assert result.due == pytest.approx(0.5)
    assert (result.observed, result.carried, result.missing) == pytest.approx((0.75, 0.0, 0.25))
    assert due.coverage(dict.fromkeys(WEIGHTS, "not due"), WEIGHTS).status == "none"


def test_a_leaf_without_a_state_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        due.coverage({"cost.a": "observed"}, WEIGHTS)


@pytest.mark.parametrize(
    ("observed", "called"),
    [(0.49, "none"), (0.5, "provisional"), (0.79, "provisional"), (0.1 * 8, "full"), (1.0, "full")],
)  # fmt: skip
def test_half_and_four_fifths_decide(observed: float, called: str) -> None:
    assert due.status(observed) == called


def test_readings_are_numbered_at_the_cut_offs_after_one_and_three_months() -> None:
    instants = due.reading_dates("2026-10", 10)
    assert [instant.strftime("%Y-%m-%d") for instant in instants] == [
        "2026-11-10", "2026-12-10", "2027-02-10",
    ]  # fmt: skip
    second = timedelta(seconds=1)
    for number, instant in enumerate(instants, 1):
        assert due.reading_number("2026-10", instant, 10) == number
        assert due.reading_number("2026-10", instant - second, 10) == number - 1
    assert due.reading_number("2026-10", datetime(2030, 1, 1, tzinfo=UTC), 10) == 3


def test_the_leaf_weights_of_the_method_add_up_to_one(method: Framework) -> None:
    weights = due.leaf_weights(
        {
            group.key: (group.weight, {leaf.key: leaf.weight for leaf in group.indicator})
            for group in method.dimension
        }
    )
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["cost.capex_to_cash"] == pytest.approx(0.2 * 2 / 4.5)
