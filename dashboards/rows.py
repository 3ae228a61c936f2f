"""The lines of the tables and lists of a bulletin, in words: what the templates only lay out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import facts
from dashboards.words import Language
from warehouse.edition import Edition

Row = dict[str, Any]


def points(edition: Edition, said: Language) -> list[Row]:
    """A name and its sentences for each dimension: level, change, and strongest pressure."""
    found = facts.readings(edition)
    return [
        {"name": said.of(group), "text": _point(edition, group, found, said)}
        for group in facts.groups(edition)
    ]


def _point(edition: Edition, group: Row, found: pd.DataFrame, said: Language) -> list[str]:
    line = facts.of_dimension(edition, group["key"])
    if pd.isna(line["score"]):
        floor = said.percent(edition.framework["rules"]["coverage_dimension"])
        known = said.percent(line["coverage"])
        return [said.say("point_withheld", coverage=known, floor=floor)]
    level = {
        "score": said.number(line["score"]),
        "change": said.number(line["change"], signed=True),
    }
    first = said.say("point_first" if pd.isna(line["change"]) else "point_score", **level)
    mine = found.loc[found["dimension"].eq(group["key"])]
    [strongest] = mine.nlargest(1, "score").to_dict("records")
    return [first, _strongest(strongest, said)]


def _strongest(row: Mapping[Any, Any], said: Language) -> str:
    return said.say(
        "point_hidden" if row["hidden"] else "point_lead",
        pressure=said.number(row["score"], 0),
        title=said.of(row),
        value=_figure(row, said),
        month=said.of_month(row["observed"]),
    )


def _figure(row: Mapping[Any, Any], said: Language) -> str:
    return said.with_unit(said.number(row["value"], row["decimals"]), said.of(row, "unit"))


def _known(row: Mapping[Any, Any], said: Language) -> str:
    """The figure with its unit, or a dash where none is known."""
    return _figure(row, said) if pd.notna(row["value"]) else "–"


def rules(edition: Edition, said: Language) -> str:
    """How the index enters and leaves each regime above the calmest."""
    parts = [
        said.say(
            "regime_rule",
            name=said.of(one),
            enter=said.number(one["enter"], 0),
            leave=said.number(one["leave"], 0),
        )
        for one in edition.framework["regimes"][1:]
    ]
    confirm = edition.framework["rules"].get("confirm", 1)
    told = said.say(
        "note_regimes", confirm=confirm, regimes=str(said.words["semicolon"]).join(parts)
    )
    known = "hold_usual" if edition.mean_revision is None else "hold_revision"
    held = said.say(known, hold=said.number(facts.hold(edition)))
    return f"{told} {held} {_interval(edition, said)}".strip()


def _interval(edition: Edition, said: Language) -> str:
    """What the grey band is, and its ends in the month; "" where the edition has none."""
    line = facts.of_dimension(edition, "index")
    if pd.isna(line.get("low")) or pd.isna(line.get("high")):
        return ""
    return said.say("note_interval", low=said.number(line["low"]), high=said.number(line["high"]))


def blocks(edition: Edition, said: Language) -> list[Row]:
    """The dimensions and panels with their indicators, in the order of the method."""
    found = facts.readings(edition)
    used = facts.members(edition).groupby("key")["series"].apply(list).to_dict()
    panels = edition.framework.get("panel", [])
    return [
        {
            "key": group["key"],
            "name": said.of(group),
            "question": said.of(group, "question"),
            "panel": group in panels,
            "total": None if group in panels else _total(edition, group["key"], said),
            "rows": [
                _indicator(row, used.get(row["key"], []), said)
                for row in found.loc[found["dimension"].eq(group["key"])].to_dict("records")
            ],
        }
        for group in [*facts.groups(edition), *panels]
    ]


def _total(edition: Edition, key: str, said: Language) -> Row:
    line = facts.of_dimension(edition, key)
    return _points(line, said)


def _points(line: "Mapping[Any, Any] | pd.Series[Any]", said: Language) -> Row:
    """Score, its change, weight and points of a line, and the score as a number for its bar."""
    return {
        "score": said.number(line["score"]),
        "bar": None if pd.isna(line["score"]) else str(round(float(line["score"]), 1)),
        "change": said.number(line["change"], signed=True),
        "weight": said.percent(line["weight"], 1) if pd.notna(line["weight"]) else "–",
        "points": said.number(line["contribution"]),
    }


def _indicator(row: Mapping[Any, Any], series: list[str], said: Language) -> Row:
    foreseen = [*row.get("of", ()), *row.get("to", ()), *row.get("less", ())] or series
    return _points(row, said) | {
        "key": row["key"],
        "name": said.of(row),
        "value": said.words["hidden"]
        if row["hidden"]
        else said.number(row["value"], row["decimals"]),
        "figure": said.words["hidden"] if row["hidden"] else _known(row, said),
        "hidden": bool(row["hidden"]),
        "unit": said.of(row, "unit"),
        "period": said.month(row["observed"], "MMM y") if pd.notna(row["observed"]) else "–",
        "age": _age(row["age_months"], said),
        "state": row["state"],
        "state_name": said.words[f"state_{row['state']}"],
        "rationale": said.of(row, "rationale"),
        "goalposts": _goalposts(row, said),
        "caveat": said.of(row, "caveat"),
        "series": _series(series, list(dict.fromkeys(foreseen)), said),
    }


def _goalposts(row: Mapping[Any, Any], said: Language) -> str:
    """Both bounds in the unit, and why they are there."""
    low, high = (
        f"{one:.{max(row['decimals'], 2)}f}".rstrip("0").rstrip(".")
        for one in (row["low"], row["high"])
    )
    figures = {
        name: said.number(float(text), len(text.partition(".")[2]))
        for name, text in (("low", low), ("high", high))
    }
    why = f" {said.of(row, 'goalposts')}" if "goalposts_fr" in row else ""
    return said.say("goalposts", **figures) + why


def _series(used: list[str], foreseen: list[str], said: Language) -> str:
    if not used:
        return said.say("rests_on_all", series=", ".join(foreseen))
    if set(used) == set(foreseen):
        return said.say("rests_on_all", series=", ".join(used))
    return said.say("rests_on", count=len(used), all=len(foreseen), series=", ".join(used))


def _age(months: float, said: Language) -> str:
    if pd.isna(months):
        return "–"
    if months < 2:
        return str(said.words["age_one" if months else "age_none"])
    return said.say("age_many", count=int(months))
