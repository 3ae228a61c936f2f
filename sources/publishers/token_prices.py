"""List price of a million tokens at OpenAI: its flagship and smallest model.

Prices come from the public genai-prices catalogue. `token_models.csv` names the model of each
tier at a date, by hand, since a median over a catalogue is moved by retired models and
resellers. Flagship: the general model that OpenAI puts at the top of its list ("-pro",
previews and reasoning-only series left out). Frugal: the smallest general model of the newest
generation that has one. The price blends three input tokens with one output token.
"""

import json
import math
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

MODELS = Path(__file__).with_name("token_models.csv")
VENDOR = "openai"
RAW = "https://raw.githubusercontent.com/pydantic/genai-prices/main"
# v1 (prices/data_slim.json) was frozen by its publisher on 2026-07-25: a price cut of five days
# later never reached it.
FILE = "prices/new_data/v2/data_slim.json"

Prices = dict[str, Any] | list[dict[str, Any]]


def current_models(day: date) -> dict[str, str]:
    """The model of each tier on `day`; empty before the first in the table."""
    models = pd.read_csv(MODELS, parse_dates=["from"]).sort_values("from")
    begun = models[models["from"] <= pd.Timestamp(day)]
    return {str(tier): str(model) for tier, model in begun.groupby("tier")["model"].last().items()}


def parse(payload: Payload) -> pd.DataFrame:
    """The blended price in USD per million tokens of each tier, on the fetch day.

    Raises SchemaDrift if the catalogue lost the vendor or a model of the table.
    """
    day = payload.fetched_at.astimezone(UTC).date()
    models = {
        model["id"]: model
        for provider in json.loads(payload.content)
        if provider["id"] == VENDOR
        for model in provider["models"]
    }
    current = current_models(day)
    if missing := set(current.values()) - set(models):
        raise SchemaDrift(f"the models of {MODELS.name}", f"no {', '.join(sorted(missing))}")
    seen = (payload.first_seen or payload.fetched_at).astimezone(UTC).date()
    rows = [_row(tier, models[model]["prices"], day, seen) for tier, model in current.items()]
    return tidy(pd.DataFrame(rows, columns=["series", "value", "period", "known_from"]))


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The vendor's models in the catalogue that stand for no tier."""
    followed = set(pd.read_csv(MODELS)["model"])
    for provider in json.loads(payload.content):
        if provider["id"] == VENDOR:
            names = {str(model["id"]) for model in provider["models"]}
            yield from (("model", name) for name in sorted(names - followed))


def _row(tier: str, prices: Prices, day: date, seen: date) -> tuple[object, ...]:
    """The price of a tier on `day`, known since it began if announced earlier.

    The bytes may stand for weeks before the day from which a price in them holds; a body that
    names an earlier day than its own says nothing of when that was public.
    """
    begun = begins(prices, day)
    value = blended(prices, day)
    if begun is not None and seen < begun:
        return f"tokens.{tier}", value, begun, pd.Timestamp(begun, tz="UTC")
    return f"tokens.{tier}", value, day, pd.NaT


def blended(prices: Prices, day: date) -> float:
    """The blend of the price in force on `day`, in USD per million tokens."""
    now = in_force(prices, day)
    return blend(_base(now["input_mtok"]), _base(now["output_mtok"]))


def blend(input_price: float, output_price: float) -> float:
    """The price of three input tokens and one output token, divided by four.

    Three to one is the mix in which blended prices are usually published. Raises SchemaDrift if
    either is not a price, which the blend would hide.
    """
    if not (0 < input_price < math.inf and 0 < output_price < math.inf):
        raise SchemaDrift("prices above zero", (input_price, output_price))
    return (3 * input_price + output_price) / 4


def begins(prices: Prices, day: date) -> date | None:
    """The day from which the price in force on `day` holds; None if it has none."""
    if isinstance(prices, dict):
        return None
    days = [str((entry.get("constraint") or {}).get("start_date", "")) for entry in prices]
    begun = [date.fromisoformat(text) for text in days if text]
    return max((start for start in begun if start <= day), default=None)


def in_force(prices: Prices, day: date) -> dict[str, Any]:
    """The last price whose start date has come; the first has none.

    Raises SchemaDrift for a price that depends on the hour of the day.
    """
    if isinstance(prices, dict):
        return prices
    conditions = [entry.get("constraint") or {} for entry in prices]
    if hourly := [c for c in conditions if set(c) - {"start_date"}]:
        raise SchemaDrift("a price that holds all day", hourly)
    begun = [
        entry["prices"]
        for entry, condition in zip(prices, conditions, strict=True)
        if date.fromisoformat(condition.get("start_date", "0001-01-01")) <= day
    ]
    if not begun:
        raise SchemaDrift(f"a price in force on {day}", conditions)
    return dict(begun[-1])


def _base(price: float | dict[str, Any]) -> float:
    return float(price["base"] if isinstance(price, dict) else price)


SOURCE = Source(
    key="token_prices",
    publisher="OpenAI, tabulated by genai-prices",
    fr="Prix de liste des jetons d'IA",
    en="List prices of AI tokens",
    homepage="https://github.com/pydantic/genai-prices",
    licence="MIT",
    licence_url="https://github.com/pydantic/genai-prices/blob/main/LICENSE",
    cadence="weekly",
    lag_days=1,
    stale_days=45,
    series=(
        Series(
            "tokens.flagship",
            "USD/Mtok",
            "E",
            "Modèle phare d'OpenAI, prix d'un million de jetons",
            "OpenAI's flagship model, price of a million tokens",
        ),
        Series(
            "tokens.frugal",
            "USD/Mtok",
            "E",
            "Plus petit modèle d'OpenAI, prix d'un million de jetons",
            "OpenAI's smallest model, price of a million tokens",
        ),
    ),
    requests=(
        Request(
            f"{RAW}/{FILE}", mirror=f"https://cdn.jsdelivr.net/gh/pydantic/genai-prices@main/{FILE}"
        ),
    ),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=(between(0.001, 200, reason="no list price of a million tokens was ever outside"),),
    expected_format="json",
    attribution="Pydantic, genai-prices",
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "A price may hold from a later day, or by the hour.",
        "The first form of the file is frozen since July 2026; the second one is read.",
        "A price may be a number or steps by length; the first step is read.",
        "Half of the models listed are retired or resold: a table names the model of a tier.",
    ),
)
