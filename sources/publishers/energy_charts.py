"""energy-charts.info: day-ahead price of German electricity and its stress.

Prices are hourly until September 2025 and quarter-hourly since; a day has 23 or 25 hours when
the clock changes. Days are those of Berlin; an incomplete day has no figure.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source, ValidationRule
from sources.tidy import between, tidy

ZONE, CLOCK = "DE-LU", "Europe/Berlin"
FREE = "CC BY 4.0"
UNIT = "EUR/MWh"
# As the body writes it, without blanks. The last is what it says of zones at times; the bounds of
# the rules are then what shows another unit.
UNIT_WORDS = {UNIT, "€/MWh", "NoUnit"}
HIGH = 200.0  # EUR/MWh; over it, or under zero, counts as stress
AHEAD = pd.Timedelta(days=2)  # tomorrow's prices are published today
QUESTION = Request("https://api.energy-charts.info/price", params={"bzn": ZONE})
# A year of quarters of an hour is a body of less than a megabyte.
LONGEST = timedelta(days=365)
# So far back is asked again, for the days that were incomplete or could not be fetched.
AGAIN = timedelta(days=31)
# Hours at exactly 0.00 happen, two of them in a day seldom; what is missing is often a zero.
DOUBTFUL_ZEROS = 2 / 24
STEPS = {pd.Timedelta(hours=1), pd.Timedelta(minutes=15)}


def windows(stored: Collection[date], today: date) -> list[Request]:
    """The days since the last stored one and a month before it; at first a year.

    The last day is tomorrow, whose prices are published in the afternoon.
    """
    first = max(stored) - AGAIN if stored else today + timedelta(days=1) - LONGEST
    spans = []
    while first <= today:
        last = min(first + LONGEST, today + timedelta(days=1))
        spans.append((first, last))
        first = last + timedelta(days=1)
    return [
        replace(QUESTION, params={**QUESTION.params, "start": str(start), "end": str(end)})
        for start, end in spans
    ]


def parse(payload: Payload) -> pd.DataFrame:
    """The mean price of each day, and the share of it over 200 or under 0 EUR/MWh.

    Raises SchemaDrift if the licence or the unit is another, or prices reach past tomorrow.
    """
    body = json.loads(payload.content)
    if missing := {"license_info", "unix_seconds", "price", "unit"} - set(body):
        raise SchemaDrift("license_info, unix_seconds, price, unit", f"without {sorted(missing)}")
    if FREE not in str(body["license_info"]):
        raise SchemaDrift(f"a zone under {FREE}", body["license_info"])
    if str(body["unit"]).replace(" ", "") not in UNIT_WORDS:
        raise SchemaDrift(UNIT, body["unit"])
    if len(body["unix_seconds"]) != len(body["price"]):
        raise SchemaDrift(
            "one price for each time stamp", [len(body["unix_seconds"]), len(body["price"])]
        )
    at = pd.to_datetime(pd.Series(body["unix_seconds"]), unit="s", utc=True)
    if at.max() >= payload.fetched_at + AHEAD:
        raise SchemaDrift("prices up to those of tomorrow", at.max())
    _require_span(at, payload.request)
    prices = pd.Series(pd.to_numeric(pd.Series(body["price"])).to_numpy(), index=at)
    once = prices[~prices.reset_index().duplicated().to_numpy()].sort_index()
    if once.index.has_duplicates:
        instant = once.index[once.index.duplicated()][0]
        raise SchemaDrift("one price an instant", once[instant].tolist())
    return _by_day(once)


def _require_span(at: pd.Series[pd.Timestamp], request: Request) -> None:
    """Raise SchemaDrift for prices of another time than was asked for.

    Each span has an address of its own, so that no last good answer of it would tell. A day more
    at either end is the publisher's reading of a date, in UTC or in Berlin.
    """
    if "start" not in request.params:
        return
    day = pd.Timedelta(days=1)
    first = pd.Timestamp(request.params["start"], tz=CLOCK) - day
    last = pd.Timestamp(request.params["end"], tz=CLOCK) + 2 * day
    if not at.between(first, last).all():
        raise SchemaDrift(f"prices from {first:%Y-%m-%d} to {last:%Y-%m-%d}", at.iloc[0])


def notices(payload: Payload) -> list[str]:
    """What the body says of its own end."""
    deprecated = json.loads(payload.content).get("deprecated")
    return ["the publisher calls this address deprecated: look for its successor"] * (
        deprecated is True
    )


def _by_day(prices: pd.Series[float]) -> pd.DataFrame:
    day = pd.DatetimeIndex(prices.index).tz_convert(CLOCK).normalize().tz_localize(None)
    days = pd.DataFrame(
        {
            "mean": prices,
            "stress": prices.gt(HIGH) | prices.lt(0),
            "zeros": prices.eq(0),
        }
    ).groupby(day)
    table = days.mean()
    selected = table[_is_complete(prices, day).reindex(table.index)]
    measured = selected[["mean"]].assign(stress=selected["stress"] * 100)
    rows = measured.rename_axis("period").reset_index().melt("period", var_name="measure")
    share = rows["period"].map(selected["zeros"])
    status = share.ge(DOUBTFUL_ZEROS).map({True: "preliminary", False: "final"})
    table = rows.assign(series="energy_charts.DE-LU." + rows["measure"], status=status)
    # Nothing but zeros measures no stress; its mean is for the rules.
    return tidy(table[share.lt(1) | table["measure"].eq("mean")])


def _is_complete(prices: pd.Series[float], day: pd.DatetimeIndex) -> pd.Series[bool]:
    """Whether every step of each day has a price, also when the clock changes."""
    at = prices.index.to_series().reset_index(drop=True)
    step = at.diff().where(np.append(False, day[1:] == day[:-1])).groupby(day)
    shortest, longest = step.min(), step.max()
    prices_there, steps = prices.groupby(day).count(), step.size()
    days = pd.DatetimeIndex(steps.index)
    ends = (days + pd.DateOffset(days=1)).tz_localize(CLOCK)
    length = pd.Series(ends - days.tz_localize(CLOCK), days)  # 23 to 25 hours
    regular = shortest.eq(longest) & shortest.isin(STEPS)
    return regular & prices_there.eq(steps) & (shortest * steps).eq(length)


SOURCE = Source(
    key="energy_charts",
    publisher="Fraunhofer ISE, from Bundesnetzagentur | SMARD.de",
    fr="Prix de l’électricité de la veille pour le lendemain, Allemagne",
    en="Day-ahead price of electricity, Germany",
    homepage="https://www.energy-charts.info/",
    licence=FREE,
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution="Bundesnetzagentur | SMARD.de, by energy-charts.info",
    confirmed="independent public code asks the same address, with start and end, 2026-09",
    cadence="daily",
    lag_days=0,
    stale_days=5,
    role="cross_check",
    reference="hours of stress by day, too short a history for an indicator",
    expected_format="json",
    requests=(QUESTION,),
    windows=windows,
    empty_status=404,
    notices=notices,
    completeness=Completeness(rows=0.0, series=1.0),  # a window may be of any length
    parse=parse,
    series=(
        Series(
            "energy_charts.DE-LU.mean",
            UNIT,
            "E",
            "Électricité, prix du jour, Allemagne",
            "Electricity, price of the day, Germany",
        ),
        Series(
            "energy_charts.DE-LU.stress",
            "% of the day",
            "E",
            "Part du jour au-dessus de 200 ou sous 0 EUR/MWh, Allemagne",
            "Share of the day over 200 or under 0 EUR/MWh, Germany",
        ),
    ),
    rules=(
        between(
            -200,
            1000,
            series="energy_charts.DE-LU.mean",
            reason="a day so dear or so cheap needs a look",
        ),
        ValidationRule(
            "ExpectColumnValuesToNotBeInSet",
            {"column": "value", "value_set": [0.0]},
            series="energy_charts.DE-LU.mean",
            reason="a day of nothing but zeros",
        ),
        between(0, 100, series="energy_charts.DE-LU.stress", reason="a share of a day"),
    ),
    traps=(
        "The licence is in the body: only zones under CC BY 4.0 are read.",
        "Hours until September 2025, quarters of an hour since: 92, 96 or 100 a day.",
        "The unit is written EUR/MWh in 2024 and EUR / MWh in 2026.",
        "Prices may be null and may be negative; a day that is not whole has no figure.",
        "A day that is still to come is a 404 with a body of JSON, not an empty list.",
        "An instant may come twice; with two prices it says nothing.",
        "A day with two hours of exactly zero is preliminary, one of zeros alone has no figure.",
    ),
)
