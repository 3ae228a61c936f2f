"""Company facts as the SEC serves them: quarters filed as the year to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from tests.world.calendars import daily, working_day
from tests.world.economy import Economy, Path, later, periods
from tests.world.publishers import Context, Figures, Publisher

PPE = "PaymentsToAcquirePropertyPlantAndEquipment"
PRODUCTIVE = "PaymentsToAcquireProductiveAssets"
OCF = "NetCashProvidedByUsedInOperatingActivities"


@dataclass(frozen=True)
class Filer:
    """A company: number, last month of its year, starts in USD bn a quarter.

    `shift` is how many months its quarters end after those of the calendar (Oracle's end in
    February, May, August and November: -1).
    """

    cik: int
    year_end: int
    shift: int
    starts: dict[str, float]
    capex: str = PPE
    depreciation: str = "Depreciation"


FILERS = {
    "MSFT": Filer(789019, 6, 0, {"depreciation": 10.3}),
    "GOOGL": Filer(1652044, 12, 0, {}),
    "AMZN": Filer(1018724, 12, 0, {"revenue": 180.0}, capex=PRODUCTIVE),
    "META": Filer(1326801, 12, 0, {}),
    "ORCL": Filer(1341439, 5, -1, {"revenue": 18.0}),
    "NVDA": Filer(
        1045810,
        1,
        1,
        {"capex": 1.9, "ocf": 30.0, "revenue": 70.0, "depreciation": 0.9},
        capex=PRODUCTIVE,
        depreciation="DepreciationDepletionAndAmortization",
    ),
}
PATHS = {
    "capex": Path(0.12, 0.02, decimals=0),
    "ocf": Path(0.12, 0.02, decimals=0),
    "revenue": Path(0.13, 0.01, decimals=0),
    "depreciation": Path(0.20, 0.01, decimals=0),
}
MILLION = 1_000_000
FIRST = date(2024, 1, 1)
# From the end of a quarter to its report, that of a year too: the giants filed the fourth quarters
# of 2023 to 2025 after 28 to 38 days (sources/history/sec.csv).
FILED = 35


def last_day(filer: Filer, quarter: date) -> date:
    """The last day of the fiscal quarter whose middle lies in a calendar quarter."""
    return later(quarter, 3 + filer.shift, "M") - timedelta(days=1)


def filed(filer: Filer, quarter: date) -> date:
    """The day on which a quarter is filed."""
    end = last_day(filer, quarter)
    return working_day(end + timedelta(days=FILED))


def amount(economy: Economy, ticker: str, item: str, quarter: date) -> float:
    """Dollars of a quarter, in whole millions, as companies report them."""
    key = f"sec.{item}.{ticker}"
    path = PATHS[item]
    start = FILERS[ticker].starts.get(item, 1.0) * 1e9
    value = economy.figure(
        key, "Q", quarter, Path(path.growth, path.sigma, decimals=0, start=start)
    )
    return round(value / MILLION) * float(MILLION)


def sec_figures(economy: Economy, day: date) -> Figures:
    """Every quarter of a fiscal year that has been filed by then."""
    figures: Figures = {}
    for ticker, filer in FILERS.items():
        for quarter in periods(_first(filer), date(day.year, 10, 1), "Q"):
            if filed(filer, quarter) > day:
                break
            for item in PATHS:
                figures[f"sec.{item}.{ticker}", quarter] = amount(economy, ticker, item, quarter)
    return figures


def _first(filer: Filer) -> date:
    """The first quarter of the first fiscal year that begins after FIRST."""
    quarter = FIRST
    while last_day(filer, later(quarter, -1, "Q")).month != filer.year_end:
        quarter = later(quarter, 1, "Q")
    return quarter


def sec_body(context: Context) -> bytes | None:
    """The facts of a company: each to date since its year began."""
    ticker = _ticker(context)
    if ticker is None:
        return None
    filer = FILERS[ticker]
    names = {
        "capex": filer.capex,
        "ocf": OCF,
        "revenue": "Revenues",
        "depreciation": filer.depreciation,
    }
    facts = {
        name: {"label": name, "units": {"USD": _facts(context, ticker, item)}}
        for item, name in names.items()
    }
    body = {"cik": filer.cik, "entityName": ticker, "facts": {"us-gaap": facts}}
    return json.dumps(body).encode()


def _ticker(context: Context) -> str | None:
    number = context.received.path.rpartition("CIK")[2].removesuffix(".json")
    by_cik = {f"{filer.cik:010d}": ticker for ticker, filer in FILERS.items()}
    return by_cik.get(number)


def _facts(context: Context, ticker: str, item: str) -> list[dict[str, object]]:
    filer = FILERS[ticker]
    facts: list[dict[str, object]] = []
    begun, total = date.min, 0.0
    for quarter, value in sorted(context.by_period(f"sec.{item}.{ticker}").items()):
        before = last_day(filer, later(quarter, -1, "Q"))
        if before.month == filer.year_end or begun == date.min:
            begun, total = before + timedelta(days=1), 0.0
        total += value
        end = last_day(filer, quarter)
        form = "10-K" if end.month == filer.year_end else "10-Q"
        facts.append(
            {
                "start": f"{begun}",
                "end": f"{end}",
                "val": int(total),
                "form": form,
                "accn": f"{filer.cik:010d}-{end:%y}-{end:%m%d%y}",
                "fy": end.year,
                "fp": "FY",
                "filed": f"{filed(filer, quarter)}",
            }
        )
    return facts


PUBLISHERS = (
    Publisher(
        "sec",
        daily,
        sec_figures,
        sec_body,
        ("data.sec.gov/api/xbrl/companyfacts/",),
        headers={"Content-Type": "application/json"},
    ),
)
