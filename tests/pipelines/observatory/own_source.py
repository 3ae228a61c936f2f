"""A source of an observatory: its file, a body, an indicator that reads it."""

KEY = "senelec"
ADDRESS = "https://tarif.example/tariff.csv"
CODE = '''"""Electricity tariff of large users in Senegal, by month, CFA francs per kWh."""

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, Series, Source
from sources.tidy import between, numbers, require, tidy


def parse(payload: Payload) -> pd.DataFrame:
    """The tariff by month, or SchemaDrift."""
    table = pd.read_csv(BytesIO(payload.content), dtype=str, keep_default_na=False)
    require(table, {"month", "tariff"})
    period = pd.to_datetime(table["month"], format="%Y-%m")
    value = numbers(table["tariff"])
    return tidy(pd.DataFrame({"series": "senelec.tariff", "period": period, "value": value}))


SOURCE = Source(
    key="senelec",
    publisher="Senelec",
    fr="Tarif de l’électricité",
    en="Electricity tariff",
    homepage="https://tarif.example/",
    licence="Facts, cited",
    licence_url="https://tarif.example/licence",
    confirmed="read on the page of the publisher, looked up 2026-11",
    cadence="monthly",
    lag_days=10,
    stale_days=70,
    series=(Series("senelec.tariff", "XOF/kWh", "M", "Tarif", "Tariff"),),
    requests=(Request("https://tarif.example/tariff.csv"),),
    parse=parse,
    expected_format="csv",
    known_from="last_modified",
    completeness=Completeness(rows=0.9, series=1.0),
    rules=(between(10, 1000, reason="a kWh costs tens or hundreds of francs"),),
)
'''
INDICATOR = """
[[indicator]]
key = "tariff_rise"
fr = "Tarif des gros consommateurs, variation sur un an"
en = "Tariff of large users, change over a year"
unit_fr = "%"
unit_en = "%"
decimals = 1
transform = "growth"
of = ["senelec.tariff"]
step = "month"
lag_months = 1
carry_months = 3
low = 0
high = 25
weight = 1.0
rationale_fr = "Ce que paie de plus, ou de moins, qui ferait tourner des machines ici."
rationale_en = "How much more, or less, somebody would pay who runs machines here."
goalposts_fr = "0 : le tarif ne bouge pas ; 25 % : il double en trois ans."
goalposts_en = "0: the tariff does not move; 25 %: it doubles in three years."
caveat_fr = "Un tarif affiché ; les contrats ne sont pas publics."
caveat_en = "A posted tariff; contracts are not public."

"""


def body(rise: float = 10.0) -> bytes:
    """The tariff of 2024 to October 2026, which rises so many percent a year."""
    rows = [
        f"{year}-{month:02d},{100 * (1 + rise / 100) ** (year - 2024):.4f}"
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        if (year, month) <= (2026, 10)
    ]
    return "\n".join(["month,tariff", *rows, ""]).encode()
