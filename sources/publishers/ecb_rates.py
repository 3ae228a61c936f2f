"""Euro reference rates of the European Central Bank, averaged by month.

Amounts of announced investments are converted to dollars at these rates.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, require, tidy

CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CNY", "DKK", "GBP", "HKD", "IDR", "ILS", "INR", "JPY", "KRW",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TRY", "USD", "ZAR",
)  # fmt: skip
FIXED = {"FREQ": "M", "CURRENCY_DENOM": "EUR", "EXR_TYPE": "SP00", "EXR_SUFFIX": "A"}
ADDRESS = f"https://data-api.ecb.europa.eu/service/data/EXR/M.{'+'.join(CURRENCIES)}.EUR.SP00.A"


def parse(payload: Payload) -> pd.DataFrame:
    """Units of each currency for one euro, the mean of a month; or SchemaDrift."""
    table = pd.read_csv(BytesIO(payload.content), dtype=str, keep_default_na=False)
    require(table, {*FIXED, "CURRENCY", "TIME_PERIOD", "OBS_VALUE"})
    if wrong := {name for name, code in FIXED.items() if set(table[name]) != {code}}:
        raise SchemaDrift(FIXED, {name: sorted(set(table[name])) for name in sorted(wrong)})
    rows = table[table["CURRENCY"].isin(CURRENCIES) & table["OBS_VALUE"].ne("")]
    value = pd.to_numeric(rows["OBS_VALUE"], errors="coerce")
    period = pd.to_datetime(rows["TIME_PERIOD"], format="%Y-%m", errors="coerce")
    unread = value.isna() | period.isna()
    if unread.any():
        raise SchemaDrift("numbers by month as 2026-10", rows[unread].iloc[0].tolist())
    series = "ecb.rate." + rows["CURRENCY"]
    return tidy(pd.DataFrame({"series": series, "period": period, "value": value}))


SOURCE = Source(
    key="ecb_rates",
    publisher="European Central Bank",
    fr="Cours de change de l’euro, moyennes mensuelles",
    en="Euro exchange rates, monthly averages",
    homepage="https://data.ecb.europa.eu/data/datasets/EXR",
    licence="free reuse with the source named",
    licence_url="https://data.ecb.europa.eu/help/copyright",
    attribution="European Central Bank, euro foreign exchange reference rates",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=1,
    stale_days=40,
    role="exchange_rates",
    expected_format="csv",
    requests=(Request(ADDRESS, params={"format": "csvdata", "startPeriod": "2022-01"}),),
    completeness=Completeness(rows=0.95, series=0.9),  # a country may join the euro
    parse=parse,
    series=tuple(
        Series(
            f"ecb.rate.{code}",
            f"{code}/EUR",
            "M",
            f"Cours de l’euro en {code}, moyenne du mois",
            f"Rate of the euro in {code}, mean of the month",
        )
        for code in CURRENCIES
    ),
    rules=(
        between(0.5, 2, column="level_ratio", reason="a published mean of a month does not change"),
        between(0.5, 2, series="ecb.rate.USD", reason="dollars for a euro"),
    ),
    traps=(
        "The dirham has no reference rate here: amounts in it are not converted.",
        "A currency that is no longer quoted ends without a word.",
    ),
)
