"""Bank of Korea: producer price of DRAM memory, by month.

The statistics service answers the literal key `sample` without registration, with ten rows at
most: the series is walked in windows of ten months, until one is not full. What is read goes
back to 2021, so that revisions and the change over a year are seen whole.
"""

from __future__ import annotations

import json
import re

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, numbers, tidy

# The same item code is DRAM in the table of export prices, 402Y016, which has three rows a
# month and other figures: table and item are checked in every row.
TABLE, ITEM, UNIT = "404Y016", "30911201AA", "2020=100"
WINDOW = 10  # rows that the key gives at most
FIRST = pd.Period("2021-01", "M")
NO_DATA = "INFO-200"
ADDRESS = "https://ecos.bok.or.kr/api/StatisticSearch/sample/json/kr/1/{rows}/{table}/M/{start}/{end}/{item}"


def window(start: pd.Period) -> Request:
    """The request for the ten months from `start` on."""
    end = start + WINDOW - 1
    months = {"start": f"{start:%Y%m}", "end": f"{end:%Y%m}"}
    return Request(ADDRESS.format(rows=WINDOW, table=TABLE, item=ITEM, **months))


def next_page(payload: Payload) -> Request | None:
    """The window after this one; None if its last month is not there yet."""
    end = FIRST + WINDOW * len(payload.pages) - 1
    rows = _rows(payload.pages[-1])
    return window(end + 1) if any(row["TIME"] == f"{end:%Y%m}" for row in rows) else None


def parse(payload: Payload) -> pd.DataFrame:
    """The index by month, the newest one preliminary as the bank publishes it.

    Raises SchemaDrift for an error, another table, item or base, or months that are asked for
    twice.
    """
    rows = pd.DataFrame([row for page in payload.pages for row in _rows(page)])
    if rows.empty:
        raise SchemaDrift("months of the index", "none")
    if rows["TIME"].duplicated().any():
        raise SchemaDrift("one figure a month", rows.loc[rows["TIME"].duplicated(), "TIME"].iloc[0])
    period = pd.to_datetime(rows["TIME"], format="%Y%m")
    status = pd.Series("final", rows.index).mask(period.eq(period.max()), "preliminary")
    values = numbers(rows["DATA_VALUE"])
    return tidy(
        pd.DataFrame({"series": "bok.ppi.dram", "period": period, "value": values,
                      "status": status})
    )  # fmt: skip


def _rows(page: bytes) -> list[dict[str, str]]:
    """The rows of a page, none where the service says that it has no data."""
    body = json.loads(page)
    if "RESULT" in body:
        if body["RESULT"].get("CODE") == NO_DATA:
            return []
        raise SchemaDrift("a table", body["RESULT"].get("MESSAGE", body["RESULT"]))
    answer = body.get("StatisticSearch", {})
    rows: list[dict[str, str]] = answer.get("row", [])
    if answer.get("list_total_count") != len(rows):
        raise SchemaDrift(f"{answer.get('list_total_count')} rows", len(rows))
    for row in rows:
        identity = row.get("STAT_CODE"), row.get("ITEM_CODE1"), row.get("UNIT_NAME")
        if identity != (TABLE, ITEM, UNIT) or row.get("ITEM_CODE2"):
            raise SchemaDrift((TABLE, ITEM, UNIT), identity)
        if not re.fullmatch(r"\d{6}", str(row.get("TIME"))):
            raise SchemaDrift("a month as 202608", row.get("TIME"))
    return rows


SOURCE = Source(
    key="bank_of_korea",
    publisher="Bank of Korea",
    fr="Prix à la production de la mémoire DRAM en Corée",
    en="Producer price of DRAM memory in Korea",
    homepage="https://ecos.bok.or.kr/",
    licence="free reuse with attribution; changes are to be stated",
    licence_url="https://ecos.bok.or.kr/api/",
    attribution="Bank of Korea, Economic Statistics System (ECOS)",
    confirmed="read with the same literal key by independent public code, 2026-09",
    cadence="monthly",
    lag_days=22,
    stale_days=60,
    requests=(window(FIRST),),
    next_page=next_page,
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    expected_format="json",
    full_snapshot=True,
    series=(
        Series(
            "bok.ppi.dram",
            "index, 2020 = 100",
            "M",
            "Corée, prix à la production de la mémoire DRAM",
            "Korea, producer price of DRAM memory",
        ),
    ),
    rules=(between(5, 20000, reason="no index of this base was ever outside"),),
    traps=(
        "The key `sample` gives ten rows a request: an eleventh is an error.",
        "The same item code is DRAM in the table of export prices, which has other figures.",
        "A window without figures is an answer of its own kind, INFO-200.",
        "The newest month is preliminary and revised with the next.",
        "All kinds of DRAM under contract, in won: it moves less than the price of one old chip.",
    ),
)
