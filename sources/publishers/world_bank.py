"""World Bank Pink Sheet: gas, coal and copper prices by month.

The page of the commodity markets is fetched first, for the link: the address of the workbook
has a document number that changes with each edition.
"""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, numbers, tidy

PAGE = "https://www.worldbank.org/en/research/commodity-markets"
FILE = "CMO-Historical-Data-Monthly.xlsx"
SHEET, NAMES, UNITS, FIRST = "Monthly Prices", 4, 5, 6
UPDATED = re.compile(r"Updated on (\w+ \d{1,2}, \d{4})")
MISSING = {"…", "..."}
# Columns of the workbook, their footnote stars removed: our key and the unit in the sheet.
COLUMNS = {
    "Natural gas, US": ("gas_us", "($/mmbtu)"),
    "Natural gas, Europe": ("gas_europe", "($/mmbtu)"),
    "Liquefied natural gas, Japan": ("lng_japan", "($/mmbtu)"),
    "Coal, Australian": ("coal_australia", "($/mt)"),
    "Copper": ("copper", "($/mt)"),
}
# How many of the last months of a series the publisher estimates.
ESTIMATED = {"lng_japan": 2}


def next_page(payload: Payload) -> Request | None:
    """The workbooks that the page links to, one by one; SchemaDrift for none.

    While an edition replaces another the page may link to both: their own dates decide.
    """
    from bs4 import BeautifulSoup

    page = BeautifulSoup(payload.content, "html.parser")
    links = [urljoin(PAGE, str(link["href"])) for link in page.find_all("a", href=True)]
    # A query such as ?v=1 names the same file.
    by_path = {urlsplit(link).path: link for link in links}
    workbooks = [by_path[path] for path in sorted(by_path) if path.endswith(FILE)]
    if not workbooks:
        raise SchemaDrift(f"a link to {FILE}", links[:3])
    remaining = workbooks[len(payload.extra_pages) :]
    return Request(remaining[0], expected_format="xlsx") if remaining else None


def parse(payload: Payload) -> pd.DataFrame:
    """USD prices by month, known from the day stated in the sheet; or SchemaDrift.

    Of several workbooks, those of the newest.
    """
    updated, sheet = max(map(_sheet, payload.extra_pages), key=lambda dated: dated[0])
    names = sheet.iloc[NAMES].astype(str).str.replace("*", "", regex=False).str.strip()
    where = {name: position for position, name in enumerate(names)}
    if missing := set(COLUMNS) - set(where):
        raise SchemaDrift(sorted(COLUMNS), f"without {sorted(missing)}")
    parts = [_column(sheet, where[name], *column) for name, column in COLUMNS.items()]
    return tidy(pd.concat(parts).assign(known_from=updated))


def _sheet(body: bytes) -> tuple[pd.Timestamp, pd.DataFrame]:
    """The day of a workbook's update and its sheet of monthly prices."""
    sheet = pd.read_excel(
        BytesIO(body), sheet_name=SHEET, header=None, dtype=object, engine="calamine"
    )
    stated = UPDATED.search(" ".join(sheet.iloc[:NAMES, 0].astype(str)))
    if stated is None:
        raise SchemaDrift("the day of the update", sheet.iloc[:NAMES, 0].tolist())
    return pd.Timestamp(pd.to_datetime(stated[1], format="%B %d, %Y"), tz="UTC"), sheet


def _column(sheet: pd.DataFrame, position: int, key: str, unit: str) -> pd.DataFrame:
    if sheet.iat[UNITS, position] != unit:
        raise SchemaDrift(f"{key} in {unit}", sheet.iat[UNITS, position])
    rows = sheet.iloc[FIRST:]
    cells = pd.Series(rows[position].to_numpy(), index=rows[0].astype(str)).dropna()
    filled = cells[~cells.isin(MISSING)]
    value = numbers(filled, "numbers or the missing markers")
    period = pd.to_datetime(pd.Series(filled.index), format="%YM%m", errors="coerce")
    if period.isna().any():
        raise SchemaDrift("months as 2026M05", filled.index[period.isna().to_numpy()][0])
    table = pd.DataFrame({"period": period.to_numpy(), "value": value.to_numpy()})
    late = table.index >= len(table) - ESTIMATED.get(key, 0)
    status = pd.Series("final", table.index).mask(late, "estimated")
    return table.assign(series=f"world_bank.{key}", status=status)


def _series(key: str, unit: str, fr: str, en: str) -> Series:
    return Series(f"world_bank.{key}", unit, "M", fr, en)


SOURCE = Source(
    key="world_bank",
    publisher="The World Bank",
    fr="Prix des matières premières, « Pink Sheet »",
    en="Commodity prices, the Pink Sheet",
    homepage=PAGE,
    licence="CC BY 4.0 by the data catalogue; some series are of third parties",
    licence_url="https://datacatalog.worldbank.org/public-licences",
    redistribute=False,
    attribution="The World Bank, Commodity Price Data (The Pink Sheet)",
    confirmed="independent public code reads the same workbook, looked up 2026-11",
    cadence="monthly",
    lag_days=3,
    stale_days=45,
    role="reference",
    reference="prices of fuels and copper behind the prices of power, as context",
    expected_format="html",
    requests=(Request(PAGE),),
    next_page=next_page,
    link_hosts=("thedocs.worldbank.org",),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    series=(
        _series("gas_us", "USD/mmbtu", "Gaz naturel, États-Unis", "Natural gas, United States"),
        _series("gas_europe", "USD/mmbtu", "Gaz naturel, Europe", "Natural gas, Europe"),
        _series("lng_japan", "USD/mmbtu", "Gaz liquéfié, Japon", "Liquefied gas, Japan"),
        _series("coal_australia", "USD/t", "Charbon, Australie", "Coal, Australia"),
        _series("copper", "USD/t", "Cuivre", "Copper"),
    ),
    rules=(
        between(0.05, 100, series="world_bank.gas_us", reason="a price of gas in USD/mmbtu"),
        between(0.05, 150, series="world_bank.gas_europe", reason="a price of gas in USD/mmbtu"),
        between(0.05, 100, series="world_bank.lng_japan", reason="a price of gas in USD/mmbtu"),
        between(1, 800, series="world_bank.coal_australia", reason="a price of coal in USD/t"),
        between(300, 30000, series="world_bank.copper", reason="a price of copper in USD/t"),
    ),
    traps=(
        "The address holds a document number that changes: the link is found on the page.",
        "The page may link to two editions, or to one with a query: the newest counts.",
        "Two markers for what is missing, … and three full stops, beside blank cells.",
        "Names carry stars: Coal, South African **.",
        "History is rewritten; the last two months of Japan's gas are estimates.",
    ),
)
