"""Texts that the reader abstained on, and what a person answers.

An answer is a correction with author and date. It is added beside the reading, never in its
place, and counts for every item with the same title, whenever it is read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Engine

from pipelines.announcements import collect
from pipelines.errors import UsageError
from pipelines.settings import Settings
from sources.announcements import nearly
from sources.announcements.clean import READ, clean
from sources.announcements.event_type import KINDS, NONE
from sources.announcements.extract import FOREIGN, UNSURE
from sources.announcements.operators import known_as
from warehouse import load
from warehouse.projects import reviews


class Answer(NamedTuple):
    """What a person says of a text; None leaves what the reader nearly said.

    `event` is False where the text tells no event. `power_mw` in MW, 0 for none; `operator` and
    `country` are empty for none, `country` is the English name.
    """

    event: bool
    author: str
    note: str = ""
    event_type: str | None = None
    power_mw: float | None = None
    country: str | None = None
    operator: str | None = None


def waiting(engine: Engine, settings: Settings) -> pd.DataFrame:
    """List what waits for a person, newest first, with the reader's proposal.

    Columns: id, known_from, title, address, why, nearly (kind of event), chance (that it is an
    event), operator, country, power_mw.
    """
    texts = reviews.waiting(engine, as_of=settings.now)
    rows = []
    for text in texts.to_dict("records"):
        event, spoken = nearly(text["title"]), str(text["lang"])
        rows.append(
            {
                "id": int(text["report"]),
                "known_from": text["known_from"],
                "title": text["title"],
                "address": text["address"],
                "why": UNSURE if spoken in READ else f"{FOREIGN} ({spoken})",
                "nearly": "" if event.kind == NONE else event.kind,
                "chance": event.confidence,
                "operator": "; ".join(event.operators),
                "country": event.country,
                "power_mw": event.power.mw if event.power else None,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    "id", "known_from", "title", "address", "why", "nearly", "chance", "operator", "country",
    "power_mw",
]  # fmt: skip


def answer(engine: Engine, settings: Settings, report: int, given_by: Answer) -> Mapping[str, Any]:
    """Store an answer, make the projects and series anew, and give what is stored.

    Raises UsageError for an id that never waited for an answer, for an answer without author,
    and for a kind that is none.
    """
    titles = reviews.titles(engine)
    if report not in titles.index:
        raise UsageError(f"no text {report} was abstained on: see `announcements review`")
    title, address = str(titles.loc[report, "title"]), str(titles.loc[report, "address"])
    facts = _facts(title, address, given_by)
    load.register(engine, [collect.SOURCE], [])
    fetch = load.record(
        engine,
        str(collect.SOURCE["key"]),
        url=f"review:{report}",
        at=settings.now,
        outcome="new",
        rows=1,
        detail=f"answered by {given_by.author}",
    )
    reviews.record(engine, fetch, settings.now, facts)
    collect.observe(engine, settings, fetch)
    return facts


def _facts(title: str, address: str, given_by: Answer) -> dict[str, Any]:
    author = given_by.author.strip()
    if not author:
        raise UsageError("an answer has an author: add --by NAME")
    if given_by.event_type not in (None, *KINDS) or given_by.event_type == NONE:
        raise UsageError(f"{given_by.event_type!r} is no kind of event: {', '.join(EVENTS)}")
    if not given_by.event and any(value is not None for value in given_by[3:]):
        raise UsageError("a text that tells no event has no kind, power, country or operator")
    event = nearly(title)
    common = {
        "author": author,
        "note": given_by.note.strip(),
        "title": title,
        "address": address,
        "nearly": event.kind,
        "confidence": event.confidence,
    }
    if not given_by.event:
        return common | NOTHING
    if event.kind == NONE and given_by.event_type is None:
        raise UsageError("the reader has no kind to propose here: add --type")
    operator = _chosen(given_by.operator, "; ".join(event.operators))
    money = event.money
    return common | {
        "event_type": given_by.event_type or event.kind,
        "operator": operator,
        "known_as": known_as(operator.split("; ")[0]),
        "country": _chosen(given_by.country, event.country),
        "town": event.place_name if given_by.country in (None, event.country) else "",
        "power_mw": _power(given_by.power_mw, event.power.mw if event.power else None),
        "amount": money.amount if money else None,
        "currency": money.currency if money else "",
    }


EVENTS = tuple(kind for kind in KINDS if kind != NONE)
NOTHING: dict[str, Any] = {
    "event_type": NONE, "operator": "", "known_as": "", "country": "", "town": "",
    "power_mw": None, "amount": None, "currency": "",
}  # fmt: skip


def _chosen(answered: str | None, proposed: str) -> str:
    return proposed if answered is None else answered.strip()


def _power(answered: float | None, proposed: float | None) -> float | None:
    return proposed if answered is None else answered or None


def applied(facts: pd.DataFrame, texts: "pd.Series[str]", answers: pd.DataFrame) -> pd.DataFrame:
    """Put the answers in force in the place of readings of the same texts.

    `facts` are columns of an event, one row a text; `note` then says who answered and when.
    """
    by_text = {clean(row["title"]): row for row in answers.to_dict("records")}
    result = facts.copy()
    for row, text in texts.map(lambda value: clean(value)[: collect.TITLE]).items():
        if (answered := by_text.get(text)) is None:
            continue
        event = answered["event_type"] != NONE
        dollars = answered["amount"] if answered["currency"] == "USD" else None
        values = {
            "is_announcement": int(event),
            "place": answered["town"],
            "investment_usd": dollars,
            "note": f"answered by {answered['author']}, {str(answered['reviewed_at'])[:10]}",
            "spans": "",
        } | {name: answered[name] for name in SAME}
        for name, value in values.items():
            result.loc[row, name] = value
    return result


SAME = ("event_type", "operator", "country", "power_mw", "amount", "currency")
