"""SEC full-text search: real responses, the cap, pages, filings counted once."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.sec_filings import SOURCE, items, next_page, parse
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, fetch_bodies, fetch_payload


def hit(number: int, date: str = "2026-01-05", **changed: Any) -> dict[str, Any]:
    """A hit in the publisher's shape, of a made-up filing."""
    adsh = f"0000000001-26-{number:06d}"
    source = {
        "adsh": adsh,
        "file_date": date,
        "file_type": "EX-99.1",
        "ciks": ["0000000001"],
        "display_names": ["Made Up Power Inc.  (MUP)  (CIK 0000000001)"],
    }
    return {"_id": f"{adsh}:release.htm", "_source": source | changed}


def page(*hits: dict[str, Any], total: int | None = None, relation: str = "eq") -> bytes:
    complete = {"value": len(hits) if total is None else total, "relation": relation}
    return json.dumps(
        {"timed_out": False, "hits": {"total": complete, "hits": list(hits)}}
    ).encode()


def payload(*pages: bytes) -> Payload:
    at = datetime(2026, 4, 10, tzinfo=UTC)
    return Payload(pages[0], SOURCE.requests[0], at, extra_pages=tuple(pages[1:]))


@pytest.mark.shared
def test_a_real_page_is_counted_by_filing(site: Site, payloads: Path) -> None:
    body = (payloads / "sec_edgar_fts/100_hits.json").read_bytes()
    frame = parse(fetch_payload(site, SOURCE, body)).set_index("period")["value"]
    filings = {item["_source"]["adsh"] for item in json.loads(body)["hits"]["hits"]}
    assert frame[pd.Timestamp("2025-04-01")] == len(filings) < 100  # it holds one twice
    assert frame.sum() == len(filings)


@pytest.mark.shared
def test_a_real_answer_at_the_cap_is_refused_and_an_empty_one_is_zero(
    site: Site, payloads: Path
) -> None:
    capped = (payloads / "sec_edgar_fts/10000_hits.json").read_bytes()
    with pytest.raises(SchemaDrift, match="the cap"):
        parse(archived_payload(SOURCE, capped))
    none = (payloads / "sec_edgar_fts/0_hits.json").read_bytes()
    assert parse(fetch_payload(site, SOURCE, none))["value"].sum() == 0


def test_the_past_is_asked_quarter_by_quarter_from_2001_to_where_it_is_asked_live() -> None:
    spans = [(past.request.params["startdt"], past.request.params["enddt"]) for past in SOURCE.past]
    assert (spans[0][0], spans[-1][1]) == ("2001-01-01", "2023-12-31")
    ends = [pd.Timestamp(end) + pd.Timedelta(days=1) for _, end in spans]
    assert ends == [pd.Timestamp(start) for start, _ in spans[1:]] + [pd.Timestamp("2024-01-01")]
    first = SOURCE.past[0]
    counted = parse(Payload(page(hit(1, "2001-03-30")), first.request, first.published))
    assert counted["value"].tolist() == [0, 0, 1]  # known when the quarter was over


def test_pages_are_asked_for_until_the_total(site: Site) -> None:
    answered = fetch_bodies(site, SOURCE, page(hit(1), total=2), page(hit(2), total=2))
    assert answered.result.outcome == "new", answered.result.detail
    assert [item.query["from"] for item in site.asked] == [["0"], ["1"]]
    assert parse(answered.payload)["value"].sum() == 2


def test_pages_that_end_early_or_overlap_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="no more after 1"):
        next_page(payload(page(hit(1), total=3), page(total=3)))
    with pytest.raises(SchemaDrift, match="on one page"):
        parse(payload(page(hit(1), total=2), page(hit(1), total=2)))


def test_a_filing_with_two_documents_is_counted_once() -> None:
    second = hit(1) | {"_id": "0000000001-26-000001:other.htm"}
    frame = parse(payload(page(hit(1), second, hit(2, "2026-04-02"))))
    assert frame["value"].sum() == 1  # and the month that runs is not counted


def test_press_releases_are_items_with_their_address() -> None:
    table = items(payload(page(hit(1), hit(2, file_type="8-K"))))
    assert table.to_dict("records") == [
        {
            "title": "Made Up Power Inc.: press release filed with the SEC",
            "link": "https://www.sec.gov/Archives/edgar/data/1/000000000126000001/release.htm",
            "published": "2026-01-05",
            "publisher": "Made Up Power Inc.",
            "language": "en",
        }
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"message": "Internal error"}', "hits"),
        (b'{"timed_out": true, "hits": {"total": {}, "hits": []}}', "timed out"),
        (page({"_id": "a:b", "_source": {"adsh": "a"}}), "without one of them"),
    ],
)
def test_a_changed_answer_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload(body))
