"""List prices of GPU machines at seven clouds, from dstack's dated catalogues.

A catalogue is a zip file with a table for each provider, and stays at the address of its version
(YYYYMMDD-RUN) for ever. Since August 2026 each provider has catalogues of its own (v3), hourly;
before that one catalogue held them all (v2). `dstack_versions.csv` names the versions of v2 that
public code has read (tudoryoon/EG_Dashboard at 026c565f30): the past is read back from those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd

from sources import Completeness, PastRequest, Payload, Request, SchemaDrift, Source
from sources.publishers import gpus
from sources.tidy import require

BUCKET = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com"
VERSIONS = Path(__file__).with_name("dstack_versions.csv")
VERSION = re.compile(r"(\d{8})-\d+")
# The company of each table. DataCrunch was renamed Verda in December 2025; since then the older
# name is a copy of the newer table, which must not count as another provider.
COMPANIES = {
    "aws": "aws",
    "azure": "azure",
    "datacrunch": "verda",
    "lambdalabs": "lambda",
    "nebius": "nebius",
    "oci": "oci",
    "runpod": "runpod",
    "verda": "verda",
}
CLOUDS = tuple(dict.fromkeys(COMPANIES.values()))
# The giants price by region: one is read, so that a region which opens moves nothing.
REGION = {"aws": "us-east-1", "azure": "eastus"}
# Places of RunPod are data centres ("US-KS-2") or, for its third-party hosts, countries ("US").
COUNTRY = r"[A-Z]{2}"
NEEDED = {"instance_name", "location", "price", "gpu_count", "gpu_name", "spot"}


def next_page(payload: Payload) -> Request | None:
    """The catalogue of the version on the first page; SchemaDrift for none."""
    if _is_catalogue(payload.pages[-1]):
        return None
    version = payload.content.decode("ascii", "replace").strip()
    if not VERSION.fullmatch(version):
        raise SchemaDrift("a version YYYYMMDD-RUN", version[:40])
    folder = payload.request.url.removesuffix("version")
    return replace(payload.request, url=f"{folder}{version}/catalog.zip", expected_format="zip")


def parse(payload: Payload) -> pd.DataFrame:
    """The list price of one GPU-hour in USD by cloud, on the catalogue's day.

    The median of a cloud's regions. Raises SchemaDrift for a lost column, two prices of one
    machine in one region, or none of the machines in gpu_machines.csv.
    """
    published = _published(payload)
    offers = [_offers(cloud, table) for cloud, table in _tables(payload)]
    prices = pd.concat(offers) if offers else pd.DataFrame()
    if prices.empty:
        raise SchemaDrift(
            f"a machine of {gpus.MACHINES.name}", [name for name, _ in _tables(payload)]
        )
    medians = prices.groupby(["gpu", "region"])["value"].median().reset_index()
    frame = gpus.date_as_today(
        medians.assign(basis="on_demand"), "dstack", replace(payload, fetched_at=published)
    )
    return frame.assign(known_from=pd.Timestamp(published).floor("s"))


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The GPUs that a cloud lists and of which no machine is read there."""
    for cloud, table in _tables(payload):
        yield from gpus.unread_machines(
            table["instance_name"], table["gpu_name"], f"dstack.{cloud}"
        )


def _is_catalogue(body: bytes) -> bool:
    return body.startswith(b"PK")


def _published(payload: Payload) -> datetime:
    """When the catalogue was public: the end of its day, or now if earlier."""
    page, url = payload.content, payload.request.url
    text = url.split("/")[-2] if _is_catalogue(page) else page.decode("ascii", "replace").strip()
    match = VERSION.fullmatch(text)
    if match is None:
        raise SchemaDrift("a version YYYYMMDD-RUN", text[:40])
    return min(_end_of_day(match[1]), payload.fetched_at)


def _end_of_day(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1, seconds=-1)


def _tables(payload: Payload) -> list[tuple[str, pd.DataFrame]]:
    """The table of each company that is read, each once, by cloud."""
    with ZipFile(BytesIO(payload.pages[-1])) as catalogue:
        names = {Path(name).stem: name for name in catalogue.namelist() if name.endswith(".csv")}
        # In the order of COMPANIES, so that Verda's own table replaces that of its older name.
        chosen = {COMPANIES[stem]: names[stem] for stem in COMPANIES if stem in names}
        return [(cloud, _table(catalogue.read(name))) for cloud, name in chosen.items()]


def _table(body: bytes) -> pd.DataFrame:
    table = pd.read_csv(BytesIO(body), dtype=str, keep_default_na=False)
    require(table, NEEDED)
    return table


def _offers(cloud: str, table: pd.DataFrame) -> pd.DataFrame:
    """The on-demand prices of one GPU at a cloud: gpu, region, value."""
    listed = table[_is_listed(cloud, table)]
    rows = listed.rename(columns={"instance_name": "machine"})
    offers = rows.merge(gpus.machines(f"dstack.{cloud}"), on="machine")
    counted = offers[pd.to_numeric(offers["gpu_count"]).eq(offers["count"])]
    priced = counted.assign(region=cloud, value=pd.to_numeric(counted["price"]) / counted["count"])
    return gpus.sound(priced, ["machine", "location"])[["gpu", "region", "value"]]


def _is_listed(cloud: str, table: pd.DataFrame) -> pd.Series[bool]:
    """Whether each row is a plain on-demand offer in the regions that are read.

    A flag marks what is none: clusters, calendars of reservations, machines in preview.
    """
    flags = table.get("flags", pd.Series("", index=table.index))
    plain = table["spot"].str.lower().eq("false") & flags.eq("")
    if cloud in REGION:
        return plain & table["location"].eq(REGION[cloud])
    return plain & ~table["location"].str.fullmatch(COUNTRY)


def _past() -> tuple[PastRequest, ...]:
    versions = pd.read_csv(VERSIONS, dtype=str)["version"].sort_values()
    return tuple(
        PastRequest(
            _end_of_day(version[:8]),
            Request(f"{BUCKET}/v2/{version}/catalog.zip", expected_format="zip"),
        )
        for version in versions
    )


SOURCE = Source(
    key="dstack",
    publisher="AWS, Azure, Lambda, Nebius, Oracle, RunPod and Verda, tabulated by dstack",
    fr="Prix des GPU chez sept nuages, des catalogues datés de dstack",
    en="GPU prices at seven clouds, from dstack's dated catalogues",
    homepage="https://github.com/dstackai/gpuhunt",
    licence="none stated for the catalogues; figures cited as facts (code: MPL-2.0)",
    licence_url="https://github.com/dstackai/gpuhunt/blob/main/LICENSE.md",
    confirmed="dstack's own client (gpuhunt) asks the same addresses, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(
        gpus.series("dstack", gpu, cloud, "on_demand")
        for cloud in CLOUDS
        for gpu in gpus.gpus(f"dstack.{cloud}")
    ),
    requests=tuple(
        Request(f"{BUCKET}/v3/{table}/version") for table in COMPANIES if table != "datacrunch"
    ),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    next_page=next_page,
    past=_past(),
    unread=unread,
    rules=gpus.RULES,
    attribution="dstack GPU catalogues",
    redistribute=False,
    stamp="instant",
    traps=(
        "A price is of a machine; it is divided by its number of GPUs.",
        "DataCrunch and Verda are one company under two names in one catalogue; it counts once.",
        "Flags mark clusters, reservations and previews among the offers; they are left out.",
        "RunPod's third-party hosts stand among its data centres, under a country as their place.",
        "Google's prices in it are not those that Google lists; they are not read.",
        "RunPod repeats a machine for every number of GPUs; that of one GPU is read.",
        "The older catalogue appears only when every provider was collected, and may skip weeks.",
        "Spot prices of Oracle and Verda are fixed shares of the list price; none is read.",
    ),
)
