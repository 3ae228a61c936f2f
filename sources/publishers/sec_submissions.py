"""SEC submissions: the current reports (8-K, 6-K) of each company, by month.

A company changes from 6-K to 8-K when it is no longer a foreign filer, so that both are counted
together. The main documents of reports on agreements, debts and other events are items for
`sources.publishers.sec_releases`; the list itself does not say what a report is about.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.feeds import ITEMS
from sources.tidy import between, tidy

ADDRESS = "https://data.sec.gov/submissions/"
DOCUMENTS = "https://www.sec.gov/Archives/edgar/data/{cik}/{adsh}/{file}"
FIRST = "2024-01-01"
FORMS = ("8-K", "6-K")
EVENT_ITEMS = r"(?:^|,)(?:1\.01|2\.03|7\.01|8\.01)(?:,|$)"  # agreements, debts, other events
NEEDED = ("accessionNumber", "filingDate", "acceptanceDateTime", "form", "items", "primaryDocument")
COMPANIES = {
    "0001101239": ("EQIX", "Equinix"),
    "0001297996": ("DLR", "Digital Realty"),
    "0001878848": ("IREN", "IREN"),
    "0001341439": ("ORCL", "Oracle"),
    "0000789019": ("MSFT", "Microsoft"),
    "0001018724": ("AMZN", "Amazon"),
    "0001652044": ("GOOGL", "Alphabet"),
    "0001326801": ("META", "Meta"),
}


def next_page(payload: Payload) -> Request | None:
    """The next older page, until the filings reach back to FIRST; or SchemaDrift."""
    filings = _submissions(payload)["filings"]
    older = [page["name"] for page in filings["files"] if page["filingTo"] >= FIRST]
    fetched = len(payload.pages) - 1
    return replace(payload.request, url=ADDRESS + older[fetched]) if fetched < len(older) else None


def parse(payload: Payload) -> pd.DataFrame:
    """Current reports by month; a past month without any is a zero."""
    reports = _reports(payload)
    today = pd.Timestamp(payload.fetched_at).tz_localize(None)
    months = pd.date_range(FIRST, today, freq="MS").normalize()[:-1]
    filed = reports["filingDate"].dt.to_period("M")
    count = filed.value_counts().reindex(months.to_period("M"), fill_value=0)
    values = pd.DataFrame({"period": months, "value": count.to_numpy(dtype=float)})
    return tidy(values.assign(series=_key(COMPANIES[_cik(payload)][0])))


def items(payload: Payload) -> pd.DataFrame:
    """The main documents of reports that may announce a project (ITEMS)."""
    reports, company = _reports(payload), COMPANIES[_cik(payload)][1]
    reported = reports[reports["form"].eq("8-K") & reports["items"].str.contains(EVENT_ITEMS)]
    link = [
        DOCUMENTS.format(cik=int(_cik(payload)), adsh=adsh.replace("-", ""), file=name)
        for adsh, name in zip(reported["accessionNumber"], reported["primaryDocument"], strict=True)
    ]
    item = {"title": company + ": current report, items " + reported["items"], "link": link}
    origin = {"published": reported["acceptanceDateTime"], "publisher": company, "language": "en"}
    return pd.DataFrame(item | origin, index=reported.index)[ITEMS].reset_index(drop=True)


def _reports(payload: Payload) -> pd.DataFrame:
    pages = [_submissions(payload)["filings"]["recent"], *map(json.loads, payload.extra_pages)]
    tables = [_columnar(page) for page in pages]
    filings = pd.concat(tables).drop_duplicates("accessionNumber")
    filed = pd.to_datetime(filings["filingDate"], format="%Y-%m-%d")
    current = filings["form"].isin(FORMS) & filed.ge(pd.Timestamp(FIRST))
    return filings.assign(filingDate=filed)[current].reset_index(drop=True)


def _columnar(page: dict[str, Any]) -> pd.DataFrame:
    if missing := set(NEEDED) - set(page):
        raise SchemaDrift(list(NEEDED), f"no {', '.join(sorted(missing))}")
    if len({len(page[name]) for name in NEEDED}) > 1:
        raise SchemaDrift("columns of one length", {name: len(page[name]) for name in NEEDED})
    return pd.DataFrame({name: page[name] for name in NEEDED}, dtype="str")


def _submissions(payload: Payload) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(payload.content)
    filings = body.get("filings") if isinstance(body, dict) else None
    if not isinstance(filings, dict) or not {"recent", "files"} <= set(filings):
        raise SchemaDrift("filings.recent and filings.files", type(filings).__name__)
    if str(body.get("cik", "")).zfill(10) != _cik(payload):
        raise SchemaDrift(f"CIK {_cik(payload)}", body.get("cik"))
    return body


def _cik(payload: Payload) -> str:
    match = re.search(r"CIK(\d{10})", payload.request.url)
    assert match is not None  # noqa: S101
    return match[1]


def _key(ticker: str) -> str:
    return f"sec_submissions.current_reports.{ticker}"


SOURCE = Source(
    key="sec_submissions",
    publisher="U.S. Securities and Exchange Commission",
    fr="Rapports courants déposés à la SEC par les bâtisseurs de centres de données",
    en="Current reports filed with the SEC by builders of data centres",
    homepage="https://www.sec.gov/search-filings/edgar-application-programming-interfaces",
    asks_contact=True,
    licence="Public domain (US government work)",
    licence_url="https://www.sec.gov/privacy.htm",
    attribution="U.S. Securities and Exchange Commission, EDGAR submissions",
    confirmed="independent public code asks the same address, with a contact, looked up 2026-11",
    cadence="weekly",
    lag_days=1,
    stale_days=40,
    role="announcements",
    expected_format="json",
    requests=tuple(Request(f"{ADDRESS}CIK{cik}.json") for cik in COMPANIES),
    next_page=next_page,
    link_hosts=("www.sec.gov",),
    completeness=Completeness(rows=0.5, series=1.0),  # the newest thousand filings
    parse=parse,
    series=tuple(
        Series(
            _key(ticker),
            "reports",
            "M",
            f"Rapports courants (8-K et 6-K), {name}",
            f"Current reports (8-K and 6-K), {name}",
        )
        for ticker, name in COMPANIES.values()
    ),
    rules=(between(0, 60, reason="so many current reports in a month need a look"),),
    traps=(
        "The answer is columnar: one list a field, about the last thousand filings.",
        "Older filings are in further files, whose object has no outer filings.",
        "A CIK is padded to ten digits in the address and may not be in the body.",
        "Foreign filers change from 6-K to 8-K: both are counted together.",
        "A User-Agent with a contact is asked for; more than ten requests a second are blocked.",
        "What a report tells is in its documents, not here.",
    ),
)
