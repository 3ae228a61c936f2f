"""Bank of Korea: windows of ten months, and the table of another price."""

import json
from typing import Any

import pandas as pd
import pytest

from sources import SchemaDrift
from sources.publishers.bank_of_korea import FIRST, SOURCE, parse, window
from tests.server import Reply, Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_bodies, fetch_payload

# Quoted by a reader of the service on 2026-09-22; the months before are made up.
QUOTED = {"202606": 496.84, "202607": 538.74, "202608": 553.02}
NOTHING = {"RESULT": {"CODE": "INFO-200", "MESSAGE": "해당하는 데이터가 없습니다."}}
DENIED = {"RESULT": {"CODE": "ERROR-301", "MESSAGE": "샘플키는 10건까지 조회할 수 있습니다."}}


def row(month: str, **changed: Any) -> dict[str, Any]:
    """A row in the form of the service, as its readers quote it."""
    value = str(QUOTED.get(month, 100.0))
    return {
        "STAT_CODE": "404Y016", "STAT_NAME": "4.1.1.3. 생산자물가지수(품목별)",
        "ITEM_CODE1": "30911201AA", "ITEM_NAME1": "DRAM", "ITEM_CODE2": None, "ITEM_NAME2": None,
        "UNIT_NAME": "2020=100", "WGT": None, "TIME": month, "DATA_VALUE": value,
    } | changed  # fmt: skip


def page(*rows: dict[str, Any], total: int | None = None) -> bytes:
    count = len(rows) if total is None else total
    return json.dumps({"StatisticSearch": {"list_total_count": count, "row": rows}}).encode()


def windows(last: str) -> dict[str, bytes]:
    """The answer to each window of a series that ends with `last`, by address."""
    answers, start = {}, FIRST
    while start <= pd.Period(last, "M"):
        months = [f"{start + step:%Y%m}" for step in range(10) if start + step <= pd.Period(last)]
        answers[window(start).url] = page(*map(row, months))
        start += 10
    answers[window(start).url] = json.dumps(NOTHING).encode()
    return answers


def serve(site: Site, last: str) -> int:
    """Serve a series that ends with `last`; how many windows have figures."""
    answers = windows(last)
    for address, body in answers.items():
        site.serve(address, body)
    return len(answers) - 1


@pytest.mark.parametrize("last", ["2026-08", "2026-09", "2026-10"])
def test_the_series_is_walked_in_windows_of_ten_months(site: Site, last: str) -> None:
    filled = serve(site, last)
    answered = fetch_bodies(site, SOURCE, windows(last)[window(FIRST).url])
    assert answered.result.outcome == "new", answered.result.detail
    frame = parse(answered.payload).set_index("period")
    assert len(frame) == len(pd.period_range(FIRST, last, freq="M"))
    assert frame.loc["2026-06":"2026-08", "value"].tolist() == list(QUOTED.values())  # type: ignore[misc]
    full = last == "2026-10"  # seventy months fill the last window, and one more is asked
    assert len(answered.bodies) == filled + full
    assert all("/1/10/" in received.path for received in site.asked if "Search" in received.path)


def test_the_newest_month_is_preliminary_until_the_next(site: Site) -> None:
    frame = parse(archived_payload(SOURCE, page(row("202607"), row("202608"))))
    assert frame["status"].tolist() == ["final", "preliminary"]
    assert checked(SOURCE, archived_payload(SOURCE, page(row("202607"), row("202608")))).passed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page(row("202608", STAT_CODE="402Y016")), "404Y016"),
        (page(row("202608", ITEM_CODE1="30911202AA")), "30911201AA"),
        (page(row("202608", ITEM_CODE2="D", ITEM_NAME2="달러기준")), "404Y016"),
        (page(row("202608", UNIT_NAME="2025=100")), "2020=100"),
        (page(row("202608", TIME="2026Q3")), "a month"),
        (page(row("202608"), row("202608")), "one figure a month"),
        (page(row("202608", DATA_VALUE="-")), "numbers"),
        (page(row("202608"), total=11), "11 rows"),
        (json.dumps(DENIED).encode(), "10건"),
        (json.dumps(NOTHING).encode(), "months of the index"),
    ],
    ids=[
        "exports",
        "item",
        "currency",
        "base",
        "month",
        "twice",
        "text",
        "short",
        "denied",
        "none",
    ],
)
def test_another_table_or_form_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(archived_payload(SOURCE, body))


def test_an_error_in_a_later_window_leaves_no_half_series(site: Site) -> None:
    serve(site, "2026-08")
    site.serve(window(FIRST + 10).url, Reply(json.dumps(DENIED).encode()))
    answered = fetch_bodies(site, SOURCE, windows("2026-08")[window(FIRST).url])
    assert answered.result.outcome == "refused"
    assert "10건" in answered.result.detail


def test_the_first_window_alone_is_a_series_that_was_cut(site: Site) -> None:
    serve(site, "2026-08")
    before = parse(fetch_payload(site, SOURCE, windows("2026-08")[window(FIRST).url]))
    cut = archived_payload(SOURCE, windows("2026-08")[window(FIRST).url])
    assert not checked(SOURCE, cut, before).passed
