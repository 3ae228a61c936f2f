"""Price lists of GPUs: Google, AWS, SkyPilot's catalogue, RunPod, Vast, Azure.

A price list says what is in force when it is read. A machine's price is that of its GPUs together:
eight times a price in cents is exact, in decimals and in bits, so that the store must give back
the very price of the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from urllib.parse import unquote

from tests.world.calendars import daily, every
from tests.world.economy import Economy
from tests.world.publishers import Context, Figures, Publisher

# Dollars per GPU and hour at the start; those that continue a history start where it ends.
LISTED = {
    "v100-sxm-16gb": 0.79, "a100-sxm-40gb": 1.99, "a100-pcie-80gb": 1.39, "a100-sxm-80gb": 2.79,
    "h100-pcie-80gb": 2.89, "h100-nvl-94gb": 3.19, "h100-sxm-80gb": 3.99, "h200-sxm-141gb": 4.19,
    "h200-nvl-141gb": 3.79, "b200-sxm-180gb": 6.69, "b300-sxm-288gb": 7.49,
    "mi300x-oam-192gb": 2.19,
}  # fmt: skip


def text(price: float) -> str:
    """A price as a publisher prints it: no exponent, no more digits than it has."""
    return f"{price:.4f}".rstrip("0").rstrip(".")


# --- Google Cloud, tabulated every Thursday by Cyclenerd.
GCP_MACHINES = {
    "a100-40gb": ("a2-highgpu-1g", "a100", 1),
    "a100-80gb": ("a2-ultragpu-1g", "a100-80gb", 1),
    "h100-80gb": ("a3-highgpu-8g", "h100-80gb", 8),
}
GCP_REGIONS = ("us-central1", "europe-west4", "africa-south1")
THURSDAY = every(3)


def gcp_figures(economy: Economy, edition: date) -> Figures:
    """The price of each GPU on the day of the table; spot is never over the list."""
    figures: Figures = {}
    for gpu in GCP_MACHINES:
        for region in GCP_REGIONS:
            key = f"gcp.gpu.{gpu}.{region}"
            listed = economy.posted(f"{key}.on_demand", edition, 1.0)
            figures[f"{key}.on_demand", edition] = listed
            if region != "africa-south1":
                spot = economy.posted(f"{key}.spot", edition, 1.0)
                figures[f"{key}.spot", edition] = min(spot, round(0.95 * listed, 2))
    return figures


def gcp_body(context: Context) -> bytes:
    """The YAML of machines and their prices by region, dated by its own stamp."""
    stamp = int(datetime.combine(context.edition, time(3), UTC).timestamp())
    lines = ["---", "about:", f"  timestamp: {stamp}", "compute:", "  instance:"]
    for gpu, (machine, counted, count) in GCP_MACHINES.items():
        lines += [f"    {machine}:", f"      {counted}: {count}", "      cost:"]
        for region in GCP_REGIONS:
            lines.append(f"        {region}:")
            for basis, name in (("on_demand", "hour"), ("spot", "hour_spot")):
                price = context.figures.get((f"gcp.gpu.{gpu}.{region}.{basis}", context.edition))
                if price is not None:
                    lines.append(f"          {name}: {text(price * count)}")
            if region == "africa-south1":
                lines.append("          hour_spot: 0.1")
    for machine in context.news:
        lines += [f"    {machine}:", "      gpu: 8", "      cost:", "        us-central1:"]
        lines.append("          hour: 99.5")
    return "\n".join([*lines, ""]).encode()


# --- Amazon: a table for each location, read in force.
HOPPER = ("a100-sxm-40gb", "h100-sxm-80gb", "h200-sxm-141gb")
AWS_MACHINES = {
    "v100-sxm-16gb": ("p3.2xlarge", 1), "a100-sxm-40gb": ("p4d.24xlarge", 8),
    "a100-sxm-80gb": ("p4de.24xlarge", 8), "h100-sxm-80gb": ("p5.48xlarge", 8),
    "h200-sxm-141gb": ("p5en.48xlarge", 8), "b200-sxm-180gb": ("p6-b200.48xlarge", 8),
    "b300-sxm-288gb": ("p6-b300.48xlarge", 8),
}  # fmt: skip
AWS_LOCATIONS = {
    "US East (N. Virginia)": (
        "us-east-1", (*HOPPER, "a100-sxm-80gb", "b200-sxm-180gb", "b300-sxm-288gb"),
    ),
    "US West (Oregon)": ("us-west-2", (*HOPPER, "b200-sxm-180gb", "b300-sxm-288gb")),
    "Asia Pacific (Tokyo)": ("ap-northeast-1", HOPPER),
    "China (Beijing)": ("cn-north-1", ("v100-sxm-16gb",)),
}  # fmt: skip


def aws_figures(economy: Economy, day: date) -> Figures:
    """List prices of a day: 6.88 for an H100 in Virginia at the start."""
    return {
        (key, day): economy.posted(key, day, 6.88 if "h100" in key else 1.6 * LISTED[gpu])
        for region, gpus in AWS_LOCATIONS.values()
        for gpu in gpus
        for key in [f"aws.gpu.{gpu}.{region}.on_demand"]
    }


def aws_body(context: Context) -> bytes | None:
    """The table of the location in the address, prices as strings."""
    location = unquote(context.received.path.split("/Linux/")[0].rsplit("/", 1)[1])
    if location not in AWS_LOCATIONS:
        return None
    region, gpus = AWS_LOCATIONS[location]
    rows = {}
    for gpu in gpus:
        machine, count = AWS_MACHINES[gpu]
        price = context.figures.get((f"aws.gpu.{gpu}.{region}.on_demand", context.day))
        if price is not None:
            rows |= _aws_row(machine, location, price * count)
    for machine in context.news:
        rows |= _aws_row(machine, location, 250.0)
    return json.dumps({"regions": {location: rows}}).encode()


def _aws_row(machine: str, location: str, price: float) -> dict[str, object]:
    plain = {
        "price": f"{price:.10f}", "Location": location, "Instance Type": machine,
        "Instance Family": "GPU instance", "Operating System": "Linux", "Pre Installed S/W": "NA",
        "License Model": "No License required",
    }  # fmt: skip
    windows = plain | {"Operating System": "Windows", "price": f"{price * 1.3:.10f}"}
    return {f"{machine} {location} Linux": plain, f"{machine} {location} Windows": windows}


# --- SkyPilot's catalogue: a CSV for each cloud, read in force.
CATALOGUE = {
    "lambda": {
        "gpu_8x_v100_n": ("v100-sxm-16gb", 8), "gpu_8x_a100": ("a100-sxm-40gb", 8),
        "gpu_8x_a100_80gb_sxm4": ("a100-sxm-80gb", 8), "gpu_1x_h100_pcie": ("h100-pcie-80gb", 1),
        "gpu_8x_h100_sxm5": ("h100-sxm-80gb", 8), "gpu_8x_b200_sxm6": ("b200-sxm-180gb", 8),
    },
    "runpod": {
        "1x_A100-80GB_SECURE": ("a100-pcie-80gb", 1), "1x_A100-80GB-SXM_SECURE": ("a100-sxm-80gb", 1),
        "1x_H100_SECURE": ("h100-pcie-80gb", 1), "1x_H100-SXM_SECURE": ("h100-sxm-80gb", 1),
        "1x_H200-SXM_SECURE": ("h200-sxm-141gb", 1), "1x_B200_SECURE": ("b200-sxm-180gb", 1),
    },
    "nebius": {
        "gpu-h100-sxm_8gpu-128vcpu-1600gb": ("h100-sxm-80gb", 8),
        "gpu-h200-sxm_8gpu-128vcpu-1600gb": ("h200-sxm-141gb", 8),
    },
}  # fmt: skip
SKYPILOT_START = {"nebius": {"h100-sxm-80gb": 3.85}, "runpod": {"h100-sxm-80gb": 3.29}}


def skypilot_figures(economy: Economy, day: date) -> Figures:
    """List prices of three clouds; spot at Nebius alone."""
    figures: Figures = {}
    for cloud, machines in CATALOGUE.items():
        for gpu, _ in machines.values():
            key = f"skypilot.gpu.{gpu}.{cloud}.on_demand"
            start = SKYPILOT_START.get(cloud, {}).get(gpu, LISTED[gpu])
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
    for machine, (gpu, count) in CATALOGUE[cloud].items():
        key = f"skypilot.gpu.{gpu}.{cloud}"
        price = context.figures.get((f"{key}.on_demand", context.day))
        spot = context.figures.get((f"{key}.spot", context.day))
        if price is None:
            continue
        name, cheaper = gpu.split("-")[0].upper(), "" if spot is None else text(spot * count)
        for region in ("us-east-1", "us-west-1", "eu-north1"):
            rows.append(
                f"{machine},{name},{count}.0,88.0,448.0,{text(price * count)},{region},{cheaper}"
            )
    for machine in context.news:
        rows.append(f"gpu_8x_{machine},{machine.upper()},8.0,88.0,448.0,99.5,us-east-1,")
    return "\n".join([*rows, ""]).encode()


# --- RunPod: a GraphQL answer, two tiers with a flag beside each price.
RUNPOD_NAMES = {
    "a100-pcie-80gb": ("NVIDIA A100 80GB PCIe", 80), "a100-sxm-80gb": ("NVIDIA A100-SXM4-80GB", 80),
    "h100-pcie-80gb": ("NVIDIA H100 PCIe", 80), "h100-nvl-94gb": ("NVIDIA H100 NVL", 94),
    "h100-sxm-80gb": ("NVIDIA H100 80GB HBM3", 80), "h200-sxm-141gb": ("NVIDIA H200", 141),
    "b200-sxm-180gb": ("NVIDIA B200", 180), "mi300x-oam-192gb": ("AMD Instinct MI300X OAM", 192),
}  # fmt: skip
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
        "id": name, "displayName": name.split()[-1], "memoryInGb": memory,
        "secureCloud": secure is not None, "communityCloud": hosts is not None,
        "securePrice": 0.5 if secure is None else secure,
        "communityPrice": 0.5 if hosts is None else hosts,
    }  # fmt: skip


# --- Vast: offers of machines; the median of machines and their number are what is published.
VAST_NAMES = {
    "a100-pcie-80gb": ("A100 PCIE", 80), "a100-sxm-40gb": ("A100 SXM4", 40),
    "a100-sxm-80gb": ("A100 SXM4", 80), "h100-nvl-94gb": ("H100 NVL", 94),
    "h100-pcie-80gb": ("H100 PCIE", 80), "h100-sxm-80gb": ("H100 SXM", 80),
    "h200-sxm-141gb": ("H200", 141),
}  # fmt: skip
MEAN_MACHINES = 9


def vast_figures(economy: Economy, day: date) -> Figures:
    """The median price and the number of machines, an odd one: a median is a price."""
    figures: Figures = {}
    for gpu in VAST_NAMES:
        key = f"vast.gpu.{gpu}.world"
        figures[f"{key}.on_demand", day] = economy.posted(f"{key}.on_demand", day, LISTED[gpu])
        machines = 1 + economy.count(f"{key}.machines", day, MEAN_MACHINES / 2) * 2
        figures[f"{key}.machines", day] = float(machines)
    return figures


def vast_body(context: Context) -> bytes:
    """An offer for each machine, whose middle one has the median price."""
    offers: list[dict[str, object]] = []
    for kind, (gpu, (name, memory)) in enumerate(VAST_NAMES.items()):
        key = f"vast.gpu.{gpu}.world"
        price = context.figures.get((f"{key}.on_demand", context.day))
        machines = context.figures.get((f"{key}.machines", context.day))
        if price is None or machines is None:
            continue
        half = int(machines) // 2
        for place in range(-half, int(machines) - half):
            offers.append(
                {
                    "id": 1000 * kind + place + 500, "machine_id": 1000 * kind + place + 500,
                    "gpu_name": name, "gpu_ram": memory * 1024, "num_gpus": 1,
                    "dph_base": round(price * (1 + place / 100), 4) if place else price,
                    "rentable": True, "is_bid": False, "public_ipaddr": "203.0.113.7",
                }
            )  # fmt: skip
    return json.dumps({"offers": offers}).encode()


# --- Azure: items of a family, with the meters that stand beside.
AZURE_MACHINES = {
    "a100-pcie-80gb": ("Standard_NC24ads_A100_v4", 1, "A100"),
    "a100-sxm-80gb": ("Standard_ND96amsr_A100_v4", 8, "A100"),
    "h100-nvl-94gb": ("Standard_NC40ads_H100_v5", 1, "H100"),
    "h100-sxm-80gb": ("Standard_ND96isr_H100_v5", 8, "H100"),
    "h200-sxm-141gb": ("Standard_ND96isr_H200_v5", 8, "H200"),
    "mi300x-oam-192gb": ("Standard_ND96isr_MI300X_v5", 8, "MI300X"),
}
AZURE_REGIONS = ("eastus", "eastus2", "westus3", "westeurope", "southafricanorth", "uaenorth")


def azure_figures(economy: Economy, day: date) -> Figures:
    """List and spot prices in six regions."""
    figures: Figures = {}
    for gpu in AZURE_MACHINES:
        for region in AZURE_REGIONS:
            key = f"azure.gpu.{gpu}.{region}"
            listed = economy.posted(f"{key}.on_demand", day, 2 * LISTED[gpu])
            figures[f"{key}.on_demand", day] = listed
            figures[f"{key}.spot", day] = round(0.4 * listed, 2)
    return figures


def azure_body(context: Context) -> bytes:
    """The items of the family that the filter names, on one page."""
    condition = " ".join(context.received.query.get("$filter", []))
    items: list[dict[str, object]] = []
    for gpu, (machine, count, family) in AZURE_MACHINES.items():
        if f"'{family}'" not in condition:
            continue
        for region in AZURE_REGIONS:
            for basis, suffix in (("on_demand", ""), ("spot", " Spot")):
                price = context.figures.get((f"azure.gpu.{gpu}.{region}.{basis}", context.day))
                if price is not None:
                    items += _azure(machine, region, suffix, price * count)
    answer = {"BillingCurrency": "USD", "Items": items, "NextPageLink": None, "Count": len(items)}
    return json.dumps(answer).encode()


def _azure(machine: str, region: str, suffix: str, price: float) -> Iterable[dict[str, object]]:
    item = {
        "currencyCode": "USD", "retailPrice": price, "unitPrice": price, "armRegionName": region,
        "meterName": f"{machine[9:]}{suffix}", "productName": f"Virtual Machines {machine[9:13]}",
        "unitOfMeasure": "1 Hour", "type": "Consumption", "armSkuName": machine,
        "serviceName": "Virtual Machines", "effectiveStartDate": "2024-01-01T00:00:00Z",
    }  # fmt: skip
    return item, item | {"productName": f"{item['productName']} Windows", "retailPrice": price + 3}


PUBLISHERS = (
    Publisher(
        "gcp_pricing", THURSDAY, gcp_figures, gcp_body,
        ("raw.githubusercontent.com/Cyclenerd/google-cloud-pricing-cost-calculator/",),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    ),
    Publisher(
        "aws_ondemand", daily, aws_figures, aws_body,
        ("b0.p.awsstatic.com/pricing/2.0/", "b0.p.awsstatic.cn/pricing/2.0/"), daily=True, undated=True,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "skypilot", daily, skypilot_figures, skypilot_body,
        ("raw.githubusercontent.com/skypilot-org/skypilot-catalog/",), daily=True, undated=True,
        headers={"Content-Type": "text/plain; charset=utf-8"},
    ),
    Publisher(
        "runpod", daily, runpod_figures, runpod_body, ("api.runpod.io/graphql",), daily=True, undated=True,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "vast", daily, vast_figures, vast_body, ("console.vast.ai/api/v0/bundles/",), daily=True, undated=True,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "azure_retail", daily, azure_figures, azure_body, ("prices.azure.com/api/retail/prices",),
        daily=True, undated=True, headers={"Content-Type": "application/json"},
    ),
)  # fmt: skip
