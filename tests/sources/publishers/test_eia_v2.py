"""EIA API v2: real bodies page by page, a hidden key, agreement with 861M."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift, find_source
from sources.http.credentials import public_url
from sources.publishers.eia_v2 import SOURCE, next_page, parse
from tests.server import Site
from tests.sources.publishers.helpers import fetch_bodies, fetch_payload

KEY = "a-key-that-is-made-up"
REAL = "eia/retail_sales_us_monthly_2025-01_onwards.json"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment."""
    monkeypatch.setenv("EIA_API_KEY", KEY)


def row(period: str = "2026-07", sector: str = "COM", **changed: Any) -> dict[str, Any]:
    """A row in the publisher's shape, of round figures."""
    return {
        "period": period,
        "stateid": "US",
        "sectorid": sector,
        "price": "10.00",
        "sales": "100000.5",
        "price-units": "cents per kilowatt-hour",
        "sales-units": "million kilowatt hours",
    } | changed


def page(*rows: dict[str, Any], total: int | str | None = None, **changed: Any) -> bytes:
    """A page in the publisher's shape; the total is text, as in version 2.1."""
    complete = {"total": str(len(rows)) if total is None else total, "frequency": "monthly"}
    return json.dumps({"response": complete | {"data": list(rows)} | changed}).encode()


def payload(*pages: bytes) -> Payload:
    at = datetime(2026, 9, 29, tzinfo=UTC)
    return Payload(pages[0], SOURCE.requests[0], at, extra_pages=tuple(pages[1:]))


@pytest.mark.shared
def test_the_real_body_gives_cents_and_megawatt_hours(site: Site, payloads: Path) -> None:
    frame = parse(fetch_payload(site, SOURCE, (payloads / REAL).read_bytes()))
    actual = frame.set_index(["series", "period"])["value"]
    july = pd.Timestamp("2026-07-01")
    assert actual["eia_v2.price.US.ALL", july] == 14.99
    assert actual["eia_v2.price.US.COM", july] == 14.53
    assert actual["eia_v2.price.US.IND", july] == 9.77
    assert actual["eia_v2.sales.US.COM", july] == pytest.approx(150_578_728.02)
    assert KEY not in public_url(SOURCE.requests[0])


@pytest.mark.shared
def test_it_agrees_with_the_workbook_and_shows_its_restatement(payloads: Path) -> None:
    book = (payloads / "eia861m/sales_revenue.2025-04.xlsx").read_bytes()
    source = find_source("eia861m")
    assert source.parse is not None
    old = source.parse(Payload(book, source.requests[0], datetime(2025, 6, 25, tzinfo=UTC)))
    new = parse(payload((payloads / REAL).read_bytes()))
    before = old.set_index(["series", "period"])["value"]
    after = new.set_index(["series", "period"])["value"]
    for month, quoted in (("2025-01-01", -0.55), ("2025-04-01", -1.52)):
        at = pd.Timestamp(month)
        ratio = after["eia_v2.price.US.COM", at] / before["eia.price.US.COM", at]
        assert 100 * (ratio - 1) == pytest.approx(quoted, abs=0.06)
        sales = after["eia_v2.sales.US.COM", at] / before["eia.sales.US.COM", at]
        assert 1.008 < sales < 1.013


def test_pages_are_asked_for_until_the_total(site: Site) -> None:
    first, second = page(row("2026-07"), total="2"), page(row("2026-06"), total="2")
    answered = fetch_bodies(site, SOURCE, first, second)
    assert answered.result.outcome == "new", answered.result.detail
    assert [item.query["offset"] for item in site.asked] == [["0"], ["1"]]
    assert {item.query["api_key"][0] for item in site.asked} == {KEY}
    assert KEY not in str(answered)
    assert len(parse(answered.payload)) == 4


def test_a_page_that_ends_before_the_total_is_a_silent_cap() -> None:
    with pytest.raises(SchemaDrift, match="no more after 1"):
        next_page(payload(page(row(), total=3), page(total=3)))


def test_overlapping_pages_are_not_counted_twice() -> None:
    first, second = page(row("2026-07"), total=3), page(row("2026-07"), row("2026-06"), total=3)
    with pytest.raises(SchemaDrift, match="each once"):
        parse(payload(first, second))


def test_numbers_text_and_nulls_are_read_alike() -> None:
    rows = [row("2026-07", price=10, sales=100000.5), row("2026-06"), row("2026-05", price=None)]
    frame = parse(payload(page(*rows)))
    prices = frame.loc[frame["series"].eq("eia_v2.price.US.COM"), "value"]
    assert list(prices) == [10.0, 10.0]
    assert len(frame) == 5


def test_regions_and_other_sectors_are_left_out() -> None:
    assert len(parse(payload(page(row(), row(stateid="SAT"), row(sector="RES"))))) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (json.dumps({"error": {"code": "API_KEY_MISSING"}}).encode(), "API_KEY_MISSING"),
        (page(row(**{"price-units": "dollars per kilowatt-hour"})), "cents"),
        (page(row(**{"sales-units": "megawatthours"})), "million"),
        (page({name: value for name, value in row().items() if name != "price"}), "price"),
        (page(row(price="n/a")), "numbers"),
        (page(row(), frequency="annual"), "monthly"),
    ],
)
def test_a_changed_answer_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload(body))
