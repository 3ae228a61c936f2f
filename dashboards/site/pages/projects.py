"""Data centres announced in the pilot country and around it, and their fate."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from dashboards.site import names
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from warehouse.projects.repository import by_state
from warehouse.publication import identity

Row = dict[str, Any]
EARLIER = 5  # links to earlier reports of a project
SHOWN = 60  # newest projects of a list: the page stays under 150 kB
NOWHERE: Mapping[str, str] = MappingProxyType({})


def listed(context: SiteContext, lang: SiteLocale, countries: Mapping[str, str]) -> Row:
    """The projects in the pilot country and around it, and their fate.

    `countries` are those of Africa, the English name, as projects have it, to the French. Around
    one of them are the others; around any other country, all. Figures are in MW and millions.
    """
    projects, pilot = context.projects, identity.in_force().country
    here = projects["country"].map(names.country_code).eq(pilot)
    wider, others = "world", projects["country"].ne("")
    if pilot in map(names.country_code, countries):
        wider, others = "africa", projects["country"].isin(list(countries))
    near = others & ~here
    views = (("pilot", here), (wider, near))
    reports = dict(iter(context.reports.groupby("project")))
    return {
        "lists": [
            {
                "key": identity.in_force().panel if view == "pilot" else view,
                "title": lang.words["projects"][view],
                **_list(projects.loc[chosen], reports, lang, countries),
            }
            for view, chosen in views
        ],
        "fates": [
            {"title": lang.words["projects"][view], "rows": _fate(projects.loc[chosen], lang)}
            for view, chosen in views
            if chosen.any()
        ],
    }


def _list(
    projects: pd.DataFrame,
    reports: Mapping[Any, pd.DataFrame],
    lang: SiteLocale,
    countries: Mapping[str, str],
) -> Row:
    newest = projects.sort_values(["last_reported", "project"], ascending=False).head(SHOWN)
    rows = [
        _project(row, reports[row["project"]], lang, countries) for row in newest.to_dict("records")
    ]
    return {"rows": rows, "count": lang.say("projects_count", shown=len(rows), count=len(projects))}


def _project(
    row: Mapping[Any, Any], reports: pd.DataFrame, lang: SiteLocale, countries: Mapping[str, str]
) -> Row:
    name = str(row["country"])
    location = [_listed(row["place"]), names.country(name, countries, lang)]
    return {
        "day": lang.day(row["last_reported"].date()),
        "who": _listed(row["operator"]) or lang.words["projects"]["nobody"],
        "where": str(lang.words["comma"]).join(part for part in location if part),
        "address": str(row["last_address"]),
        "step": lang.words["project_steps"].get(row["state"], "–"),
        "mw": lang.number(row["power_mw"], 1 if row["power_mw"] % 1 else 0),
        "amount": _amount(row, lang),
        "earlier": [
            {"day": lang.day(report["known_from"].date()), "address": str(report["address"])}
            for report in _earlier(reports, str(row["last_address"]))
        ],
    }


def _earlier(reports: pd.DataFrame, last: str) -> list[dict[Any, Any]]:
    """The other reports of a project, newest first, each link once."""
    ordered = reports.sort_values("known_from", ascending=False).drop_duplicates("address")
    return ordered.loc[ordered["address"].ne(last)].head(EARLIER).to_dict("records")


def _listed(text: str) -> str:
    """Several names, which events separate by semicolons."""
    return text.replace("; ", ", ")


def _amount(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    if pd.isna(row["amount"]):
        return "–"
    millions = row["amount"] / 1e6
    return f"{lang.number(millions, 1 if millions % 1 else 0)}\u00a0{row['currency']}"


def _fate(projects: pd.DataFrame, lang: SiteLocale) -> list[list[str]]:
    table = by_state(projects)
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
