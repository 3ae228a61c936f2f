"""Ember: monthly wholesale electricity prices of European countries.

A country of several price zones (Norway, Sweden, Denmark, Italy) is one load-weighted number.
The newest month is published while it is still running, unmarked: it changed by a median of
5 to 11 % afterwards, so it is `partial` here until it is over.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

COLUMNS = ["Country", "ISO3 Code", "Date", "Price (EUR/MWhe)"]
# A month's mean is complete once its last day has been published, a few days after its end.
SETTLED = pd.Timedelta(days=4)
# Months of one price in a row. No market has had over two; Montenegro and North Macedonia were
# filled with one price for five years.
FILLER = 12
COUNTRIES = {
    "ALB": ("Albanie", "Albania"),
    "AUT": ("Autriche", "Austria"),
    "BEL": ("Belgique", "Belgium"),
    "BGR": ("Bulgarie", "Bulgaria"),
    "BIH": ("Bosnie-Herzégovine", "Bosnia and Herzegovina"),
    "CHE": ("Suisse", "Switzerland"),
    "CZE": ("Tchéquie", "Czechia"),
    "DEU": ("Allemagne", "Germany"),
    "DNK": ("Danemark", "Denmark"),
    "ESP": ("Espagne", "Spain"),
    "EST": ("Estonie", "Estonia"),
    "FIN": ("Finlande", "Finland"),
    "FRA": ("France", "France"),
    "GBR": ("Royaume-Uni", "United Kingdom"),
    "GRC": ("Grèce", "Greece"),
    "HRV": ("Croatie", "Croatia"),
    "HUN": ("Hongrie", "Hungary"),
    "IRL": ("Irlande", "Ireland"),
    "ITA": ("Italie", "Italy"),
    "LTU": ("Lituanie", "Lithuania"),
    "LUX": ("Luxembourg", "Luxembourg"),
    "LVA": ("Lettonie", "Latvia"),
    "MDA": ("Moldavie", "Moldova"),
    "MKD": ("Macédoine du Nord", "North Macedonia"),
    "MNE": ("Monténégro", "Montenegro"),
    "NLD": ("Pays-Bas", "Netherlands"),
    "NOR": ("Norvège", "Norway"),
    "POL": ("Pologne", "Poland"),
    "PRT": ("Portugal", "Portugal"),
    "ROU": ("Roumanie", "Romania"),
    "SRB": ("Serbie", "Serbia"),
    "SVK": ("Slovaquie", "Slovakia"),
    "SVN": ("Slovénie", "Slovenia"),
    "SWE": ("Suède", "Sweden"),
    "TUR": ("Turquie", "Turkey"),
    "UKR": ("Ukraine", "Ukraine"),
    "XKX": ("Kosovo", "Kosovo"),
}


def parse(payload: Payload) -> pd.DataFrame:
    """EUR/MWh by country and month; blank cells and fillers have no row.

    Raises SchemaDrift if a column is lost or a date has another form.
    """
    table = pd.read_csv(BytesIO(payload.content), encoding="utf-8")
    if not set(COLUMNS) <= set(table.columns):
        raise SchemaDrift(COLUMNS, list(table.columns))
    named = table[COLUMNS].set_axis(["country", "iso3", "date", "price"], axis=1)
    priced = _without_fillers(named.dropna(subset=["price"]))
    period = pd.to_datetime(priced["date"].astype(str), format="%Y-%m-%d", errors="coerce")
    if period.isna().any():
        raise SchemaDrift("dates as 2026-01-31", priced.loc[period.isna(), "date"].iloc[0])
    known_at = pd.Timestamp(payload.last_modified or payload.fetched_at).tz_localize(None)
    running = period + pd.offsets.MonthBegin(1) + SETTLED > known_at
    return tidy(
        pd.DataFrame(
            {
                "series": "ember.wholesale." + priced["iso3"],
                "period": period,
                "value": priced["price"],
                "status": running.map({True: "partial", False: "final"}),
            }
        )
    )


def _without_fillers(priced: pd.DataFrame) -> pd.DataFrame:
    """The rows without runs of FILLER months at one price, which are not prices."""
    ordered = priced.sort_values(["iso3", "date"])
    begins = ordered["price"].ne(ordered["price"].shift()) | ordered["iso3"].ne(
        ordered["iso3"].shift()
    )
    length = ordered.groupby(begins.cumsum())["price"].transform("size")
    return priced.loc[length.lt(FILLER).reindex(priced.index)]


SOURCE = Source(
    key="ember",
    publisher="Ember",
    fr="Prix de gros de l'électricité en Europe",
    en="European wholesale electricity prices",
    homepage="https://ember-energy.org/data/european-wholesale-electricity-price-data/",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution="Ember, European wholesale electricity price data",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=5,
    stale_days=45,
    role="reference",
    reference="the other countries make the median that each price is validated against",
    known_from="last_modified",
    full_snapshot=True,
    expected_format="csv",
    peers="ember.wholesale.",
    requests=(
        Request(
            "https://files.ember-energy.org/public-downloads/price/outputs/"
            "european_wholesale_electricity_price_data_monthly.csv",
            mirror="https://storage.googleapis.com/emb-prod-bkt-publicdata/public-downloads/"
            "price/outputs/european_wholesale_electricity_price_data_monthly.csv",
        ),
    ),
    series=tuple(
        Series(
            f"ember.wholesale.{iso3}",
            "EUR/MWh",
            "M",
            f"Électricité, prix de gros, {fr}",
            f"Electricity, wholesale price, {en}",
        )
        for iso3, (fr, en) in COUNTRIES.items()
    ),
    rules=(
        between(-50, 900, reason="the dearest month on record is Italy's 543.55 of August 2022"),
        between(
            0.05,
            2.5,
            column="peer_ratio",
            reason="over 2.5 times the median of the other countries, or under a twentieth",
        ),
    ),
    completeness=Completeness(rows=0.95, series=0.9),  # countries come and go
    parse=parse,
    parser_version=2,
    traps=(
        "The newest month is published while it runs, unmarked: it is partial until it is over.",
        "Montenegro and North Macedonia had one price, 106.38 and 104, for five years, taken back "
        "in 2025: a year or more at one price is a filler and has no figure.",
        "Blank prices and countries come and go from month to month.",
        "A country may be far off its neighbours: Slovenia 324.79 in June 2026, Croatia 110.96.",
        "A country of several price zones is one load-weighted number.",
    ),
)
