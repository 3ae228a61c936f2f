"""Payloads of few figures: of two prices one may really change."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from pipelines.ingest.validate import LastGood, Validated, check
from sources import find_source
from tests.pipelines.ingest.test_validate import MADE_UP


def frame(figures: dict[str, float], day: str) -> pd.DataFrame:
    stored_before = pd.Timestamp(day, tz="UTC")
    return pd.DataFrame(
        {
            "series": list(figures),
            "period": pd.Timestamp(day),
            "value": list(figures.values()),
            "status": "final",
            "known_from": stored_before.as_unit("s"),
        }
    )


def checked(source: str, before: dict[str, float], after: dict[str, float]) -> Validated:
    last = LastGood(len(before), pd.Timestamp("2026-03-10"))
    return check(
        frame(after, "2026-03-18"),
        find_source(source),
        at=datetime(2026, 3, 18, 12, tzinfo=UTC),
        before=frame(before, "2026-03-10"),
        last=last,
    )


def test_a_real_change_of_one_of_two_prices_is_stored_with_the_other() -> None:
    before = {"tokens.flagship": 5.625, "tokens.frugal": 0.1375}
    content = checked("token_prices", before, before | {"tokens.frugal": 0.4625})
    assert content.passed
    assert sorted(content.accepted["value"]) == [0.4625, 5.625]


@pytest.mark.parametrize("factor", [1000, 10, 3, 0.2, 0.1])
def test_all_of_a_small_payload_in_another_unit_is_refused(factor: float) -> None:
    """On the day of a new model too, which would pass for a price of its own."""
    before = {"tokens.flagship": 5.625, "tokens.frugal": 0.1375}
    after = {key: factor * value for key, value in before.items()}
    content = checked("token_prices", before, after)
    assert not content.passed
    assert content.accepted.empty


@pytest.mark.parametrize(
    ("changed", "stored"),
    [
        ({"a": -1.0}, "bcd"),  # no price
        ({"a": 300.0}, "bcd"),  # six times the last good
        ({"a": -1.0, "b": -1.0}, ""),
        ({"a": 300.0, "b": 300.0}, ""),
    ],
)
def test_a_small_payload_loses_one_figure_and_not_the_rest(
    changed: dict[str, float], stored: str
) -> None:
    before = dict.fromkeys((f"made_up.{name}" for name in "abcd"), 50.0)
    after = before | {f"made_up.{name}": value for name, value in changed.items()}
    content = check(
        frame(after, "2026-11-01"),
        MADE_UP,
        at=datetime(2026, 11, 18, 12, tzinfo=UTC),
        before=frame(before, "2026-11-01"),
    )
    assert list(content.accepted["series"]) == [f"made_up.{name}" for name in stored]


def test_a_small_payload_of_another_form_loses_all() -> None:
    """Two figures for one key are a fault of the table, and not of a figure."""
    prices = frame(dict.fromkeys((f"made_up.{name}" for name in "abcd"), 50.0), "2026-11-01")
    twice = pd.concat([prices, prices.head(1).assign(value=51.0)])
    at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert check(twice, MADE_UP, at=at, before=prices.head(0)).accepted.empty
