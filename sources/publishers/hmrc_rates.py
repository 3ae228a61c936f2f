"""British customs rates of a pound by month: dirham, Taiwan dollar, euro.

The European Central Bank has no reference rate of the first two. Each is crossed with the euro of
the same file, so that both are rates of one instant.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, numbers, require, tidy

CURRENCIES = {
    "EUR": ("l’euro", "the euro"),
    "MAD": ("le dirham marocain", "the Moroccan dirham"),
    "TWD": ("le dollar de Taïwan", "the Taiwan dollar"),
}
FILES = "https://www.trade-tariff.service.gov.uk/uk/api/exchange_rates/files"
FIRST = date(2021, 1, 1)  # the oldest month that the service has
CODE, RATE, START = "Currency Code", "Currency Units per £1", "Start date"


def windows(stored: Collection[date], today: date) -> list[Request]:
    """The files of the last stored month and of every month since; at first all."""
    first = max(stored, default=FIRST)
    return [_file(month) for month in pd.date_range(first.replace(day=1), today, freq="MS")]


def parse(payload: Payload) -> pd.DataFrame:
    """Units of each currency for one pound, in the month; or SchemaDrift.

    A rate that is corrected within the month is a further row with its own first day: the figure
    is the one of the month, from its first day.
    """
    table = pd.read_csv(BytesIO(payload.content), dtype=str, keep_default_na=False)
    require(table, {CODE, RATE, START})
    rows = table[table[CODE].str.strip().isin(CURRENCIES)]
    start = pd.to_datetime(rows[START].str.strip(), format="%d/%m/%Y", errors="coerce")
    if start.isna().any():
        raise SchemaDrift("a first day as 01/11/2026", rows.loc[start.isna(), START].iloc[0])
    figures = pd.DataFrame({"code": rows[CODE].str.strip(), "rate": rows[RATE], "period": start})
    # An island of the euro has a row of its own, with the same rate.
    first = figures[start.dt.day.eq(1)].drop_duplicates()
    if sorted(first["code"]) != sorted(CURRENCIES) or first["period"].nunique() != 1:
        raise SchemaDrift(f"one month of {', '.join(CURRENCIES)}", first["code"].tolist())
    value = numbers(first["rate"], "rates as numbers")
    return tidy(first.assign(series="hmrc.rate." + first["code"], value=value))


def _file(month: date) -> Request:
    """The file of a month; its address writes the month without a zero."""
    return Request(f"{FILES}/monthly_csv_{month.year}-{month.month}.csv")


SOURCE = Source(
    key="hmrc_rates",
    publisher="HM Revenue & Customs",
    fr="Cours de change mensuels de la douane britannique",
    en="Monthly exchange rates of the British customs",
    homepage="https://www.trade-tariff.service.gov.uk/exchange_rates",
    licence="Open Government Licence v3.0",
    licence_url="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    attribution="HM Revenue & Customs, public sector information, Open Government Licence v3.0",
    confirmed="independent public code asks the same address, and records it, looked up 2026-11",
    cadence="monthly",
    lag_days=0,
    stale_days=40,
    role="exchange_rates",
    expected_format="csv",
    requests=(_file(FIRST),),
    windows=windows,
    completeness=Completeness(rows=1.0, series=1.0),
    parse=parse,
    series=tuple(
        Series(
            f"hmrc.rate.{code}",
            f"{code}/GBP",
            "M",
            f"Cours douanier de la livre dans {fr}, pour le mois",
            f"Customs rate of the pound in {en}, for the month",
        )
        for code, (fr, en) in CURRENCIES.items()
    ),
    rules=(
        between(0.7, 1.4, column="level_ratio", reason="a rate moves by a few per cent a month"),
        between(0.9, 1.6, series="hmrc.rate.EUR", reason="euros for a pound"),
        between(8, 20, series="hmrc.rate.MAD", reason="dirhams for a pound"),
        between(25, 70, series="hmrc.rate.TWD", reason="Taiwan dollars for a pound"),
    ),
    traps=(
        "The rate of a month is fixed on the second last Thursday of the month before.",
        "A currency that moves by over 5 % gets a second row within the month.",
        "The month in the address has no zero: monthly_csv_2026-8.csv.",
    ),
)
