"""ALFRED: every value from its own day, and answers that are none."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from sources import Payload, SchemaDrift
from sources.publishers.alfred import SOURCE, parse

PRODUCTIVITY = "PRS85006091"


def body(*rows: tuple[str, str, str, str], count: int | None = None) -> bytes:
    """An answer in the service's shape: first day, last day, date, value."""
    names = ("realtime_start", "realtime_end", "date", "value")
    observations = [dict(zip(names, row, strict=True)) for row in rows]
    answer: Mapping[str, object] = {"output_type": 1, "observations": observations}
    return json.dumps(answer | {"count": len(rows) if count is None else count}).encode()


# The first print of the first quarter of 2026 and its revision, and a figure that was missing.
VINTAGES = body(
    ("2026-05-07", "2026-06-03", "2026-01-01", "9.9"),
    ("2026-06-04", "9999-12-31", "2026-01-01", "1.1"),
    ("2026-05-07", "9999-12-31", "2025-10-01", "."),
    ("2015-05-06", "9999-12-31", "2014-01-01", "1.4"),
)


def payload(content: bytes) -> Payload:
    request = next(own for own in SOURCE.requests if own.params["series_id"] == PRODUCTIVITY)
    return Payload(content, request, datetime(2026, 11, 27, tzinfo=UTC))


def test_each_value_is_known_from_its_own_day() -> None:
    frame = parse(payload(VINTAGES)).sort_values("known_from", ignore_index=True)
    assert frame["value"].tolist() == [1.4, 9.9, 1.1]
    assert frame["known_from"].dt.strftime("%Y-%m-%d").tolist() == [
        "2015-05-06", "2026-05-07", "2026-06-04",
    ]  # fmt: skip


def test_a_vintage_of_today_is_known_when_it_is_seen() -> None:
    today = payload(body(("2026-11-27", "9999-12-31", "2026-07-01", "2.2")))
    assert parse(today)["known_from"].tolist() == [today.fetched_at]


@pytest.mark.parametrize(
    "content",
    [b'{"error_code": 400}', body(count=0), body(("2026-05-07", "", "2026-01-01", "1"), count=9),
     body(("2026-05-07", "", "2026-01-01", "none"))],
)  # fmt: skip
def test_an_answer_that_is_none_or_cut_is_refused(content: bytes) -> None:
    with pytest.raises(SchemaDrift):
        parse(payload(content))
