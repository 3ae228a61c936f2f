"""What moved since the month before, how complete the month is, and what it was read from."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import facts
from dashboards.words import Language
from warehouse.edition import Edition

Row = dict[str, Any]
SMALL = 0.005
CAUSES = ("new_data", "revised_data", "method", "total")


def since(edition: Edition, said: Language) -> Row:
    """What moved the index over a month: by indicator, in words."""
    if edition.change.empty:
        return {"none": said.say("since_none"), "indicators": [], "notes": []}
    count = len(facts.revised(edition))
    notes = [said.say("revised_some", count=count) if count else said.say("revised_none")]
    if edition.change.set_index("key").abs().to_numpy().max() < SMALL:
        notes.insert(0, said.say("since_still", month=_newest(edition, said)))
    return {"none": "", "indicators": _by_indicator(edition, said), "notes": notes}


def moved(edition: Edition, said: Language) -> list[list[str]]:
    """What moved the index by dimension and cause, with the total."""
    causes = facts.causes(edition)
    names = {one["key"]: said.of(one) for one in facts.groups(edition)}
    names["link"] = str(said.words["link"])
    rows = [_moved(names[str(key)], line, said) for key, line in causes.iterrows()]
    return [*rows, _moved(str(said.words["column_total"]), causes.sum(), said)]


def _by_indicator(edition: Edition, said: Language) -> list[list[str]]:
    """The indicators that moved the index, the one that moved it most first."""
    names = {row["key"]: said.of(row) for row in facts.indicators(edition).to_dict("records")}
    moved = edition.change.set_index("key").pipe(lambda by: by.assign(total=by.sum(axis=1)))
    shown = moved.loc[moved.abs().max(axis=1).ge(SMALL) & moved.index.isin(names)]
    ordered = shown.loc[shown["total"].abs().sort_values(ascending=False, kind="stable").index]
    return [_moved(names[str(key)], line, said) for key, line in ordered.iterrows()]


def _moved(name: str, line: pd.Series, said: Language) -> list[str]:
    return [name, *(said.number(line[cause], 2, signed=True) for cause in CAUSES)]


def _newest(edition: Edition, said: Language) -> str:
    return said.of_month(facts.readings(edition)["observed"].dropna().max())


def states(edition: Edition, said: Language) -> list[list[str]]:
    """Share of the weight of the index by state of the month's figures; none where withheld."""
    shares = facts.states(edition)
    if not shares.sum():
        return []
    return [
        [str(said.words[f"state_{state}"]), said.percent(share)] for state, share in shares.items()
    ]


def covered(edition: Edition, said: Language) -> str:
    """How much of the weight of the method the published indicators carry, in a sentence."""
    return said.say("quality_coverage", coverage=said.percent(facts.present(edition)))


def late(edition: Edition, said: Language) -> str:
    """The sources that are late by their own rhythm, in a sentence."""
    rows = edition.sources.loc[edition.sources["late"].astype(bool)]
    if rows.empty:
        return said.say("quality_late_none")
    names = ", ".join(said.of(row, "title") for row in rows.to_dict("records"))
    return said.say("quality_late", late=len(rows), count=len(edition.sources), names=names)


def quarantined(edition: Edition, said: Language) -> list[list[str]]:
    """The rows set aside: source, reason and count."""
    titles = {row["key"]: said.of(row, "title") for row in edition.sources.to_dict("records")}
    return [
        [titles.get(row["source"], row["source"]), str(row["reason"]), said.number(row["rows"], 0)]
        for row in edition.quarantined.to_dict("records")
    ]


def sources(edition: Edition, said: Language) -> list[Row]:
    """A line a source: title, publisher, licence, newest period, age, rights, assumed dates."""
    return [source(row, said) for row in edition.sources.to_dict("records")]


def source(row: Mapping[Any, Any], said: Language) -> Row:
    """A source of the catalogue with its age, in words."""
    held = pd.notna(row["newest_period"])
    return {
        "title": said.of(row, "title"),
        "publisher": str(row["publisher"]),
        "homepage": str(row["homepage"]),
        "licence": str(row["licence"]),
        "licence_url": str(row["licence_url"]),
        "newest": said.month(row["newest_period"]) if held else "–",
        "age": said.say("days", count=said.number(row["age_days"], 0)) if held else "–",
        "late": bool(row["late"]),
        "rights": str(said.words["raw_open" if row["redistribute"] else "raw_closed"]),
        "assumed": said.percent(row["assumed_share"]) if pd.notna(row["assumed_share"]) else "–",
    }


def credits(edition: Edition, said: Language) -> str:
    """The credit lines that publishers ask for."""
    return str(said.words["semicolon"]).join(
        dict.fromkeys(text for text in edition.sources["attribution"] if text)
    )
