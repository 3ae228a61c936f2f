"""Offices that answer in JSON or CSV: BLS, FRED, ECB, British customs."""

from __future__ import annotations

import json
from datetime import date, timedelta

from tests.world.calendars import Calendar
from tests.world.economy import Economy, Path, later, periods
from tests.world.publishers import Context, Figures, Publisher

JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}

# --- BLS: prices on the 14th of the next month, productivity five weeks after a quarter.
PPI = Calendar("M", months=1, day=14)
PRODUCTIVITY = Calendar("Q", months=4, day=6)
HOSTING = "PCU518210518210"
PPI_ID, YOY, LEVEL, COST = "PCU334413334413", "PRS85006091", "PRS85006093", "PRS85006113"
TRANSFORMERS = "PCU335311335311"
PPI_PATH = Path(0.03, 0.01, decimals=3, first_print=0.004, prints=4)
LEVEL_PATH = Path(0.022, 0.003, decimals=3)
COST_PATH = Path(0.025, 0.003, decimals=3)
# Without a key the API gives the last three calendar years.
YEARS = 2


def _bls_edition(day: date) -> date:
    return max(PPI.edition(day), PRODUCTIVITY.edition(day))


def bls_figures(economy: Economy, edition: date) -> Figures:
    """Producer prices, and productivity as level, cost and change on a year."""
    first = date(edition.year - YEARS, 1, 1)
    newest = PPI.newest(edition)
    figures: Figures = {
        (key, month): economy.figure(key, "M", month, PPI_PATH, newest)
        for key in (f"bls.ppi.{PPI_ID}", f"bls.ppi.{TRANSFORMERS}")
        for month in periods(first, newest, "M")
    }
    for quarter in periods(first, PRODUCTIVITY.newest(edition), "Q"):
        for code, path in ((LEVEL, LEVEL_PATH), (COST, COST_PATH)):
            name = f"bls.productivity.{code}"
            figures[name, quarter] = economy.figure(name, "Q", quarter, path)
        figures[f"bls.productivity.{YOY}", quarter] = _change(economy, quarter)
    return figures


def _change(economy: Economy, quarter: date) -> float:
    """The change on a year in per cent, of the published levels."""
    name = f"bls.productivity.{YOY}"
    if quarter in economy.past.get(name, {}):
        return economy.past[name][quarter]
    level = f"bls.productivity.{LEVEL}"
    now = economy.figure(level, "Q", quarter, LEVEL_PATH)
    before = economy.figure(level, "Q", later(quarter, -4, "Q"), LEVEL_PATH)
    return round(100 * (now / before - 1), 1)


def bls_body(context: Context) -> bytes:
    """Every requested series, newest first, with averages of years beside."""
    results = []
    for name in context.received.json["seriesid"]:
        family = "ppi" if name.startswith("PCU") else "productivity"
        points = context.by_period(f"bls.{family}.{name}")
        data = []
        for age, (period, value) in enumerate(sorted(points.items(), reverse=True)):
            code = f"M{period.month:02d}" if family == "ppi" else f"Q{(period.month + 2) // 3:02d}"
            notes = [{"code": "P", "text": "Preliminary."}] if family == "ppi" and age < 4 else [{}]
            digits = 1 if name == YOY else 3
            data.append(
                {
                    "year": str(period.year),
                    "period": code,
                    "periodName": f"{period:%B}",
                    "value": f"{value:.{digits}f}",
                    "footnotes": notes,
                }
            )
        results.append({"seriesID": name, "data": data})
    answer = {"status": "REQUEST_SUCCEEDED", "responseTime": 100, "message": []}
    return json.dumps(answer | {"Results": {"series": results}}).encode()


# --- ALFRED has the same from a fixed year on, with the day of each value.
def alfred_figures(economy: Economy, edition: date) -> Figures:
    """The values of the BLS that stand on a day, under the names of the archive."""
    first, newest = date(2024, 1, 1), PPI.newest(edition)
    figures: Figures = {
        (f"alfred.{name}", month): economy.figure(f"bls.ppi.{name}", "M", month, PPI_PATH, newest)
        for name in (PPI_ID, TRANSFORMERS)
        for month in periods(first, newest, "M")
    }
    for quarter in periods(first, PRODUCTIVITY.newest(edition), "Q"):
        figures[f"alfred.{YOY}", quarter] = _change(economy, quarter)
    return figures


def alfred_body(context: Context) -> bytes:
    """Each value with the days on which it stood: here, since the last edition."""
    name = context.received.query["series_id"][0]
    rows = [
        {"realtime_start": f"{context.edition}", "realtime_end": "9999-12-31",
         "date": f"{period}", "value": f"{value}"}
        for period, value in sorted(context.by_period(f"alfred.{name}").items())
    ]  # fmt: skip
    return json.dumps({"output_type": 1, "count": len(rows), "observations": rows}).encode()


# --- FRED repeats the producer prices on the same day.
def fred_figures(economy: Economy, edition: date) -> Figures:
    """The same index as the BLS, under its own name, and that of hosting."""
    newest = PPI.newest(edition)
    own = Path(0.01, 0.005, decimals=3, start=118.0)
    figures: Figures = {}
    for month in periods(date(2020, 1, 1), newest, "M"):
        price = economy.figure(f"bls.ppi.{PPI_ID}", "M", month, PPI_PATH, newest)
        figures[f"fred.{PPI_ID}", month] = price
        figures[f"fred.{HOSTING}", month] = economy.figure(f"fred.{HOSTING}", "M", month, own)
    return figures


def fred_body(context: Context) -> bytes | None:
    """Dates and one series."""
    name = context.received.query["id"][0]
    rows = [
        f"{month:%Y-%m-%d},{value:.3f}"
        for month, value in context.by_period(f"fred.{name}").items()
    ]
    return "\n".join([f"observation_date,{name}", *rows, ""]).encode()


# --- ECB: means of a month, on the first working day after it.
ECB = Calendar("M", months=1, day=1)
CURRENCIES = {
    "AUD": 1.65,
    "BRL": 6.2,
    "CAD": 1.6,
    "CHF": 0.93,
    "CNY": 8.2,
    "DKK": 7.46,
    "GBP": 0.87,
    "HKD": 9.1,
    "IDR": 19300.0,
    "ILS": 3.9,
    "INR": 102.0,
    "JPY": 176.0,
    "KRW": 1650.0,
    "MXN": 21.5,
    "MYR": 4.9,
    "NOK": 11.7,
    "NZD": 2.0,
    "PHP": 68.0,
    "PLN": 4.25,
    "SEK": 11.0,
    "SGD": 1.51,
    "THB": 38.0,
    "TRY": 49.0,
    "USD": 1.16,
    "ZAR": 20.2,
}


def ecb_figures(economy: Economy, edition: date) -> Figures:
    """Units of each currency for a euro."""
    return {
        (key, month): economy.figure(key, "M", month, Path(0.0, 0.01, decimals=4, start=rate))
        for code, rate in CURRENCIES.items()
        for key in [f"ecb.rate.{code}"]
        for month in periods(date(2022, 1, 1), ECB.newest(edition), "M")
    }


def ecb_body(context: Context) -> bytes:
    """SDMX-CSV, a row a currency and month."""
    head = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE"
    rows = [
        f"EXR.M.{key[-3:]}.EUR.SP00.A,M,{key[-3:]},EUR,SP00,A,{month:%Y-%m},{value:.4f}"
        for (key, month), value in context.figures.items()
    ]
    return "\n".join([head, *rows, ""]).encode()


# --- British customs: the rates of a month, a file each, known before it begins.
FOR_A_POUND = {"EUR": 1.15, "MAD": 12.4, "TWD": 42.0}
HMRC = "www.trade-tariff.service.gov.uk/uk/api/exchange_rates/files/"


def customs_edition(day: date) -> date:
    """The first day of the month, a working day or not."""
    return day.replace(day=1)


def customs_figures(economy: Economy, edition: date) -> Figures:
    """Units of each currency for a pound."""
    return {
        (key, month): economy.figure(key, "M", month, Path(0.0, 0.01, decimals=4, start=rate))
        for code, rate in FOR_A_POUND.items()
        for key in [f"hmrc.rate.{code}"]
        for month in periods(date(2021, 1, 1), edition, "M")
    }


def customs_body(context: Context) -> bytes | None:
    """The file of the month that the address names, without a zero."""
    _, _, named = context.received.path.removesuffix(".csv").rpartition("_")
    year, month = (int(part) for part in named.split("-"))
    first = date(year, month, 1)
    rates = {key: value for (key, period), value in context.figures.items() if period == first}
    if not rates:
        return None
    head = "Country/Territories,Currency,Currency Code,Currency Units per £1,Start date,End date"
    last = later(first, 1, "M") - timedelta(days=1)
    rows = [
        f"Made up,Made up,{key[-3:]},{value:.4f},01/{month:02}/{year},{last:%d/%m/%Y}"
        for key, value in rates.items()
    ]
    return "\n".join([head, *rows, ""]).encode()


PUBLISHERS = (
    Publisher("hmrc_rates", customs_edition, customs_figures, customs_body, (HMRC,), headers=CSV),
    Publisher("bls", _bls_edition, bls_figures, bls_body, ("api.bls.gov/",), headers=JSON),
    Publisher(
        "alfred", _bls_edition, alfred_figures, alfred_body, ("api.stlouisfed.org/",), headers=JSON
    ),
    Publisher("fred", PPI.edition, fred_figures, fred_body, ("fred.stlouisfed.org/",), headers=CSV),
    Publisher(
        "ecb_rates", ECB.edition, ecb_figures, ecb_body, ("data-api.ecb.europa.eu/",), headers=CSV
    ),
)
