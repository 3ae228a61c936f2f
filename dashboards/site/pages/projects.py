"""Data centres announced in Morocco and Africa, and what became of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale

Row = dict[str, Any]
NO_EVENT = ("not_announcement", "abstained")
SHOWN = 60  # newest announcements of a list: the page stays under 150 kB
VIEW, COUNTRY = "morocco", "Morocco"
WIDER = "africa"
HERE: Mapping[str, str] = MappingProxyType({COUNTRY: "Maroc"})


def listed(context: SiteContext, lang: SiteLocale, countries: Mapping[str, str]) -> Row:
    """The announcements in Morocco and in the other `countries`, and their fate.

    `countries` maps the English name, as events have it, to the French. Figures are in MW and
    millions.
    """
    events = context.announcements.loc[~context.announcements["event_type"].isin(NO_EVENT)]
    here = events["country"].eq(COUNTRY)
    near = events["country"].isin(list(countries)) & ~here
    return {
        "lists": [
            {"key": key, "title": lang.words["projects"][key], **_list(selected, lang, countries)}
            for key, selected in ((VIEW, events.loc[here]), (WIDER, events.loc[near]))
        ],
        "fates": [
            {"title": lang.words["projects"][view], "rows": _fate(context.fates[view], lang)}
            for view in (VIEW, WIDER)
            if not context.fates[view].empty
        ],
    }


def _list(events: pd.DataFrame, lang: SiteLocale, countries: Mapping[str, str]) -> Row:
    newest = events.sort_values(["known_from", "id"], ascending=False).head(SHOWN)
    rows = [_event(row, lang, countries) for row in newest.to_dict("records")]
    return {"rows": rows, "count": lang.say("projects_count", shown=len(rows), count=len(events))}


def _event(row: Mapping[Any, Any], lang: SiteLocale, countries: Mapping[str, str]) -> Row:
    name = str(row["country"])
    location = [_listed(row["place"]), countries.get(name, name) if lang.code == "fr" else name]
    return {
        "day": lang.day(row["known_from"].date()),
        "who": _listed(row["operator"]) or lang.words["projects"]["nobody"],
        "where": ", ".join(part for part in location if part),
        "address": str(row["address"]),
        "step": lang.words["project_steps"].get(row["event_type"], "–"),
        "mw": lang.number(row["power_mw"], 1 if row["power_mw"] % 1 else 0),
        "amount": _amount(row, lang),
    }


def _listed(text: str) -> str:
    """Several names, which events separate by semicolons."""
    return text.replace("; ", ", ")


def _amount(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    if pd.isna(row["amount"]):
        return "–"
    millions = row["amount"] / 1e6
    return f"{lang.number(millions, 1 if millions % 1 else 0)}\u00a0{row['currency']}"


def _fate(table: pd.DataFrame, lang: SiteLocale) -> list[list[str]]:
    counted = table.loc[table["projects"].gt(0)]
    return [
        [
            lang.words["project_steps"][state],
            lang.number(row["projects"], 0),
            lang.number(row["mw"], 0),
            lang.number(row["usd"] / 1e6, 0),
        ]
        for state, row in counted.iterrows()
    ]
