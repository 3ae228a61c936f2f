"""EIA-861M: US monthly electricity prices and sales, by state and sector.

Data centres buy mostly at the commercial rate, and at low large-load prices: a falling state
average can hide a growing load, so price and megawatt-hours are read together.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.us_states import STATES, US
from sources.tidy import between, tidy

SECTORS = {"COMMERCIAL": "COM", "INDUSTRIAL": "IND", "TOTAL": "ALL"}
UNITS = {"Revenue": "Thousand Dollars", "Sales": "Megawatthours", "Price": "Cents/kWh"}
SHEETS = {"Monthly-States": 4, "US-YTD": 3}
NAMES = {
    "COM": ("commercial", "commercial"),
    "IND": ("industriel", "industrial"),
    "ALL": ("tous secteurs", "all sectors"),
}
# The publisher rounds the price to a hundredth of a cent, so that revenue over sales may differ
# from it by half of that (0.005), and by a little more in binary arithmetic.
ROUNDING = 0.0051


def parse(payload: Payload) -> pd.DataFrame:
    """Price in c/kWh and sales in MWh by area and sector.

    The price must be the revenue over the sales: a cell where it is not gets no value, so that
    validation quarantines it. Raises SchemaDrift if a sheet or a heading is not as expected.
    """
    book = pd.ExcelFile(BytesIO(payload.content), engine="calamine")
    if missing := set(SHEETS) - set(map(str, book.sheet_names)):
        raise SchemaDrift(f"the sheets {sorted(missing)}", book.sheet_names)
    return tidy(pd.concat([_sheet(book, name, first) for name, first in SHEETS.items()]))


def _sheet(book: pd.ExcelFile, name: str, first: int) -> pd.DataFrame:
    """The rows of one sheet, whose first columns are date, area and data status."""
    raw = pd.read_excel(book, sheet_name=name, header=None)
    sector, figure, unit = (raw.iloc[line] for line in range(3))
    headings = [str(text).strip().lower() for text in unit[:first]]
    if headings[:2] + headings[-1:] != ["year", "month", "data status"]:
        raise SchemaDrift("year, month, (state,) data status", headings)
    body = raw.iloc[3:]
    body = body[pd.to_numeric(body[1], errors="coerce").notna()]
    areas = body[2].astype(str) if first == 4 else pd.Series("US", index=body.index)
    selected = body[areas.isin({"US", *STATES})]
    identity = pd.DataFrame(
        {
            "area": areas[selected.index],
            "period": pd.to_datetime(
                {"year": selected[0].astype(int), "month": selected[1].astype(int), "day": 1}
            ),
            "status": selected[first - 1].astype(str).str.strip().str.lower(),
        }
    )
    columns = _columns(sector.ffill(), figure, unit, first)
    return pd.concat(
        [_sector(selected, identity, code, columns[code]) for code in SECTORS.values()]
    )


def _columns(
    sector: pd.Series[str], figure: pd.Series[str], unit: pd.Series[str], first: int
) -> dict[str, dict[str, int]]:
    positions: dict[str, dict[str, int]] = {code: {} for code in SECTORS.values()}
    for number in range(first, len(sector)):
        code, name = SECTORS.get(str(sector[number]).strip()), str(figure[number]).strip()
        if code and UNITS.get(name) == str(unit[number]).strip():
            positions[code][name] = number
    if any(set(columns) != set(UNITS) for columns in positions.values()):
        raise SchemaDrift(f"{sorted(UNITS)} for {sorted(SECTORS)}", positions)
    return positions


def _sector(
    rows: pd.DataFrame, identity: pd.DataFrame, code: str, columns: dict[str, int]
) -> pd.DataFrame:
    revenue, sales, price = (
        pd.to_numeric(rows[columns[name]], errors="coerce")
        for name in ("Revenue", "Sales", "Price")
    )
    coherent = (revenue / sales * 100 - price).abs().le(ROUNDING)
    priced = identity.assign(series="eia.price." + identity["area"] + "." + code, value=price)
    sold = identity.assign(series="eia.sales." + identity["area"] + "." + code, value=sales)
    return pd.concat([priced.assign(value=price.where(coherent)), sold])


def _series() -> tuple[Series, ...]:
    declared = []
    for area, (area_fr, area_en) in {**US, **STATES}.items():
        for code, (fr, en) in NAMES.items():
            declared += [
                Series(
                    f"eia.price.{area}.{code}",
                    "c/kWh",
                    "M",
                    f"Électricité, prix au détail, {fr}, {area_fr}",
                    f"Electricity, retail price, {en}, {area_en}",
                ),
                Series(
                    f"eia.sales.{area}.{code}",
                    "MWh",
                    "M",
                    f"Électricité, ventes, {fr}, {area_fr}",
                    f"Electricity, sales, {en}, {area_en}",
                ),
            ]
    return tuple(declared)


SOURCE = Source(
    key="eia861m",
    publisher="U.S. Energy Information Administration",
    fr="Prix et ventes d'électricité au détail, États-Unis",
    en="US retail electricity prices and sales",
    homepage="https://www.eia.gov/electricity/data/eia861m/",
    licence="Public domain (US government work)",
    licence_url="https://www.eia.gov/about/copyrights_reuse.php",
    attribution="U.S. Energy Information Administration, Form EIA-861M",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=56,
    stale_days=95,
    role="cross_check",
    reference="other states and sectors, to follow where load moves; sales weigh their prices",
    known_from="last_modified",
    full_snapshot=True,
    expected_format="xlsx",
    requests=(Request("https://www.eia.gov/electricity/data/eia861m/xls/sales_revenue.xlsx"),),
    series=_series(),
    rules=(
        between(1, 80, series="eia.price.", reason="US retail prices lie between 1 and 80 c/kWh"),
        between(
            1e4, 5e8, series="eia.sales.", reason="a month's sales lie between 10 GWh and 500 TWh"
        ),
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    traps=(
        "Newest first, and the last row is a footnote in the column of years.",
        "The sheet of the whole country has no column of states, and a row of each year's total.",
        "A falling state average can hide a growing load: price and megawatt-hours go together.",
        "The price must be the revenue over the sales; a cell where it is not is set aside.",
    ),
)
