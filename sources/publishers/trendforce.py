"""Spot and contract prices of memory in TrendForce's public tables.

The tables are all rights reserved: nothing is fetched unless SILENTCRASH_ACCEPT_TRENDFORCE says
that the terms were read. A product is identified by its full name with its speed, so that two
speeds are never spliced. Changes are not read: both an arrow and a minus sign mark a fall.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

PAGE = "https://www.trendforce.com/price/dram/dram_"
UPDATED = re.compile(r"Last Update (\d{4}-\d\d-\d\d \d\d:\d\d) \(GMT\+8\)")
UPDATED_WORD = re.compile("Last Update")
TAIPEI = timezone(timedelta(hours=8))
# The contract page repeats the spot table: each is recognised by a column of its own.
OWN_COLUMN = {"spot": "Daily High", "contract": "Low Change"}
NUMBERS = ["Session Low", "Session Average", "Session High"]
PRODUCTS = {
    "spot": {
        "DDR5 16Gb (2Gx8) 4800/5600": "ddr5_16gb_4800",
        "DDR4 16Gb (2Gx8) 3200": "ddr4_16gb_3200",
        "DDR4 8Gb (1Gx8) 3200": "ddr4_8gb_3200",
    },
    "contract": {
        "DDR5 8GB SO-DIMM": "ddr5_8gb_sodimm",
        "DDR4 16GB SO-DIMM": "ddr4_16gb_sodimm",
    },
}


def parse(payload: Payload) -> pd.DataFrame:
    """The session average of each followed product in USD, on the update day.

    Raises SchemaDrift if the table of its kind is missing or has no date, no followed product, or
    an average outside its session.
    """
    from bs4 import BeautifulSoup  # here: 0.1 s that a list of the sources does without

    kind = payload.request.url.removeprefix(PAGE)
    table = _table(BeautifulSoup(payload.content, "html.parser"), kind)
    updated = _updated(table)
    rows = _rows(table)
    rows = rows.assign(product=rows["Item"].map(PRODUCTS[kind])).dropna(subset=["product"])
    if rows.empty:
        raise SchemaDrift(f"a product of {sorted(PRODUCTS[kind])}", "none")
    low, average, high = (pd.to_numeric(rows[name]) for name in NUMBERS)
    if not average.between(low, high).all():
        raise SchemaDrift("averages between low and high", rows[NUMBERS].to_numpy().tolist())
    keyed = rows.assign(series=f"trendforce.{kind}." + rows["product"], value=average)
    return tidy(keyed.assign(period=updated.astimezone(UTC).date(), known_from=updated))


def _table(page: BeautifulSoup, kind: str) -> Tag:
    """The table of this kind; SchemaDrift for none or several."""
    tables = [
        table for table in page.select("table.price-table") if OWN_COLUMN[kind] in _head(table)
    ]
    if len(tables) != 1:
        heads = [_head(table) for table in page.select("table.price-table")]
        raise SchemaDrift(f"one table with {OWN_COLUMN[kind]}", heads)
    return tables[0]


def _updated(table: Tag) -> datetime:
    """The last stamp above the table, which is its own where each table has one."""
    for text in table.find_all_previous(string=UPDATED_WORD):
        parent = text.parent
        stamp = UPDATED.search(" ".join(parent.get_text(" ").split())) if parent else None
        if stamp:
            return datetime.strptime(stamp[1], "%Y-%m-%d %H:%M").replace(tzinfo=TAIPEI)
    raise SchemaDrift("Last Update DATE TIME (GMT+8) above the table", "none")


def _rows(table: Tag) -> pd.DataFrame:
    """The rows of a table, cells as text.

    A row of one merged cell is a note or a footer, and no product.
    """
    head = _head(table)
    if missing := {"Item", *NUMBERS} - set(head):
        raise SchemaDrift(f"columns {sorted(missing)}", head)
    cells = [row for row in (_texts(row, "td") for row in table.select("tr")) if len(row) > 1]
    if odd := [row for row in cells if len(row) != len(head)]:
        raise SchemaDrift(f"{len(head)} cells in a row", odd[0])
    return pd.DataFrame(cells, columns=head)


def _head(table: Tag) -> list[str]:
    return _texts(table, "th")


def _texts(within: Tag, name: str) -> list[str]:
    return [" ".join(cell.get_text(" ").split()) for cell in within.find_all(name)]


def _series(kind: str, name: str, product: str) -> Series:
    fr = {"spot": "prix spot", "contract": "prix contractuel"}[kind]
    unit = "USD/module" if "DIMM" in name else "USD/chip"
    return Series(
        f"trendforce.{kind}.{product}", unit, "W", f"{name}, {fr}", f"{name}, {kind} price"
    )


SOURCE = Source(
    key="trendforce",
    publisher="DRAMeXchange (TrendForce)",
    fr="Prix de la mémoire DRAM, tables publiques",
    en="Prices of DRAM memory, public tables",
    homepage="https://www.trendforce.com/price/dram/dram_spot",
    licence="all rights reserved",
    licence_url="https://www.trendforce.com/",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="weekly",
    lag_days=1,
    stale_days=21,
    role="reference",
    reference="spot and contract prices for an installation that has accepted the terms",
    series=tuple(
        _series(kind, name, product)
        for kind, products in PRODUCTS.items()
        for name, product in products.items()
    ),
    requests=tuple(Request(f"{PAGE}{kind}") for kind in PRODUCTS),
    completeness=Completeness(rows=0.5, series=0.5),  # quotes come and go
    parse=parse,
    rules=(between(0.5, 5000, reason="no such chip or module was ever sold out of these bounds"),),
    expected_format="html",
    attribution="DRAMeXchange (TrendForce)",
    redistribute=False,
    stamp="instant",
    needs="SILENTCRASH_ACCEPT_TRENDFORCE",
    parser_version=2,
    traps=(
        "All rights reserved; only the current day is public.",
        "An arrow and a minus sign both say that a price fell: changes are not read.",
        "The contract page repeats the spot table: a table is known by a column of its own.",
        "Another speed is another product (2666 gave way to 3200 in 2025): never spliced.",
        "A chip is counted in gigabits (Gb), a module in gigabytes (GB).",
        "The date is that of the last update, Taipei time; a contract's own month is not given.",
        "Each table may have a stamp of its own: contracts are updated less often than spot.",
        "A footer of one merged cell is no product.",
    ),
)
