"""List prices of GPU machines at the neoclouds, from SkyPilot's catalogue.

There is one table for each cloud. The version of the catalogue is part of its address, which a
line of the settings file replaces: docs/operations.md. The order of columns differs by cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Source
from sources.publishers import github, gpus
from sources.tidy import require

VERSION = "v8"
CLOUDS = ("lambda", "nebius", "runpod", "verda")
BASIS = {"Price": "on_demand", "SpotPrice": "spot"}


def parse(payload: Payload) -> pd.DataFrame:
    """The price of one GPU-hour in USD at one cloud, the median of its regions.

    A spot price that repeats the list price is left out. Raises SchemaDrift for a lost column,
    another number of GPUs in a machine than in gpu_machines.csv, or none of its machines.
    """
    cloud = cloud_of(payload.request)
    table = pd.read_csv(BytesIO(payload.content))
    require(table, {"InstanceType", "AcceleratorName", "AcceleratorCount", "Region", *BASIS})
    rows = table.rename(columns={"InstanceType": "machine"})
    long = rows.melt(["machine", "AcceleratorCount", "Region"], list(BASIS), "basis", "price")
    prices = gpus.by_gpu(long.dropna(subset=["price"]), cloud)
    miscounted = prices["AcceleratorCount"].ne(prices["count"])
    if miscounted.any():
        machine, count = prices.loc[miscounted, ["machine", "AcceleratorCount"]].iloc[0]
        raise SchemaDrift(f"the GPU counts of {gpus.MACHINES.name}", f"{count:g} in {machine}")
    sound = gpus.sound(prices, ["machine", "Region", "basis"])
    places = sound.assign(basis=sound["basis"].map(BASIS), region=cloud)
    offers = places.groupby(["gpu", "region", "basis"])["value"].median().reset_index()
    return gpus.date_as_today(gpus.drop_duplicate_spot(offers), "skypilot", payload)


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The GPUs that a cloud lists and of which no machine is read there."""
    table = pd.read_csv(BytesIO(payload.content))
    require(table, {"InstanceType", "AcceleratorName"})
    return gpus.unread_machines(
        table["InstanceType"], table["AcceleratorName"], cloud_of(payload.request)
    )


def cloud_of(request: Request) -> str:
    """The cloud whose table a request asks for."""
    return request.url.split("/")[-2]


def _request(cloud: str) -> Request:
    path = f"catalogs/{VERSION}/{cloud}/vms.csv"
    # SkyPilot's own mirror, which its client falls back on.
    return replace(
        github.file("skypilot-org/skypilot-catalog", path, "master"),
        mirror=f"https://skypilot-catalog.s3.us-east-1.amazonaws.com/{path}",
    )


SOURCE = Source(
    key="skypilot",
    publisher="Lambda, Nebius, RunPod and Verda, tabulated by SkyPilot",
    fr="Prix des GPU chez les néoclouds",
    en="GPU prices at the neoclouds",
    homepage="https://github.com/skypilot-org/skypilot-catalog",
    licence="none stated; figures cited as facts",
    licence_url="https://github.com/skypilot-org/skypilot-catalog",
    shows="present",
    confirmed="SkyPilot's own client asks both addresses of v8, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(
        gpus.series("skypilot", gpu, cloud, basis)
        for cloud in CLOUDS
        for gpu in gpus.gpus(cloud)
        for basis in BASIS.values()
    ),
    requests=tuple(map(_request, CLOUDS)),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=gpus.RULES,
    expected_format="csv",
    attribution="SkyPilot catalogue",
    redistribute=False,
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "Columns stand in another order for each cloud.",
        "A price is of a machine; machines without GPUs stand beside.",
        "RunPod's one price is repeated for every region and every number of GPUs.",
        "RunPod's spot price repeats its list price; it is left out.",
        "GpuInfo is no JSON and gives gigabytes as mebibytes; it is not read.",
        "The name of a GPU does not tell its form: SXM and PCIe are both called H100.",
        "Lambda lists every region, whether or not anything is to be had there.",
        "A new version of the catalogue is another address.",
        "Verda leaves the price of a machine blank while it is sold out.",
        "The table of Hyperstack stands still (2.40 USD an H100) while its prices moved: not read.",
    ),
)
