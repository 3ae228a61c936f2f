"""Prices of one GPU at RunPod, in its data centres and at third-party hosts.

A GPU that is not offered has a price of 0 or of 0.5: only the flags beside the prices show it.
The address answers a POST without a key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Source
from sources.publishers import gpus
from sources.tidy import require

GPUS = {
    "NVIDIA A100 80GB PCIe": "a100-pcie-80gb",
    "NVIDIA A100-SXM4-40GB": "a100-sxm-40gb",
    "NVIDIA A100-SXM4-80GB": "a100-sxm-80gb",
    "NVIDIA H100 PCIe": "h100-pcie-80gb",
    "NVIDIA H100 NVL": "h100-nvl-94gb",
    "NVIDIA H100 80GB HBM3": "h100-sxm-80gb",
    "NVIDIA H200": "h200-sxm-141gb",
    "NVIDIA H200 NVL": "h200-nvl-141gb",
    "NVIDIA B200": "b200-sxm-180gb",
    "NVIDIA B300 SXM6 AC": "b300-sxm-288gb",
    "AMD Instinct MI300X OAM": "mi300x-oam-192gb",
}
TIERS = {
    "on_demand": ("securePrice", "secureCloud"),
    "community": ("communityPrice", "communityCloud"),
}
FIELDS = ("id", "memoryInGb", *(name for pair in TIERS.values() for name in pair))


def parse(payload: Payload) -> pd.DataFrame:
    """The price of one GPU-hour in USD, by GPU and tier, on the fetch day.

    Raises SchemaDrift for a lost field, none of the GPUs that are read, or one whose memory is
    not that of its name.
    """
    data = json.loads(payload.content).get("data") or {}
    types = pd.DataFrame(data.get("gpuTypes") or [])
    require(types, set(FIELDS))
    followed = types.assign(gpu=types["id"].map(GPUS)).dropna(subset=["gpu"])
    if followed.empty:
        raise SchemaDrift("one of the GPUs that are read", types["id"].head(5).tolist())
    for gpu, memory in followed.groupby("gpu")["memoryInGb"]:
        if not gpus.memory_matches(str(gpu), memory).all():
            raise SchemaDrift(f"the memory of {gpu}", f"{memory.tolist()} GB")
    offers = pd.concat([_offered(followed, *tier) for tier in TIERS.items()])
    return gpus.date_as_today(offers.assign(region="global"), "runpod", payload)


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The GPUs that RunPod lists and of which no price is read."""
    types = pd.DataFrame((json.loads(payload.content).get("data") or {}).get("gpuTypes") or [])
    require(types, {"id"})
    names = types["id"].astype("str")
    # "unknown" is a row of its own in every answer.
    others = names[~names.isin({*GPUS, "unknown"}) & ~gpus.not_followed(names)]
    yield from (("GPU", name) for name in others)


def _offered(types: pd.DataFrame, basis: str, names: tuple[str, str]) -> pd.DataFrame:
    """The GPUs that a tier offers: gpu, basis, value. A price needs its flag."""
    price, flag = names
    offered = types[types[flag].eq(True) & types[price].gt(0)]
    return offered[["gpu"]].assign(basis=basis, value=offered[price])


SOURCE = Source(
    key="runpod",
    publisher="RunPod",
    fr="Prix des GPU chez RunPod",
    en="GPU prices at RunPod",
    homepage="https://www.runpod.io/pricing",
    licence="none stated; figures cited as facts",
    licence_url="https://www.runpod.io/legal/terms-of-service",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(
        gpus.series("runpod", gpu, "global", basis) for gpu in GPUS.values() for basis in TIERS
    ),
    requests=(
        Request(
            "https://api.runpod.io/graphql",
            json={"query": f"{{gpuTypes{{{' '.join(FIELDS)}}}}}"},
        ),
    ),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=gpus.RULES,
    expected_format="json",
    attribution="RunPod",
    redistribute=False,
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "A price of 0.5 stands for a tier that does not offer the GPU: only its flag shows it.",
        "A price of 0 is no offer either.",
        "The lowest price is that of a machine of eight GPUs for some of them; it is not read.",
        "Sizes of memory are rounded: an H200 NVL has 143.",
        "An error of the question is answered with HTTP 200.",
    ),
)
