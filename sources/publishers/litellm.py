"""List price of a million tokens at OpenAI in LiteLLM's catalogue: a second reading.

Which model stands for a tier is kept in `token_models.csv`, for this catalogue and for that of
`token_prices.py`, so that the two can be compared. Prices are given per token.
"""

from __future__ import annotations

import json
from datetime import UTC

import pandas as pd

from sources import Payload, Request, SchemaDrift, Series, Source
from sources.publishers.token_prices import MODELS, blend, current_models
from sources.tidy import between, tidy

VENDOR = "openai"
READ, WRITTEN = "input_cost_per_token", "output_cost_per_token"
MILLION = 1_000_000


def parse(payload: Payload) -> pd.DataFrame:
    """The blended price in USD per million tokens of each tier, on the day of the payload.

    Raises SchemaDrift where the catalogue lost a model of the registry, its vendor or a price.
    """
    day = payload.fetched_at.astimezone(UTC).date()
    catalogue, models = json.loads(payload.content), current_models(day)
    if missing := set(models.values()) - set(catalogue):
        raise SchemaDrift(f"the models of {MODELS.name}", f"no {', '.join(sorted(missing))}")
    prices = {f"litellm.{tier}": _blended(catalogue[model]) for tier, model in models.items()}
    return tidy(pd.DataFrame({"series": prices.keys(), "value": prices.values(), "period": day}))


def _blended(model: dict[str, object]) -> float:
    """The blend of its prices, in USD per million tokens."""
    read, written = model.get(READ), model.get(WRITTEN)
    if model.get("litellm_provider") != VENDOR or None in (read, written):
        raise SchemaDrift(f"{READ} and {WRITTEN} at {VENDOR}", sorted(model))
    return round(MILLION * blend(float(str(read)), float(str(written))), 9)


SOURCE = Source(
    key="litellm",
    publisher="OpenAI, tabulated by LiteLLM",
    fr="Prix de liste des jetons d'IA, seconde lecture",
    en="List prices of AI tokens, second reading",
    homepage="https://github.com/BerriAI/litellm",
    licence="MIT",
    licence_url="https://github.com/BerriAI/litellm/blob/main/LICENSE",
    cadence="weekly",
    lag_days=1,
    stale_days=45,
    series=(
        Series(
            "litellm.flagship",
            "USD/Mtok",
            "E",
            "Modèle phare d'OpenAI selon LiteLLM, prix d'un million de jetons",
            "OpenAI's flagship model by LiteLLM, price of a million tokens",
        ),
        Series(
            "litellm.frugal",
            "USD/Mtok",
            "E",
            "Plus petit modèle d'OpenAI selon LiteLLM, prix d'un million de jetons",
            "OpenAI's smallest model by LiteLLM, price of a million tokens",
        ),
    ),
    requests=(
        Request(
            "https://raw.githubusercontent.com/BerriAI/litellm/main/"
            "model_prices_and_context_window.json"
        ),
    ),
    parse=parse,
    rules=(between(0.001, 200, reason="no list price of a million tokens was ever outside"),),
    expected_format="json",
    attribution="BerriAI, LiteLLM",
    stamp="instant",
    traps=(
        "Prices are per token: a million times smaller than they are quoted.",
        "Resellers list the same model under longer names, at prices of their own.",
        "Prices of batches and of cached tokens stand beside; they are not read.",
        "A median over the catalogue is moved by dead models: a registry names the model.",
    ),
)
