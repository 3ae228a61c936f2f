"""Price lists of GPUs at Google, Amazon and Azure.

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
from tests.world.publishers import Context, Figures, Publisher, price_list
from tests.world.publishers.rents import LISTED, machines, text

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
    "v100-sxm-16gb": ("p3.2xlarge", 1),
    "a100-sxm-40gb": ("p4d.24xlarge", 8),
    "a100-sxm-80gb": ("p4de.24xlarge", 8),
    "h100-sxm-80gb": ("p5.48xlarge", 8),
    "h200-sxm-141gb": ("p5en.48xlarge", 8),
    "b200-sxm-180gb": ("p6-b200.48xlarge", 8),
    "b300-sxm-288gb": ("p6-b300.48xlarge", 8),
}
AWS_LOCATIONS = {
    "US East (N. Virginia)": (
        "us-east-1",
        (*HOPPER, "a100-sxm-80gb", "b200-sxm-180gb", "b300-sxm-288gb"),
    ),
    "US West (Oregon)": ("us-west-2", (*HOPPER, "b200-sxm-180gb", "b300-sxm-288gb")),
    "Asia Pacific (Tokyo)": ("ap-northeast-1", HOPPER),
    "China (Beijing)": ("cn-north-1", ("v100-sxm-16gb",)),
}


def aws_figures(economy: Economy, day: date) -> Figures:
    """List prices of a day: 6.88 for an H100 in Virginia at the start."""
    return {
        (key, day): economy.posted(key, day, 6.88 if "h100" in key else 1.6 * LISTED.get(gpu, 4.0))
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
        "price": f"{price:.10f}",
        "Location": location,
        "Instance Type": machine,
        "Instance Family": "GPU instance",
        "Operating System": "Linux",
        "Pre Installed S/W": "NA",
        "License Model": "No License required",
    }
    windows = plain | {"Operating System": "Windows", "price": f"{price * 1.3:.10f}"}
    return {f"{machine} {location} Linux": plain, f"{machine} {location} Windows": windows}


# --- Azure: items of a family, with the meters that stand beside.
AZURE_REGIONS = ("eastus", "eastus2", "westus3", "westeurope", "southafricanorth", "uaenorth")


def azure_figures(economy: Economy, day: date) -> Figures:
    """List and spot prices in six regions."""
    figures: Figures = {}
    for _, gpu, _ in machines("azure"):
        for region in AZURE_REGIONS:
            key = f"azure.gpu.{gpu}.{region}"
            listed = economy.posted(f"{key}.on_demand", day, 2 * LISTED.get(gpu, 4.0))
            figures[f"{key}.on_demand", day] = listed
            figures[f"{key}.spot", day] = round(0.4 * listed, 2)
    return figures


def azure_body(context: Context) -> bytes:
    """The items of the family that the filter names, on one page."""
    condition = " ".join(context.received.query.get("$filter", []))
    family = condition.rpartition("contains(armSkuName,'")[2].removesuffix("')")
    items: list[dict[str, object]] = []
    for machine, gpu, count in machines("azure"):
        if family not in machine:
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
        "currencyCode": "USD",
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": region,
        "meterName": f"{machine[9:]}{suffix}",
        "productName": f"Virtual Machines {machine[9:13]}",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "armSkuName": machine,
        "serviceName": "Virtual Machines",
        "effectiveStartDate": "2024-01-01T00:00:00Z",
    }
    return item, item | {"productName": f"{item['productName']} Windows", "retailPrice": price + 3}


PUBLISHERS = (
    Publisher(
        "gcp_pricing",
        THURSDAY,
        gcp_figures,
        gcp_body,
        ("raw.githubusercontent.com/Cyclenerd/google-cloud-pricing-cost-calculator/",),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    ),
    Publisher(
        "aws_ondemand",
        daily,
        aws_figures,
        aws_body,
        ("b0.p.awsstatic.com/pricing/2.0/", "b0.p.awsstatic.cn/pricing/2.0/"),
        daily=True,
        undated=True,
        file_of=price_list,
        headers={"Content-Type": "application/json"},
    ),
    Publisher(
        "azure_retail",
        daily,
        azure_figures,
        azure_body,
        ("prices.azure.com/api/retail/prices",),
        daily=True,
        undated=True,
        headers={"Content-Type": "application/json"},
    ),
)
