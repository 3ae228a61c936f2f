"""Monthly revenues of Taiwanese makers of chips, memory and AI servers.

The exchange's open-data table is whole about the 17th. What was filed by the 10th is on its HTML
summary of the next month, which is asked after the table has named its own month. A company
without its row yet has no figure yet. Each row restates two earlier months.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, require, tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

TABLE = "https://mopsfin.twse.com.tw/opendata/t187ap05_L.csv"
# Years are counted from 1911, months are not padded; 0 is the page of domestic companies, and
# all of ours are.
SUMMARY = "https://mopsov.twse.com.tw/nas/t21/sii/t21sc03_{year}_{month}_0.html"
ROC = 1911
COMPANIES = {
    "2330": ("TSMC", "accélérateurs", "accelerators"),
    "2408": ("Nanya", "mémoire", "memory"),
    "2344": ("Winbond", "mémoire", "memory"),
    "2317": ("Hon Hai", "serveurs", "servers"),
    "2382": ("Quanta", "serveurs", "servers"),
    "3231": ("Wistron", "serveurs", "servers"),
    "6669": ("Wiwynn", "serveurs", "servers"),
}
# Months before that of the row, by the heading of the column, in the table and on the summary.
COLUMNS = {"當月營收": 0, "上月營收": 1, "去年當月營收": 12}
CODE = "公司代號"
EMPTY = {"", "-", "不適用"}
TITLE = re.compile(r"上市公司(\d{2,3})年(\d{1,2})月份")
REPORTED = re.compile(r"出表日期\s*[：:]\s*(\d{2,3})/(\d{1,2})/(\d{1,2})")
UNIT = "單位：千元"


def next_page(payload: Payload) -> Request | None:
    """The summary of the month after that of the table, if it exists yet.

    In the days of filing a table may hold rows of two months; the older one counts.
    """
    if len(payload.pages) > 1:
        return None
    following = _following(_table(payload.content))
    page = SUMMARY.format(year=following.year - ROC, month=following.month)
    return Request(page, expected_format="html", optional=True)


def parse(payload: Payload) -> pd.DataFrame:
    """Revenues in thousand TWD, known from the day that each page states.

    Where the table and the summary give the same month, the page of the later day counts. Raises
    SchemaDrift for a missing column, another unit, or a page of another month.
    """
    table = _table(payload.content)
    following = _following(table)
    parts = [_figures(table), *(_summary(page, following) for page in payload.extra_pages)]
    rows = pd.concat(parts, ignore_index=True).sort_values("known_from", kind="stable")
    newest = rows.drop_duplicates(["series", "period"], keep="last")
    # A page is stated by its day only: nothing was known after it was fetched.
    fetched_at = pd.Timestamp(payload.fetched_at)
    stated = newest["known_from"]
    return tidy(newest.assign(known_from=stated.where(stated.lt(fetched_at), fetched_at)))


def _following(table: pd.DataFrame) -> pd.Timestamp:
    return pd.Timestamp(table["month"].min()) + pd.DateOffset(months=1)


def _table(body: bytes) -> pd.DataFrame:
    """Our companies' rows of the open-data table: `month` and day `reported`."""
    table = pd.read_csv(BytesIO(body), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table = table.rename(columns=lambda name: name.removeprefix("營業收入-"))
    require(table, {"出表日期", "資料年月", CODE, *COLUMNS})
    ours = table.loc[table[CODE].isin(list(COMPANIES))]
    if ours.empty:
        raise SchemaDrift(f"a company of {sorted(COMPANIES)}", f"{len(table)} others")
    return ours.assign(
        month=[_month(stated) for stated in ours["資料年月"]],
        reported=[_day(stated) for stated in ours["出表日期"]],
    )


def _month(stated: str) -> pd.Timestamp:
    """The first day of the month of a cell such as 11507."""
    if not re.fullmatch(r"\d{5}", stated):
        raise SchemaDrift("a month as 11507", stated)
    return pd.Timestamp(int(stated[:3]) + ROC, int(stated[3:]), 1)


def _day(stated: str) -> pd.Timestamp:
    """The end of a day such as 1150817 in Taipei: the hour is not stated."""
    if not re.fullmatch(r"\d{7}", stated):
        raise SchemaDrift("a day as 1150817", stated)
    return _end_of_day(stated[:3], stated[3:5], stated[5:])


def _end_of_day(year: str, month: str, day: str) -> pd.Timestamp:
    start = pd.Timestamp(int(year) + ROC, int(month), int(day), tz="Asia/Taipei")
    return (start + pd.Timedelta(days=1, seconds=-1)).tz_convert("UTC")


def _summary(body: bytes, month: pd.Timestamp) -> pd.DataFrame:
    """The figures of a summary page; its layout is tables within tables."""
    # cp950 is Big5 with the characters that company names use beyond it.
    from bs4 import BeautifulSoup  # here: a list of the sources does without it

    page = BeautifulSoup(body.decode("cp950", errors="replace"), "html.parser")
    text = page.get_text(" ")
    titled, reported = TITLE.search("".join(text.split())), REPORTED.search(text)
    if titled is None or reported is None:
        raise SchemaDrift("a summary of revenues with its month and day", text.strip()[:60])
    if (int(titled[1]) + ROC, int(titled[2])) != (month.year, month.month):
        raise SchemaDrift(f"the summary of {month:%Y-%m}", titled[0])
    if UNIT not in "".join(text.split()):
        raise SchemaDrift(UNIT, "none on the page")
    rows = [[cell.get_text(" ").strip() for cell in row.find_all("td", recursive=False)]
            for row in page.find_all("tr")]  # fmt: skip
    ours = [row[:1] + row[2:5] for row in rows if len(row) >= 10 and row[0] in COMPANIES]
    if ours:
        _check_heads(page)
    table = pd.DataFrame(ours, columns=[CODE, *COLUMNS], dtype=str)
    return _figures(table.assign(month=month, reported=_end_of_day(*reported.groups())))


def _check_heads(page: BeautifulSoup) -> None:
    """Raises SchemaDrift if the columns are not in the order that is read."""
    heads = ["".join(cell.get_text().split()) for cell in page.find_all("th")]
    named = [head for head in dict.fromkeys(heads) if head in COLUMNS]
    if named != list(COLUMNS):
        raise SchemaDrift(f"columns {list(COLUMNS)} in this order", named)


def _figures(ours: pd.DataFrame) -> pd.DataFrame:
    """The figures of each row, also of the earlier months that it restates."""
    long = ours.melt([CODE, "month", "reported"], list(COLUMNS), "column", "cell")
    cells = long["cell"].str.replace(",", "", regex=False).str.strip()
    filled = long.loc[~cells.isin(EMPTY)]
    values = pd.to_numeric(cells[filled.index], errors="coerce")
    if values.isna().any():
        raise SchemaDrift("revenues as numbers", cells[values.index[values.isna()][0]])
    rows = zip(filled["month"], filled["column"], strict=True)
    return pd.DataFrame(
        {
            "series": "twse.revenue." + filled[CODE],
            "period": [month - pd.DateOffset(months=COLUMNS[name]) for month, name in rows],
            "value": values,
            "known_from": filled["reported"],
        }
    )


SOURCE = Source(
    key="twse_revenue",
    publisher="Taiwan Stock Exchange, Market Observation Post System",
    fr="Chiffres d'affaires mensuels de fabricants taïwanais",
    en="Monthly revenues of Taiwanese makers",
    homepage="https://mops.twse.com.tw/",
    licence="Open Government Data License, version 1.0 (Taiwan)",
    licence_url="https://data.gov.tw/license",
    attribution="Taiwan Stock Exchange, Market Observation Post System",
    confirmed="independent public code reads all three addresses, 2026-09",
    cadence="weekly",
    lag_days=10,
    stale_days=50,
    role="cross_check",
    reference="revenues of makers of accelerators and AI servers, where falling orders show first",
    requests=(Request(TABLE),),
    next_page=next_page,
    link_hosts=("mopsov.twse.com.tw",),
    completeness=Completeness(rows=0.0),  # a month grows as companies file
    parse=parse,
    expected_format="csv",
    series=tuple(
        Series(
            f"twse.revenue.{code}",
            "thousand TWD",
            "M",
            f"{name}, chiffre d'affaires du mois ({fr})",
            f"{name}, revenue of the month ({en})",
        )
        for code, (name, fr, en) in COMPANIES.items()
    ),
    rules=(
        between(
            5e5,
            5e9,
            reason="the smallest month since 2015 is 1.9 billion TWD, the largest 1,159 billion: "
            "beyond this the unit is not thousand TWD",
        ),
    ),
    traps=(
        "The open-data table is whole about the 17th; companies file by the 10th.",
        "Rows come on the day of filing: a company without one is no fault.",
        "Years are counted from 1911: 11507 is July 2026.",
        "In the days of filing the table may hold rows of two months: each row names its own.",
        "The summary is in Big5, a table within tables, with a total after each industry.",
        "A page may be empty or of another month: it then says nothing of this one.",
        "Foreign issuers (KY) are on another page; ours are all domestic.",
        "Revenues are in Taiwan dollars, which the exchange rate moves, and the lunar new year "
        "moves January and February.",
    ),
)
