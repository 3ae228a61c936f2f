"""US Census Bureau C30: private construction put in place, and data centres.

Buildings only, no servers; private only. Each release revises the two months before it, and the
one of July revises years: growth is computed inside one vintage.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.web_archive import with_archive
from sources.tidy import between, numbers, tidy

SHEET = "Private SA"
HEADER = 3
COLUMNS = {"Data center": "census.c30.data_center", "Nonresidential": "census.c30.nonresidential"}
STATUS = {"p": "preliminary", "r": "preliminary", "": "final"}
DATE = r"^([A-Z][a-z]{2}-\d{2})\s*([pr]?)$"


def parse(payload: Payload) -> pd.DataFrame:
    """USD million at a seasonally adjusted annual rate, by month.

    Months marked p or r are preliminary; data centres begin in 2014. Raises SchemaDrift if the
    sheet, a column or the dates are not as expected.
    """
    book = pd.ExcelFile(BytesIO(payload.content), engine="calamine")
    if SHEET not in book.sheet_names:
        raise SchemaDrift(f"the sheet {SHEET!r}", book.sheet_names)
    table = pd.read_excel(book, sheet_name=SHEET, header=HEADER, dtype=object)
    table.columns = table.columns.astype(str).str.replace(r"_x000D_|\r", "", regex=True).str.strip()
    if missing := {"Date", *COLUMNS} - set(table.columns):
        raise SchemaDrift(f"the columns {sorted(missing)}", list(table.columns[:12]))
    dates = table["Date"].astype(str).str.extract(DATE)
    dated = table.loc[dates[0].notna(), list(COLUMNS)].rename(columns=COLUMNS)
    if dated.empty:
        raise SchemaDrift("dates such as 'May-26p'", table["Date"].head(3).tolist())
    month = pd.to_datetime(dates.loc[dated.index, 0], format="%b-%y")
    status = dates.loc[dated.index, 1].map(STATUS)
    rows = dated.assign(period=month, status=status).melt(["period", "status"], var_name="series")
    filled = rows[rows["value"].astype(str).str.strip().ne("") & rows["value"].notna()]
    return tidy(filled.assign(value=numbers(filled["value"])))


SOURCE = Source(
    key="census_c30",
    publisher="U.S. Census Bureau",
    fr="Construction privée de centres de données, États-Unis",
    en="US private construction of data centres",
    homepage="https://www.census.gov/construction/c30/",
    licence="Public domain (US government work)",
    licence_url="https://www.census.gov/about/policies/open-gov/open-data.html",
    attribution="U.S. Census Bureau, Value of Construction Put in Place",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=32,
    stale_days=70,
    role="reference",
    reference="first prints, and all non-residential construction for proportion",
    known_from="last_modified",
    full_snapshot=True,
    expected_format="xlsx",
    requests=(
        with_archive(Request("https://www.census.gov/construction/c30/xlsx/privsatime.xlsx")),
    ),
    series=(
        Series(
            "census.c30.data_center",
            "USD mn, annual rate, SA",
            "M",
            "Construction privée de centres de données, États-Unis",
            "Private data-centre construction, United States",
        ),
        Series(
            "census.c30.data_center_first_print",
            "USD mn, annual rate, SA",
            "M",
            "Construction privée de centres de données, première publication",
            "Private data-centre construction, as first printed",
        ),
        Series(
            "census.c30.nonresidential",
            "USD mn, annual rate, SA",
            "M",
            "Construction privée non résidentielle, États-Unis",
            "Private non-residential construction, United States",
        ),
    ),
    rules=(
        between(
            500, 400_000, series="census.c30.data_center", reason="1.6 bn in 2014, 68 bn in 2026"
        ),
        between(
            100_000,
            3_000_000,
            series="census.c30.nonresidential",
            reason="354 bn in 2014, 745 bn in 2026",
        ),
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    traps=(
        "Each release revises the two months before: May 2026 went from 59,307 to 63,843.",
        "The release of July revises years: growth is computed inside one vintage.",
        "Figures are at annual rate: a month is a twelfth.",
        "Buildings only, no servers; private only.",
    ),
)
