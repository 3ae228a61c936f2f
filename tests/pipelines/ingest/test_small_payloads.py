"""Payloads of few figures: of two prices one may really change."""

from datetime import UTC, datetime

import pandas as pd

from pipelines.ingest.validate import LastGood, Validated, check
from sources import find_source


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


def test_all_of_a_small_payload_in_another_unit_is_refused() -> None:
    before = {"tokens.flagship": 5.625, "tokens.frugal": 0.1375}
    content = checked("token_prices", before, {key: 1000 * value for key, value in before.items()})
    assert not content.passed
    assert content.accepted.empty
