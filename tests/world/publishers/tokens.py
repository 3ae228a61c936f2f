"""Catalogues of token prices: genai-prices and LiteLLM."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd

from sources.publishers.token_prices import MODELS
from tests.world.calendars import daily
from tests.world.economy import Economy
from tests.world.publishers import Context, Figures, Publisher, repositories

# USD per million tokens in and out at the start; three to one of OpenAI's are 20 and 0.2, where the
# history ends.
STARTS = {
    ("openai", "flagship"): (10.0, 50.0),
    ("openai", "frugal"): (0.1, 0.5),
    ("anthropic", "flagship"): (12.0, 60.0),
    ("anthropic", "frugal"): (0.8, 4.0),
    ("google", "flagship"): (4.0, 20.0),
    ("google", "frugal"): (0.1, 0.4),
}
REPOSITORY = "pydantic/genai-prices"
FILE = "prices/new_data/v2/data_slim.json"


def _key(prefix: str, vendor: str, tier: str) -> str:
    return f"{prefix}.{tier}" if vendor == "openai" else f"{prefix}.{vendor}.{tier}"


def prices(economy: Economy, vendor: str, tier: str, day: date) -> tuple[float, float]:
    """Input and output price of the model of a tier."""
    inward, outward = STARTS[vendor, tier]
    name = _key("list", vendor, tier)
    return (
        economy.posted(f"{name} input", day, inward, 3),
        economy.posted(f"{name} output", day, outward, 3),
    )


def _blended(economy: Economy, vendor: str, tier: str, day: date) -> float:
    inward, outward = prices(economy, vendor, tier, day)
    return (3 * inward + outward) / 4


def genai_figures(economy: Economy, day: date) -> Figures:
    """Three tokens in, one out, by vendor and tier; and the median vendor."""
    figures: Figures = {}
    for tier in ("flagship", "frugal"):
        by_vendor = {v: _blended(economy, v, tier, day) for v, t in STARTS if t == tier}
        figures |= {(_key("tokens", v, tier), day): value for v, value in by_vendor.items()}
        figures[f"tokens.median.{tier}", day] = sorted(by_vendor.values())[1]
    return figures


def litellm_figures(economy: Economy, day: date) -> Figures:
    """OpenAI's, rounded as prices per token."""
    return {
        (f"litellm.{tier}", day): round(_blended(economy, "openai", tier, day), 9)
        for tier in ("flagship", "frugal")
    }


def models(context: Context, prefix: str, vendor: str) -> dict[str, tuple[float, float]]:
    """Every model of a vendor in the registry at the prices of its tier."""
    offered: dict[str, tuple[float, float]] = {}
    table = pd.read_csv(MODELS)
    for each, tier in STARTS:
        value = context.figures.get((_key(prefix, vendor, tier), context.day))
        if each != vendor or value is None:
            continue
        # A frozen list shows the prices of its own day.
        inward, outward = prices(context.economy, vendor, tier, context.edition)
        factor = round(value / ((3 * inward + outward) / 4), 6)
        names = table.loc[table["vendor"].eq(vendor) & table["tier"].eq(tier), "model"]
        offered |= dict.fromkeys(names, (inward * factor, outward * factor))
    return offered


def genai_body(context: Context) -> bytes | None:
    """The newest form of the catalogue, or what its repository says of it."""
    if (listed := repositories.answer(context, {FILE: context.edition})) is not None:
        return listed
    if not context.received.path.endswith(FILE):
        return None
    vendors = []
    for vendor in dict.fromkeys(vendor for vendor, _ in STARTS):
        own = [
            {"id": name, "match": {"equals": name}, "prices": {"input_mtok": i, "output_mtok": o}}
            for name, (i, o) in models(context, "tokens", vendor).items()
        ]
        own += [{"id": new, "prices": {"input_mtok": 1, "output_mtok": 2}} for new in context.news]
        vendors.append({"id": vendor, "name": vendor.title(), "models": own})
    return json.dumps(vendors).encode()


def litellm_body(context: Context) -> bytes:
    """Models by name, prices per token."""
    listed: dict[str, dict[str, object]] = {
        name: {
            "litellm_provider": "openai",
            "mode": "chat",
            "input_cost_per_token": i / 1e6,
            "output_cost_per_token": o / 1e6,
        }
        for name, (i, o) in models(context, "litellm", "openai").items()
    }
    return json.dumps(listed | {name: {"mode": "chat"} for name in context.news}).encode()


TEXT = {"Content-Type": "text/plain; charset=utf-8"}
PUBLISHERS = (
    Publisher(
        "token_prices",
        daily,
        genai_figures,
        genai_body,
        (
            "raw.githubusercontent.com/pydantic/genai-prices/",
            "cdn.jsdelivr.net/gh/pydantic/genai-prices",
            *repositories.lists(REPOSITORY),
        ),
        daily=True,
        undated=True,
        headers=TEXT,
    ),
    Publisher(
        "litellm",
        daily,
        litellm_figures,
        litellm_body,
        ("raw.githubusercontent.com/BerriAI/litellm/",),
        headers=TEXT,
        daily=True,
        undated=True,
    ),
)
