"""Bad days for a list of pages, a POST that is redacted, and a page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.ingest.bad_days import Family, Trial

JSON = "application/json"
NEXT = "https://prices.azure.com:443/api/retail/prices?$skip=12"


def _page(items: list[Any], following: str | None = None) -> bytes:
    complete = {"BillingCurrency": "USD", "Items": items, "NextPageLink": following}
    return json.dumps(complete | {"Count": len(items)}).encode()


def _pages(payloads: Path) -> list[bytes]:
    """The real items in a rebuilt envelope, on two pages."""
    path = payloads / "azure_retail/retail_items_sample_2026-09.json"
    items = json.loads(path.read_bytes())
    return [_page(items[:12], NEXT), _page(items[12:])]


def _each(name: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    """Every member of the list `name` after `change`."""

    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        return json.dumps(content | {name: [change(entry) for entry in content[name]]}).encode()

    return changed


def _scaled(name: str, field: str) -> Callable[[bytes, float], bytes]:
    def scaled(body: bytes, factor: float) -> bytes:
        return _each(name, lambda entry: entry | {field: entry[field] * factor})(body)

    return scaled


def _table_scaled(body: bytes, factor: float) -> bytes:
    for price in (b"56.00", b"31.00", b"44.50", b"77.00", b"35.00", b"65.50"):
        body = body.replace(b">" + price, b">" + repr(float(price) * factor).encode())
    return body


def _one_cell(path: str) -> Callable[[Path], list[bytes]]:
    return lambda payloads: [(payloads / path).read_bytes()]


def _no_offers(body: bytes) -> bytes:
    """A market may empty, and fewer machines are no fault of the list; none is."""
    return json.dumps({"offers": []}).encode()


FAMILIES: list[tuple[Family, Callable[[Path], list[bytes]]]] = [
    (
        Family(
            "azure_retail",
            "",
            JSON,
            "2026-09-29",
            _scaled("Items", "retailPrice"),
            lambda body: body.replace(b'"retailPrice"', b'"price"'),
            lambda body: _page([]),
            _each("Items", lambda entry: dict(reversed(entry.items())) | {"added": 1}),
        ),
        _pages,
    ),
    (
        Family(
            "vast",
            "",
            JSON,
            "2026-07-20",
            _scaled("offers", "dph_base"),
            lambda body: body.replace(b'"dph_base"', b'"dph"'),
            _no_offers,
            _each("offers", lambda entry: dict(reversed(entry.items())) | {"added": 1}),
        ),
        _one_cell("vast/bundles_2026-07_ipscrubbed.json"),
    ),
    (
        Family(
            "trendforce",
            "",
            "text/html",
            "2026-06-11",
            _table_scaled,
            lambda body: body.replace(b"Session Average", b"Average"),
            lambda body: body.split(b"<table")[0] + b"</body></html>",
            lambda body: body.replace(b"<body>", b"<body><p>A word of the editor.</p>"),
        ),
        _one_cell("trendforce/trendforce_spot.html"),
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize(("family", "bodies"), FAMILIES, ids=[entry.key for entry, _ in FAMILIES])
def test_bad_days_change_nothing(
    trial: Trial, payloads: Path, family: Family, bodies: Callable[[Path], list[bytes]]
) -> None:
    trial(family, *bodies(payloads))
