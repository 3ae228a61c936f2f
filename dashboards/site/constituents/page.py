"""The page of the constituents: used with weights, or not and why."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboards import edition_dates, indicator_words
from dashboards.bulletin import quality
from dashboards.edition_stats import EditionStats
from dashboards.site import names
from dashboards.site.constituents.constituents import Constituents
from dashboards.site.constituents.members import Member
from dashboards.site.constituents.seen import Counts, Rent
from dashboards.site.context import Issue
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page, made_of

Row = dict[str, Any]
SHORT, DAY = "MMM y", "d MMM y"
SAME = 0.0005  # of a weight: what prints as the same
QUARTER = {"Q": "quarter"}  # the step of a series by its frequency


def page(seen: Constituents, issue: Issue, lang: SiteLocale) -> Page:
    """The page of an issue in a language."""
    words, stats, month = lang.words["constituents"], seen.stats, lang.month(issue.month + "-01")
    return Page(
        made_of(issue.name),
        "constituents.html",
        lang.typeset(f"{words['title']}{lang.words['colon']}{month}"),
        lang.typeset(words["about"]),
        {
            "issue": issue,
            "card": issue.name,
            "month": month,
            "dated": edition_dates.sentence(issue.timeline, lang),
            "summary": _summary(seen.counts, lang),
            "blocks": [_block(seen, group, lang) for group in stats.dimensions],
            "rents": [_rent(rent, stats, lang) for rent in seen.rents],
            "sources": [_source(seen.catalogue[own.source], own, lang) for own in seen.counts],
            "rejected": quality.quarantined(stats.edition, lang),
        },
    )


def _summary(counts: Sequence[Counts], lang: SiteLocale) -> str:
    totals = {
        name: sum(getattr(own, name) for own in counts)
        for name in ("used", "unused", "unread", "rejected")
    }
    totals["makers"] = sum(own.used > 0 for own in counts)
    written = {name: lang.number(count, 0) for name, count in totals.items()}
    return lang.typeset(lang.words["constituents"]["summary"].format(**written))


def _block(seen: Constituents, group: Mapping[str, Any], lang: SiteLocale) -> Row:
    weight = seen.stats.line(group["key"])["weight"]
    own = [row for row in seen.readings if row["dimension"] == group["key"]]
    return {
        "key": group["key"],
        "name": lang.of(group),
        "weight": lang.percent(weight, 1) if pd.notna(weight) else "–",
        "rows": [_indicator(seen, row, lang) for row in own],
    }


def _indicator(seen: Constituents, row: Mapping[Any, Any], lang: SiteLocale) -> Row:
    counts = bool(pd.notna(row["weight"]) and row["weight"] > 0)
    return {
        "key": row["key"],
        "name": lang.of(row),
        "weight": lang.percent(row["weight"], 1) if counts else "–",
        "nominal": lang.percent(row["nominal"], 1),
        "moved": not counts or abs(row["weight"] - row["nominal"]) > SAME,
        "figure": lang.words["hidden"] if row["hidden"] else names.figure(row, lang),
        "score": lang.number(row["score"]),
        "period": indicator_words.period(row, lang),
        "met": counts,
        "why": _state(row, lang),
        "members": member_rows(seen, row["key"], lang),
    }


def _state(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """What became of an indicator: its state, and why it is withheld."""
    words, state = lang.words["constituents"], str(row["state"])
    if state != "withheld":
        return str(lang.words[f"state_{state.replace(' ', '_')}"])
    if pd.isna(row["observed"]):
        return lang.typeset(words["withheld_none"])
    newest = lang.period(row["observed"], row["step"])
    return lang.typeset(words["withheld_old"].format(newest=newest))


def member_rows(seen: Constituents, key: str, lang: SiteLocale) -> list[Row]:
    """The series of an indicator, those that are used first."""
    inside = seen.inside[key]
    roles = len({member.role for member in inside}) > 1
    return [_member(seen.stats, member, lang, roles=roles) for member in inside]


def _member(stats: EditionStats, member: Member, lang: SiteLocale, *, roles: bool) -> Row:
    """A series of an indicator; its role is named where there are several."""
    words = lang.words["constituents"]
    row = {
        **_named(stats, member.series, lang),
        "role": words["roles"][member.role] if roles else "",
        "met": not member.why,
        "share": "–",
        "bar": None,
        "figure": "–",
        "unit": "",
        "period": "–",
        "why": _why(stats, member, lang) if member.why else words["used"],
    }
    if member.period is None or member.known_from is None:
        return row
    closed = member.series in stats.not_republished
    return row | {
        "share": lang.percent(member.share, 1),
        "bar": str(round(100 * member.share, 1)),
        "figure": lang.words["hidden"] if closed else lang.exact(member.value),
        "unit": "" if closed else names.unit_of(stats, member.series, lang),
        "period": lang.period(member.period, _step(stats, member.series), SHORT),
        "known": lang.day(member.known_from.date(), DAY),
    }


def _why(stats: EditionStats, member: Member | Rent, lang: SiteLocale) -> str:
    newest = _period(stats, member, lang) if member.newest else ""
    return lang.typeset(lang.words["constituents"]["why"][member.why].format(newest=newest))


def _period(stats: EditionStats, member: Member | Rent, lang: SiteLocale) -> str:
    return lang.period(str(member.newest), _step(stats, member.series), SHORT)


def _step(stats: EditionStats, series: str) -> str:
    return QUARTER.get(stats.catalogue[series]["frequency"], "")


def _named(stats: EditionStats, key: str, lang: SiteLocale) -> Row:
    return {"key": key, "title": names.series(stats, key, lang)}


def _rent(rent: Rent, stats: EditionStats, lang: SiteLocale) -> Row:
    return {
        **_named(stats, rent.series, lang),
        "newest": _period(stats, rent, lang),
        "why": _why(stats, rent, lang),
    }


def _source(row: Mapping[Any, Any], counts: Counts, lang: SiteLocale) -> Row:
    silent = bool(pd.isna(row["newest_period"]))
    state = "silent" if silent else "late" if row["late"] else "on_time"
    figures = (counts.used, counts.unused, counts.unread, counts.rejected)
    return {
        "title": lang.of(row, "title"),
        "counts": [lang.number(figure, 0) for figure in figures],
        "newest": "–" if silent else lang.month(row["newest_period"], SHORT),
        "state": state,
        "state_name": lang.words["constituents"]["states"][state],
    }
