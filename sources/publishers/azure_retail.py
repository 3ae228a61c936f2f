"""List and spot prices of GPU machines at Microsoft Azure, from its price API.

The API gives current prices only. A machine has four meters that differ only by words in their
names: none, Spot, Low Priority and Windows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Source
from sources.publishers import gpus
from sources.tidy import require

API = "https://prices.azure.com/api/retail/prices"
FULL_PAGE = 1000  # items; the API gives no more on a page
REGIONS = ("eastus", "eastus2", "westus3", "westeurope", "southafricanorth", "uaenorth")
# What the name of a machine contains; "_GB" is GB200, and what comes after it.
FAMILIES = ("A100", "H100", "H200", "MI300X", "_GB")
# The chip that a machine's name gives: the 200 of GB200 and of GH200 are other chips than an H200.
CHIP = r"_((?:MI|[A-Z]{1,2})\d{3}X?)_"
NEEDED = {
    "armSkuName",
    "armRegionName",
    "retailPrice",
    "unitOfMeasure",
    "meterName",
    "productName",
    "type",
}


def next_page(payload: Payload) -> Request | None:
    """The page that the last one links to; SchemaDrift for another address."""
    link = _page(payload.pages[-1])["NextPageLink"]
    if not link:
        return None
    parts = urlsplit(str(link))
    if f"{parts.scheme}://{parts.hostname}{parts.path}" != API:
        raise SchemaDrift(f"a further page of {API}", str(link)[:80])
    # The link lacks the version, and without it the filter matches names in another way.
    linked = {**payload.request.params, **dict(parse_qsl(parts.query))}
    return replace(payload.request, url=API, params=linked)


def parse(payload: Payload) -> pd.DataFrame:
    """The price of a GPU-hour in USD, by GPU, region and basis, on the fetch day.

    A spot price that repeats the list price is left out. Raises SchemaDrift for an empty or
    incomplete list, another currency, a lost field, or none of the machines that are read.
    """
    items = pd.DataFrame([item for body in payload.pages for item in _page(body)["Items"]])
    require(items, NEEDED)
    rows = items.rename(columns={"armSkuName": "machine", "armRegionName": "region"})
    # The same region is written WestUS3 and westus3.
    lowered = rows["region"].str.lower()
    rows = rows.assign(price=rows["retailPrice"], basis=_basis(rows), region=lowered)
    rented = rows["type"].eq("Consumption") & rows["unitOfMeasure"].eq("1 Hour")
    readable = rows[rented & rows["basis"].ne("") & rows["region"].isin(REGIONS)]
    current = _in_force(readable, payload.fetched_at)
    prices = gpus.by_gpu(
        current[["machine", "region", "basis", "price"]].drop_duplicates(), "azure"
    )
    return gpus.date_as_today(gpus.drop_duplicate_spot(prices), "azure", payload)


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The machines that Azure lists with a chip of which no machine is read."""
    items = pd.DataFrame([item for body in payload.pages for item in _page(body)["Items"]])
    require(items, {"armSkuName"})
    names = items["armSkuName"]
    yield from gpus.unread_machines(names, names.str.extract(CHIP, expand=False), "azure")


def _page(body: bytes) -> dict[str, Any]:
    """One page. Errors and lists cut short come with HTTP 200: SchemaDrift."""
    page = json.loads(body)
    if not isinstance(page, dict) or not {"Items", "NextPageLink", "Count"} <= set(page):
        raise SchemaDrift("Items, NextPageLink and Count", str(page)[:80])
    items = page["Items"]
    if not items or len(items) != page["Count"]:
        raise SchemaDrift("as many items as Count", f"{len(items)} of {page['Count']}")
    if len(items) >= FULL_PAGE and not page["NextPageLink"]:
        raise SchemaDrift("a link to the next page", f"{len(items)} items and no link")
    if page.get("BillingCurrency") != "USD":
        raise SchemaDrift("prices in USD", page.get("BillingCurrency"))
    return page


def _basis(rows: pd.DataFrame) -> pd.Series[str]:
    """on_demand, spot, or "" for a meter that is neither."""
    meter, product = rows["meterName"], rows["productName"]
    other = meter.str.contains("Low Priority") | product.str.contains("Windows")
    basis = meter.str.contains("Spot").map({True: "spot", False: "on_demand"})
    return basis.mask(other, "")


def _in_force(rows: pd.DataFrame, at: datetime) -> pd.DataFrame:
    """The prices that hold at an instant; one without dates does.

    Where two hold for one machine, meter and region, the one that began last has replaced the
    other.
    """
    start, end = (_instants(rows, name) for name in ("effectiveStartDate", "effectiveEndDate"))
    begun = rows[(start.isna() | start.le(at)) & (end.isna() | end.gt(at))].assign(start=start)
    newest = begun.groupby(["machine", "region", "basis"])["start"].transform("max")
    return begun[newest.isna() | begun["start"].eq(newest)]


def _instants(rows: pd.DataFrame, column: str) -> pd.Series[pd.Timestamp]:
    dates = rows.get(column, pd.Series(None, index=rows.index, dtype="object"))
    return pd.to_datetime(dates, utc=True, format="ISO8601")


def _request(family: str) -> Request:
    condition = (
        "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' "
        f"and contains(armSkuName,'{family}')"
    )
    return Request(API, params={"api-version": "2023-01-01-preview", "$filter": condition})


SOURCE = Source(
    key="azure_retail",
    publisher="Microsoft Azure",
    fr="Prix des GPU chez Microsoft Azure",
    en="GPU prices at Microsoft Azure",
    homepage="https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices",
    licence="none stated; figures cited as facts",
    licence_url="https://learn.microsoft.com/legal/termsofuse",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(
        gpus.series("azure", gpu, region, basis)
        for gpu in gpus.gpus("azure")
        for region in REGIONS
        for basis in ("on_demand", "spot")
    ),
    requests=tuple(map(_request, FAMILIES)),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    next_page=next_page,
    rules=gpus.RULES,
    expected_format="json",
    attribution="Microsoft Azure Retail Prices API",
    redistribute=False,
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "A question that the API does not understand is answered with HTTP 200 and no items.",
        "Values in a filter are case-sensitive since the version 2023-01-01-preview.",
        "Four meters of a machine differ by words in their names: Windows, Spot, Low Priority.",
        "Reservations stand beside hourly prices, by the month and much larger.",
        "Nothing says how many GPUs a machine has, nor of which form: NC40ads is an H100 NVL.",
        "A spot price may repeat the list price; it is left out.",
        "Variants of a machine (noIB, flex) price the same GPU again; one type is read.",
        "Regions of governments have prices of their own.",
        "A page holds 1,000 items at most: a full last page is refused.",
        "The link to the next page leaves out the version of the API.",
        "A price not yet in force and one that has ended stand among those of today.",
        "A region is written with capitals in some items (WestUS3).",
    ),
)
