"""Publishers of Excel workbooks: C30, BTOS, EIA-861M, the New York Fed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from io import BytesIO

import openpyxl

from tests.world.calendars import Calendar
from tests.world.economy import Economy, Path, periods
from tests.world.publishers import Context, Figures, Publisher

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Sheets = dict[str, list[list[object]]]
_files: dict[str, bytes] = {}


def saved(sheets: Sheets) -> bytes:
    """The file of a workbook with these sheets, row by row.

    It holds the hour at which it was saved: the same sheets stay the same file, as what a publisher
    has put up does.
    """
    content = sha256(repr(sheets).encode()).hexdigest()
    if content not in _files:
        _files[content] = _saved(sheets)
    return _files[content]


def _saved(sheets: Sheets) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- Census C30: published on the first working day of the second month after.
C30 = Calendar("M", months=2, day=1)
C30_PATHS = {
    "census.c30.data_center": Path(0.25, 0.015, decimals=0, first_print=0.02, prints=2),
    "census.c30.nonresidential": Path(0.02, 0.004, decimals=0, first_print=0.005, prints=2),
}


def c30_figures(economy: Economy, edition: date) -> Figures:
    """Both columns since 2014; the two months before the newest are revised."""
    newest = C30.newest(edition)
    return {
        (series, month): economy.figure(series, "M", month, path, newest)
        for series, path in C30_PATHS.items()
        for month in periods(date(2014, 1, 1), newest, "M")
    }


def c30_body(context: Context) -> bytes:
    """The workbook of private construction, newest month first."""
    centres = context.by_period("census.c30.data_center")
    offices = context.by_period("census.c30.nonresidential")
    head = [
        "Date",
        "Total\n_x000D_Private Construction1",
        "Nonresidential",
        "Office",
        "Data center",
    ]
    rows: list[list[object]] = [["Value of Private Construction Put in Place"], ["(Millions)"], []]
    rows.append(list(head))
    for age, month in enumerate(sorted(offices, reverse=True)):
        mark = "p" if age == 0 else "r" if age <= 2 else ""
        total, office = offices[month] * 2, offices[month] // 7
        rows.append([f"{month:%b-%y}{mark}", total, offices[month], office, centres.get(month)])
    rows += [[], ["<www.census.gov/construction/c30/methodology>"]]
    return saved({"Private SA": rows})


# --- BTOS: a fortnight is published 31 days after its first day, on a Thursday.
BTOS = Calendar("B", days=31)
FIRST_CYCLE = date(2025, 11, 3)
BTOS_PATHS = {
    "btos.ai_use_now": Path(0.18, 0.004, decimals=1, high=100),
    "btos.ai_use_now.se": Path(0.0, 0.02, low=0.1, high=1, start=0.33),
    "btos.ai_use_6m": Path(0.16, 0.004, decimals=1, high=100),
    "btos.ai_use_6m.se": Path(0.0, 0.02, low=0.1, high=1, start=0.33),
}
QUESTIONS = {7: "btos.ai_use_now", 24: "btos.ai_use_6m"}
QUESTION = "did this business use Artificial Intelligence (AI) in any of its business functions?"


def btos_figures(economy: Economy, edition: date) -> Figures:
    """Every cycle since the new wording."""
    newest = BTOS.newest(edition)
    return {
        (series, cycle): economy.figure(series, "B", cycle, path)
        for series, path in BTOS_PATHS.items()
        for cycle in periods(FIRST_CYCLE, newest, "B")
    }


def _smpdt(cycle: date) -> int:
    year, week, _ = (cycle + timedelta(days=14)).isocalendar()
    return year * 100 + (week + 1) // 2


def btos_body(context: Context) -> bytes:
    """The workbook of the national sample, a column a cycle."""
    cycles = sorted({period for _, period in context.figures}, reverse=True)
    sheets: dict[str, list[list[object]]] = {}
    for name, suffix in {"Response Estimates": "", "Response Standard Errors": ".se"}.items():
        rows: list[list[object]] = [
            ["Question ID", "Question", "Answer ID", "Answer", *map(_smpdt, cycles)],
            [3, "Overall, how would you describe this business?", 1, "Excellent"]
            + ["12.1%" for _ in cycles],
        ]
        for number, series in QUESTIONS.items():
            figures = context.by_period(series + suffix)
            digits = 2 if suffix else 1
            cells = [f"{figures[c]:.{digits}f}%" if c in figures else "S" for c in cycles]
            rows.append([number, f"In the last two weeks, {QUESTION}", 1, "Yes", *cells])
            rows.append(
                [number, f"In the last two weeks, {QUESTION}", 2, "No", *("60.0%" for _ in cycles)]
            )
        sheets[name] = rows
    dates: list[list[object]] = [
        [
            "Sample Year",
            "Cycle",
            "Panel",
            "Smpdt",
            "Collection Start",
            "Col End",
            "Reference Period Start",
            "Ref End",
            "Publication Date",
        ]
    ]
    for cycle in reversed(cycles):
        days = [cycle + timedelta(days=shift) for shift in (14, 27, 0, 13)]
        stamps = [datetime.combine(day, time()) for day in (*days, BTOS.due(cycle))]
        dates.append([3, 1, 1, _smpdt(cycle), *stamps])
    sheets["Collection and Reference Dates"] = dates
    return saved(sheets)


# --- EIA-861M: about the 24th of the second month after.
EIA = Calendar("M", months=2, day=24)
STATES = ("AZ", "CA", "GA", "IA", "IL", "NC", "ND", "NJ", "NV", "OH", "OR", "PA", "TX", "VA", "WA")
SECTORS = {"RESIDENTIAL": "RES", "COMMERCIAL": "COM", "INDUSTRIAL": "IND", "TOTAL": "ALL"}
# The file reaches back to 2010; two years and a half are enough for every comparison with a year
# before, and keep a workbook of sixteen areas small.
EIA_FIRST = date(2025, 1, 1)
# Data centres sit in the commercial load of a few states.
LOAD_GROWTH = {"VA": 0.09, "TX": 0.08, "AZ": 0.06, "OR": 0.07, "ND": 0.10}
START_PRICE = {"COM": 12.5, "IND": 8.2, "ALL": 12.0}


def eia_figures(economy: Economy, edition: date) -> Figures:
    """Price and sales of sixteen areas in three sectors."""
    newest = EIA.newest(edition)
    figures: Figures = {}
    for area in ("US", *STATES):
        for code, start in START_PRICE.items():
            size = 4.0e8 if area == "US" else 8.0e6
            growth = LOAD_GROWTH.get(area, 0.02) if code == "COM" else 0.01
            price = Path(0.05, 0.004, 0.03, first_print=0.004, prints=2, start=start, low=2)
            sales = Path(growth, 0.004, 0.06, start=size, first_print=0.003, prints=2, low=2e4)
            for month in periods(EIA_FIRST, newest, "M"):
                for kind, path in (("price", price), ("sales", sales)):
                    key = f"eia.{kind}.{area}.{code}"
                    figures[key, month] = economy.figure(key, "M", month, path, newest)
    return figures


def eia_body(context: Context) -> bytes:
    """The workbook of sales and revenue: states, and the country with its years."""
    head = [
        [name if not number else None for name in SECTORS for number in range(4)],
        ["Revenue", "Sales", "Customers", "Price"] * len(SECTORS),
        ["Thousand Dollars", "Megawatthours", "Count", "Cents/kWh"] * len(SECTORS),
    ]
    months = sorted({month for _, month in context.figures}, reverse=True)
    states: list[list[object]] = [
        [None] * 4 + head[0],
        [None] * 4 + head[1],
        ["Year", "Month", "State", "Data Status", *head[2]],
    ]
    country: list[list[object]] = [
        [None] * 3 + head[0],
        [None] * 3 + head[1],
        ["Year", "MONTH", "Data Status", *head[2]],
    ]
    for age, month in enumerate(months):
        status = "Preliminary" if age < 14 else "Final"
        states += [
            [month.year, month.month, area, status, *_cells(context, area, month)]
            for area in STATES
        ]
        country.append([month.year, month.month, status, *_cells(context, "US", month)])
    country.append([months[-1].year, ".", "Final", *[1.0] * 16])
    note = ["For October and November 2017, Puerto Rico is estimated"]
    return saved({"Monthly-States": [*states, note], "US-YTD": [*country, note]})


def _cells(context: Context, area: str, month: date) -> list[object]:
    cells: list[object] = []
    for code in SECTORS.values():
        price = context.figures.get((f"eia.price.{area}.{code}", month))
        sales = context.figures.get((f"eia.sales.{area}.{code}", month))
        if price is None or sales is None:
            cells += [1.0, 1.0, 1, 1.0] if code == "RES" else [None] * 4
        else:
            cells += [round(price * sales / 100, 4), sales, 1000, price]
    return cells


# --- CMDI: computed anew every month, published in the last week.
CMDI = Calendar("M", months=0, day=28)
CMDI_FIRST = date(2024, 1, 1)
CMDI_PATHS = {part: Path(0.0, 0.05, low=0.02, high=0.95) for part in ("market", "ig", "hy")}


def cmdi_figures(economy: Economy, edition: date) -> Figures:
    """All weeks that ended ten days before the edition, and those before."""
    last = edition - timedelta(days=edition.weekday() + 7)
    return {
        (f"nyfed.cmdi.{part}", week): economy.figure(f"nyfed.cmdi.{part}", "W", week, path)
        for part, path in CMDI_PATHS.items()
        for week in periods(CMDI_FIRST, last, "W")
    }


def cmdi_body(context: Context) -> bytes:
    """The workbook of the index, below a banner."""
    banner: list[list[object]] = [
        [],
        [None, None, None, "NEW YORK FED  ECONOMIC RESEARCH"],
        [],
        [None, None, None, "https://www.newyorkfed.org/research"],
        [],
    ]
    rows: list[list[object]] = [["eow_friday", "Market CMDI", "IG CMDI", "HY CMDI"]]
    parts = [context.by_period(f"nyfed.cmdi.{part}") for part in CMDI_PATHS]
    for week in sorted({period for _, period in context.figures}):
        friday = datetime.combine(week + timedelta(days=4), time())
        rows.append([friday, *(part.get(week) for part in parts)])
    return saved({"CMDI": banner, "Index Data": [*banner, *rows]})


PUBLISHERS = (
    Publisher(
        "census_c30",
        C30.edition,
        c30_figures,
        c30_body,
        ("www.census.gov/construction/c30/xlsx/privsatime.xlsx",),
        headers={"Content-Type": XLSX},
    ),
    Publisher(
        "btos",
        BTOS.edition,
        btos_figures,
        btos_body,
        ("www.census.gov/hfp/btos/downloads/National.xlsx",),
        headers={"Content-Type": XLSX},
    ),
    Publisher(
        "eia861m",
        EIA.edition,
        eia_figures,
        eia_body,
        ("www.eia.gov/electricity/data/eia861m/xls/sales_revenue.xlsx",),
        headers={"Content-Type": XLSX},
    ),
    Publisher(
        "nyfed_cmdi",
        CMDI.edition,
        cmdi_figures,
        cmdi_body,
        ("www.newyorkfed.org/medialibrary/research/interactives/cmdi/downloads/",),
        headers={"Content-Type": XLSX},
    ),
)
