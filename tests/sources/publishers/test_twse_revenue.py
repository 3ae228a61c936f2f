"""Taiwanese revenues: the real table, the exchange's page rebuilt in Big5."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.twse_revenue import SOURCE, next_page, parse
from sources.tidy import read_history
from tests.server import Reply, Site
from tests.sources.publishers.helpers import checked, fetch_bodies, fetch_payload

FILE = "twse/twse_t187ap05_L_2025-08-16.csv"
HTML = {"Content-Type": "text/html"}
SUMMARY = "https://mopsov.twse.com.tw/nas/t21/sii/t21sc03_{}_{}_0.html"
AT = datetime(2026, 9, 9, 6, tzinfo=UTC)
HEADS = (
    "出表日期,資料年月,公司代號,公司名稱,產業別,營業收入-當月營收,營業收入-上月營收,"
    "營業收入-去年當月營收,備註"
)
# The exchange's figures for July 2026: TSMC's whole row, as it was quoted on 2026-09-01.
TSMC = ("467580548", "442679969", "323165707")
# Published figures of Nanya: August 2026, July 2026 and August 2025.
NANYA = ("44,690,268", "43,867,609", "6,763,000")


def table(*rows: tuple[str, str, tuple[str, ...]], reported: str = "1150817") -> bytes:
    """A table in the exchange's form; `rows` are month, code and three figures."""
    cells = [
        (reported, month, code, "公司", "半導體業", *three, "-") for month, code, three in rows
    ]
    lines = [",".join(f'"{cell}"' for cell in row) for row in cells]
    return "\n".join(["\ufeff" + HEADS, *lines]).encode()


def page(*rows: tuple[str, tuple[str, ...]], title: str = "115年8月份", **text: str) -> bytes:
    """A summary rebuilt in the layout of the exchange: tables in a table, Big5."""
    head = (
        "<tr><th rowspan=2>公司<br>代號</th><th rowspan=2>公司名稱</th><th colspan=5>營業收入</th>"
        "<th colspan=3>累計營業收入</th><th rowspan=2>備註</th></tr><tr>"
        + text.get("heads", "<th>當月營收</th><th>上月營收</th><th>去年當月營收</th>")
        + "<th>上月比較<br>增減(%)</th><th>去年同月<br>增減(%)</th><th>當月累計營收</th>"
        "<th>去年累計營收</th><th>前期比較<br>增減(%)</th></tr>"
    )
    body = "".join(
        f"<tr align=right><td align=center>{code}</td><td align=left>南亞科</td>"
        + "".join(f"<td nowrap>                {cell}</td>" for cell in cells)
        + "<Td nowrap>1.0</td><td>&nbsp;</td><td>9</td><td>9</td><td>1</td><td>-</td></tr>"
        for code, cells in rows
    )
    # The name of this company has a character that plain Big5 lacks.
    body += "<tr><td>2353</td><td>宏碁</td>" + "<td>1</td>" * 9 + "</tr>"
    total = "<tr align=right><th colspan=2>合計</th>" + "<td nowrap>9,999,999</td>" * 9 + "</tr>"
    return (
        f"<html><head><meta http-equiv='Content-Type' content='text/html; charset=big5'></head>"
        f"<body><center><b>上市公司{title}(累計與當月)營業收入統計表</b>"
        f"<div>出表日期：{text.get('reported', '115/09/08')}<!--20:00:18--></div><table><tr>"
        f"<th>產業別：半導體業</th><th>{text.get('unit', '單位：千元')}</th></tr><tr><td colspan=2>"
        f"<table>{head}{body}{total}</table></td></tr></table></center></body></html>"
    ).encode("cp950")


def payload(*pages: bytes, at: datetime = AT) -> Payload:
    return Payload(pages[0], SOURCE.requests[0], at, extra_pages=pages[1:])


def figures(*pages: bytes, at: datetime = AT) -> dict[tuple[str, str], float]:
    frame = parse(payload(*pages, at=at))
    keys = zip(frame["series"].str[-4:], frame["period"].dt.strftime("%Y-%m"), strict=True)
    return dict(zip(keys, frame["value"], strict=True))


JULY = table(("11507", "2330", TSMC), ("11507", "9999", ("1", "1", "1")))


@pytest.mark.shared
def test_the_real_table_gives_what_another_collector_has(payloads: Path, site: Site) -> None:
    body = Reply((payloads / FILE).read_bytes(), headers={"Content-Type": "text/csv"})
    frame = parse(fetch_payload(site, SOURCE, body))
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history).drop(columns=["known_from", "status"])
    joined = frame.merge(shipped, on=["series", "period"], suffixes=("", "_shipped"))
    assert len(joined) == len(frame) == 21  # seven companies in three months
    assert joined["value"].tolist() == joined["value_shipped"].tolist()
    assert set(frame["known_from"]) == {pd.Timestamp("2025-08-16 15:59:59", tz="UTC")}


def test_the_page_of_the_next_month_is_asked_and_read_in_big5(site: Site) -> None:
    site.serve(SUMMARY.format(115, 8), Reply(page(("2408", NANYA)), headers=HTML))
    answered = fetch_payload(site, SOURCE, Reply(JULY), at=AT)
    read = parse(answered).set_index(["series", "period"])
    nanya = read.loc[("twse.revenue.2408", pd.Timestamp("2026-08-01"))]
    assert (nanya["value"], nanya["status"]) == (44_690_268, "final")
    assert nanya["known_from"] == pd.Timestamp("2026-09-08 15:59:59", tz="UTC")
    assert read.loc[("twse.revenue.2330", pd.Timestamp("2025-07-01")), "value"] == 323_165_707
    assert ("twse.revenue.2330", pd.Timestamp("2026-08-01")) not in read.index
    assert checked(SOURCE, answered).passed


@pytest.mark.parametrize(
    "answer",
    [Reply(status=404), Reply(b"", headers=HTML), Reply(b"<html><b>cut", headers=HTML)],
    ids=["not there", "empty", "cut short"],
)
def test_a_page_that_does_not_exist_yet_leaves_the_table(site: Site, answer: Reply) -> None:
    site.serve(SUMMARY.format(115, 8), answer)
    answered = fetch_bodies(site, SOURCE, Reply(JULY), at=AT)
    assert answered.result.outcome == "new"
    assert "t21sc03_115_8_0" in answered.result.detail
    assert len(parse(answered.payload)) == 3


def test_a_table_of_two_months_is_read_row_by_row() -> None:
    mixed = table(("11507", "2330", TSMC), ("11508", "2408", NANYA))
    assert figures(mixed)["2408", "2026-08"] == 44_690_268
    request = next_page(payload(mixed))
    assert request is not None
    assert request.url == SUMMARY.format(115, 8)


def test_december_is_followed_by_january() -> None:
    request = next_page(payload(table(("11512", "2330", TSMC))))
    assert request is not None
    assert request.url == SUMMARY.format(116, 1)


def test_of_two_figures_that_of_the_later_page_counts() -> None:
    restated = page(("2330", ("500,000,000", "467,580,549", "335,771,691")))
    assert figures(JULY, restated)["2330", "2026-07"] == 467_580_549
    older = page(("2330", ("1,000,000", "467,580,549", "9")), reported="115/08/01")
    assert figures(JULY, older)["2330", "2026-07"] == 467_580_548


def test_nothing_is_known_later_than_it_was_fetched() -> None:
    morning = datetime(2026, 8, 17, 1, tzinfo=UTC)
    assert set(parse(payload(JULY, at=morning))["known_from"]) == {pd.Timestamp(morning)}


def test_totals_and_companies_that_are_not_ours_are_no_figures() -> None:
    read = figures(JULY, page(("2408", NANYA), ("1101", ("1", "1", "1"))))
    assert {code for code, _ in read} == {"2330", "2408"}


def test_a_cell_that_is_blank_has_no_figure_and_a_word_is_refused() -> None:
    assert ("2330", "2025-07") not in figures(table(("11507", "2330", (*TSMC[:2], "-"))))
    with pytest.raises(SchemaDrift, match="revenues as numbers"):
        figures(table(("11507", "2330", (*TSMC[:2], "n.m."))))


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        (page(("2408", NANYA), title="115年7月份"), "the summary of 2026-08"),
        (page(("2408", NANYA), unit="單位：元"), "單位"),
        (page(("2408", NANYA), heads="<th>上月營收</th><th>當月營收</th><th>去年當月營收</th>"),
         "in this order"),
        ("<html><body>因為安全性考量，您所執行的頁面無法呈現。</body></html>".encode("cp950"),
         "a summary of revenues"),
    ],
    ids=["month", "unit", "order", "refusal"],
)  # fmt: skip
def test_a_page_of_another_kind_is_refused(summary: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        figures(JULY, summary)


@pytest.mark.parametrize(
    "body",
    [JULY.replace("當月營收".encode(), "月營收".encode()), table(("115/7", "2330", TSMC)),
     table(("11507", "2330", TSMC), reported="2026-08-17"), table(("11507", "9999", TSMC))],
    ids=["column", "month", "day", "companies"],
)  # fmt: skip
def test_a_changed_table_is_refused(body: bytes) -> None:
    with pytest.raises(SchemaDrift):
        figures(body)


def test_revenues_in_dollars_are_not_loaded() -> None:
    dollars = table(("11507", "2330", tuple(f"{cell}000" for cell in TSMC)))
    assert not checked(SOURCE, payload(dollars)).passed
