"""List price of a million tokens: the flagship and smallest model of vendors.

Prices come from the public genai-prices catalogue. `token_models.csv` names the model of each
tier of a vendor at a date, by hand, since a median over a catalogue is moved by retired models
and resellers. The rule is that of TIERS. The price blends three input tokens with one output
token. The index reads OpenAI's tiers, whose history is the longest.

Each form of the catalogue has an address of its own, and the former one is then frozen: the
newest is looked up in the list of the repository's files.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pandas as pd

from sources import Completeness, Edition, Payload, Request, SchemaDrift, Series, Source
from sources.publishers import github
from sources.tidy import between, tidy

MODELS = Path(__file__).with_name("token_models.csv")
VENDOR = "openai"
VENDORS = {VENDOR: "OpenAI", "anthropic": "Anthropic", "google": "Google"}
TIERS = {
    "flagship": "the general model at the top of its vendor's list that anyone may use "
    "(previews, “-pro” and reasoning-only series left out)",
    "frugal": "the smallest general model of the newest generation that has one",
}
REPOSITORY = "pydantic/genai-prices"
# v1 (prices/data_slim.json) was frozen by its publisher on 2026-07-25: a price cut of five days
# later never reached it. v2 has a slim file beside the whole one, v3 a whole one only.
FILE = re.compile(r"prices/new_data/v(\d+)/data(_slim)?\.json")
MILLION = 1_000_000

Prices = dict[str, Any] | list[dict[str, Any]]


def discover(answers: Sequence[bytes | None]) -> Request | Edition | None:
    """The newest form of the catalogue; then its last change and the repository's."""
    if answers[0] is None:
        return None
    forms = filter(None, map(FILE.fullmatch, github.paths(answers[0])))
    newest = max(((int(match[1]), bool(match[2]), match[0]) for match in forms), default=None)
    if newest is None:
        return None
    path = newest[-1]
    further = [github.newest_change(REPOSITORY, path), github.newest_change(REPOSITORY)]
    if len(answers) <= len(further):
        return further[len(answers) - 1]
    changed, moved = map(github.changed, answers[1:])
    return Edition(github.file(REPOSITORY, path), changed, moved)


def current_models(day: date, vendor: str = VENDOR) -> dict[str, str]:
    """The model of each tier on `day`; empty before the first in the table."""
    models = pd.read_csv(MODELS, parse_dates=["from"]).sort_values("from")
    begun = models[models["vendor"].eq(vendor) & models["from"].le(pd.Timestamp(day))]
    return {str(tier): str(model) for tier, model in begun.groupby("tier")["model"].last().items()}


def successions(prefix: str) -> tuple[tuple[str, date], ...]:
    """The days from which another model stands for a tier, by series key."""
    models = pd.read_csv(MODELS, parse_dates=["from"])
    keys = _keys(prefix, models)
    every = list(zip(keys, models["from"].dt.date, strict=True))
    # A new model of a vendor may be the median one.
    medians = {(f"{prefix}.median.{tier}", day) for tier in TIERS for _, day in every}
    return (*every, *sorted(medians))


def _keys(prefix: str, table: pd.DataFrame) -> "pd.Series[str]":
    """The series of each vendor and tier; those of OpenAI name no vendor."""
    others = table["vendor"] + "." + table["tier"]
    return f"{prefix}." + table["tier"].where(table["vendor"].eq(VENDOR), others)


def parse(payload: Payload) -> pd.DataFrame:
    """The blended price in USD per million tokens of each tier, on the fetch day.

    Beside OpenAI's, those of each vendor and the median vendor's. Raises SchemaDrift if the
    catalogue lost OpenAI or a model of it. Another vendor without its model has no figure, and
    then there is no median either.
    """
    day = payload.fetched_at.astimezone(UTC).date()
    seen = (payload.first_seen or payload.fetched_at).astimezone(UTC).date()
    listed = _listed(json.loads(payload.content))
    current = current_models(day)
    if missing := set(current.values()) - set(listed.get(VENDOR, {})):
        raise SchemaDrift(f"the models of {MODELS.name}", f"no {', '.join(sorted(missing))}")
    rows = list(_rows(listed, day, seen))
    table = pd.DataFrame(rows, columns=["vendor", "tier", "value", "period", "known_from"])
    tidied = [table.assign(series=_keys("tokens", table))]
    for tier, prices in table.groupby("tier"):
        if set(prices["vendor"]) == set(VENDORS):
            middle = {"series": f"tokens.median.{tier}", "value": prices["value"].median()}
            tidied.append(pd.DataFrame([middle | {"period": day, "known_from": pd.NaT}]))
    return tidy(pd.concat(tidied, ignore_index=True))


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The models of the vendors in the catalogue that stand for no tier."""
    followed = set(pd.read_csv(MODELS)["model"])
    for models in _listed(json.loads(payload.content)).values():
        yield from (("model", name) for name in sorted(set(models) - followed))


def _listed(catalogue: Any) -> dict[str, dict[str, Prices]]:
    """The prices of each vendor's models; v3 names the units beside the vendors.

    Raises SchemaDrift if a unit is not that of which the prices are read.
    """
    if isinstance(catalogue, dict):
        for usage, key in {"input_tokens": "input_mtok", "output_tokens": "output_mtok"}.items():
            unit = catalogue["units"][usage]
            if (unit["price_key"], unit["per"]) != (key, MILLION):
                raise SchemaDrift(f"{key}, the price of a million", unit)
        catalogue = catalogue["providers"]
    return {
        vendor["id"]: {model["id"]: model["prices"] for model in vendor["models"]}
        for vendor in catalogue
        if vendor["id"] in VENDORS
    }


def _rows(
    listed: Mapping[str, Mapping[str, Prices]], day: date, seen: date
) -> Iterator[tuple[object, ...]]:
    """Vendor, tier, price on `day`, its period and from when it was known."""
    for vendor, models in listed.items():
        for tier, model in current_models(day, vendor).items():
            # Only OpenAI's prices feed the index: a form of another vendor's that cannot be read
            # must not keep them back.
            with nullcontext() if vendor == VENDOR else suppress(SchemaDrift, KeyError):
                yield (vendor, tier, *_price(models[model], day, seen))


def _price(prices: Prices, day: date, seen: date) -> tuple[object, ...]:
    """The price on `day`, known since it began if announced earlier.

    The bytes may stand for weeks before the day from which a price in them holds; a body that
    names an earlier day than its own says nothing of when that was public.
    """
    begun = begins(prices, day)
    value = blended(prices, day)
    if begun is not None and seen < begun:
        return value, begun, pd.Timestamp(begun, tz="UTC")
    return value, day, pd.NaT


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
    publisher="OpenAI, Anthropic and Google, tabulated by genai-prices",
    fr="Prix de liste des jetons d'IA",
    en="List prices of AI tokens",
    homepage="https://github.com/pydantic/genai-prices",
    licence="MIT",
    licence_url="https://github.com/pydantic/genai-prices/blob/main/LICENSE",
    shows="present",
    confirmed="the publisher's own clients read these paths (its README), 2026-08",
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
        *(
            Series(f"tokens.{vendor}.{tier}", "USD/Mtok", "E", f"{fr} {de}", f"{of} {en}")
            for vendor, (de, of) in {
                "anthropic": ("d’Anthropic, prix d’un million de jetons", "Anthropic's"),
                "google": ("de Google, prix d’un million de jetons", "Google's"),
                "median": ("du fournisseur médian, prix d’un million de jetons", "Median vendor's"),
            }.items()
            for tier, (fr, en) in {
                "flagship": ("Modèle phare", "flagship model, price of a million tokens"),
                "frugal": ("Plus petit modèle", "smallest model, price of a million tokens"),
            }.items()
        ),
    ),
    requests=(github.listing(REPOSITORY),),
    discover=discover,
    link_hosts=("raw.githubusercontent.com",),
    # Between two changes of the file there were 17 days at most from October 2025 to August 2026.
    frozen_days=30,
    role="reference",
    reference="the same tiers at other vendors and their median, to see what is OpenAI's alone",
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=(between(0.001, 200, reason="no list price of a million tokens was ever outside"),),
    expected_format="json",
    attribution="Pydantic, genai-prices",
    stamp="instant",
    snapshot_dated=True,
    successions=successions("tokens"),
    # The last of the dated versions of the catalogue that were read back; later rows of the
    # history are readings of their own.
    read_through=(("tokens.flagship", date(2026, 8, 21)), ("tokens.frugal", date(2026, 8, 21))),
    traps=(
        "A price may hold from a later day, or by the hour.",
        "The first form of the file is frozen since July 2026: the newest form is looked up, and a "
        "file that rests while others change gives no price of today.",
        *(f"{tier.capitalize()}: {rule}." for tier, rule in TIERS.items()),
        "A price may be a number or steps by length; the first step is read.",
        "Half of the models listed are retired or resold: a table names the model of a tier.",
    ),
)
