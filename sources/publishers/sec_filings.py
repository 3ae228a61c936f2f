"""SEC full-text search: reports on data centres and megawatts, by month.

Each hit is a document of a filing; a filing is counted once, even if several companies file it.
The titles and addresses of press releases (EX-99.1) are items for `sources.announcements`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from sources import Completeness, PastRequest, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.feeds import ITEMS
from sources.tidy import between, tidy

ADDRESS = "https://efts.sec.gov/LATEST/search-index"
DOCUMENTS = "https://www.sec.gov/Archives/edgar/data/{cik}/{adsh}/{file}"
FIRST = "2024-01-01"
SEARCHABLE_FROM = "2001-01-01"  # the first filings of the full-text search
PER_PAGE, MOST = 100, 10_000  # hits on a page and of a query, the caps of the search
RELEASE = "EX-99.1"
COMPANY = re.compile(r"\s*\((?:CIK|[A-Z]{1,5}[,)]).*$")
NEEDED = ("adsh", "file_date", "file_type", "ciks", "display_names")


QUESTION = Request(
    ADDRESS,
    params={
        "q": '"data center" "megawatts"',
        "forms": "8-K,6-K",
        "dateRange": "custom",
        "startdt": FIRST,
        "from": "0",
    },
)


def windows(stored: Collection[date], today: date) -> list[Request]:
    """The past months without a count, by quarter; then this month and the last.

    A quarter has some hundreds of hits, far from the cap. The last month is asked until the next
    is over, for what is indexed late.
    """
    current = pd.Period(today, "M")
    past = pd.period_range(FIRST, current - 2, freq="M")
    missing = [month for month in past if month.start_time.date() not in stored]
    spans = [list(months) for _, months in groupby(missing, lambda month: month.asfreq("Q"))]
    return [_between(months[0], months[-1]) for months in [*spans, [current - 1, current]]]


def _between(first: pd.Period, last: pd.Period) -> Request:
    days = {"startdt": str(first.start_time.date()), "enddt": str(last.end_time.date())}
    return replace(QUESTION, params={**QUESTION.params, **days})


def _past() -> tuple[PastRequest, ...]:
    """The quarters before FIRST, each public with the filings of its last day."""
    quarters = pd.period_range(SEARCHABLE_FROM, FIRST, freq="Q")[:-1]
    return tuple(
        PastRequest(
            (quarter + 1).start_time.tz_localize("UTC").to_pydatetime(),
            _between(quarter.asfreq("M", "start"), quarter.asfreq("M", "end")),
        )
        for quarter in quarters
    )


def next_page(payload: Payload) -> Request | None:
    """The hits after those so far; SchemaDrift if they end before the total."""
    pages = [_hits(page) for page in payload.pages]
    total, have = pages[0]["total"]["value"], sum(len(page["hits"]) for page in pages)
    if have >= total:
        return None
    if not pages[-1]["hits"]:
        raise SchemaDrift(f"{total} hits", f"no more after {have}")
    first = payload.request
    return replace(first, params={**first.params, "from": str(have)})


def parse(payload: Payload) -> pd.DataFrame:
    """Filings by month of the window; a past month without any is a zero.

    Raises SchemaDrift, also for filings of another time than was asked for.
    """
    hits = _documents(payload)
    filings = hits.drop_duplicates("adsh")
    dates = pd.to_datetime(filings["file_date"], format="%Y-%m-%d")
    today = pd.Timestamp(payload.fetched_at).tz_localize(None)
    span = payload.request.params
    start = pd.Timestamp(span["startdt"])
    end = min(pd.Timestamp(span.get("enddt", today)), today)
    if not dates.between(start, end).all():
        raise SchemaDrift(f"filings from {start:%Y-%m-%d} to {end:%Y-%m-%d}", dates.iloc[0])
    months = pd.date_range(start, end, freq="MS").normalize()
    months = months[months + pd.offsets.MonthEnd() < today.normalize()]
    count = dates.dt.to_period("M").value_counts().reindex(months.to_period("M"), fill_value=0)
    return tidy(
        pd.DataFrame({"period": months, "value": count.to_numpy(dtype=float)}).assign(
            series="sec_filings.data_centre"
        )
    )


def items(payload: Payload) -> pd.DataFrame:
    """The press releases among the hits (ITEMS), one row for each filing.

    The search gives no titles: an item is titled by its company.
    """
    hits = _documents(payload)
    releases = hits[hits["file_type"].eq(RELEASE)].drop_duplicates("adsh")
    company = releases["display_names"].str[0].str.replace(COMPANY, "", regex=True).str.strip()
    link = [
        DOCUMENTS.format(cik=int(ciks[0]), adsh=adsh.replace("-", ""), file=name)
        for ciks, adsh, name in zip(
            releases["ciks"], releases["adsh"], releases["file"], strict=True
        )
    ]
    item = {"title": company + ": press release filed with the SEC", "link": link}
    origin = {"published": releases["file_date"], "publisher": company, "language": "en"}
    return pd.DataFrame(item | origin, index=releases.index)[ITEMS].reset_index(drop=True)


def _documents(payload: Payload) -> pd.DataFrame:
    pages = [_hits(page) for page in payload.pages]
    total = pages[0]["total"]
    if total["relation"] != "eq" or total["value"] >= MOST:
        raise SchemaDrift(f"fewer than {MOST} hits", "the cap: narrow the query")
    rows = [
        {**hit["_source"], "_id": hit["_id"], "page": number}
        for number, page in enumerate(pages)
        for hit in page["hits"]
    ]
    if len(rows) != total["value"]:
        raise SchemaDrift(f"{total['value']} hits", len(rows))
    # A page may list a document twice. The same document on two pages means that the order
    # changed between them, so that another document is missing.
    table = pd.DataFrame(rows, columns=[*NEEDED, "_id", "page"]).drop_duplicates(["_id", "page"])
    if table["_id"].duplicated().any():
        raise SchemaDrift("each hit on one page", table["_id"][table["_id"].duplicated()].iloc[0])
    if table[[*NEEDED]].isna().any(axis=None):
        raise SchemaDrift(list(NEEDED), "a hit without one of them")
    return table.assign(file=table["_id"].str.split(":").str[-1])


def _hits(body: bytes) -> dict[str, Any]:
    page = json.loads(body)
    hits = page.get("hits") if isinstance(page, dict) else None
    if not isinstance(hits, dict) or not {"total", "hits"} <= set(hits):
        raise SchemaDrift("hits.total and hits.hits", sorted(page) if hits is None else hits)
    if page.get("timed_out"):
        raise SchemaDrift("a complete search", "one that timed out")
    return hits


SOURCE = Source(
    key="sec_filings",
    publisher="U.S. Securities and Exchange Commission",
    fr="Déclarations à la SEC qui parlent de centres de données et de mégawatts",
    en="SEC filings that speak of data centres and megawatts",
    homepage="https://www.sec.gov/edgar/search/",
    asks_contact=True,
    licence="Public domain (US government work)",
    licence_url="https://www.sec.gov/privacy.htm",
    attribution="U.S. Securities and Exchange Commission, EDGAR full-text search",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="weekly",
    lag_days=1,
    stale_days=40,
    role="announcements",
    expected_format="json",
    requests=(QUESTION,),
    windows=windows,
    past=_past(),
    next_page=next_page,
    link_hosts=("www.sec.gov",),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    series=(
        Series(
            "sec_filings.data_centre",
            "filings",
            "M",
            "Déclarations 8-K et 6-K, centres de données et mégawatts",
            "8-K and 6-K filings, data centres and megawatts",
        ),
    ),
    rules=(between(0, 2000, reason="so many filings in a month need a look"),),
    traps=(
        "Totals are capped at 10,000 without a word but relation: gte; such an answer is refused.",
        "A page may hold the same document twice.",
        "One release is filed by tenant, builder and lender: filings are counted, not projects.",
        "The body of an 8-K is a pointer: the text is in its exhibit 99.1.",
        "Foreign filers change from 6-K to 8-K.",
        "Words are ANDed; OR and brackets are ignored. Boilerplate on risks matches too.",
    ),
)
