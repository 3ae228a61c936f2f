"""An optional second reader: a language model on the operator's own machine.

It is off unless the settings name its address. It never adds a figure: a value counts only where
it is quoted from the text and the rules read the same; where the two readers disagree, the text
is abstained on and waits for a person.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.settings import Settings
from sources.announcements import Event, extract, money, nearly, power
from sources.announcements.clean import FIRST_SENTENCES, READ, clean
from sources.announcements.event_type import ABSTAINED, KINDS, NONE
from sources.announcements.extract import UNSURE

log = logging.getLogger(__name__)
SAME = 0.005  # relative difference of two readings of one figure
LARGEST_ANSWER = 100_000  # bytes: an answer is a few hundred
RULES = "rules"
INSTRUCTIONS = (
    "You read one news text about data centres. Say whether it reports an event in the life of a "
    "data-centre project, and which. Quote every value word for word from the text; leave null "
    "what the text does not say. Power is in MW, an amount in units of its ISO 4217 currency."
)
PROPOSED = "The second reader disagrees"


class Reading(BaseModel):
    """What the model answers: each value with the words of the text it rests on."""

    model_config = ConfigDict(extra="forbid")

    event_type: str
    event_quote: str | None
    operator_quote: str | None
    power_mw: float | None
    power_quote: str | None
    amount: float | None
    currency: str | None
    amount_quote: str | None


def schema() -> dict[str, Any]:
    """The JSON schema that the answer is held to."""
    described = Reading.model_json_schema()
    described["properties"]["event_type"] = {"type": "string", "enum": list(KINDS)}
    return described


Read = Callable[[str], tuple[Event, str]]


def reader(settings: Settings) -> Read:
    """Give the function that reads a text: the event, and who read it."""
    chosen = settings.second_reader
    if not chosen.address:
        return lambda text: (extract(text), "")
    return lambda text: compared(text, _ask(settings, clean(text)[:FIRST_SENTENCES]), chosen.model)


def compared(text: str, answer: Reading | None, model: str) -> tuple[Event, str]:
    """Compare both readings of a text: the event that holds, and who said what."""
    event = extract(text)
    if event.language not in READ or answer is None:
        return event, RULES
    by_model = f"{model}: {answer.event_type}"
    if event.kind == ABSTAINED:
        if answer.event_type == NONE:
            return replace(event, kind=NONE, note=""), f"{RULES}: {UNSURE}; {by_model}"
        event = nearly(text)
    readers = f"{RULES}: {event.kind}; {by_model}"
    if agrees(clean(text), event, answer):
        return event, readers
    apart = Event(ABSTAINED, event.language, confidence=event.confidence, note=PROPOSED)
    return apart, readers


def agrees(text: str, event: Event, answer: Reading) -> bool:
    """True if the answer is quoted from the text and is what the rules read."""
    if answer.event_type != event.kind:
        return False
    if event.kind == NONE:
        return True
    quotes = (answer.event_quote, answer.operator_quote, answer.power_quote, answer.amount_quote)
    if not answer.event_quote or any(quote and quote not in text for quote in quotes):
        return False
    return _same_power(event, answer) and _same_amount(event, answer) and _same_who(event, answer)


def _same_power(event: Event, answer: Reading) -> bool:
    if event.power is None or answer.power_mw is None or not answer.power_quote:
        return event.power is None and answer.power_mw is None
    quoted = [figure.mw for figure in power.everything(answer.power_quote)]
    return _close(event.power.mw, answer.power_mw) and any(
        _close(figure, answer.power_mw) for figure in quoted
    )


def _same_amount(event: Event, answer: Reading) -> bool:
    if event.money is None or answer.amount is None or not answer.amount_quote:
        return event.money is None and answer.amount is None
    quoted = [(hit.amount, hit.currency) for hit in money.everything(answer.amount_quote)]
    same = _close(event.money.amount, answer.amount) and event.money.currency == answer.currency
    return same and any(
        _close(figure, answer.amount) and currency == answer.currency for figure, currency in quoted
    )


def _same_who(event: Event, answer: Reading) -> bool:
    """True where both name nobody, or one of the names of the rules."""
    quoted = (answer.operator_quote or "").casefold()
    names = [name.casefold() for name in event.operators]
    if not quoted or not names:
        return not quoted and not names
    return any(name in quoted or quoted in name for name in names)


def _close(left: float, right: float) -> bool:
    return abs(left - right) <= SAME * max(abs(left), abs(right))


def _ask(settings: Settings, text: str) -> Reading | None:
    """Ask the model, or read its stored answer; None where it gives none.

    An answer is stored by text and model, so that the same text is asked once.
    """
    chosen = settings.second_reader
    key = sha256(f"{chosen.model}\n{INSTRUCTIONS}\n{text}".encode()).hexdigest()
    stored = settings.home / "second_reader" / f"{key}.json"
    if stored.exists():
        return _parsed(stored.read_text(encoding="utf-8"))
    try:
        content = _post(settings, text)
    except (requests.RequestException, ValueError, LookupError, TypeError) as fault:
        log.warning("the second reader gave no answer, the rules alone read: %s", fault)
        return None
    reading = _parsed(content)
    if reading is not None:
        _store(stored, content)
    return reading


def _post(settings: Settings, text: str) -> str:
    chosen = settings.second_reader
    body = {
        "model": chosen.model,
        "temperature": 0,
        "seed": 0,
        "messages": [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": text},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reading", "strict": True, "schema": schema()},
        },
    }
    address = f"{chosen.address.rstrip('/')}/chat/completions"
    # a proxy or a redirect would carry the text to another machine
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(address, json=body, timeout=chosen.timeout, allow_redirects=False)
    if answer.status_code != requests.codes.ok or len(answer.content) > LARGEST_ANSWER:
        raise ValueError(f"status {answer.status_code}, {len(answer.content)} bytes")
    return str(answer.json()["choices"][0]["message"]["content"])


def _parsed(content: str) -> Reading | None:
    try:
        return Reading.model_validate_json(content)
    except ValidationError as fault:
        log.warning("the second reader left its schema: %s", fault.errors()[0]["msg"])
        return None


def _store(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(json.loads(content)), encoding="utf-8")
    part.replace(path)
