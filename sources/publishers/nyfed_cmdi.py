"""Corporate Bond Market Distress Index of the New York Fed, weekly, 0 to 1.

0 is calm, 1 the worst since 2005. A week ends on Friday. The workbook is replaced every month,
with all weeks computed anew: the date of the file is when its figures were known. Its address is
the one that public readers of it used in 2026; no page that a program can read links to it.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

FRIDAY = "eow_friday"
COLUMNS = {
    "Market CMDI": "nyfed.cmdi.market",
    "IG CMDI": "nyfed.cmdi.ig",
    "HY CMDI": "nyfed.cmdi.hy",
}
BANNER = 20  # rows in which the row of names is looked for
SINCE_MONDAY = pd.Timedelta(days=4)


def parse(payload: Payload) -> pd.DataFrame:
    """The index of the market, of investment grade and of high yield, 0 to 1.

    `period` is the Monday of the week. Raises SchemaDrift if no sheet has the columns.
    """
    table = _table(payload.content)
    rows = table.melt(FRIDAY, list(COLUMNS), "column", "value").dropna(subset=[FRIDAY, "value"])
    friday = pd.to_datetime(rows[FRIDAY])
    if len(other := friday[friday.dt.day_of_week != 4]):
        raise SchemaDrift("weeks that end on Friday", f"{other.iloc[0]:%Y-%m-%d}")
    return tidy(rows.assign(series=rows["column"].map(COLUMNS), period=friday - SINCE_MONDAY))


def _table(content: bytes) -> pd.DataFrame:
    """The sheet with the figures, which begin below a banner and a row of names."""
    sheets = pd.read_excel(
        BytesIO(content), sheet_name=None, header=None, dtype=object, engine="calamine"
    )
    expected = {FRIDAY, *COLUMNS}
    for sheet in sheets.values():
        for row, names in sheet.head(BANNER).iterrows():
            if expected <= set(names):
                return sheet.loc[row:].iloc[1:].set_axis(names, axis=1)[[FRIDAY, *COLUMNS]]
    raise SchemaDrift(f"a sheet with {sorted(expected)}", f"sheets {sorted(map(str, sheets))}")


def _series(part: str, fr: str, en: str) -> Series:
    return Series(
        f"nyfed.cmdi.{part}",
        "index 0-1",
        "W",
        f"États-Unis, détresse du marché des obligations d’entreprises, {fr}",
        f"United States, distress of the corporate bond market, {en}",
    )


SOURCE = Source(
    key="nyfed_cmdi",
    publisher="Federal Reserve Bank of New York",
    fr="Détresse du marché des obligations d’entreprises",
    en="Corporate bond market distress",
    homepage="https://www.newyorkfed.org/research/policy/cmdi",
    licence="New York Fed terms of use",
    licence_url="https://www.newyorkfed.org/privacy/termsofuse",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=33,
    stale_days=70,
    role="reference",
    reference="the parts of the distress index, beside the one that the index reads",
    series=(
        _series("market", "ensemble", "whole market"),
        _series("ig", "catégorie investissement", "investment grade"),
        _series("hy", "haut rendement", "high yield"),
    ),
    requests=(
        Request(
            "https://www.newyorkfed.org/medialibrary/research/interactives/"
            "cmdi/downloads/Market%20CMDI.xlsx"
        ),
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    expected_format="xlsx",
    attribution="Federal Reserve Bank of New York, Corporate Bond Market Distress Index",
    redistribute=False,
    known_from="last_modified",
    rules=(between(0, 1, reason="the index lies between 0 and 1 by construction"),),
    traps=(
        "All weeks are computed anew every month: each file is a vintage of all of them.",
        "The address is not linked from a page that a program can read.",
    ),
)
