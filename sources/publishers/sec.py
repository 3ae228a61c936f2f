"""Accounts filed with the SEC: spending, cash flow, sales and depreciation.

A fact is identified by its concept, unit, start and end; `fy`, `fp` and `frame` describe the
filing that repeats it and are not used. Segments are not in these files, and cash spending
leaves out leases.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.quarters import vintages
from sources.tidy import between, tidy

PPE = "PaymentsToAcquirePropertyPlantAndEquipment"
PRODUCTIVE = "PaymentsToAcquireProductiveAssets"
CONTRACTS = "RevenueFromContractWithCustomerExcludingAssessedTax"

# Reports on a period: quarters, years, those of foreign filers, and of a changed fiscal year. A
# proxy statement or a prospectus repeats figures in thousands, or of other periods.
PERIODIC = {"10-Q", "10-K", "10-QT", "10-KT", "20-F", "40-F"}
AMENDED = "/A"

# The concepts of an item, the preferred one first.
CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "capex": (PPE,),
    "ocf": ("NetCashProvidedByUsedInOperatingActivities",),
    "revenue": ("Revenues", CONTRACTS),
    "depreciation": ("Depreciation",),
}
TITLES = {
    "capex": ("dépenses d’investissement", "capital expenditure"),
    "ocf": ("flux de trésorerie d’exploitation", "operating cash flow"),
    "revenue": ("chiffre d’affaires", "revenue"),
    "depreciation": ("amortissements", "depreciation"),
}


@dataclass(frozen=True)
class Company:
    """A filer: ticker, name, EDGAR number, and concepts that differ from CONCEPTS."""

    ticker: str
    name: str
    cik: int
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# Amazon stopped using the usual concept of capex in 2017 and Nvidia in 2020. Nvidia reports
# quarterly depreciation only together with amortisation.
AMORTISED = "DepreciationDepletionAndAmortization"
COMPANIES = (
    Company("MSFT", "Microsoft", 789019),
    Company("GOOGL", "Alphabet", 1652044),
    Company("AMZN", "Amazon", 1018724, {"capex": (PRODUCTIVE, PPE)}),
    Company("META", "Meta", 1326801),
    Company("ORCL", "Oracle", 1341439),
    Company("NVDA", "Nvidia", 1045810, {"capex": (PRODUCTIVE, PPE), "depreciation": (AMORTISED,)}),
)


def parse(payload: Payload) -> pd.DataFrame:
    """Quarters in USD, in every vintage, dated by the filing.

    `period` is the calendar quarter in which the middle of the fiscal one lies. Raises
    SchemaDrift for another filer, or if an item has none of its concepts.
    """
    body = json.loads(payload.content)
    company = _company(body)
    quarters = vintages(_facts(body, company))
    return tidy(quarters.assign(series="sec." + quarters["item"] + "." + company.ticker))


def _company(body: Mapping[str, Any]) -> Company:
    by_cik = {company.cik: company for company in COMPANIES}
    cik = str(body.get("cik", ""))
    if not cik.isdecimal() or int(cik) not in by_cik:
        raise SchemaDrift(f"a cik among {sorted(by_cik)}", cik or sorted(body))
    return by_cik[int(cik)]


def _facts(body: Mapping[str, Any], company: Company) -> pd.DataFrame:
    """Facts of periodic reports in USD: item, rank (0 is preferred), dates, value."""
    reported = body.get("facts", {}).get("us-gaap")
    if not reported:
        raise SchemaDrift("facts of us-gaap", sorted(body.get("facts", body)))
    parts = [
        _item(reported, concepts).assign(item=item)
        for item, concepts in {**CONCEPTS, **company.own}.items()
    ]
    every = pd.concat(parts, ignore_index=True).rename(columns={"val": "value"})
    facts = every[every["form"].astype(str).str.removesuffix(AMENDED).isin(PERIODIC)]
    days = facts[["start", "end", "filed"]].apply(pd.to_datetime, format="%Y-%m-%d")
    return facts[["item", "rank", "value"]].join(days).dropna(subset=["start"])


def _item(reported: Mapping[str, Any], concepts: tuple[str, ...]) -> pd.DataFrame:
    by_concept = [reported.get(concept, {}).get("units", {}).get("USD", []) for concept in concepts]
    if not any(by_concept):
        raise SchemaDrift(f"one of {', '.join(concepts)} in USD", "none of them")
    return pd.concat([pd.DataFrame(part).assign(rank=rank) for rank, part in enumerate(by_concept)])


def _series(company: Company) -> list[Series]:
    return [
        Series(
            f"sec.{item}.{company.ticker}",
            "USD",
            "Q",
            f"{company.name}, {fr} du trimestre",
            f"{company.name}, {en} of the quarter",
        )
        for item, (fr, en) in TITLES.items()
    ]


ADDRESS = "https://data.sec.gov/api/xbrl/companyfacts/CIK{:010d}.json"
SOURCE = Source(
    key="sec",
    publisher="U.S. Securities and Exchange Commission",
    fr="Comptes trimestriels des géants du calcul, tels que déposés auprès de la SEC",
    en="Quarterly accounts of the computing giants, as filed with the SEC",
    homepage="https://www.sec.gov/search-filings/edgar-application-programming-interfaces",
    asks_contact=True,
    licence="Public domain (US government work)",
    licence_url="https://www.sec.gov/about/privacy-information",
    confirmed="independent public code asks the same address, with a contact, looked up 2026-11",
    cadence="quarterly",
    lag_days=38,
    stale_days=140,
    role="reference",
    reference="Nvidia's accounts, and revenue and depreciation that no indicator reads, by company",
    series=tuple(series for company in COMPANIES for series in _series(company)),
    requests=tuple(Request(ADDRESS.format(company.cik)) for company in COMPANIES),
    completeness=Completeness(rows=0.9, series=1.0),  # a restated quarter has fewer vintages
    parse=parse,
    parser_version=2,
    expected_format="json",
    attribution="U.S. Securities and Exchange Commission, EDGAR",
    rules=(
        between(0, 2e11, series="sec.capex.", reason="a quarter's payments are 0 to 200 bn USD"),
        between(-5e10, 2e11, series="sec.ocf.", reason="a quarter's flow is -50 to 200 bn USD"),
        between(1e8, 4e11, series="sec.revenue.", reason="a quarter's sales are 0.1 to 400 bn USD"),
        between(0, 8e10, series="sec.depreciation.", reason="depreciation is 0 to 80 bn USD"),
    ),
    traps=(
        "`fy`, `fp` and `frame` describe the filing that repeats a fact, not the fact.",
        "Flows are filed year to date: a quarter is a difference.",
        "A proxy statement or a prospectus repeats figures, some in thousands.",
        "A concept may come to name a part of the total that it was.",
        "Cash spending leaves out what is leased; segments are not in these files.",
    ),
)
