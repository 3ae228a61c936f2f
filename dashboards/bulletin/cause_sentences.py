"""Why the index moved, in sentences with names, figures and publishers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from dashboards import indicator_words as words
from dashboards.bulletin import causes, quality
from dashboards.bulletin.causes import Cause, Movement, Row
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

BILLION = 1e9


def section(stats: EditionStats, lang: Language, *, estimate: bool = False) -> dict[str, Any]:
    """The change of the index in a sentence, its causes, and what did not move.

    `estimate` where the month has no reading: what moved is then the estimate.
    """
    moved = causes.movement(stats)
    title = str(lang.words["why_estimate" if estimate else "why"])
    if moved is None:
        return {"title": title, "change": lang.say("since_none"), "causes": [], "rest": []}
    what = str(lang.words["the_estimate" if estimate else "the_index"])
    return {
        "title": title,
        "change": _change(stats, moved, what, lang),
        "causes": [sentence(stats, cause, lang) for cause in moved.named],
        "rest": [*_others(moved, lang), *_still(stats, moved, lang)],
    }


def _change(stats: EditionStats, moved: Movement, what: str, lang: Language) -> str:
    verb = "none" if not moved.total else "up" if moved.total > 0 else "down"
    return lang.say(
        f"moved_{verb}",
        what=what,
        start=lang.month(stats.month_before),
        end=lang.month(stats.month),
        points=lang.points(moved.total, causes.DECIMALS),
        before=lang.number(moved.before, causes.DECIMALS),
        now=lang.number(moved.now, causes.DECIMALS),
    )


def _others(moved: Movement, lang: Language) -> list[str]:
    if not moved.others or not moved.named:
        return []
    return [lang.say("moved_others", points=_points(moved.others, lang))]


def _still(stats: EditionStats, moved: Movement, lang: Language) -> list[str]:
    names = lang.names(stats.dimensions)
    if not moved.still:
        return []
    if len(moved.still) == len(names):
        return [str(lang.words["moved_nothing"])]
    return [lang.say("moved_still", names=lang.listed(names[key] for key in moved.still))]


def sentence(stats: EditionStats, cause: Cause, lang: Language) -> str:
    """A cause in one or two sentences, with its points."""
    points = _points(cause.points, lang)
    if not cause.now:
        return lang.say(f"cause_{cause.kind}", points=points)
    if cause.kind in ("enters", "leaves"):
        return _came(stats, cause, points, lang)
    name = words.subject(cause.now, lang)
    if cause.kind == "weight":
        return lang.sentence(
            lang.say("cause_weight", subject=name, points=points, weights=_weights(cause, lang))
        )
    text = lang.say(
        "cause_moved",
        subject=name,
        move=move(cause.before, cause.now, lang),
        publisher=_publishers(stats, cause, lang),
        points=points,
    )
    return " ".join([lang.sentence(text), *_more(stats, cause, lang)])


def _came(stats: EditionStats, cause: Cause, points: str, lang: Language) -> str:
    """An indicator that is counted now and was not, or the other way round."""
    row = cause.now if cause.kind == "enters" else cause.before
    text = lang.say(
        f"cause_{cause.kind}",
        subject=words.subject(row, lang),
        level=level(row, lang),
        period=lang.in_period(row["observed"], row["step"]),
        publisher=_publishers(stats, cause, lang),
        points=points,
    )
    return lang.sentence(text)


def level(row: Row, lang: Language) -> str:
    """The figure of an indicator, or its pressure where it may not be given."""
    if row["hidden"]:
        return lang.say("on_scale", score=lang.number(row["score"]))
    return words.figure(row["value"], row, lang)


def move(before: Row, now: Row, lang: Language) -> str:
    """From what to what an indicator went, and when, as the end of a sentence."""
    periods = [lang.in_period(row["observed"], row["step"]) for row in (before, now)]
    side = float(now["value"] - before["value"])
    if now["hidden"]:
        verb, ends = "pressure", [lang.number(row["score"]) for row in (before, now)]
    else:
        verb = "went" if words.is_change(now) else "rose" if side > 0 else "fell"
        ends = [words.figure(row["value"], now, lang) for row in (before, now)]
    if ends[0] == ends[1]:  # a move that the decimals of the figure do not show
        verb = "slightly_up" if side > 0 else "slightly_down"
    elif periods[0] == periods[1]:
        verb += "_within"
    return lang.say(
        f"move_{verb}",
        before=ends[0],
        now=ends[1],
        start=periods[0],
        end=periods[1],
        period=lang.of_period(now["observed"], now["step"]),
    )


def _more(stats: EditionStats, cause: Cause, lang: Language) -> list[str]:
    """What lies behind the move: comparison, accounts, revisions, weights."""
    text: list[str] = []
    if cause.compared:
        text.append(_base(cause, lang))
    else:
        text += _accounts(stats, cause, lang) or _figure(stats, cause, lang)
    if abs(cause.revised) >= quality.SMALL:
        text.append(lang.say("cause_revisions", points=_points(cause.revised, lang)))
    if cause.weight_changed and not stats.edition.framework.get("phase"):
        text.append(lang.say("cause_weights", weights=_weights(cause, lang)))
    return text


def _base(cause: Cause, lang: Language) -> str:
    assert cause.compared is not None  # noqa: S101
    old, new = (lang.period(start, cause.now["step"]) for start in cause.compared)
    return lang.say("cause_base", old=old, new=new)


def _accounts(stats: EditionStats, cause: Cause, lang: Language) -> list[str]:
    """The company whose newest accounts differ most from those of a year before."""
    old, new = (
        causes.behind(stats, cause.key, month) for month in (stats.month_before, stats.month)
    )
    figures = pd.concat([old, new]).drop_duplicates(["series", "series_period"], keep="last")
    by_figure = figures.set_index(["series", "series_period"])["value"]
    last = new.groupby("series").tail(1)
    wording = old.groupby("series")["series_period"].max()
    fresh = last[last["series_period"] > last["series"].map(wording)]
    best: tuple[float, dict[Any, Any], float] | None = None
    for row in fresh[fresh["series"].isin(cause.now["of"])].to_dict("records"):
        if not words.account(row["series"], lang):
            continue
        year_before = row["series_period"] - pd.DateOffset(years=1)
        was = by_figure.get((row["series"], year_before), float("nan"))
        if pd.notna(was) and (best is None or abs(row["value"] - was) > best[0]):
            best = (abs(row["value"] - was), row, float(was))
    return [] if best is None else [_account(stats, best[1], best[2], lang)]


def _account(stats: EditionStats, row: dict[Any, Any], was: float, lang: Language) -> str:
    titles = stats.edition.series.set_index("key")
    company = lang.of(titles.loc[row["series"]], "title").partition(",")[0]
    return lang.say(
        "cause_accounts_known" if not row["assumed"] else "cause_accounts",
        owner=lang.owner(company),
        day=lang.day(row["known_from"].date()),
        item=words.account(row["series"], lang),
        quarter=lang.of_period(row["series_period"], "quarter"),
        now=lang.number(row["value"] / BILLION),
        was=lang.number(was / BILLION),
    )


def _figure(stats: EditionStats, cause: Cause, lang: Language) -> list[str]:
    """The one figure behind the indicator that a sentence may name.

    Of a change over a year it is given with that of a year before, and the sentence after it says
    where the figure itself went the other way.
    """
    old, new = (
        causes.behind(stats, cause.key, month) for month in (stats.month_before, stats.month)
    )
    for series in cause.now["of"]:
        wording = words.series_words(series)
        before, now = (rows.loc[rows["series"].eq(series)] for rows in (old, new))
        if wording is None or series in stats.not_republished or before.empty or now.empty:
            continue
        compared = cause.now["transform"] in causes.COMPARED
        past, last = (now if compared else before).iloc[0 if compared else -1], now.iloc[-1]
        rise = float(last["value"] - before["value"].iloc[-1])
        if rise == 0.0:
            continue
        verb = "compared" if compared else "rose" if rise > 0 else "fell"
        text = _of_series(f"cause_figure_{verb}", past, last, wording, cause, lang)
        against = (cause.now["value"] - cause.before["value"]) * rise < 0
        if not (compared and against):
            return [text]
        return [text, lang.say("cause_base_up" if rise > 0 else "cause_base_down")]
    return []


def _of_series(
    name: str,
    past: "pd.Series[Any]",
    last: "pd.Series[Any]",
    wording: Mapping[str, Any],
    cause: Cause,
    lang: Language,
) -> str:
    scale, decimals = wording.get("scale", 1.0), wording["decimals"]
    step = cause.now["step"]
    unit = f" {lang.of(wording, 'unit')}".rstrip()
    return lang.say(
        name,
        name=lang.of(wording),
        before=lang.number(past["value"] / scale, decimals),
        now=lang.number(last["value"] / scale, decimals) + unit,
        start=lang.in_period(past["series_period"], step),
        end=lang.in_period(last["series_period"], step),
    )


def _weights(cause: Cause, lang: Language) -> str:
    before, now = (lang.percent(row["weight"], 1) for row in (cause.before, cause.now))
    return lang.say("weights", before=before, now=now)


def _publishers(stats: EditionStats, cause: Cause, lang: Language) -> str:
    """The publishers of the figures behind an indicator, as the page calls them."""
    rows = causes.behind(stats, cause.key, stats.month)
    if rows.empty:
        rows = causes.behind(stats, cause.key, stats.month_before)
    sources = stats.edition.series.set_index("key")["source"].reindex(rows["series"].unique())
    catalogue = {row["key"]: row for row in stats.edition.sources.to_dict("records")}
    names: Iterable[str] = (
        words.publisher(catalogue[source], lang) for source in dict.fromkeys(sources.dropna())
        if source in catalogue
    )  # fmt: skip
    return lang.listed(dict.fromkeys(names) or [str(lang.words["publisher_unknown"])])


def _points(value: float, lang: Language) -> str:
    return lang.points(value, causes.DECIMALS, signed=True)
