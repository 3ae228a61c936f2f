"""Rents of GPUs at the start of a world, machines, and how a price is printed."""

from __future__ import annotations

import pandas as pd

from sources.publishers.gpus import MACHINES

# Dollars per GPU and hour at the start; those that continue a history start where it ends.
LISTED = {
    "v100-sxm-16gb": 0.79,
    "a100-sxm-40gb": 1.99,
    "a100-pcie-80gb": 1.39,
    "a100-sxm-80gb": 2.79,
    "h100-pcie-80gb": 2.89,
    "h100-nvl-94gb": 3.19,
    "h100-sxm-80gb": 3.99,
    "h200-sxm-141gb": 4.19,
    "h200-nvl-141gb": 3.79,
    "b200-sxm-180gb": 6.69,
    "b300-sxm-288gb": 7.49,
    "mi300x-oam-192gb": 2.19,
}


def text(price: float) -> str:
    """A price as a publisher prints it: no exponent, no more digits than it has."""
    return f"{price:.4f}".rstrip("0").rstrip(".")


def machines(provider: str) -> list[tuple[str, str, int]]:
    """The machines that are read at a provider: name, GPU, count."""
    table = pd.read_csv(MACHINES)
    own = table[table["provider"].eq(provider)]
    return list(zip(own["machine"], own["gpu"], own["count"].astype(int), strict=True))
