"""Read one project event from the text of a news item.

Pure: no network, no clock.
"""

import re

from sources.announcements import classifier, event_type, money, operators, places, power
from sources.announcements.clean import clean
from sources.announcements.event import Event

FIRST_SENTENCES = 1200
_FRENCH = re.compile(
    r"[éèêàçùîôœ]|\b(?:le|la|les|des|une|du|au|aux|dans|pour|avec|sur|est|sont|et|par|qui|selon)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:the|of|to|in|for|and|with|on|at|is|will|plans?|by|from|its)\b", re.IGNORECASE
)


def extract(text: object) -> Event:
    """Read the project event in a text; never raise.

    Non-text input is rejected with a reason.

    Only the first FIRST_SENTENCES characters are read: a headline and its summary.
    """
    plain = clean(text)[:FIRST_SENTENCES]
    if not any(char.isalpha() for char in plain):
        return Event(event_type.NONE, "", refused="there is no text to read")
    language = _language(plain)
    figure, (country, place_name) = power.find(plain), places.find(plain)
    sited = bool(figure or country)
    verdict = event_type.read(plain, sited=sited, builder=sited and operators.builder(plain))
    # a text that gives both a power and a place tells of a site, whatever its other words
    unsure = verdict.family in classifier.UNSURE and not (figure and country)
    unsure = unsure and classifier.doubtful(plain)
    if verdict.kind == event_type.NONE or unsure:
        return Event(event_type.NONE, language, spans=_spans(kind=verdict.span))
    who, cost = operators.find(plain), money.find(plain)
    spans = _spans(
        kind=verdict.span,
        operator=who[0].span if who else None,
        power=figure.span if figure else None,
        amount=cost.span if cost else None,
    )
    understood = (who, country, figure or cost, verdict.family != "subject")
    names = tuple(name_read.name for name_read in who)
    confidence = round(0.5 + 0.12 * sum(map(bool, understood)), 2)
    return Event(
        verdict.kind, language, names, country, place_name, figure, cost, confidence, spans
    )


def _spans(**read: tuple[int, int] | None) -> dict[str, tuple[int, int]]:
    return {name: span for name, span in read.items() if span and span[1] > span[0]}


def _language(text: str) -> str:
    french, english = len(_FRENCH.findall(text)), len(_ENGLISH.findall(text))
    return "fr" if french > english else "en"
