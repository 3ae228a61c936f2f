"""The figures of a bulletin: each chart in two widths, its words and its data."""

import textwrap
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboards import chart_drawing, charts, once, theme
from dashboards.bulletin import quality, reading
from dashboards.drawings import heat_map, small_charts
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

MONTHS = 24
# Months of the narrow chart, and the letters of a line of its titles.
FEW = {"parts": 12, "heat": 10}
LINE = 28

Names = Mapping[str, str]
Draw = Callable[[chart_drawing.Chart, Language], str]


@dataclass(frozen=True)
class Figure:
    """A chart: the addresses of two images, its alternative text and its table."""

    key: str
    wide: str
    narrow: str
    alt: str
    head: list[str]
    rows: list[list[str]]


def figures(stats: EditionStats, lang: Language, draw: Draw | None = None) -> list[Figure]:
    """The figures of an edition in the order of the page, drawn by `draw`."""
    drawn = lasting(stats, lang, draw or embedded)
    return [*drawn, _since(stats, lang, draw or embedded)] if len(stats.edition.change) else drawn


def lasting(stats: EditionStats, lang: Language, draw: Draw) -> list[Figure]:
    """The figures that every edition has; the waterfall needs a month before."""
    return [figure(stats, lang, draw) for figure in (_index, _parts, dimension_figure, _heat)]


def _index(stats: EditionStats, lang: Language, draw: Draw) -> Figure:
    return index_figure(stats, lang, draw, charts.WIDE)


def index_figure(stats: EditionStats, lang: Language, draw: Draw, width: int) -> Figure:
    """The index and its zones, `width` pixels wide where there is room."""
    frame = _index_frame(stats)
    scores = frame.dropna(subset="score").set_index("period")["score"]
    label = "" if scores.empty else _label(frame, float(scores.iloc[-1]), lang)
    zones = _zones(stats.zones, lang)
    names = {"": "–"} | lang.names(stats.labels)
    later = frame.get("revised", frame["score"] * float("nan"))
    lines = zip(frame["period"], frame["score"], later, stats.index_regimes, strict=True)
    rows = [
        [lang.month(month), lang.number(score), lang.number(now), names[zone]]
        for month, score, now, zone in lines
    ]
    return Figure(
        "index",
        draw(charts.index(frame, zones, label, width), lang),
        draw(charts.index(frame, zones, label, charts.NARROW), lang),
        _range(scores, lang),
        [lang.words[f"column_{name}"] for name in ("month", "index", "now", "regime")],
        rows[::-1],
    )


@once
def _index_frame(stats: EditionStats) -> pd.DataFrame:
    columns = [name for name in ("score", "low", "high") if name in stats.edition.values]
    tables = {name: stats.table(name, "index")["index"] for name in columns}
    unread = reading.kinds(stats).eq("none") & stats.index_scores.notna()
    for name in {"low", "high"} & set(tables):
        tables[name] = tables[name].mask(unread)
    lines = _lines(stats, unread)
    return pd.DataFrame(tables | _revised(stats) | lines | {"estimate": unread}).reset_index()


def _label(frame: pd.DataFrame, score: float, lang: Language) -> str:
    last = frame.dropna(subset="score").iloc[-1]
    figure = lang.number(score)
    return lang.say("estimate_label", figure=figure) if last["estimate"] else figure


def _lines(stats: EditionStats, unread: "pd.Series[bool]") -> "dict[str, pd.Series[float]]":
    """The index in two parts: made in its time and read in full, or not.

    Nothing in an edition that does not know. The second, dashed part ends where the first begins;
    a month that is not read is in neither.
    """
    rows = stats.edition.gauges.rows
    if rows.empty and not unread.any():
        return {}
    score = stats.index_scores.mask(unread)
    late = pd.Series(False, score.index)
    if len(rows):
        late = rows.groupby("period")["reconstructed"].first().reindex(late.index, fill_value=True)
    late = late | reading.kinds(stats).eq("provisional")
    joined = late | late.shift(fill_value=True)
    return {"timely": score.where(~late), "rebuilt": score.where(joined)}


def _revised(stats: EditionStats) -> "dict[str, pd.Series[float]]":
    """The index of earlier months with the figures known to this edition."""
    later = stats.edition.revised.set_index("period")["score"]
    return {"revised": later[later.index < stats.month]} if len(later) else {}


def _zones(regimes: list[dict[str, Any]], lang: Language) -> pd.DataFrame:
    enters = [float(regime["enter"]) for regime in regimes]
    zones = {"enter": enters, "end": [*enters[1:], 100.0], "colour": theme.ZONES[: len(enters)]}
    return pd.DataFrame({"name": [lang.of(regime) for regime in regimes]} | zones)


def _range(scores: pd.Series, lang: Language) -> str:
    if scores.empty:
        return lang.say("alt_nothing")
    when = {"first": scores.index[0], "last": scores.index[-1]}
    when |= {"lowest": scores.idxmin(), "highest": scores.idxmax()}
    what = {"low": scores.min(), "high": scores.max(), "now": scores.iloc[-1]}
    months = {name: lang.month(month) for name, month in when.items()}
    return lang.say("alt_index", **months, **{name: lang.number(v) for name, v in what.items()})


def _parts(stats: EditionStats, lang: Language, draw: Draw) -> Figure:
    names = lang.names(stats.dimensions)
    parts = stats.dimension_points.reindex(columns=list(names))
    total = stats.index_scores
    wide, narrow = (
        charts.contributions(
            _long(parts.tail(count), names, lang).rename(columns={"value": "contribution"}),
            _long(total.tail(count).to_frame(), {"index": ""}, lang).rename(
                columns={"value": "score"}
            ),
            _colours(names),
            width,
        )
        for count, width in ((MONTHS, charts.WIDE), (FEW["parts"], charts.NARROW))
    )
    table, names = parts.assign(index=total).tail(MONTHS), names | {"index": lang.words["index"]}
    return _figure("parts", (wide, narrow), table, names, lang, draw)


def dimension_figure(stats: EditionStats, lang: Language, draw: Draw) -> Figure:
    """The dimensions side by side."""
    names = lang.names(stats.dimensions)
    scores = stats.dimension_scores.reindex(columns=list(names))
    lines = [
        small_charts.Line(name, colour, line, "" if line[-1] is None else lang.number(line[-1]))
        for (name, colour), line in zip(_colours(names).items(), _by_row(scores), strict=True)
    ]
    months = [month.date() for month in scores.index]
    wide = small_charts.chart(lines, months, charts.WIDE, wide=True)
    narrow = small_charts.chart(lines, months, charts.NARROW, wide=False)
    return _figure("dimensions", (wide, narrow), scores, names, lang, draw)


def _heat(stats: EditionStats, lang: Language, draw: Draw) -> Figure:
    inside = [row for row in stats.fields.values() if not row["panel"]]
    names = lang.names(inside)
    scores = stats.indicator_scores.reindex(columns=list(names)).tail(MONTHS)
    wide = {key: [name] for key, name in names.items()}
    narrow = {key: textwrap.wrap(name, LINE) for key, name in names.items()}
    table, first, last = scores.T, scores.index[0], scores.index[-1]
    return Figure(
        "heat",
        draw(_map(stats, scores, wide, lang), lang),
        draw(_map(stats, scores.tail(FEW["heat"]), narrow, lang), lang),
        lang.say("alt_heat", count=len(names), first=lang.month(first), last=lang.month(last)),
        [lang.words["column_indicator"], *[lang.month(month, "MM/yy") for month in table.columns]],
        [
            [names[key], *[lang.number(score, 0) for score in line]]
            for key, line in zip(table.index, table.to_numpy(), strict=True)
        ],
    )


def _map(
    stats: EditionStats, scores: pd.DataFrame, titles: Mapping[str, list[str]], lang: Language
) -> chart_drawing.Chart:
    """The heat map of the months of `scores`; the last one has its figures."""
    rows = {
        key: heat_map.Row(lines, own, "" if own[-1] is None else lang.number(own[-1], 0))
        for (key, lines), own in zip(titles.items(), _by_row(scores), strict=True)
    }
    groups = [
        heat_map.Group(name, [row for own, row in rows.items() if own.partition(".")[0] == key])
        for key, name in lang.names(stats.dimensions).items()
    ]
    return heat_map.chart(groups, [lang.month(month, "MMM yy") for month in scores.index])


def _by_row(scores: pd.DataFrame) -> list[list[float | None]]:
    """The scores of each column by month, None where one is withheld."""
    return [
        [None if score != score else score for score in own] for own in scores.T.to_numpy().tolist()
    ]


def _since(stats: EditionStats, lang: Language, draw: Draw) -> Figure:
    """Waterfall from the month before: new data by dimension, then the rest."""
    steps = _steps(stats, lang)
    wide, narrow = (
        draw(charts.waterfall(steps, width), lang) for width in (charts.WIDE, charts.NARROW)
    )
    parts = [lang.say("pair", name=n, figure=f) for n, f in steps[["name", "label"]].to_numpy()]
    moves = lang.grammar.comma.join(parts[1:-1])
    words = lang.say("alt_since", first=parts[0], last=parts[-1], parts=moves)
    causes = [f"cause_{cause.removesuffix('_data')}" for cause in quality.CAUSES[:-1]]
    head = [lang.words[name] for name in ("column_dimension", *causes, "column_total")]
    return Figure("since", wide, narrow, words, head, quality.moved(stats, lang))


def _steps(stats: EditionStats, lang: Language) -> pd.DataFrame:
    """The steps of charts.waterfall: their sum is the change of the index."""
    names = lang.names(stats.dimensions)
    causes = stats.causes
    fresh = causes["new_data"].reindex(list(names))
    revised = causes["revised_data"].sum()
    rest = causes["total"].sum() - fresh.sum() - revised
    before, now = stats.index_scores.iloc[-2:]
    added = [*fresh, revised, rest]
    ends = before + np.cumsum([0.0, *added, 0.0])
    return pd.DataFrame(
        {
            "name": [
                lang.month(stats.month_before),
                *names.values(),
                lang.words["cause_revised"],
                lang.words["cause_method"],
                lang.month(stats.month),
            ],
            "start": [before, *ends[:-2], now],
            "end": [before, *ends[1:-1], now],
            "colour": [None, *_colours(names).values(), theme.MUTED, theme.MUTED, None],
            "label": [
                lang.number(before, 2),
                *[lang.number(points, 2, signed=True) for points in added],
                lang.number(now, 2),
            ],
        }
    )


def _colours(names: Names) -> dict[str, str]:
    colours = theme.dimension_colours(list(names))
    return {names[key]: colour for key, colour in colours.items()}


def _long(table: pd.DataFrame, names: Names, lang: Language) -> pd.DataFrame:
    """Long form: period, month (as written), key, name, rank and value."""
    months, keys = [lang.month(period, "MMM yy") for period in table.index], list(names)
    rank = np.repeat(range(len(keys)), len(months))
    key = [keys[number] for number in rank]
    texts = {"month": months * len(keys), "key": key, "name": [names[own] for own in key]}
    return pd.DataFrame(
        {
            # as objects: the conversions of a frame of strings took most of the time
            **{name: pd.Series(cells, dtype=object) for name, cells in texts.items()},
            "period": [*table.index] * len(keys),
            "rank": rank,
            "value": table[keys].to_numpy().T.ravel(),
        }
    )


def _figure(
    key: str,
    drawn: tuple[chart_drawing.Chart, chart_drawing.Chart],
    table: pd.DataFrame,
    names: Names,
    lang: Language,
    draw: Draw,
) -> Figure:
    """A figure of dimensions by month, newest first in its table."""
    last = table.iloc[-1]
    parts = [
        lang.say("pair", name=name, figure=lang.number(last[key])) for key, name in names.items()
    ]
    first, end = lang.month(table.index[0]), lang.month(table.index[-1])
    lines = zip(table.index, table.to_numpy(), strict=True)
    rows = [[lang.month(month), *[lang.number(v) for v in line]] for month, line in lines]
    words = lang.say(f"alt_{key}", first=first, last=end, parts=lang.grammar.comma.join(parts))
    head = [lang.words["column_month"], *names.values()]
    return Figure(key, draw(drawn[0], lang), draw(drawn[1], lang), words, head, rows[::-1])


def embedded(chart: chart_drawing.Chart, lang: Language) -> str:
    """A chart as a data address: the page that shows it needs no other file."""
    svg = chart_drawing.svg(chart, lang)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
