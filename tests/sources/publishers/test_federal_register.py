"""Federal Register: real form, pages that must add up, months without a rule."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.federal_register import ADDRESS, SOURCE, next_page, parse
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, fetch_bodies

NEXT = f"{ADDRESS}?page=2&per_page=1000"


def rule(number: int, date: str, kind: str = "Rule") -> dict[str, Any]:
    """A document in the publisher's shape, of a made-up number."""
    return {"document_number": f"made-up-{number}", "publication_date": date, "type": kind}


def page(*rows: dict[str, Any], count: int | None = None, following: str = "") -> bytes:
    complete: dict[str, Any] = {
        "count": len(rows) if count is None else count,
        "results": list(rows),
    }
    return json.dumps(complete | ({"next_page_url": following} if following else {})).encode()


def counts(*pages: bytes) -> dict[str, float]:
    at = datetime(2026, 4, 10, tzinfo=UTC)
    frame = parse(Payload(pages[0], SOURCE.requests[0], at, extra_pages=tuple(pages[1:])))
    months = frame["period"].dt.strftime("%Y-%m")
    return dict(zip(months, frame["value"], strict=True))


@pytest.mark.shared
def test_the_real_shape_names_its_next_page(payloads: Path) -> None:
    body = (payloads / "federal_register/federal_register.json").read_bytes()
    next_request = next_page(archived_payload(SOURCE, body))
    assert next_request is not None
    assert next_request.url == "https://www.federalregister.gov/api/v1/documents"
    assert next_request.params["page"] == "2"
    with pytest.raises(SchemaDrift, match="110 documents"):
        parse(archived_payload(SOURCE, body))  # five of 110: the other pages have not come


def test_pages_over_a_socket_are_counted_by_month(site: Site) -> None:
    first = page(rule(1, "2026-01-05"), rule(2, "2026-01-20"), count=3, following=NEXT)
    answered = fetch_bodies(site, SOURCE, first, page(rule(3, "2026-03-02"), count=3))
    assert answered.result.outcome == "new", answered.result.detail
    frame = parse(answered.payload).set_index("period")["value"]
    assert frame[pd.Timestamp("2026-01-01")] == 2
    assert frame[pd.Timestamp("2026-02-01")] == 0
    assert frame[pd.Timestamp("2026-03-01")] == 1


def test_the_month_that_runs_and_other_documents_are_not_counted() -> None:
    actual = counts(page(rule(1, "2026-04-02"), rule(2, "2026-03-02", "Notice")))
    assert "2026-04" not in actual
    assert actual["2026-03"] == 0


def test_a_document_on_two_pages_is_counted_once_and_missed_ones_refuse_all() -> None:
    both = page(rule(1, "2026-01-05"), count=2, following=NEXT)
    assert counts(both, page(rule(1, "2026-01-05"), rule(2, "2026-01-06")))["2026-01"] == 2
    with pytest.raises(SchemaDrift, match="2 documents"):
        counts(both, page(rule(1, "2026-01-05")))


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b'{"errors": {}}', "count"), (page({"document_number": "1"}), "publication_date")],
)
def test_a_changed_answer_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        counts(body)


def test_a_next_page_elsewhere_is_not_asked() -> None:
    with pytest.raises(SchemaDrift, match="a page of"):
        next_page(archived_payload(SOURCE, page(following="https://elsewhere.example/page2")))
