"""Bad days for JSON-stat, pages with a total, days of a market, a feed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.ingest.bad_days import Family, Trial

JSON = "application/json"
Change = Callable[[bytes], bytes]


def _body(change: Callable[[Any], Any]) -> Change:
    """The body after `change`, which returns another one or alters its own."""

    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        return json.dumps(change(content) or content).encode()

    return changed


def _indented(body: bytes) -> bytes:
    return json.dumps(json.loads(body), indent=1, sort_keys=True).encode()


# JSON-stat


def _codes(name: str, change: Callable[[list[str]], list[str]]) -> Change:
    """Other codes at the places of a dimension."""

    def relabel(table: Any) -> None:
        category = table["dimension"][name]["category"]
        codes = sorted(category["index"], key=category["index"].get)
        category["index"] = {code: position for position, code in enumerate(change(codes))}

    return _body(relabel)


def _cells(change: Callable[[dict[str, float], int], dict[str, float]]) -> Change:
    def alter(table: Any) -> None:
        table["value"] = change(table["value"], table["size"][-1])

    return _body(alter)


def _times(factor: float) -> Change:
    return _cells(lambda cells, _: {position: cell * factor for position, cell in cells.items()})


def _another_dimension(table: Any) -> None:
    """Two sorts of customer where there was one, and every cell twice."""
    table["id"], table["size"] = [*table["id"], "customer"], [*table["size"], 2]
    table["dimension"]["customer"] = {"category": {"index": {"TOTAL": 0, "LARGE": 1}}}
    cells = table["value"].items()
    table["value"] = {str(2 * int(at) + n): cell * (1 + n) for at, cell in cells for n in (0, 1)}


def _years_earlier(codes: list[str]) -> list[str]:
    return [f"{int(code[:4]) - 3}{code[4:]}" for code in codes]


EUROSTAT = Family(
    "eurostat",
    "eurostat/nrg_pc_205_nonhousehold.json",
    JSON,
    "2026-05-01",
    lambda body, factor: _times(factor)(body),
    _codes("tax", lambda codes: [f"{code}_2" for code in codes]),
    _cells(lambda cells, _: {at: cell for at, cell in cells.items() if int(at) % 4 < 2}),
    _indented,
    _cells(
        lambda cells, wide: {
            at: cells.get(str(int(at) - (int(at) % wide > 0)), cell) for at, cell in cells.items()
        }
    ),
    _codes("geo", lambda codes: [*codes[1:], codes[0]]),
    least=20,
    refused={
        "kWh become MWh": lambda body: body.replace(b'"KWH"', b'"MWH"'),
        "another currency": lambda body: body.replace(b'"EUR"', b'"NAC"'),
        "another currency, not said": _times(1.1363),
        "a signal of another sign": _times(-1),
        "a dimension more": _body(_another_dimension),
        "a dimension fewer": _body(lambda table: table | {"id": table["id"][1:]}),
        "years before": _codes("time", _years_earlier),
        "months": _codes("time", lambda codes: [code.replace("S", "M") for code in codes]),
        "tax levels swapped": _codes("tax", lambda codes: [codes[1], codes[0], *codes[2:]]),
        "decimal commas": _cells(
            lambda cells, _: {at: str(cell).replace(".", ",") for at, cell in cells.items()}
        ),
        "words for what is missing": _cells(lambda cells, _: dict.fromkeys(cells, ":")),
        "all nulls": _cells(lambda cells, _: dict.fromkeys(cells)),
        "all zeros": _cells(lambda cells, _: dict.fromkeys(cells, 0)),
        "infinities": _cells(lambda cells, _: dict.fromkeys(cells, float("inf"))),
        "an answer to come": _body(
            lambda table: {"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE"}}
        ),
        "a list of tables": _body(lambda table: [table]),
    },
    alike={
        "cells in another order": _cells(lambda cells, _: dict(reversed(cells.items()))),
        "cells as a list": _body(lambda table: table.update(value=_listed(table))),
        "numbers as text": _cells(lambda cells, _: {at: str(cell) for at, cell in cells.items()}),
    },
)  # fmt: skip


def _listed(table: Any) -> list[float | None]:
    cells = {int(at): cell for at, cell in table["value"].items()}
    return [cells.get(at) for at in range(max(cells) + 1)]


# A list of pages with a total


def _rows(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Change:
    def alter(body: Any) -> None:
        body["response"]["data"] = change(body["response"]["data"])

    return _body(alter)


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    return _rows(lambda rows: [row | change(row) for row in rows])


def _numbers(change: Callable[[float], Any]) -> Change:
    return _each(lambda row: {name: change(float(row[name])) for name in ("price", "sales")})


def _envelope(**changed: Any) -> Change:
    return _body(lambda body: body["response"].update(changed))


def _month_later(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every month is called by the name of the one before, save the newest."""
    months = sorted({row["period"] for row in rows})
    after = dict(zip(months, [*months[1:], months[-1]], strict=True))
    by_key = {(row["period"], row["sectorid"]): row for row in rows}
    return [
        by_key[after[row["period"]], row["sectorid"]] | {"period": row["period"]} for row in rows
    ]


def _exchanged(row: dict[str, Any]) -> dict[str, Any]:
    return {"sectorid": {"COM": "IND", "IND": "COM"}.get(row["sectorid"], row["sectorid"])}


def _pages(body: bytes) -> list[bytes]:
    """The real rows of the last month on a page, the others on a second."""
    complete = json.loads(body)
    rows = complete["response"]["data"]
    return [
        json.dumps(complete | {"response": complete["response"] | {"data": part}}).encode()
        for part in (rows[:4], rows[4:])
    ]


EIA = Family(
    "eia_v2",
    "eia/retail_sales_us_monthly_2025-01_onwards.json",
    JSON,
    "2026-09-29",
    lambda body, factor: _numbers(lambda number: number * factor)(body),
    lambda body: body.replace(b'"price"', b'"averagePrice"'),
    _rows(lambda rows: rows[: len(rows) // 2]),
    _each(lambda row: {"added": "1"}),
    _rows(_month_later),
    _each(_exchanged),
    least=100,
    refused={
        "a page that overlaps the first": _rows(lambda rows: [*rows, rows[0] | {"price": "9"}]),
        "a page that misses a row": _rows(lambda rows: rows[1:]),
        "no row": _rows(lambda rows: []),
        "dollars": lambda body: body.replace(b"cents per", b"dollars per"),
        "kilowatt hours, not said": _each(lambda row: {"sales": float(row["sales"]) * 1e6}),
        "of the year": _envelope(frequency="annual"),
        "another state under our name": _numbers(lambda number: number * 0.62),
        "decimal commas": _numbers(lambda number: str(number).replace(".", ",")),
        "commas at thousands": _numbers(lambda number: f"{number * 1000:,.0f}"),
        "words for what is missing": _numbers(lambda number: "w"),
        "nothing for each": _numbers(lambda number: None),
        "empty words for each": _numbers(lambda number: ""),
        "not a number": _numbers(lambda number: float("nan")),
        "infinity": _numbers(lambda number: float("inf")),
        "zeros": _numbers(lambda number: 0),
        "dates in US order": _each(
            lambda row: {"period": "/".join(reversed(row["period"].split("-")))}
        ),
        "days": _each(lambda row: {"period": row["period"] + "-15"}),
        "an error in place of rows": _body(lambda body: {"error": "busy", "code": 503}),
    },
    alike={
        "rows in another order": _rows(lambda rows: rows[::-1]),
        "numbers as numbers": _numbers(lambda number: number),
    },
)  # fmt: skip


# Days of a market


def _quarters(change: Callable[[list[float], list[int]], tuple[list[Any], list[int]]]) -> Change:
    def alter(body: Any) -> None:
        body["price"], body["unix_seconds"] = change(body["price"], body["unix_seconds"])

    return _body(alter)


def _priced(change: Callable[[float], Any]) -> Change:
    return _quarters(lambda prices, at: ([change(price) for price in prices], at))


MARKET = Family(
    "energy_charts",
    "energy-charts/price_DE-LU_2024-05-04.json",
    JSON,
    "2024-05-05",
    lambda body, factor: _priced(lambda price: price * factor)(body),
    lambda body: body.replace(b'"unix_seconds"', b'"unix_milliseconds"'),
    _quarters(lambda prices, at: (prices[:12], at[:12])),
    _body(lambda body: body | {"added": 1}),
    refused={
        "instants in milliseconds": _quarters(lambda prices, at: (prices, [1000 * n for n in at])),
        "a price fewer than instants": _quarters(lambda prices, at: (prices[1:], at)),
        "the day without its last hour": _quarters(lambda prices, at: (prices[:-1], at[:-1])),
        "the day without an hour in it": _quarters(
            lambda prices, at: (prices[:5] + prices[6:], at[:5] + at[6:])
        ),
        "instants of an hour later": _quarters(lambda prices, at: (prices, [n + 3600 for n in at])),
        "the year before": _quarters(lambda prices, at: (prices, [n - 366 * 86400 for n in at])),
        "prices of kWh": lambda body: body.replace(b"EUR/MWh", b"EUR/kWh"),
        "a zone that is not free": lambda body: body.replace(b"CC BY 4.0", b"private use"),
        "nulls": _priced(lambda price: None),
        "words": _priced(lambda price: "n/a"),
        "not a number": _priced(lambda price: float("nan")),
        "infinity": _priced(lambda price: float("inf")),
        "decimal commas": _priced(lambda price: str(price).replace(".", ",")),
        "a day to come": _quarters(lambda prices, at: (prices, [n + 86400 * 4 for n in at])),
        "no instant": _quarters(lambda prices, at: ([], [])),
    },
    alike={
        "hours in another order": _quarters(lambda prices, at: (prices[::-1], at[::-1])),
        "hours twice": _quarters(lambda prices, at: (prices * 2, at * 2)),
    },
)  # fmt: skip

# A feed


def _items(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    """The same feed with other items in it."""

    def changed(body: bytes) -> bytes:
        head, *rest = body.split(b"<item>")
        items = [part.split(b"</item>")[0] for part in rest]
        tail = rest[-1].split(b"</item>")[1]
        return head + b"".join(b"<item>" + entry + b"</item>" for entry in change(items)) + tail

    return changed


def _named(pattern: bytes, other: bytes) -> Change:
    return lambda body: re.sub(pattern, other, body)


FEED = Family(
    "feeds",
    "amazon_press_rss/news-releases_2022-03-05.xml",
    "application/rss+xml",
    "2022-03-06",
    None,
    lambda body: body.replace(b"<item>", b"<story>").replace(b"</item>", b"</story>"),
    _items(lambda items: []),
    _items(lambda items: [entry + b"<comments>none</comments>" for entry in items]),
    least=1,
    refused={
        "cut after an item": lambda body: body[: body.index(b"</item>", len(body) // 2) + 7],
        "cut before its last words": lambda body: body.rstrip()[:-6],
        "items without links": _named(rb"(?s)<link>.*?</link>|<guid.*?</guid>", b""),
        "items without titles": _named(rb"(?s)<title>.*?</title>", b""),
        "links of scripts": _named(rb"<link>https?:", b"<link>javascript:"),
        "a page about the feed": lambda body: b"<?xml version='1.0'?><html><body/></html>",
        "another's answer": lambda body: b"<?xml version='1.0'?><Error><Code>Denied</Code></Error>",
    },
    alike={
        "other ids": _named(rb"(?s)<guid.*?</guid>", b"<guid>another</guid>"),
        "items in another order": _items(lambda items: items[::-1]),
        "items twice": _items(lambda items: items * 2),
        "a comment at the end": lambda body: body + b"<!-- from a cache -->\n",
    },
)  # fmt: skip


FAMILIES: list[tuple[Family, Callable[[bytes], list[bytes]]]] = [
    (EUROSTAT, lambda body: [body]),
    (EIA, _pages),
    (MARKET, lambda body: [body]),
    (FEED, lambda body: [body]),
]


@pytest.mark.shared
@pytest.mark.parametrize(("family", "paged"), FAMILIES, ids=[entry.key for entry, _ in FAMILIES])
def test_bad_days_change_nothing(
    trial: Trial, payloads: Path, family: Family, paged: Callable[[bytes], list[bytes]]
) -> None:
    trial(family, *paged((payloads / family.file).read_bytes()))
