"""Catalogues of token prices: genai-prices and LiteLLM."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd

from sources.publishers.token_prices import MODELS
from tests.world.calendars import daily
from tests.world.economy import Economy
from tests.world.publishers import Context, Figures, Publisher

# USD per million tokens in and out, of which three to one are 20 and 0.2 as the history ends.
STARTS = {"flagship": (10.0, 50.0), "frugal": (0.1, 0.5)}


def prices(economy: Economy, tier: str, day: date) -> tuple[float, float]:
    """Input and output price of the model at the top, or the bottom, of the list."""
    inward, outward = STARTS[tier]
    return (
        economy.posted(f"{tier} input", day, inward, 3),
        economy.posted(f"{tier} output", day, outward, 3),
    )


def _figures(prefix: str, economy: Economy, day: date) -> Figures:
    figures: Figures = {}
    for tier in STARTS:
        inward, outward = prices(economy, tier, day)
        figures[f"{prefix}.{tier}", day] = (3 * inward + outward) / 4
    return figures


def genai_figures(economy: Economy, day: date) -> Figures:
    """Three tokens in, one out."""
    return _figures("tokens", economy, day)


def litellm_figures(economy: Economy, day: date) -> Figures:
    """The same, rounded as prices per token."""
    return {key: round(value, 9) for key, value in _figures("litellm", economy, day).items()}


def models(context: Context) -> dict[str, tuple[float, float]]:
    """Every model of the registry at the prices of its tier, as disturbed."""
    offered: dict[str, tuple[float, float]] = {}
    table = pd.read_csv(MODELS).sort_values("from")
    for prefix in ("tokens", "litellm"):
        for tier in STARTS:
            value = context.figures.get((f"{prefix}.{tier}", context.day))
            if value is None:
                continue
            inward, outward = prices(context.economy, tier, context.day)
            factor = round(value / ((3 * inward + outward) / 4), 6)
            names = table.loc[table["tier"].eq(tier), "model"]
            offered |= dict.fromkeys(names, (inward * factor, outward * factor))
    return offered


def genai_body(context: Context) -> bytes | None:
    """The second form of the catalogue: providers with their models."""
    if "/new_data/v2/data_slim.json" not in context.received.path:
        return None
    listed = [
        {"id": name, "match": {"equals": name}, "prices": {"input_mtok": i, "output_mtok": o}}
        for name, (i, o) in models(context).items()
    ]
    listed += [{"id": name, "prices": {"input_mtok": 1, "output_mtok": 2}} for name in context.news]
    return json.dumps([{"id": "openai", "name": "OpenAI", "models": listed}]).encode()


def litellm_body(context: Context) -> bytes:
    """Models by name, prices per token."""
    listed = {
        name: {
            "litellm_provider": "openai",
            "mode": "chat",
            "input_cost_per_token": i / 1e6,
            "output_cost_per_token": o / 1e6,
        }
        for name, (i, o) in models(context).items()
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
