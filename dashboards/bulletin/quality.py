"""What moved in the month, how complete it is, and what it was read from."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from dashboards import indicator_words
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from warehouse.edition import Edition

Row = dict[str, Any]
SMALL = 0.005  # points: what prints as 0.00 moves nothing
CAUSES = ("new_data", "revised_data", "method", "total")


def since(stats: EditionStats, lang: Language) -> Row:
    """What moved the index over a month: by indicator, in words.

    `none` says that there is no month before, `still` that nothing moved; else they are "".
    """
    change = stats.edition.change.set_index("key")
    if change.empty:
        return {"none": lang.say("since_none"), "indicators": [], "still": ""}
    still = ""
    if change.abs().to_numpy().max() < SMALL:
        newest = lang.of_month(stats.readings["observed"].dropna().max())
        still = lang.say("since_still", month=newest)
    names = lang.names(_records(stats.every_indicator))
    return {"none": "", "indicators": _by_indicator(change, names, lang), "still": still}


def moved(stats: EditionStats, lang: Language) -> list[list[str]]:
    """What moved the index by dimension and cause, with the total."""
    causes = stats.causes
    added = {name: str(lang.words[name]) for name in ("link", "composition")}
    names = lang.names(stats.dimensions) | added
    rows = [_moved(names[str(key)], line, lang) for key, line in causes.iterrows()]
    return [*rows, _moved(str(lang.words["column_total"]), causes.sum(), lang)]


def _by_indicator(
    change: pd.DataFrame, names: Mapping[str, str], lang: Language
) -> list[list[str]]:
    """The indicators that moved the index, the one that moved it most first."""
    moved = change.assign(total=change.sum(axis=1))
    shown = moved.loc[moved.abs().max(axis=1).ge(SMALL) & moved.index.isin(names)]
    ordered = shown.loc[shown["total"].abs().sort_values(ascending=False, kind="stable").index]
    return [_moved(names[str(key)], line, lang) for key, line in ordered.iterrows()]


def _moved(name: str, line: pd.Series, lang: Language) -> list[str]:
    return [name, *(lang.number(line[cause], 2, signed=True) for cause in CAUSES)]


def states(stats: EditionStats, lang: Language) -> list[list[str]]:
    """Share of the weight of the index by state of its figures; [] if withheld."""
    shares = stats.states
    if not shares.sum():
        return []
    return [
        [str(lang.words[f"state_{state}"]), lang.percent(share)] for state, share in shares.items()
    ]


def covered(stats: EditionStats, lang: Language) -> str:
    """A sentence on the share of the weight of the method that is published."""
    return lang.say("quality_coverage", coverage=lang.percent(stats.published_share))


def late(sources: pd.DataFrame, lang: Language) -> str:
    """A sentence that names the sources that are late by their own rhythm, if any."""
    rows = sources.loc[sources["late"].astype(bool)]
    if rows.empty:
        return ""
    names = lang.grammar.comma.join(lang.of(row, "title") for row in _records(rows))
    return lang.say("quality_late", late=len(rows), count=len(sources), names=names)


def quarantined(edition: Edition, lang: Language) -> list[list[str]]:
    """The rows set aside: source, reason and count."""
    titles = {row["key"]: lang.of(row, "title") for row in _records(edition.sources)}
    rows = edition.quarantined[["source", "reason", "rows"]].to_numpy()
    return [
        [titles.get(source, source), str(reason), lang.number(count, 0)]
        for source, reason, count in rows
    ]


def sources(rows: pd.DataFrame, lang: Language) -> list[Row]:
    """The sources, one row each: licence, newest period, age, rights."""
    return [source(row, lang) for row in _records(rows)]


def source(row: Mapping[Any, Any], lang: Language) -> Row:
    """A source of the catalogue with its age, in words."""
    has_figures = pd.notna(row["newest_period"])
    return {
        "title": lang.of(row, "title"),
        "publisher": indicator_words.publisher(row, lang),
        "homepage": str(row["homepage"]),
        "licence": lang.licence(row["licence"]),
        "licence_url": str(row["licence_url"]),
        "newest": lang.month(row["newest_period"]) if has_figures else "–",
        "age": lang.say("days", count=lang.number(row["age_days"], 0)) if has_figures else "–",
        "late": bool(row["late"]),
        "rights": str(lang.words["raw_open" if row["redistribute"] else "raw_closed"]),
        "assumed": lang.percent(row["assumed_share"]) if pd.notna(row["assumed_share"]) else "–",
    }


def credits(sources: pd.DataFrame, lang: Language) -> str:
    """The credit lines that publishers ask for."""
    return str(lang.words["semicolon"]).join(
        dict.fromkeys(text for text in sources["attribution"] if text)
    )


def _records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return frame.to_dict("records")
