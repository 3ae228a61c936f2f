"""Pink Sheet: the link on the page, the real workbook, missing markers."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.world_bank import COLUMNS, PAGE, SOURCE, next_page, parse
from tests.server import Reply, Site
from tests.sources.publishers.helpers import fetch_bodies

FILE = "worldbank/CMO-Historical-Data-Monthly.2026-07-04.xlsx"
LINK = "https://thedocs.worldbank.org/en/doc/0123abcd-0050012026/related/{}"
BOOK = LINK.format("CMO-Historical-Data-Monthly.xlsx")
HTML = {"Content-Type": "text/html"}


def page(*links: str) -> bytes:
    """A page that links to these, in the shape of the publisher's."""
    body = "".join(f'<p><a href="{link}">Monthly prices</a></p>' for link in links)
    return f"<!DOCTYPE html><html><body>{body}</body></html>".encode()


def rebuilt(*rows: tuple[Any, ...], units: dict[str, str] | None = None, **head: str) -> Payload:
    """A workbook in the publisher's form; `rows` are months with one cell each."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Monthly Prices"
    names = [head.get("rename", name) if name == "Copper" else name for name in COLUMNS]
    reason = head.get("updated", "Updated on June 02, 2026")
    for line in (["Pink Sheet"], ["prices"], ["only"], [reason], [None, *names]):
        sheet.append(line)
    sheet.append([None, *((units or {}).get(name, unit) for name, (_, unit) in COLUMNS.items())])
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    at = datetime(2026, 6, 5, tzinfo=UTC)
    return Payload(page(BOOK), SOURCE.requests[0], at, extra_pages=(out.getvalue(),))


PLAIN = ("2026M05", 3.0, 16.0, 12.0, 130.0, 9000.0)


@pytest.mark.shared
def test_the_workbook_is_found_on_the_page_and_read(site: Site, payloads: Path) -> None:
    body = (payloads / FILE).read_bytes()
    site.serve(BOOK, Reply(body))
    answered = fetch_bodies(site, SOURCE, Reply(page(BOOK, PAGE), headers=HTML))
    assert answered.result.outcome == "new", answered.result.detail
    frame = parse(answered.payload).set_index(["series", "period"])
    newest = pd.Timestamp("2026-05-01")
    assert frame.loc[("world_bank.gas_us", newest), "value"] == 2.93
    assert frame.loc[("world_bank.gas_europe", newest), "value"] == 16.17
    assert frame.loc[("world_bank.lng_japan", newest), "value"] == 15.77
    assert frame.loc[("world_bank.lng_japan", newest), "status"] == "estimated"
    assert frame.loc[("world_bank.gas_europe", pd.Timestamp("2025-08-01")), "value"] == 11.15
    assert frame.loc[("world_bank.gas_us", pd.Timestamp("1960-01-01")), "value"] == 0.14
    assert set(frame["known_from"]) == {pd.Timestamp("2026-06-02", tz="UTC")}
    assert len(frame.loc["world_bank.lng_japan"]) < len(frame.loc["world_bank.gas_us"])


@pytest.mark.parametrize("links", [(), (LINK.format("CMO-Pink-Sheet.pdf"),)])
def test_a_page_without_a_link_is_refused(links: tuple[str, ...]) -> None:
    with pytest.raises(SchemaDrift, match="a link to"):
        next_page(Payload(page(*links), SOURCE.requests[0], datetime.now(UTC)))


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_linked_workbooks_the_newest_counts(site: Site, newest_first: bool) -> None:
    old = rebuilt(PLAIN, updated="Updated on May 04, 2026").extra_pages[0]
    new = rebuilt(("2026M05", 3.5, *PLAIN[2:]), updated="Updated on June 02, 2026").extra_pages[0]
    other = BOOK.replace("0123abcd", "4567cdef")
    site.serve(BOOK, Reply(new if newest_first else old))
    site.serve(other, Reply(old if newest_first else new))
    answered = fetch_bodies(site, SOURCE, Reply(page(BOOK, other), headers=HTML))
    frame = parse(answered.payload).set_index("series")
    assert frame.loc["world_bank.gas_us", "value"] == 3.5
    assert set(frame["known_from"]) == {pd.Timestamp("2026-06-02", tz="UTC")}


@pytest.mark.parametrize("links", [(BOOK, BOOK + "?v=1"), (BOOK + "?v=1",)])
def test_a_link_with_a_query_is_the_same_workbook(site: Site, links: tuple[str, ...]) -> None:
    site.serve(BOOK, Reply(rebuilt(PLAIN).extra_pages[0]))
    answered = fetch_bodies(site, SOURCE, Reply(page(*links), headers=HTML))
    assert len(answered.bodies) == 2
    assert len(parse(answered.payload)) == 5


def test_both_markers_and_blanks_are_no_figures() -> None:
    payload = rebuilt(("2026M04", "…", "...", None, 120.0, 8900.0), PLAIN)
    assert parse(payload).groupby("series").size().to_dict() == {
        "world_bank.gas_us": 1,
        "world_bank.gas_europe": 1,
        "world_bank.lng_japan": 1,
        "world_bank.coal_australia": 2,
        "world_bank.copper": 2,
    }


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (rebuilt(PLAIN, rename="Tin"), "Copper"),
        (rebuilt(PLAIN, units={"Copper": "($/lb)"}), "copper in"),
        (rebuilt(PLAIN, updated="New edition"), "the day of the update"),
        (rebuilt(("May 2026", *PLAIN[1:])), "months"),
        (rebuilt(("2026M05", "n.a.", *PLAIN[2:])), "missing markers"),
    ],
)
def test_a_changed_sheet_is_refused(payload: Payload, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload)
