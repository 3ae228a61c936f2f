"""Markets of energy, memory and machines: Pink Sheet, TrendForce, Epoch."""

from __future__ import annotations

import json
from datetime import date, timedelta

from tests.world.calendars import Calendar, daily, every
from tests.world.economy import Economy, Path, later, periods
from tests.world.publishers import Context, Figures, Publisher
from tests.world.publishers.workbooks import EIA, EIA_FIRST, START_PRICE, eia_figures, saved

JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}

# --- World Bank: a page that links to a workbook, on the second working day of a month.
PINK = Calendar("M", months=1, day=3)
PINK_HOST = "thedocs.worldbank.org/en/doc/world/CMO-Historical-Data-Monthly.xlsx"
COLUMNS = {
    "gas_us": ("Natural gas, US", "($/mmbtu)", 3.4, 2),
    "gas_europe": ("Natural gas, Europe", "($/mmbtu)", 11.0, 2),
    "lng_japan": ("Liquefied natural gas, Japan", "($/mmbtu)", 12.0, 2),
    "coal_australia": ("Coal, Australian", "($/mt)", 110.0, 2),
    "copper": ("Copper", "($/mt)", 10500.0, 1),
}


def pink_figures(economy: Economy, edition: date) -> Figures:
    """Five prices by month."""
    return {
        (series, month): economy.figure(
            series, "M", month, Path(0.02, 0.03, start=start, decimals=digits, low=1)
        )
        for key, (_, _, start, digits) in COLUMNS.items()
        for series in [f"world_bank.{key}"]
        for month in periods(date(2022, 1, 1), PINK.newest(edition), "M")
    }


def pink_body(context: Context) -> bytes:
    """The page of the markets, or the workbook that it links to."""
    if not context.received.path.endswith(".xlsx"):
        return (
            f'<html><body><a href="https://{PINK_HOST}">Monthly prices</a></body></html>'.encode()
        )
    months = sorted({month for _, month in context.figures})
    banner = [
        ["World Bank Commodity Price Data (The Pink Sheet)"],
        ["monthly prices"],
        ["(nominal)"],
        [f"Updated on {context.edition:%B} {context.edition.day}, {context.edition.year}"],
    ]
    rows: list[list[object]] = [*map(list, banner)]
    rows.append(
        [None, *(f"{name} **" if "Coal" in name else name for name, *_ in COLUMNS.values())]
    )
    rows.append([None, *(unit for _, unit, *_ in COLUMNS.values())])
    for month in months:
        cells = [context.figures.get((f"world_bank.{key}", month), "…") for key in COLUMNS]
        rows.append([f"{month.year}M{month.month:02d}", *cells])
    return saved({"Monthly Prices": rows})


# --- TrendForce: tables of a day, Taipei time.
FRIDAY = every(3)
PRODUCTS = {
    "spot": {
        "ddr5_16gb_4800": ("DDR5 16Gb (2Gx8) 4800/5600", 38.0),
        "ddr4_16gb_3200": ("DDR4 16Gb (2Gx8) 3200", 70.0),
        "ddr4_8gb_3200": ("DDR4 8Gb (1Gx8) 3200", 24.0),
    },
    "contract": {
        "ddr5_8gb_sodimm": ("DDR5 8GB SO-DIMM", 120.0),
        "ddr4_16gb_sodimm": ("DDR4 16GB SO-DIMM", 210.0),
    },
}


def memory_figures(economy: Economy, edition: date) -> Figures:
    """The session average of each product on the day of the update."""
    return {
        (series, edition): economy.posted(series, edition, start)
        for kind, products in PRODUCTS.items()
        for product, (_, start) in products.items()
        for series in [f"trendforce.{kind}.{product}"]
    }


def memory_body(context: Context) -> bytes | None:
    """The page of one kind; that of contracts repeats the spot table."""
    kind = context.received.path.rpartition("dram_")[2]
    if kind not in PRODUCTS:
        return None
    tables = [_table(context, "spot", ("Daily High", "Daily Low"))]
    if kind == "contract":
        tables.append(_table(context, "contract", ("Low Change", "High Change")))
    stamp = f"Last Update {context.edition} 18:10 (GMT+8)"
    return f"<html><body><p>{stamp}</p>{''.join(tables)}</body></html>".encode()


def _table(context: Context, kind: str, own: tuple[str, str]) -> str:
    head = ["Item", *own, "Session High", "Session Low", "Session Average"]
    rows = ["".join(f"<th>{name}</th>" for name in head)]
    for product, (name, _) in PRODUCTS[kind].items():
        value = context.figures.get((f"trendforce.{kind}.{product}", context.edition))
        if value is not None:
            cells = [name, "1", "1", f"{value * 1.02:.3f}", f"{value * 0.98:.3f}", f"{value:.3f}"]
            rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    return f'<table class="price-table">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'


# --- EIA's API: the same figures as the workbook, in rows.
def api_figures(economy: Economy, edition: date) -> Figures:
    """Price and sales of four areas; sales in whole gigawatt-hours."""
    figures: Figures = {}
    for (series, month), value in eia_figures(economy, edition).items():
        _, kind, area, _ = series.split(".")
        if area in {"US", "VA", "TX", "CA"}:
            own = series.replace("eia.", "eia_v2.", 1)
            figures[own, month] = value if kind == "price" else float(round(value / 1000)) * 1000
    return figures


def api_body(context: Context) -> bytes:
    """Rows of the API from an offset on; numbers are texts."""
    rows = []
    for month in periods(EIA_FIRST, EIA.newest(context.edition), "M"):
        for area in ("US", "VA", "TX", "CA"):
            for code in START_PRICE:
                price = context.figures.get((f"eia_v2.price.{area}.{code}", month))
                sales = context.figures.get((f"eia_v2.sales.{area}.{code}", month))
                if price is not None and sales is not None:
                    rows.append(
                        {
                            "period": f"{month:%Y-%m}",
                            "stateid": area,
                            "sectorid": code,
                            "price": f"{price}",
                            "sales": f"{round(sales / 1000)}",
                            "price-units": "cents per kilowatt-hour",
                            "sales-units": "million kilowatt hours",
                        }
                    )
    start = int(context.received.query.get("offset", ["0"])[0])
    response = {"total": str(len(rows)), "frequency": "monthly", "data": rows[start : start + 5000]}
    return json.dumps({"response": response}).encode()


# --- Epoch's frontier data centres: sites of today, and the steps of each.
SITES = 14
STEP = timedelta(days=120)


def _steps(economy: Economy, day: date) -> dict[str, list[tuple[date, float]]]:
    """The dated power of each site; every site grows each third of a year."""
    steps = {}
    for site in range(SITES):
        first = date(2024, 1, 1) + timedelta(days=31 * site)
        number = max((day - first).days // STEP.days + 1, 1)
        steps[f"Site {site}"] = [(first + STEP * n, 100.0 + 50 * n + site) for n in range(number)]
    return steps


def site_figures(economy: Economy, day: date) -> Figures:
    """Power, chips and number of sites now, and built by the end of each month."""
    steps = _steps(economy, day)
    now = [powers[-1][1] for powers in steps.values()]
    figures: Figures = {
        ("epoch_dc.now.power", day): sum(now),
        ("epoch_dc.now.h100e", day): sum(power * 600 for power in now),
        ("epoch_dc.now.sites", day): float(SITES),
    }
    for month in periods(date(2024, 1, 1), later(day.replace(day=1), -1, "M"), "M"):
        end = later(month, 1, "M") - timedelta(days=1)
        built = [
            max((power for at, power in powers if at <= end), default=0.0)
            for powers in steps.values()
        ]
        figures["epoch_dc.built.power", month] = sum(built)
        figures["epoch_dc.built.sites", month] = float(sum(power > 0 for power in built))
    return figures


def site_body(context: Context) -> bytes:
    """The sites, or their steps with one that is still to come."""
    steps = _steps(context.economy, context.day)
    if context.received.path.endswith("timelines.csv"):
        rows = [f"{at},{site},{power}" for site, powers in steps.items() for at, power in powers]
        rows.append(f"{context.day.year + 2}-01-01,Site 0,9000")
        return "\n".join(["Date,Data center,Power (MW)", *rows, ""]).encode()
    rows = [f"{site},{powers[-1][1]},{powers[-1][1] * 600}" for site, powers in steps.items()]
    return "\n".join(["Name,Current power (MW),Current H100 equivalents", *rows, ""]).encode()


# --- Epoch's list of chips: release prices never change; a new chip comes each year.
CHIPS = {
    "NVIDIA A100 SXM4 40 GB": (date(2020, 5, 14), 15000.0, 3.12e14),
    "NVIDIA H100 SXM5 80GB": (date(2022, 9, 20), 30000.0, 9.89e14),
    "AMD Instinct MI300X": (date(2023, 12, 6), 15000.0, 1.307e15),
}
KEYS = {
    "NVIDIA A100 SXM4 40 GB": "a100-sxm-40gb",
    "NVIDIA H100 SXM5 80GB": "h100-sxm-80gb",
    "AMD Instinct MI300X": "mi300x-oam-192gb",
}


def chip_list(day: date) -> dict[str, tuple[date, float, float]]:
    """Chips released by then: one a year beside the three above."""
    later_ones = {
        f"Accelerator {year}": (date(year, 4, 2), 25000.0, 1.2e15 * 1.4 ** (year - 2023))
        for year in range(2024, day.year + 1)
        if date(year, 4, 2) <= day
    }
    return CHIPS | later_ones


def hardware_figures(economy: Economy, day: date) -> Figures:
    """Prices by release, and the best computing per dollar of each year."""
    chips = chip_list(day)
    figures: Figures = {
        (f"epoch_hardware.price.{KEYS[name]}", at): price for name, (at, price, _) in CHIPS.items()
    }
    last = max(at for at, _, _ in chips.values()).year
    for year in range(2020, last + 1):
        best = max(flops / price for at, price, flops in chips.values() if at.year <= year)
        figures["epoch_hardware.flops_per_usd", date(year, 1, 1)] = best
    return figures


def hardware_body(context: Context) -> bytes:
    """The list as a CSV."""
    rows = [
        f"{name},{at},{price},{flops!r}"
        for name, (at, price, flops) in chip_list(context.day).items()
    ]
    # Most chips of the list have no price, and are read for nothing.
    rows += [f"Older chip {number},2019-01-01,," for number in range(190)]
    head = "Hardware name,Release date,Release price (USD),Tensor-FP16/BF16 performance (FLOP/s)"
    return "\n".join([head, *rows, ""]).encode()


PUBLISHERS = (
    Publisher(
        "world_bank",
        PINK.edition,
        pink_figures,
        pink_body,
        ("www.worldbank.org/en/research/", PINK_HOST),
        headers={},
    ),
    Publisher(
        "trendforce",
        FRIDAY,
        memory_figures,
        memory_body,
        ("www.trendforce.com/price/dram/",),
        headers=HTML,
    ),
    Publisher("eia_v2", EIA.edition, api_figures, api_body, ("api.eia.gov/v2/",), headers=JSON),
    Publisher(
        "epoch_data_centers",
        daily,
        site_figures,
        site_body,
        ("epoch.ai/data/data_centers/",),
        daily=True,
        undated=True,
        headers=CSV,
    ),
    Publisher(
        "epoch_hardware",
        daily,
        hardware_figures,
        hardware_body,
        ("epoch.ai/data/ml_hardware.csv",),
        daily=True,
        headers=CSV,
    ),
)
