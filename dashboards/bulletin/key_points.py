"""The key points: of each dimension its level, what moves it, how new it is."""

from typing import Any

import pandas as pd

from dashboards import indicator_words as words
from dashboards import once
from dashboards.bulletin import causes
from dashboards.bulletin.cause_sentences import level, move
from dashboards.bulletin.headline import in_words
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

Row = dict[str, Any]


def points(stats: EditionStats, lang: Language) -> list[Row]:
    """Name and sentences of each dimension, in the order of the method."""
    return [
        {"name": lang.of(group), "text": _point(stats, group["key"], lang)}
        for group in stats.dimensions
    ]


def _point(stats: EditionStats, key: str, lang: Language) -> list[str]:
    line = stats.line(key)
    if pd.isna(line["score"]):
        floor = lang.percent(stats.edition.framework["rules"]["coverage_dimension"])
        coverage = lang.percent(line["coverage"])
        return [lang.say("point_withheld", coverage=coverage, floor=floor)]
    reason = _mover(stats, key, lang) or _driver(stats, key, lang)
    return [
        lang.say(f"point_{reason[0]}", opening=_opening(stats, key, line, lang), **reason[1]),
        *_age(stats, key, lang),
    ]


def _opening(stats: EditionStats, key: str, line: "pd.Series[Any]", lang: Language) -> str:
    score, month, year = lang.number(line["score"]), line["change"], year_change(stats, key)
    changes = {
        name: in_words(float(change), lang)
        for name, change in (("month", month), ("year", year))
        if pd.notna(change)
    }
    form = "both" if len(changes) == 2 else next(iter(changes), "level")
    return lang.say(f"point_{form}", score=score, **changes)


def year_change(stats: EditionStats, key: str) -> float:
    """The change of a dimension over a year; NaN over a change of method."""
    before = stats.month - pd.DateOffset(years=1)
    scores = stats.dimension_scores[key]
    if stats.made_by.get(before, "") != stats.made_by[stats.month]:
        return float("nan")
    return float(scores[stats.month] - scores.get(before, float("nan")))


def _mover(stats: EditionStats, key: str, lang: Language) -> tuple[str, Row] | None:
    """The indicator that moved the dimension most over the month, if one did."""
    change = _change(stats)
    own = change[change.index.str.startswith(f"{key}.")]
    own = own[own.index.isin(stats.indicators["key"]) & own.abs().ge(causes.WORTH)]
    for name in own.abs().sort_values(ascending=False, kind="stable").index:
        cause = causes.cause(stats, str(name))
        if cause.kind in ("moved", "base"):
            subject = words.subject(cause.now, lang)
            return "mover", {"subject": subject, "move": move(cause.before, cause.now, lang)}
    return None


@once
def _change(stats: EditionStats) -> "pd.Series[float]":
    """The points by which each indicator moved the index over the month."""
    return stats.edition.change.set_index("key").sum(axis=1)


def _driver(stats: EditionStats, key: str, lang: Language) -> tuple[str, Row]:
    """What changed the dimension most over a year, or what weighs most in it."""
    then = stats.month - pd.DateOffset(years=1)
    keys = stats.indicators.loc[stats.indicators["dimension"].eq(key), "key"]
    pairs = [
        (causes.indicator(stats, str(name), then), causes.indicator(stats, str(name), stats.month))
        for name in keys
    ]
    both = [
        pair for pair in pairs
        if not pair[1]["hidden"] and pd.notna(pair[0]["score"]) and pd.notna(pair[1]["score"])
    ]  # fmt: skip
    if both:
        before, now = max(
            both, key=lambda pair: abs(pair[1]["score"] - pair[0]["score"]) * pair[1]["weight"]
        )
        shown = [words.figure(row["value"], now, lang) for row in (before, now)]
        if shown[0] != shown[1]:
            ends = {"before": shown[0], "now": shown[1]}
            return "driver", {"subject": words.subject(now, lang).rstrip(","), **ends}
    present = [now for _, now in pairs if pd.notna(now["score"])]
    now = max(present, key=lambda row: row["score"] * row["weight"])
    period = lang.in_period(now["observed"], now["step"])
    subject = words.subject(now, lang).rstrip(",")
    return "lead", {"subject": subject, "level": level(now, lang), "period": period}


@once
def _fresh(stats: EditionStats) -> pd.DataFrame:
    """Whether an indicator has a newer figure than a month before: month x key."""
    lineage = stats.edition.lineage
    figures = lineage.groupby(["period", "key"])["series_period"].max().unstack("key")
    newest = figures.reindex(stats.index_scores.index)
    before = newest.shift()
    return ((newest > before) | (newest.notna() & before.isna())).iloc[1:]


def _age(stats: EditionStats, key: str, lang: Language) -> list[str]:
    """How many of the indicators have a new figure, or since when none has."""
    fresh = _fresh(stats)
    names = [name for name in fresh if str(name).startswith(f"{key}.")]
    counts = fresh[names].sum(axis=1)
    if counts.empty:
        return []
    count = int(counts.iloc[-1])
    if count:
        form = "point_fresh_one" if count == 1 else "point_fresh"
        return [lang.say(form, count=count, all=len(names))]
    came = counts[counts > 0]
    if came.empty:
        return []
    return [lang.say("point_stale", edition=lang.of_month(came.index[-1]))]
