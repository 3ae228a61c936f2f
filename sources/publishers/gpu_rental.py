"""Monthly list prices of GPUs at AWS, Azure and neoclouds; history only.

AWS and Azure: on-demand list price of the machine divided by its GPUs, from the tables that
the Karpenter projects generate. Neoclouds: rate cards read in archived pages and restated by
GIX as one comparable GPU-hour, and its index. A month in which nothing was read has no row.
"""

from sources import Series, Source
from sources.publishers import gpus

OFFERS = {
    "aws_us-east-1": ("a100-40", "a100-80", "h100-sxm", "h200", "b200", "b300"),
    "azure_eastus2": ("a100-80", "h100-nvl", "h100-sxm", "h200", "mi300x"),
    "azure_westeurope": ("a100-80", "h100-nvl", "h100-sxm"),
    "neocloud_coreweave": ("a100-80", "h100-sxm", "h200", "b200"),
    "neocloud_hyperstack": ("a100-80", "h100-sxm", "h200", "b200"),
    "neocloud_lambda": ("a100-80", "h100-sxm", "b200"),
    "neocloud_nebius": ("h100-sxm", "h200", "b200"),
    "neocloud_runpod": ("a100-80", "h100-sxm", "h200", "b200"),
    "neocloud_gix": ("a100-80", "h100-sxm", "h200", "b200"),
}
BASES = {
    "on_demand_list": ("prix de liste", "list price"),
    "on_demand_normalised": ("prix de liste normalisé", "normalised list price"),
    "on_demand_normalised_index": ("indice GIX", "GIX index"),
}


def _basis(provider: str) -> str:
    if provider == "neocloud_gix":
        return "on_demand_normalised_index"
    return "on_demand_normalised" if provider.startswith("neocloud") else "on_demand_list"


def _series(provider: str, gpu: str) -> Series:
    basis = _basis(provider)
    fr, en = BASES[basis]
    where = gpus.named(provider.replace("neocloud_", "").replace("_", " "))
    chip = gpus.chip(gpu)
    return Series(
        f"gpu.{gpu}.{provider}.{basis}",
        "USD/GPU-h",
        "M",
        f"{chip} chez {where}, {fr} à la demande",
        f"{chip} at {where}, on-demand {en}",
    )


SOURCE = Source(
    key="gpu_rental",
    publisher="AWS, Microsoft Azure and neoclouds, tabulated by Karpenter and GIX",
    fr="Prix de location des GPU chez AWS, Azure et les néoclouds",
    en="GPU rental prices at AWS, Azure and the neoclouds",
    homepage="https://github.com/aws/karpenter-provider-aws",
    licence="Apache-2.0 (AWS, Azure); none stated (neoclouds), figures cited as facts",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    cadence="monthly",
    lag_days=0,
    stale_days=90,
    role="gpu_explorer",
    series=tuple(_series(provider, gpu) for provider, gpus in OFFERS.items() for gpu in gpus),
    redistribute=False,
    traps=(
        "AWS lists China in yuan: read as dollars, an average of regions leaps twelvefold.",
        "A month that nobody read repeats the one before in the tables; it has no row here.",
        "Prices of neoclouds are restated as one comparable GPU-hour: not those of a bill.",
        "An average of providers moves when one more is read: see index/toolkit/rents.py.",
    ),
)
