"""Rules that a comparison decides are decided as Great Expectations would."""

import pandas as pd
import pytest

from pipelines.ingest.checks.batch_metrics import add_metrics
from pipelines.ingest.checks.bounds import COMPUTED, GREATEST, NOT_NULL, ROWS, UNIQUE, holds
from pipelines.ingest.checks.doubts import Evidence
from pipelines.ingest.checks.expectations import validate
from pipelines.ingest.validate import VANISHED, LastGood, contract
from sources.tidy import between
from tests.pipelines.ingest.test_validate import AT, MADE_UP, batch

GOOD = batch()
TWICE = pd.concat([GOOD, GOOD.tail(1).assign(value=51.0)], ignore_index=True)
CASES = {
    "as before": GOOD,
    "a wrong sign": batch(a=-50.0),
    "far away": batch(b=600.0),
    "another unit": GOOD.assign(value=GOOD["value"] * 1000),
    "twice": TWICE,
    "under a name that nobody declared": GOOD.assign(series="made_up.z"),
    "ahead of time": GOOD.assign(period=GOOD["period"] + pd.DateOffset(years=1)),
    "not at the first of a month": GOOD.assign(period=GOOD["period"] + pd.Timedelta(days=3)),
    "without a value": GOOD.assign(value=GOOD["value"].where(GOOD.index > 3)),
    "an old edition": GOOD.loc[GOOD["period"].lt("2026-06-01")].reset_index(drop=True),
    "nothing": GOOD.head(0),
}
LAST = LastGood(len(GOOD), GOOD["period"].max())
RULES = [*contract(MADE_UP, LAST), VANISHED, between(0.3, 3, column="peer_ratio")]


@pytest.mark.parametrize("case", CASES)
def test_a_comparison_decides_as_great_expectations_does(case: str) -> None:
    frame = add_metrics(CASES[case], MADE_UP, GOOD, AT, Evidence())
    decided = [rule for rule in RULES if holds(frame, rule)]
    left = [rule for rule in RULES if rule not in decided]
    assert validate(frame, decided) == []
    if len(frame):
        # And no more than what is broken, or about a figure, is left to it.
        broken = {id(rule) for rule, _, _ in validate(frame, left)}
        assert {id(rule) for rule in left if by_comparison(rule.expectation, rule.kwargs)} <= broken


def by_comparison(expectation: str, kwargs: dict[str, object]) -> bool:
    return expectation in {ROWS, UNIQUE, NOT_NULL} or kwargs.get("column") in {*COMPUTED, "period"}


def test_a_rule_about_figures_is_left_to_great_expectations() -> None:
    frame = add_metrics(GOOD, MADE_UP, GOOD, AT, Evidence())
    assert not any(holds(frame, rule) for rule in MADE_UP.rules if rule.kwargs["column"] == "value")
    assert GREATEST in {rule.expectation for rule in RULES}
