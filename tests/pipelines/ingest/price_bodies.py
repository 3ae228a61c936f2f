"""Bodies of price lists, rebuilt in their publishers' forms."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sources.publishers.token_prices import current_models
from tests.pipelines.conftest import Ran

Visit = Callable[..., Ran]
Rows = Callable[[str], list[dict[str, Any]]]


def values(rows: Rows, key: str, since: str = "2026-11-01") -> list[float]:
    """The stored figures of a series, oldest period first."""
    sql = f"select value from v_observation where series = '{key}' and period >= '{since}'"
    return [row["value"] for row in rows(f"{sql} order by period")]


def catalogue(day: str, flagship: float, frugal: float) -> bytes:
    """genai-prices with the models of a day, at these blended prices."""
    tiers = current_models(date.fromisoformat(day))
    prices = {tiers["flagship"]: flagship, tiers["frugal"]: frugal}
    models = [
        {"id": model, "prices": {"input_mtok": price, "output_mtok": price}}
        for model, price in prices.items()
    ]
    return json.dumps([{"id": "openai", "models": models}]).encode()


def litellm(day: str, flagship: float, frugal: float) -> bytes:
    tiers = current_models(date.fromisoformat(day))
    prices = {tiers["flagship"]: flagship, tiers["frugal"]: frugal}
    return json.dumps(
        {
            model: {
                "litellm_provider": "openai",
                "input_cost_per_token": price / 1e6,
                "output_cost_per_token": price / 1e6,
            }
            for model, price in prices.items()
        }
    ).encode()


def offers(prices: Mapping[tuple[str, int], list[float | None]]) -> bytes:
    """Vast's list: GPU and memory in GB, and the price of each machine of eight."""
    return json.dumps(
        {
            "offers": [
                {
                    "machine_id": f"{name}-{memory}-{number}",
                    "gpu_name": name,
                    "gpu_ram": memory * 1024,
                    "num_gpus": 8,
                    "dph_base": price,
                    "rentable": True,
                    "is_bid": False,
                }
                for (name, memory), machines in prices.items()
                for number, price in enumerate(machines)
            ]
        }
    ).encode()


VAST = {("H100 SXM", 80): [16.0], ("H100 PCIE", 80): [14.0], ("H200", 141): [24.0]} | {
    ("A100 SXM4", 80): [8.0],
    ("A100 SXM4", 40): [6.0],
    ("A100 PCIE", 80): [7.0],
    ("H100 NVL", 94): [15.0],
}


def gpu_types(factor: float) -> bytes:
    """RunPod's answer, two GPUs at two tiers."""
    listed = {"NVIDIA H100 80GB HBM3": (80, 2.69), "NVIDIA A100-SXM4-80GB": (80, 1.49)}
    types = [
        {
            "id": name,
            "memoryInGb": memory,
            "securePrice": price * factor,
            "secureCloud": True,
            "communityPrice": price * factor * 0.9,
            "communityCloud": True,
        }
        for name, (memory, price) in listed.items()
    ]
    return json.dumps({"data": {"gpuTypes": types}}).encode()
