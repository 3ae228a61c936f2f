"""List price of a million tokens at OpenAI, from LiteLLM's catalogue.

`token_models.csv` names the model of each tier, for this catalogue and for that of
`token_prices.py`, so that the two can be compared. Prices are given per token.
"""

from __future__ import annotations

import json
from datetime import UTC

import pandas as pd

from sources import Completeness, Payload, SchemaDrift, Series, Source
from sources.publishers import github
from sources.publishers.token_prices import MODELS, blend, current_models, successions
from sources.tidy import between, tidy

VENDOR = "openai"
INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
MILLION = 1_000_000


def parse(payload: Payload) -> pd.DataFrame:
    """The blended price in USD per million tokens of each tier, on the fetch day.

    Raises SchemaDrift if the catalogue lost a model of the table, its vendor or a price.
    """
    day = payload.fetched_at.astimezone(UTC).date()
    catalogue, models = json.loads(payload.content), current_models(day)
    if missing := set(models.values()) - set(catalogue):
        raise SchemaDrift(f"the models of {MODELS.name}", f"no {', '.join(sorted(missing))}")
    prices = {f"litellm.{tier}": _blended(catalogue[model]) for tier, model in models.items()}
    return tidy(pd.DataFrame({"series": prices.keys(), "value": prices.values(), "period": day}))


def _blended(model: dict[str, object]) -> float:
    """The blend of its prices, in USD per million tokens."""
    input_price, output_price = model.get(INPUT), model.get(OUTPUT)
    if model.get("litellm_provider") != VENDOR or None in (input_price, output_price):
        raise SchemaDrift(f"{INPUT} and {OUTPUT} at {VENDOR}", sorted(model))
    return round(MILLION * blend(float(str(input_price)), float(str(output_price))), 9)


SOURCE = Source(
    key="litellm",
    publisher="OpenAI, tabulated by LiteLLM",
    fr="Prix de liste des jetons d'IA, seconde lecture",
    en="List prices of AI tokens, second reading",
    homepage="https://github.com/BerriAI/litellm",
    licence="MIT",
    licence_url="https://github.com/BerriAI/litellm/blob/main/LICENSE",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="weekly",
    lag_days=1,
    stale_days=45,
    role="cross_check",
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
    requests=(github.file("BerriAI/litellm", "model_prices_and_context_window.json"),),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    rules=(between(0.001, 200, reason="no list price of a million tokens was ever outside"),),
    expected_format="json",
    attribution="BerriAI, LiteLLM",
    stamp="instant",
    successions=successions("litellm"),
    traps=(
        "Prices are per token: a million times smaller than they are quoted.",
        "Resellers list the same model under longer names, at prices of their own.",
        "Prices of batches and of cached tokens are listed as well; they are not read.",
        "A median over the catalogue is moved by retired models: a table names the model.",
    ),
)
