"""Prices of electricity in Europe: Ember, energy-charts, Eurostat."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.world.calendars import Calendar, daily
from tests.world.economy import Economy, Path, periods
from tests.world.publishers import Context, Figures, Publisher

BERLIN = ZoneInfo("Europe/Berlin")
JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}

# --- Ember: on the third of a month, with the month that runs.
EMBER = Calendar("M", months=0, day=3)
EMBER_OWN = ("DEU", "DNK", "ESP", "FRA", "GBR", "IRL", "ITA", "NLD", "NOR", "POL", "PRT", "SWE")
EMBER_OTHERS = ("AUT", "BEL", "CHE", "CZE", "EST", "FIN", "HUN", "ROU", "SVK")
# The running month is the mean of its first days: the whole month moves it by a tenth.
EMBER_PATH = Path(-0.05, 0.02, 0.15, low=15, high=400, start=110, first_print=0.08, prints=1)


def ember_figures(economy: Economy, edition: date) -> Figures:
    """Monthly prices, the newest of a month that is not over."""
    newest = EMBER.newest(edition)
    figures: Figures = {}
    for iso3 in (*EMBER_OWN, *EMBER_OTHERS):
        key = f"ember.wholesale.{iso3}"
        first = date(2015, 1, 1) if key in economy.past else date(2025, 1, 1)
        if key in economy.past:
            first = min(economy.past[key])
        for month in periods(first, newest, "M"):
            figures[key, month] = economy.figure(key, "M", month, EMBER_PATH, newest)
    return figures


def ember_body(context: Context) -> bytes:
    """The CSV of countries and months."""
    rows = [
        f"Country {key[-3:]},{key[-3:]},{month:%Y-%m-%d},{value:.2f}"
        for (key, month), value in context.figures.items()
    ]
    return "\n".join(["Country,ISO3 Code,Date,Price (EUR/MWhe)", *rows, ""]).encode()


# --- energy-charts: hours of the days that are asked for, of Berlin; hours are enough for a mean.
# How far back the service goes in this world: it is asked for a year.
BACK = timedelta(days=300)
MEAN, STRESS = "energy_charts.DE-LU.mean", "energy_charts.DE-LU.stress"


def charts_figures(economy: Economy, day: date) -> Figures:
    """The mean of each day, and the share of hours over 200 or under 0."""
    first = economy.start - BACK
    figures: Figures = {}
    for each in (first + timedelta(days=number) for number in range((day - first).days + 1)):
        figures[MEAN, each], figures[STRESS, each] = economy.once("measures", each, _measures)
    return figures


def _measures(economy: Economy, day: date) -> tuple[float, float]:
    prices = economy.once("hours", day, _hours)
    stressed = sum(price > 200 or price < 0 for price in prices)
    return sum(prices) / len(prices), stressed / len(prices) * 100


def _hours(economy: Economy, day: date) -> list[float]:
    """Prices of the hours of a day: 23 or 25 when the clock changes."""
    mean = economy.figure("energy_charts.DE-LU", "M", day.replace(day=1), Path(start=120, low=20))
    hours = (_midnight(day + timedelta(days=1)) - _midnight(day)) // 3600
    draws = economy.noises("hours", day, hours)
    return [round(mean * (1 + 0.2 * draw), 2) for draw in draws]


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp())


def charts_body(context: Context) -> bytes:
    """Time stamps and prices of a span, scaled as the means of the days were."""
    query = context.received.query
    first = date.fromisoformat(query.get("start", [f"{context.day}"])[0])
    last = date.fromisoformat(query.get("end", [f"{context.day}"])[0])
    stamps: list[int] = []
    prices: list[float] = []
    for day, mean in context.by_period(MEAN).items():
        if first <= day <= last:
            true = context.economy.once("hours", day, _hours)
            factor = round(mean / (sum(true) / len(true)), 9)
            stamps += [_midnight(day) + 3600 * hour for hour in range(len(true))]
            prices += [price * factor for price in true]
    return json.dumps(
        {
            "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0/) from "
            "Bundesnetzagentur | SMARD.de",
            "unix_seconds": stamps,
            "price": prices,
            "unit": "EUR / MWh",
            "deprecated": False,
        }
    ).encode()


# --- Eurostat: a half-year, five months after its end.
EUROSTAT = Calendar("S", months=11, day=1)
GEO = ("DE", "ES", "EU27_2020", "FR", "IE", "IT", "NL", "PL", "SE")
TAXES = {"X_TAX": "ex_tax", "X_VAT": "ex_vat"}


def eurostat_figures(economy: Economy, edition: date) -> Figures:
    """Prices of firms by half-year, without taxes and with those that are kept."""
    figures: Figures = {}
    for code in GEO:
        for half in periods(date(2019, 1, 1), EUROSTAT.newest(edition), "S"):
            bare = f"eurostat.power.{code}.ex_tax"
            path = Path(0.02, 0.03, decimals=4, start=0.15, low=0.05, high=0.4)
            figures[bare, half] = economy.figure(bare, "S", half, path)
            figures[f"eurostat.power.{code}.ex_vat", half] = round(figures[bare, half] * 1.2, 4)
    return figures


def eurostat_body(context: Context) -> bytes:
    """JSON-stat 2.0, values by flat index."""
    halves = sorted({half for _, half in context.figures})
    times = [f"{half.year}-S{1 if half.month == 1 else 2}" for half in halves]
    single = {"freq": "S", "siec": "E7000", "nrg_cons": "MWH2000-19999", "unit": "KWH"}
    codes = {name: [code] for name, code in single.items()}
    codes |= {"tax": list(TAXES), "currency": ["EUR"], "geo": list(GEO), "time": times}
    values: dict[str, float] = {}
    for tax, ending in enumerate(TAXES.values()):
        for position, code in enumerate(GEO):
            for at, half in enumerate(halves):
                value = context.figures.get((f"eurostat.power.{code}.{ending}", half))
                if value is not None:
                    index = (tax * len(GEO) + position) * len(halves) + at
                    values[str(index)] = value
    dimension = {
        name: {"category": {"index": {code: number for number, code in enumerate(members)}}}
        for name, members in codes.items()
    }
    return json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "id": list(codes),
            "size": [len(members) for members in codes.values()],
            "dimension": dimension,
            "value": values,
            "status": {},
        }
    ).encode()


PUBLISHERS = (
    Publisher(
        "ember",
        EMBER.edition,
        ember_figures,
        ember_body,
        ("files.ember-energy.org/", "storage.googleapis.com/emb-prod-bkt-publicdata/"),
        headers=CSV,
    ),
    Publisher(
        "energy_charts",
        daily,
        charts_figures,
        charts_body,
        ("api.energy-charts.info/price",),
        daily=True,
        headers=JSON,
    ),
    Publisher(
        "eurostat",
        EUROSTAT.edition,
        eurostat_figures,
        eurostat_body,
        ("ec.europa.eu/eurostat/",),
        headers=JSON,
    ),
)
