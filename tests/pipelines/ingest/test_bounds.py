"""Rules that a comparison decides are decided as Great Expectations would."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipelines.ingest.checks.batch_metrics import add_metrics
from pipelines.ingest.checks.bounds import (
    COMPARED,
    GREATEST,
    NOT_NULL,
    OUTSIDE,
    ROWS,
    UNIQUE,
    holds,
    is_warning,
)
from pipelines.ingest.checks.doubts import Evidence
from pipelines.ingest.checks.expectations import validate
from pipelines.ingest.validate import VANISHED, LastGood, contract
from sources import ValidationRule, registry
from sources.tidy import between
from tests.pipelines.ingest.test_validate import AT, MADE_UP, batch

GOOD = batch()
TWICE = pd.concat([GOOD, GOOD.tail(1).assign(value=51.0)], ignore_index=True)
CASES = {
    "as before": GOOD,
    "a wrong sign": batch(a=-50.0),
    "nothing of one": batch(b=0.0),
    "without an end": batch(c=np.inf),
    "at a bound": batch(a=500.0),
    "far away": batch(b=600.0),
    "another unit": GOOD.assign(value=GOOD["value"] * 1000),
    "twice": TWICE,
    "under a name that nobody declared": GOOD.assign(series="made_up.z"),
    "ahead of time": GOOD.assign(period=GOOD["period"] + pd.DateOffset(years=1)),
    "not at the first of a month": GOOD.assign(period=GOOD["period"] + pd.Timedelta(days=3)),
    "without a value": GOOD.assign(value=GOOD["value"].where(GOOD.index > 3)),
    "without any value": GOOD.assign(value=np.nan),
    "an old edition": GOOD.loc[GOOD["period"].lt("2026-06-01")].reset_index(drop=True),
    "nothing": GOOD.head(0),
}
LAST = LastGood(len(GOOD), GOOD["period"].max())
OF_FIGURES = [
    between(0, 500, series="made_up.a"),
    between(None, 50, series="made_up.b"),
    between(1, None, series="made_up.c", severity="block"),
    between(0, 500, series="made_up.z"),
    between(0.2, 5, column="level_ratio", series="made_up.b"),
    ValidationRule(GREATEST, {"column": "value", "max_value": 500}, "block"),
    ValidationRule(GREATEST, {"column": "value", "max_value": 50}, "block", "made_up.b"),
    ValidationRule(OUTSIDE, {"column": "value", "value_set": [0.0]}),
    ValidationRule(OUTSIDE, {"column": "value", "value_set": [0.0, 600.0]}, series="made_up.b"),
]
RULES = [*contract(MADE_UP, LAST), VANISHED, between(0.3, 3, column="peer_ratio"), *OF_FIGURES]


@pytest.mark.parametrize("case", CASES)
def test_a_comparison_decides_as_great_expectations_does(case: str) -> None:
    frame = add_metrics(CASES[case], MADE_UP, GOOD, AT, Evidence())
    decided = [rule for rule in RULES if holds(frame, rule)]
    left = [rule for rule in RULES if rule not in decided]
    assert validate(frame, decided) == []
    warnings = [replace(rule, severity="warn") for rule in left]
    plain = [rule for rule in warnings if is_warning(frame, rule)]
    assert [rule for rule in plain if rule not in broken_of(frame, plain)] == []
    if len(frame):
        # And no more than what is broken, or of another kind, is left to it.
        broken = {id(rule) for rule, _, _ in validate(frame, left)}
        assert {id(rule) for rule in left if by_comparison(rule.expectation, rule.kwargs)} <= broken


def broken_of(frame: pd.DataFrame, rules: list[ValidationRule]) -> list[ValidationRule]:
    return [rule for rule, _, _ in validate(frame, rules)]


def by_comparison(expectation: str, kwargs: Mapping[str, object]) -> bool:
    if expectation in {ROWS, UNIQUE, NOT_NULL}:
        return True
    return expectation != "ExpectColumnMeanToBeBetween" and kwargs["column"] in {
        *COMPARED,
        "period",
    }


def test_a_rule_of_another_kind_is_left_to_great_expectations() -> None:
    frame = add_metrics(GOOD, MADE_UP, GOOD, AT, Evidence())
    mean = [rule for rule in MADE_UP.rules if rule.expectation == "ExpectColumnMeanToBeBetween"]
    strict = ValidationRule(GREATEST, {"column": "value", "max_value": 60, "strict_max": True})
    assert not any(holds(frame, rule) for rule in [*mean, strict])
    words = frame.assign(value=frame["value"].astype(str))
    assert not any(holds(words, rule) for rule in OF_FIGURES if rule.kwargs["column"] == "value")


def test_every_declared_rule_is_of_a_kind_that_is_compared() -> None:
    """A good payload of a source that ships then pays for no import of seconds."""
    frame = add_metrics(GOOD, MADE_UP, GOOD, AT, Evidence())
    slow = {
        (key, rule.expectation, str(rule.kwargs))
        for key, source in registry().items()
        for rule in source.rules
        if not holds(frame.assign(value=np.nan, peer_ratio=np.nan), rule)
    }
    assert slow == set()


GOOD_PAYLOAD = """
import sys
from dataclasses import replace
from pipelines.ingest.validate import check
from sources.tidy import between
from tests.pipelines.ingest.test_validate import AT, MADE_UP, batch

drift = between(0.6, 1.4, column="level_ratio", severity="warn", reason="moved far")
source = replace(MADE_UP, rules=(*MADE_UP.rules[:2], drift))
assert check(batch(), source, at=AT, before=batch()).passed
assert check(batch(a=75.0), source, at=AT, before=batch()).warnings == ("moved far",)
assert "great_expectations" not in sys.modules
assert len(check(batch(a=-1.0), source, at=AT, before=batch()).rejected) == 1
assert "great_expectations" in sys.modules
assert "scipy.stats" not in sys.modules
"""


def test_great_expectations_is_imported_for_what_may_be_broken_only() -> None:
    subprocess.run([sys.executable, "-c", GOOD_PAYLOAD], check=True)


@pytest.mark.parametrize(("values", "broken"), [([1.0, 3.0], False), ([1.0, 2.0], True)])
def test_a_rule_on_a_distribution_finds_the_statistics_that_it_needs(
    values: list[float], broken: bool
) -> None:
    prices = pd.DataFrame({"row": range(4), "value": [1.0, 1.0, 3.0, 3.0]})
    halves = {"values": values, "weights": [0.5, 0.5]}
    kwargs = {"column": "value", "partition_object": halves, "threshold": 0.01}
    rule = ValidationRule("ExpectColumnKLDivergenceToBeLessThan", kwargs, "warn")
    assert bool(validate(prices, [rule])) == broken
