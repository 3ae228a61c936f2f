"""The rows of the tables of a bulletin, in words; templates only lay them out."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from dashboards import indicator_words, once
from dashboards.bulletin import reading
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

Row = dict[str, Any]
NAMED = 4  # series that a reader takes in; the page of the constituents has them all


def _figure(row: Mapping[Any, Any], lang: Language) -> str:
    return indicator_words.figure(row["value"], row, lang)


def _figure_or_dash(row: Mapping[Any, Any], lang: Language) -> str:
    """The figure with its unit, or a dash where none is known."""
    return _figure(row, lang) if pd.notna(row["value"]) else "–"


def zone_rule(stats: EditionStats, lang: Language) -> str:
    """How the index enters and leaves each zone above the calmest."""
    parts = [
        lang.say(
            "regime_rule",
            name=lang.of(regime),
            enter=lang.number(regime["enter"], 0),
            leave=lang.number(regime["leave"], 0),
        )
        for regime in stats.zones[1:]
    ]
    confirm = stats.edition.framework["rules"].get("confirm", 1)
    return lang.say(
        "note_regimes", confirm=confirm, regimes=str(lang.words["semicolon"]).join(parts)
    )


def rules(stats: EditionStats, lang: Language) -> str:
    """How zones change, when the index is said to hold, what a reading is."""
    sentence = "hold_usual" if stats.edition.mean_revision is None else "hold_revision"
    hold = lang.say(sentence, hold=lang.points(stats.hold))
    read = lang.say(
        "note_reading",
        floor=lang.percent(reading.READABLE),
        full=lang.percent(reading.FULL),
    )
    return f"{zone_rule(stats, lang)} {hold} {read} {interval(stats, lang)}".strip()


def zones(regimes: Iterable[Mapping[str, Any]], lang: Language) -> list[list[str]]:
    """The zones of the index, or its phases: name, both thresholds, and why there."""
    return [
        [
            lang.of(regime),
            lang.number(regime["enter"], 0),
            lang.number(regime["leave"], 0),
            lang.of(regime, "why"),
        ]
        for regime in regimes
    ]


def interval(stats: EditionStats, lang: Language) -> str:
    """A sentence on the grey band and its ends; "" where the edition has none."""
    line = stats.line("index")
    if pd.isna(line.get("low")) or pd.isna(line.get("high")):
        return ""
    note = "note_interval_errors" if stats.edition.framework.get("phase") else "note_interval"
    return lang.say(note, low=lang.number(line["low"]), high=lang.number(line["high"]))


def blocks(stats: EditionStats, lang: Language) -> list[Row]:
    """The dimensions and panels with their indicators, in the order of the method."""
    used = stats.members.groupby("key")["series"].apply(list).to_dict()
    return [
        {
            "key": group["key"],
            "name": lang.of(group),
            "question": lang.of(group, "question"),
            "panel": group in stats.panels,
            "total": None if group in stats.panels else _points(stats.line(group["key"]), lang),
            "rows": [
                _indicator(stats, row, used.get(row["key"], []), lang)
                for row in _of_group(stats, group["key"])
            ],
        }
        for group in [*stats.dimensions, *stats.panels]
    ]


def _of_group(stats: EditionStats, key: str) -> list[dict[Hashable, Any]]:
    return [row for row in _readings(stats) if row["dimension"] == key]


@once
def _readings(stats: EditionStats) -> list[dict[Hashable, Any]]:
    """The indicators of the month, which each group and language takes its own of."""
    return stats.readings.to_dict("records")


def _points(line: "Mapping[Any, Any] | pd.Series[Any]", lang: Language) -> Row:
    """Score, change, weight and points of a row, and the length of its bar."""
    return {
        "score": lang.number(line["score"]),
        "bar": None if pd.isna(line["score"]) else str(round(float(line["score"]), 1)),
        "change": lang.number(line["change"], signed=True),
        "weight": lang.percent(line["weight"], 1) if pd.notna(line["weight"]) else "–",
        "points": lang.number(line["contribution"]),
    }


def _indicator(
    stats: EditionStats, row: Mapping[Any, Any], series: list[str], lang: Language
) -> Row:
    foreseen = [*row.get("of", ()), *row.get("to", ()), *row.get("less", ())] or series
    return _points(row, lang) | {
        "key": row["key"],
        "name": lang.of(row),
        "value": lang.words["hidden"]
        if row["hidden"]
        else indicator_words.amount(row["value"], row, lang),
        "figure": lang.words["hidden"] if row["hidden"] else _figure_or_dash(row, lang),
        "hidden": bool(row["hidden"]),
        "unit": indicator_words.unit(row, lang),
        "period": indicator_words.period(row, lang),
        "age": _age(row["age_months"], lang),
        "state": row["state"],
        "state_name": lang.words[f"state_{str(row['state']).replace(' ', '_')}"],
        "rationale": lang.of(row, "rationale"),
        "goalposts": _goalposts(row, lang),
        "caveat": lang.of(row, "caveat"),
        "series": _series(stats, series, list(dict.fromkeys(foreseen)), lang),
    }


def _goalposts(row: Mapping[Any, Any], lang: Language) -> str:
    """Both bounds in the unit, and why they are there."""
    figures = {name: _bound(float(row[name]), row, lang) for name in ("low", "high")}
    why = f" {lang.of(row, 'goalposts')}" if "goalposts_fr" in row else ""
    return lang.say("goalposts", **figures) + why


def _bound(bound: float, row: Mapping[Any, Any], lang: Language) -> str:
    if row["transform"] == indicator_words.FACTOR:
        return indicator_words.amount(bound, row, lang)
    text = f"{bound:.{max(row['decimals'], 2)}f}".rstrip("0").rstrip(".")
    return lang.number(float(text), len(text.partition(".")[2]))


def _series(stats: EditionStats, used: list[str], foreseen: list[str], lang: Language) -> str:
    """The titles of the series behind an indicator, or how many they are."""
    shown = used or foreseen
    titles = [lang.of(stats.catalogue[key], "title") for key in shown if key in stats.catalogue]
    words = {
        "count": len(used),
        "all": len(foreseen),
        "series": str(lang.words["semicolon"]).join(titles),
    }
    if len(titles) > NAMED:
        return lang.say("rests_on_many", **words)
    if not used or set(used) == set(foreseen):
        return lang.say("rests_on_all", **words)
    return lang.say("rests_on", **words)


def _age(months: float, lang: Language) -> str:
    if pd.isna(months):
        return "–"
    if months < 2:
        return str(lang.words["age_one" if months else "age_none"])
    return lang.say("age_many", count=int(months))
