"""Price lists of GPUs: SkyPilot's catalogue, RunPod, Vast, dstack."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from tests.world.calendars import daily
from tests.world.economy import Economy
from tests.world.publishers import Context, Figures, Publisher, price_list
from tests.world.publishers.rents import LISTED, machines, text

# --- SkyPilot's catalogue: a CSV for each cloud, read in force.
CATALOGUE = ("lambda", "nebius", "runpod", "verda")
SKYPILOT_START = {"nebius": {"h100-sxm-80gb": 3.85}, "runpod": {"h100-sxm-80gb": 3.29}}


def skypilot_figures(economy: Economy, day: date) -> Figures:
    """List prices of three clouds; spot at Nebius alone."""
    figures: Figures = {}
    for cloud in CATALOGUE:
        for _, gpu, _ in machines(cloud):
            key = f"skypilot.gpu.{gpu}.{cloud}.on_demand"
            start = SKYPILOT_START.get(cloud, {}).get(gpu, LISTED.get(gpu, 4.0))
            figures[key, day] = economy.posted(key, day, start)
            if cloud == "nebius":
                spot = round(figures[key, day] * 0.5, 2)
                figures[f"skypilot.gpu.{gpu}.{cloud}.spot", day] = spot
    return figures


def skypilot_body(context: Context) -> bytes | None:
    """The table of one cloud, a row for each region."""
    cloud = context.received.path.split("/")[-2]
    if cloud not in CATALOGUE or "/v8/" not in context.received.path:
        return None
    rows = ["InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region,SpotPrice"]
    rows.append("cpu_4x_general,,,4.0,16.0,0.2,us-east-1,")
    for machine, gpu, count in machines(cloud):
        key = f"skypilot.gpu.{gpu}.{cloud}"
        price = context.figures.get((f"{key}.on_demand", context.day))
        spot = context.figures.get((f"{key}.spot", context.day))
        if price is None:
            continue
        name, cheaper = gpu.split("-")[0].upper(), "" if spot is None else text(spot * count)
        rows += [
            f"{machine},{name},{count}.0,88.0,448.0,{text(price * count)},{region},{cheaper}"
            for region in ("us-east-1", "us-west-1", "eu-north1")
        ]
    rows += [
        f"gpu_8x_{machine},{machine.upper()},8.0,88.0,448.0,99.5,us-east-1,"
        for machine in context.news
    ]
    return "\n".join([*rows, ""]).encode()


# --- RunPod: a GraphQL answer, two tiers with a flag beside each price.
RUNPOD_NAMES = {
    "a100-pcie-80gb": ("NVIDIA A100 80GB PCIe", 80),
    "a100-sxm-80gb": ("NVIDIA A100-SXM4-80GB", 80),
    "h100-pcie-80gb": ("NVIDIA H100 PCIe", 80),
    "h100-nvl-94gb": ("NVIDIA H100 NVL", 94),
    "h100-sxm-80gb": ("NVIDIA H100 80GB HBM3", 80),
    "h200-sxm-141gb": ("NVIDIA H200", 141),
    "b200-sxm-180gb": ("NVIDIA B200", 180),
    "mi300x-oam-192gb": ("AMD Instinct MI300X OAM", 192),
}
RUNPOD_START = {"h100-sxm-80gb": 3.29, "a100-sxm-80gb": 1.59}
# Third-party hosts offer these; the others have a price of 0.5 that is none.
COMMUNITY = {"a100-pcie-80gb", "h100-pcie-80gb", "h100-sxm-80gb"}


def runpod_figures(economy: Economy, day: date) -> Figures:
    """The price of the secure tier, and of hosts where there is one."""
    figures: Figures = {}
    for gpu in RUNPOD_NAMES:
        key = f"runpod.gpu.{gpu}.global"
        listed = economy.posted(f"{key}.on_demand", day, RUNPOD_START.get(gpu, LISTED[gpu]))
        figures[f"{key}.on_demand", day] = listed
        if gpu in COMMUNITY:
            figures[f"{key}.community", day] = round(0.8 * listed, 2)
    return figures


def runpod_body(context: Context) -> bytes:
    """Every GPU with both prices and both flags."""
    types: list[dict[str, object]] = []
    for gpu, (name, memory) in RUNPOD_NAMES.items():
        secure = context.figures.get((f"runpod.gpu.{gpu}.global.on_demand", context.day))
        hosts = context.figures.get((f"runpod.gpu.{gpu}.global.community", context.day))
        types.append(_runpod(name, memory, secure, hosts))
    types += [_runpod(name, 288, 9.99, None) for name in context.news]
    return json.dumps({"data": {"gpuTypes": types}}).encode()


def _runpod(name: str, memory: int, secure: float | None, hosts: float | None) -> dict[str, object]:
    return {
        "id": name,
        "displayName": name.split()[-1],
        "memoryInGb": memory,
        "secureCloud": secure is not None,
        "communityCloud": hosts is not None,
        "securePrice": 0.5 if secure is None else secure,
        "communityPrice": 0.5 if hosts is None else hosts,
    }


# --- Vast: offers of machines; the median of machines and their number are what is published.
VAST_NAMES = {
    "a100-pcie-80gb": ("A100 PCIE", 80),
    "a100-sxm-40gb": ("A100 SXM4", 40),
    "a100-sxm-80gb": ("A100 SXM4", 80),
    "h100-nvl-94gb": ("H100 NVL", 94),
    "h100-pcie-80gb": ("H100 PCIE", 80),
    "h100-sxm-80gb": ("H100 SXM", 80),
    "h200-sxm-141gb": ("H200", 141),
}
MEAN_MACHINES = 9


def vast_figures(economy: Economy, day: date) -> Figures:
    """The median price and an odd number of machines: a median is a price."""
    figures: Figures = {}
    for gpu in VAST_NAMES:
        key = f"vast.gpu.{gpu}.world"
        figures[f"{key}.on_demand", day] = economy.posted(f"{key}.on_demand", day, LISTED[gpu])
        number = 1 + economy.count(f"{key}.machines", day, MEAN_MACHINES / 2) * 2
        figures[f"{key}.machines", day] = float(number)
    return figures


def vast_body(context: Context) -> bytes:
    """An offer for each machine, whose middle one has the median price."""
    offers: list[dict[str, object]] = []
    for kind, (gpu, (name, memory)) in enumerate(VAST_NAMES.items()):
        key = f"vast.gpu.{gpu}.world"
        price = context.figures.get((f"{key}.on_demand", context.day))
        number = context.figures.get((f"{key}.machines", context.day))
        if price is None or number is None:
            continue
        half = int(number) // 2
        offers += [
            {
                "id": 1000 * kind + position + 500,
                "machine_id": 1000 * kind + position + 500,
                "gpu_name": name,
                "gpu_ram": memory * 1024,
                "num_gpus": 1,
                "dph_base": round(price * (1 + position / 100), 4) if position else price,
                "rentable": True,
                "is_bid": False,
                "public_ipaddr": "203.0.113.7",
            }
            for position in range(-half, int(number) - half)
        ]
    return json.dumps({"offers": offers}).encode()


# --- dstack: a version, and a zip file at its address.
TABLES = {
    "aws": "aws",
    "azure": "azure",
    "lambdalabs": "lambda",
    "nebius": "nebius",
    "oci": "oci",
    "runpod": "runpod",
    "verda": "verda",
}
PLACES = {"aws": "us-east-1", "azure": "eastus", "runpod": "US-KS-2"}
# Where another list of the world names the same offer, both show one price.
SAME_OFFER = {
    ("aws", "h100-sxm-80gb"): 6.88,
    ("runpod", "h100-sxm-80gb"): 3.29,
    ("runpod", "a100-sxm-80gb"): 1.59,
    ("nebius", "h100-sxm-80gb"): 3.85,
}


def dstack_figures(economy: Economy, day: date) -> Figures:
    """The list price of each GPU at each cloud, on the day of the catalogue."""
    return {
        (key, day): economy.posted(key, day, SAME_OFFER.get((cloud, gpu), LISTED.get(gpu, 4.0)))
        for cloud in TABLES.values()
        for _, gpu, _ in machines(f"dstack.{cloud}")
        for key in [f"dstack.gpu.{gpu}.{cloud}.on_demand"]
    }


def dstack_body(context: Context) -> bytes | None:
    """The version of today, or its catalogue."""
    table = next((name for name in TABLES if f"/v3/{name}/" in context.received.path), None)
    version = f"{context.day:%Y%m%d}-17"
    if table is None:
        return None
    if context.received.path.endswith("/version"):
        return f"{version}\n".encode()
    if not context.received.path.endswith(f"{version}/catalog.zip"):
        return None
    cloud = TABLES[table]
    rows = [
        "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,flags"
    ]
    for machine, gpu, count in machines(f"dstack.{cloud}"):
        price = context.figures.get((f"dstack.gpu.{gpu}.{cloud}.on_demand", context.day))
        if price is not None:
            position, name = PLACES.get(cloud, "region-1"), gpu.split("-")[0].upper()
            rows.append(
                f"{machine},{position},{text(price * count)},8,100,{count},{name},80,False,,"
            )
    rows += [f"{machine},region-1,99,8,100,8,{machine},288,False,," for machine in context.news]
    stream = BytesIO()
    with ZipFile(stream, "w") as catalogue:
        catalogue.writestr(ZipInfo(f"{table}.csv"), "\n".join([*rows, ""]))
    return stream.getvalue()


PUBLISHERS = (
    Publisher(
        "skypilot",
        daily,
        skypilot_figures,
        skypilot_body,
        ("raw.githubusercontent.com/skypilot-org/skypilot-catalog/",),
        daily=True,
        undated=True,
        file_of=price_list,
        headers={"Content-Type": "text/plain; charset=utf-8"},
    ),
    Publisher(
        "runpod",
        daily,
        runpod_figures,
        runpod_body,
        ("api.runpod.io/graphql",),
        daily=True,
        undated=True,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "vast",
        daily,
        vast_figures,
        vast_body,
        ("console.vast.ai/api/v0/bundles/",),
        daily=True,
        undated=True,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "dstack",
        daily,
        dstack_figures,
        dstack_body,
        ("dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/",),
        daily=True,
        file_of=price_list,
        headers={"Content-Type": "binary/octet-stream"},
    ),
)
