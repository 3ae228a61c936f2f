"""GPU prices on the marketplace Vast.ai: the median and number of machines.

A machine is offered in slices of one, two, four and eight GPUs, and is counted once. The
addresses of the hosts are removed before anything is stored.
"""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers import gpus
from sources.tidy import between, require

# The marketplace's own names: "A100 SXM" matches nothing.
GPUS = {
    ("A100 PCIE", "a100-pcie-80gb"),
    ("A100 SXM4", "a100-sxm-40gb"),
    ("A100 SXM4", "a100-sxm-80gb"),
    ("H100 NVL", "h100-nvl-94gb"),
    ("H100 PCIE", "h100-pcie-80gb"),
    ("H100 SXM", "h100-sxm-80gb"),
    ("H200", "h200-sxm-141gb"),
}
# Offers: what is requested, and what the API gives unless more are requested. As many as either
# means that others were cut off.
LIMIT, USUAL_CAP = 1000, 64
NEEDED = {"machine_id", "gpu_name", "gpu_ram", "num_gpus", "dph_base", "rentable", "is_bid"}
PRIVATE = ("ipaddr", "hostname", "webpage")


def redact(body: bytes) -> bytes:
    """The body without the addresses and names of hosts; ValueError if not JSON."""
    return json.dumps(_without_hosts(json.loads(body)), sort_keys=True).encode()


def _without_hosts(value: Any) -> Any:
    if isinstance(value, dict):
        public = {name: item for name, item in value.items() if not any(p in name for p in PRIVATE)}
        return {name: _without_hosts(item) for name, item in public.items()}
    if isinstance(value, list):
        return [_without_hosts(item) for item in value]
    return None if isinstance(value, str) and _is_address(value) else value


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text.strip()))
    except ValueError:
        return False


def parse(payload: Payload) -> pd.DataFrame:
    """The median price of one GPU-hour in USD and the number of machines offered.

    Storage is left out. The median is of machines, each the median of its offers. Raises
    SchemaDrift for no offers, a lost field, or as many offers as the API gives at most.
    """
    offers = pd.DataFrame(json.loads(payload.content).get("offers") or [])
    require(offers, NEEDED)
    per_name = offers["gpu_name"].value_counts()
    if len(offers) in {USUAL_CAP, LIMIT} or per_name.eq(USUAL_CAP).any():
        raise SchemaDrift("all the offers", f"{len(offers)}, which is as many as it gives at most")
    firm = offers[offers["rentable"].eq(True) & offers["is_bid"].eq(False)]
    named = pd.concat([_of(firm, *gpu) for gpu in sorted(GPUS)])
    each = named.assign(value=named["dph_base"] / named["num_gpus"])
    sound = each[gpus.plausible(each["value"])]
    machines = sound.groupby(["gpu", "machine_id"])["value"].median()
    summary = machines.groupby("gpu").agg(on_demand="median", machines="size").reset_index()
    rows = summary.melt("gpu", ["on_demand", "machines"], "basis", "value")
    return gpus.date_as_today(rows.assign(region="world"), "vast", payload)


def _of(offers: pd.DataFrame, name: str, gpu: str) -> pd.DataFrame:
    same = offers[offers["gpu_name"].eq(name)]
    return same[gpus.memory_matches(gpu, same["gpu_ram"] / 1024)].assign(gpu=gpu)


def _series(gpu: str) -> tuple[Series, Series]:
    chip = gpus.chip(gpu)
    count = Series(
        f"vast.gpu.{gpu}.world.machines",
        "machines",
        "W",
        f"{gpus.PROVIDERS['vast']}, {chip}, machines offertes",
        f"{gpus.PROVIDERS['vast']}, {chip}, machines offered",
    )
    return gpus.series("vast", gpu, "world", "on_demand"), count


PRICES = tuple(_series(gpu)[0].key for _, gpu in sorted(GPUS))
SOURCE = Source(
    key="vast",
    publisher="Vast.ai",
    fr="Prix des GPU sur la place de marché Vast.ai",
    en="GPU prices on the marketplace Vast.ai",
    homepage="https://vast.ai/pricing",
    licence="none stated; figures cited as facts",
    licence_url="https://vast.ai/terms",
    shows="present",
    confirmed="independent public code asks the same address in the same form every day, 2026-08",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    reference="machines offered, a sign of scarcity that is too short for an indicator",
    series=tuple(series for _, gpu in sorted(GPUS) for series in _series(gpu)),
    requests=(
        Request(
            "https://console.vast.ai/api/v0/bundles/",
            json={
                "gpu_name": {"in": sorted({name for name, _ in GPUS})},
                "rentable": {"eq": True},
                "type": "on-demand",
                "limit": LIMIT,
            },
        ),
    ),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    redact=redact,
    rules=(
        *(
            between(0.05, 100, series=key, reason="no such GPU was ever rented out of these bounds")
            for key in PRICES
        ),
        gpus.DRIFT,
    ),
    expected_format="json",
    attribution="Vast.ai",
    redistribute=False,
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "Offers carry the address of their host; it is taken out before anything is stored.",
        "It gives 64 offers unless more are asked for: as many as that are refused.",
        "A price is of a whole offer, of one to eight GPUs, with storage or without.",
        "One machine is offered in several slices; it counts once.",
        "An A100 SXM is called A100 SXM4, and only its memory tells 40 GB from 80 GB.",
        "Offers that outbid each other stand beside firm ones.",
        "A GPU that is not found gives no offers and no error.",
    ),
)
