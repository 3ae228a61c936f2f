"""What moved in the month, how complete it is, and what it was read from."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import edition_stats
from dashboards.i18n import Language
from warehouse.edition import Edition

Row = dict[str, Any]
SMALL = 0.005
CAUSES = ("new_data", "revised_data", "method", "total")


def since(edition: Edition, lang: Language) -> Row:
    """What moved the index over a month: by indicator, in words."""
    if edition.change.empty:
        return {"none": lang.say("since_none"), "indicators": [], "notes": []}
    count = len(edition_stats.revised(edition))
    notes = [lang.say("revised_some", count=count) if count else lang.say("revised_none")]
    if edition.change.set_index("key").abs().to_numpy().max() < SMALL:
        notes.insert(0, lang.say("since_still", month=_newest(edition, lang)))
    return {"none": "", "indicators": _by_indicator(edition, lang), "notes": notes}


def moved(edition: Edition, lang: Language) -> list[list[str]]:
    """What moved the index by dimension and cause, with the total."""
    causes = edition_stats.causes(edition)
    names = {group["key"]: lang.of(group) for group in edition_stats.groups(edition)}
    names["link"] = str(lang.words["link"])
    rows = [_moved(names[str(key)], line, lang) for key, line in causes.iterrows()]
    return [*rows, _moved(str(lang.words["column_total"]), causes.sum(), lang)]


def _by_indicator(edition: Edition, lang: Language) -> list[list[str]]:
    """The indicators that moved the index, the one that moved it most first."""
    names = {
        row["key"]: lang.of(row) for row in edition_stats.indicators(edition).to_dict("records")
    }
    moved = edition.change.set_index("key").pipe(lambda by: by.assign(total=by.sum(axis=1)))
    shown = moved.loc[moved.abs().max(axis=1).ge(SMALL) & moved.index.isin(names)]
    ordered = shown.loc[shown["total"].abs().sort_values(ascending=False, kind="stable").index]
    return [_moved(names[str(key)], line, lang) for key, line in ordered.iterrows()]


def _moved(name: str, line: pd.Series, lang: Language) -> list[str]:
    return [name, *(lang.number(line[cause], 2, signed=True) for cause in CAUSES)]


def _newest(edition: Edition, lang: Language) -> str:
    return lang.of_month(edition_stats.readings(edition)["observed"].dropna().max())


def states(edition: Edition, lang: Language) -> list[list[str]]:
    """Share of the weight of the index by state of its figures; [] if withheld."""
    shares = edition_stats.states(edition)
    if not shares.sum():
        return []
    return [
        [str(lang.words[f"state_{state}"]), lang.percent(share)] for state, share in shares.items()
    ]


def covered(edition: Edition, lang: Language) -> str:
    """A sentence on the share of the weight of the method that is published."""
    return lang.say("quality_coverage", coverage=lang.percent(edition_stats.present(edition)))


def late(edition: Edition, lang: Language) -> str:
    """A sentence on the sources that are late by their own rhythm."""
    rows = edition.sources.loc[edition.sources["late"].astype(bool)]
    if rows.empty:
        return lang.say("quality_late_none")
    names = ", ".join(lang.of(row, "title") for row in rows.to_dict("records"))
    return lang.say("quality_late", late=len(rows), count=len(edition.sources), names=names)


def quarantined(edition: Edition, lang: Language) -> list[list[str]]:
    """The rows set aside: source, reason and count."""
    titles = {row["key"]: lang.of(row, "title") for row in edition.sources.to_dict("records")}
    return [
        [titles.get(row["source"], row["source"]), str(row["reason"]), lang.number(row["rows"], 0)]
        for row in edition.quarantined.to_dict("records")
    ]


def sources(edition: Edition, lang: Language) -> list[Row]:
    """The sources, one row each: licence, newest period, age, rights."""
    return [source(row, lang) for row in edition.sources.to_dict("records")]


def source(row: Mapping[Any, Any], lang: Language) -> Row:
    """A source of the catalogue with its age, in words."""
    has_figures = pd.notna(row["newest_period"])
    return {
        "title": lang.of(row, "title"),
        "publisher": str(row["publisher"]),
        "homepage": str(row["homepage"]),
        "licence": str(row["licence"]),
        "licence_url": str(row["licence_url"]),
        "newest": lang.month(row["newest_period"]) if has_figures else "–",
        "age": lang.say("days", count=lang.number(row["age_days"], 0)) if has_figures else "–",
        "late": bool(row["late"]),
        "rights": str(lang.words["raw_open" if row["redistribute"] else "raw_closed"]),
        "assumed": lang.percent(row["assumed_share"]) if pd.notna(row["assumed_share"]) else "–",
    }


def credits(edition: Edition, lang: Language) -> str:
    """The credit lines that publishers ask for."""
    return str(lang.words["semicolon"]).join(
        dict.fromkeys(text for text in edition.sources["attribution"] if text)
    )
