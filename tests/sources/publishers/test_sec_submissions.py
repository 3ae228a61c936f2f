"""SEC submissions: real responses, both forms counted, older pages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.sec_submissions import ADDRESS, COMPANIES, SOURCE, items, next_page, parse
from tests.server import Site
from tests.sources.publishers.helpers import fetch_bodies, fetch_payload

AT = datetime(2026, 7, 25, tzinfo=UTC)
OF = {ticker: number for number, (ticker, _) in enumerate(COMPANIES.values())}


def filings(*filed: tuple[str, str, str]) -> dict[str, list[str]]:
    """Filings (date, form, items) of a made-up company, in columns."""
    return {
        "accessionNumber": [f"0000000001-26-{date}-{form}" for date, form, _ in filed],
        "filingDate": [date for date, _, _ in filed],
        "acceptanceDateTime": [f"{date}T20:00:00.000Z" for date, _, _ in filed],
        "form": [form for _, form, _ in filed],
        "items": [number for _, _, number in filed],
        "primaryDocument": ["report.htm" for _ in filed],
    }


def answer(recent: dict[str, list[str]], *older: tuple[str, str], cik: str = "1101239") -> bytes:
    files = [{"name": name, "filingTo": to} for name, to in older]
    return json.dumps({"cik": cik, "filings": {"recent": recent, "files": files}}).encode()


def payload(*pages: bytes) -> Payload:
    return Payload(pages[0], SOURCE.requests[0], AT, extra_pages=tuple(pages[1:]))


@pytest.mark.shared
def test_a_real_answer_counts_both_forms(site: Site, payloads: Path) -> None:
    body = (payloads / "sec_edgar_submissions/CIK0001878848.json").read_bytes()
    frame = parse(fetch_payload(site, SOURCE, body, at=AT, question=OF["IREN"]))
    recent = json.loads(body)["filings"]["recent"]
    filed = [d for d, f in zip(recent["filingDate"], recent["form"], strict=True) if f in "8-K6-K"]
    assert frame["value"].sum() == len([d for d in filed if "2024-01" <= d < "2026-07"])
    assert set(frame["series"]) == {"sec_submissions.current_reports.IREN"}
    reported = frame.set_index("period")["value"]
    assert reported[pd.Timestamp("2026-05-01")] == sum(d.startswith("2026-05") for d in filed) > 3


@pytest.mark.shared
def test_real_reports_are_items_with_their_address(site: Site, payloads: Path) -> None:
    body = (payloads / "sec_edgar_submissions/CIK0001878848.json").read_bytes()
    table = items(fetch_payload(site, SOURCE, body, at=AT, question=OF["IREN"]))
    june = table[table["published"].str.startswith("2026-06-01")].iloc[0]
    assert june["title"] == "IREN: current report, items 1.01,2.03"
    assert june["link"].startswith("https://www.sec.gov/Archives/edgar/data/1878848/000114036126")
    assert june["link"].endswith("/ef20075181_8k.htm")
    assert not table["title"].str.contains(r"items 5\.02$").any()


@pytest.mark.shared
def test_pages_older_than_the_series_are_not_asked_for(site: Site, payloads: Path) -> None:
    body = (payloads / "sec_edgar_submissions/CIK0001341439.json").read_bytes()
    answered = fetch_bodies(site, SOURCE, body, at=AT, question=OF["ORCL"])
    assert answered.result.outcome == "new", answered.result.detail
    assert len(answered.bodies) == 1


def test_an_older_page_has_no_outer_filings(site: Site) -> None:
    older = "CIK0001101239-submissions-001.json"
    site.serve(ADDRESS + older, json.dumps(filings(("2024-02-05", "8-K", "8.01"))).encode())
    first = answer(filings(("2025-03-04", "8-K", "8.01")), (older, "2024-12-31"))
    answered = fetch_bodies(site, SOURCE, first, at=AT)
    assert answered.result.outcome == "new", answered.result.detail
    reported = parse(answered.payload).set_index("period")["value"]
    assert reported[pd.Timestamp("2024-02-01")] == reported[pd.Timestamp("2025-03-01")] == 1
    assert reported.sum() == 2


def test_a_month_that_runs_is_not_counted_and_a_filing_counts_once() -> None:
    july = filings(
        ("2026-07-02", "8-K", "8.01"), ("2026-06-30", "6-K", ""), ("2026-06-30", "4", "")
    )
    body = answer(july, ("more.json", "2026-06-30"))
    again = json.dumps(filings(("2026-06-30", "6-K", ""))).encode()
    assert parse(payload(body, again))["value"].sum() == 1
    assert next_page(payload(body)) is not None
    assert next_page(payload(body, again)) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"filings": {"recent": {}}}, "filings.files"),
        ({"cik": "789019"}, "CIK 0001101239"),
        ({"filings": {"recent": {"form": []}, "files": []}}, "no acceptanceDateTime"),
    ],
)
def test_a_changed_answer_is_refused(changed: dict[str, Any], reason: str) -> None:
    complete = json.loads(answer(filings())) | changed
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload(json.dumps(complete).encode()))


def test_columns_of_two_lengths_are_refused() -> None:
    recent = filings(("2026-06-30", "6-K", ""))
    with pytest.raises(SchemaDrift, match="one length"):
        parse(payload(answer(recent | {"form": []})))
