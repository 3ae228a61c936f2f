"""EIA API v2: US retail price and sales of electricity, with a free key.

The same figures as EIA-861M (see eia861m.py), a little earlier and page by page. They have keys
of their own, so that the two can be compared.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.us_states import STATES, US
from sources.tidy import between, numbers, tidy

AREAS = {**US, **{state: STATES[state] for state in ("VA", "TX", "CA")}}
SECTORS = {
    "COM": ("commerce", "commercial"),
    "IND": ("industrie", "industrial"),
    "ALL": ("tous", "all sectors"),
}
UNITS = {"price": "cents per kilowatt-hour", "sales": "million kilowatt hours"}
MWH = {"price": 1.0, "sales": 1000.0}
PER_PAGE = 5000  # rows, the most that the API gives
KEYS = ["period", "stateid", "sectorid"]


def next_page(payload: Payload) -> Request | None:
    """The rows after those so far; None once the first page's total is reached.

    Raises SchemaDrift for an empty page before that: the API caps results silently.
    """
    pages = [_response(page) for page in payload.pages]
    have, total = sum(len(page["data"]) for page in pages), int(pages[0]["total"])
    if have >= total:
        return None
    if not pages[-1]["data"]:
        raise SchemaDrift(f"{total} rows", f"no more after {have}")
    first = payload.request
    return replace(first, params={**first.params, "offset": str(have)})


def parse(payload: Payload) -> pd.DataFrame:
    """Price in c/kWh and sales in MWh by area, sector and month; or SchemaDrift."""
    pages = [_response(page) for page in payload.pages]
    total = int(pages[0]["total"])
    rows = pd.concat([_rows(page["data"]) for page in pages]).drop_duplicates()
    if len(rows) != total or rows.duplicated(KEYS).any():
        raise SchemaDrift(f"{total} rows, each once", f"{len(rows)}")
    selected = rows[rows["stateid"].isin(AREAS) & rows["sectorid"].isin(SECTORS)]
    _require_grid(selected)
    return tidy(pd.concat([_measure(selected, name, unit) for name, unit in UNITS.items()]))


def _require_grid(rows: pd.DataFrame) -> None:
    """Raise SchemaDrift if an area and sector lacks a month of the table.

    A cut table may still count as many rows as its total says.
    """
    expected = len(rows[["stateid", "sectorid"]].drop_duplicates()) * rows["period"].nunique()
    if len(rows) != expected:
        raise SchemaDrift(f"{expected} rows, a month each for every area and sector", len(rows))


def _rows(data: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows of one page, which may be empty."""
    names = [*KEYS, *UNITS, *(f"{name}-units" for name in UNITS)]
    rows = pd.DataFrame(data, columns=None if data else names)
    if missing := set(names) - set(rows.columns):
        raise SchemaDrift("price and sales by state and sector", f"without {sorted(missing)}")
    return rows[names]


def _measure(rows: pd.DataFrame, name: str, unit: str) -> pd.DataFrame:
    if set(rows[f"{name}-units"]) != {unit}:
        raise SchemaDrift(unit, sorted(set(rows[f"{name}-units"].astype(str))))
    filled = rows.dropna(subset=[name])
    value = numbers(filled[name], "numbers, as numbers or as text")
    series = f"eia_v2.{name}." + filled["stateid"] + "." + filled["sectorid"]
    period = pd.to_datetime(filled["period"], format="%Y-%m")
    return pd.DataFrame({"series": series, "period": period, "value": value * MWH[name]})


def _response(page: bytes) -> Any:
    body = json.loads(page)
    response = body.get("response") if isinstance(body, dict) else None
    if not isinstance(response, dict) or not {"total", "data"} <= set(response):
        raise SchemaDrift("response.total and response.data", body.get("error", sorted(body)))
    if response.get("frequency") != "monthly":
        raise SchemaDrift("monthly figures", response.get("frequency"))
    return response


def _series(name: str, area: str, sector: str) -> Series:
    words = {
        "price": ("c/kWh", "Prix de l’électricité", "Price of electricity"),
        "sales": ("MWh", "Ventes d’électricité", "Sales of electricity"),
    }
    unit, fr, en = words[name]
    return Series(
        f"eia_v2.{name}.{area}.{sector}",
        unit,
        "M",
        f"{fr}, {AREAS[area][0]}, {SECTORS[sector][0]}, par l’API",
        f"{en}, {AREAS[area][1]}, {SECTORS[sector][1]}, by the API",
    )


SOURCE = Source(
    key="eia_v2",
    publisher="U.S. Energy Information Administration",
    fr="Électricité au détail aux États-Unis, par l’API",
    en="US retail electricity, by the API",
    homepage="https://www.eia.gov/opendata/",
    licence="Public domain (US government work)",
    licence_url="https://www.eia.gov/about/copyrights_reuse.php",
    attribution="U.S. Energy Information Administration",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=55,
    stale_days=90,
    role="cross_check",
    expected_format="json",
    needs="EIA_API_KEY",
    requests=(
        Request(
            "https://api.eia.gov/v2/electricity/retail-sales/data/",
            params={
                "api_key": "${EIA_API_KEY}",
                "frequency": "monthly",
                "data[0]": "price",
                "data[1]": "sales",
                "start": "2020-01",
                "sort[0][column]": "period",
                "sort[0][direction]": "desc",
                "offset": "0",
                "length": str(PER_PAGE),
                **{f"facets[stateid][{n}]": area for n, area in enumerate(AREAS)},
                **{f"facets[sectorid][{n}]": sector for n, sector in enumerate(SECTORS)},
            },
        ),
    ),
    next_page=next_page,
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    series=tuple(
        _series(name, area, sector) for name in UNITS for area in AREAS for sector in SECTORS
    ),
    rules=(
        between(2, 60, series="eia_v2.price.", reason="a price in c/kWh"),
        between(1e4, 1e9, series="eia_v2.sales.", reason="sales of a month in MWh"),
    ),
    traps=(
        "Numbers are text in version 2.1, numbers with nulls in version 2.0.",
        "A warning of an incomplete return means only that a page is shorter than the total.",
        "Sales are in million kWh here and in MWh in EIA-861M.",
        "States are mixed with the nation and with regions of several states.",
        "The total counts the rows that there are: a cut table has a consistent total.",
        "A year is restated as a whole when it becomes final.",
    ),
)
