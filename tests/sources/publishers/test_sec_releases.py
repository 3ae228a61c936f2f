"""Documents filed with the SEC: title and facts are read, no text is stored.

RELEASE_REBUILT has the form of an exhibit 99.1; its company and its facts are made up.
"""

import json
from pathlib import Path

import pytest

from sources import Payload, Request, SchemaDrift
from sources.publishers.sec_releases import items, redact, source
from tests.server import Site
from tests.sources.publishers.helpers import AT, fetch_payload

LINK = "https://www.sec.gov/Archives/edgar/data/1/000000000126000001/release.htm"
RELEASE_REBUILT = """<HTML><HEAD><TITLE>EX-99.1</TITLE></HEAD><BODY>
<P ALIGN="right"><B>Exhibit 99.1</B></P><P>FOR IMMEDIATE RELEASE</P>
<P><B>Northbridge to Build 80 MW<BR>Data Center in Rabat, Morocco</B></P>
<P>DALLAS, <I>November 2, 2026</I> &#8211; Northbridge Inc. (NYSE: MUP) today announced plans for
a new data center of 80 megawatts in Rabat, with an investment of $900 million, to open in 2028.
This sentence must not be kept.</P><P>About Northbridge</P></BODY></HTML>"""
REPORT_REBUILT = """<html><body><div>FORM 8-K</div><div>Item 8.01. Other Events.</div>
<div>On November 2, 2026, Northbridge Inc. broke ground on a 120 MW data center in Ohio. The site
is expected to cost {0} and is described in a release that is filed with this report, of which
nothing more is told here than needs to be told.</div></body></html>"""


def read(page: str) -> dict[str, object]:
    row = items(Payload(redact(page.encode()), Request(LINK), AT)).iloc[0]
    return {str(name): value for name, value in row.items()}


def test_a_release_gives_its_title_and_the_facts_of_its_first_paragraph(site: Site) -> None:
    payload = fetch_payload(site, source([LINK]), RELEASE_REBUILT.encode())
    row = items(payload).iloc[0]
    assert row["title"] == "Northbridge to Build 80 MW Data Center in Rabat, Morocco"
    assert row["link"] == LINK
    assert (row["event_type"], row["country"], row["power_mw"]) == ("announced", "Morocco", 80)
    assert (row["amount"], row["currency"], row["operator"]) == (9e8, "USD", "Northbridge")
    assert b"must not be kept" not in payload.content
    assert set(json.loads(payload.content)) == {"title", "facts"}


def test_a_report_without_a_release_tells_under_its_item() -> None:
    row = read(REPORT_REBUILT.format("$1.5 billion"))
    assert str(row["title"]).startswith("On November 2, 2026, Northbridge Inc. broke ground")
    assert (row["event_type"], row["power_mw"]) == ("under_construction", 120)
    assert len(str(row["title"])) <= 300


def test_capitals_are_read_as_a_title() -> None:
    shouted = RELEASE_REBUILT.replace(
        "Northbridge to Build 80 MW<BR>Data Center in Rabat, Morocco",
        "NORTHBRIDGE REPORTS RECORD THIRD QUARTER REVENUE AND EARNINGS",
    )
    row = read(shouted)
    assert row["title"] == "Northbridge Reports Record Third Quarter Revenue And Earnings"
    assert (row["event_type"], row["power_mw"]) == ("not_announcement", None)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["oracle_8k.html", "blackrock_8k.html"])
def test_a_real_report_on_something_else_is_no_event(payloads: Path, name: str) -> None:
    body = (payloads / "sec_8k_html" / name).read_bytes()
    shipped = redact(body)
    assert json.loads(shipped)["facts"]["event_type"] == "not_announcement"
    assert len(shipped) < 1500 < len(body)


@pytest.mark.parametrize("page", ["<html></html>", "<html><p>Exhibit 99.1</p></html>"])
def test_a_document_without_a_title_is_refused(page: str) -> None:
    with pytest.raises(SchemaDrift, match="a title"):
        redact(page.encode())
