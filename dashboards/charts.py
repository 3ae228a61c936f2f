"""Charts: pure functions from frames to Vega-Lite.

Every function returns a Vega-Lite chart `width` pixels wide. Scores are 0 to 100. Text from
outside the project enters as data only, never as an expression, so that it cannot run.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboards import theme
from dashboards.chart_drawing import Chart
from dashboards.chart_templates import domain, fill, placeholder, template

WIDE, NARROW = 860, 330
MARGIN = 62  # beside the index, for the names of its zones
LEAST_SPAN = 1.0  # points of a waterfall, so that a month without events looks like one
FULL = (0.0, 100.0)  # the scale of a score
SCORES = alt.Scale(domain=[0, 100], nice=False)
# A point as wide as the line: it shows where a month stands alone between two gaps.
LONE = {"size": 5, "opacity": 1}
YEARS = alt.Axis(format="%Y", tickCount=alt.TimeIntervalStep(interval="year", step=1), grid=False)


def index(frame: pd.DataFrame, zones: pd.DataFrame, label: str, width: int) -> Chart:
    """Line of the index over its zones, with its last figure; gaps stay gaps.

    `frame`: period, score, low and high where an interval is known, and revised, drawn as
    hollow dots, where it is known; timely and rebuilt (dashed) in the place of one line, where
    it is known when a month was made; estimate, true where the score is no reading: its dot is
    hollow. `zones`: name, enter, end and colour, in points.
    """
    optional = {name for name in ("low", "revised", "rebuilt") if name in frame.columns}
    template = _index(width, tuple(zones["enter"]), frozenset(optional))
    last = frame.dropna(subset="score").tail(1).assign(label=label, fill=theme.INK)
    if "estimate" in frame:
        last["fill"] = last["fill"].mask(last["estimate"], theme.PAPER)
    data = {"index": frame, "last": last, "zones": zones}
    if "revised" in optional:
        data["revised"] = frame.dropna(subset="revised")
    return fill(template, names=_middles(zones), **data)


@template
def _index(width: int, enters: tuple[float, ...], optional: frozenset[str]) -> Any:
    time = alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=YEARS, title=None)
    base = alt.Chart(alt.NamedData("index"))
    field = "timely:Q" if "rebuilt" in optional else "score:Q"
    line = base.mark_line(point=LONE | {"color": theme.INK}).encode(
        time, alt.Y(field, scale=SCORES)
    )
    last = alt.Chart(alt.NamedData("last")).encode(time, alt.Y("score:Q"))
    dot = last.mark_point(size=70, color=theme.INK, opacity=1)
    dot = dot.encode(fill=alt.Fill("fill:N", scale=None, legend=None))
    text = last.mark_text(align="right", dy=-14, dx=4, fontSize=15, fontWeight="bold")
    layers = [*_zones(enters), line, dot, text.encode(text="label:N")]
    if "low" in optional:
        band = base.mark_area(opacity=0.18, color=theme.INK)
        layers.insert(2, band.encode(time, alt.Y("low:Q", scale=SCORES), alt.Y2("high:Q")))
    if "rebuilt" in optional:
        dashed = base.mark_line(strokeDash=[5, 3])
        layers.append(dashed.encode(time, alt.Y("rebuilt:Q", scale=SCORES)))
    if "revised" in optional:
        revised = alt.Chart(alt.NamedData("revised"))
        dots = revised.mark_point(size=26, color=theme.INK, fill=theme.PAPER, opacity=1)
        layers.append(dots.encode(time, alt.Y("revised:Q", scale=SCORES)))
    size = {"width": width - 45 - MARGIN, "height": 320 if width == WIDE else 240}
    return alt.layer(*layers).properties(**size)


def _middles(zones: pd.DataFrame) -> pd.DataFrame:
    return zones.assign(middle=(zones["enter"] + zones["end"]) / 2)


def _zones(enters: Iterable[float]) -> list[Any]:
    colour = alt.Color("colour:N", scale=None)
    area = alt.Chart(alt.NamedData("zones")).encode(
        alt.Y("enter:Q", scale=SCORES), alt.Y2("end:Q"), colour
    )
    name = alt.Chart(alt.NamedData("names")).mark_text(align="left", dx=8, color=theme.MUTED)
    y = alt.Y("middle:Q", scale=SCORES, axis=alt.Axis(values=[*enters, 100]))
    return [area.mark_rect(), name.encode(y, x=alt.value("width"), text="name:N")]


def contributions(
    parts: pd.DataFrame, total: pd.DataFrame, colours: Mapping[str, str], width: int
) -> Chart:
    """Stacked bars of the points of the dimensions, and the index as a line.

    `parts`: month (as written), name, rank, contribution; `total`: month, score. `colours` by
    name, in the order of the stack.
    """
    months = list(total["month"])
    lists = {"months": months, "ticks": _every(months, 3 if width == WIDE else 6)}
    chosen = parts[["month", "name", "rank", "contribution"]]
    template = _contributions(tuple(colours.items()), width)
    return fill(template, lists, parts=chosen, total=total[["month", "score"]])


@template
def _contributions(colours: tuple[tuple[str, str], ...], width: int) -> Any:
    axis = alt.Axis(labelAngle=0, values=placeholder("ticks"))
    month = alt.X("month:O", sort=placeholder("months"), axis=axis)
    # The gap holds a name that a wider font lengthens, so that it does not touch the next mark.
    legend = alt.Legend(orient="top", columns=5 if width == WIDE else 2, columnPadding=22)
    names, hues = zip(*colours, strict=True)
    scale = alt.Scale(domain=list(names), range=list(hues))
    points = alt.Y("contribution:Q", stack="zero")
    hue = alt.Color("name:N", scale=scale, legend=legend)
    bars = alt.Chart(alt.NamedData("parts")).mark_bar().encode(month, points, hue, order="rank:O")
    base = alt.Chart(alt.NamedData("total")).encode(month, y="score:Q")
    halo, line = base.mark_line(color=theme.PAPER, strokeWidth=5), base.mark_line()
    dots = base.mark_point(filled=True, color=theme.INK, opacity=1, size=26)
    size = {"width": width - 45, "height": 300 if width == WIDE else 240}
    return alt.layer(bars, halo, line, dots).properties(**size)


def _every(months: Sequence[str], step: int) -> list[str]:
    """Every `step`-th month, counted back from the last."""
    return list(months[::-1][::step])


def dimensions(frame: pd.DataFrame, colours: Mapping[str, str], width: int) -> Chart:
    """One small chart per dimension, on one scale, with its last score.

    `frame`: period, name, score, label (written beside the last point, else empty).
    """
    data = {
        f"dimension{number}": frame.loc[frame["name"].eq(name), ["period", "score", "label"]]
        for number, name in enumerate(colours)
    }
    return fill(_dimensions(tuple(colours.items()), width), **data)


@template
def _dimensions(colours: tuple[tuple[str, str], ...], width: int) -> Any:
    columns = 5 if width == WIDE else 2
    wide = (width - 40) // columns - 22
    panels = [
        _small(f"dimension{number}", name, colour, wide, axis=number % columns == 0)
        for number, (name, colour) in enumerate(colours)
    ]
    return alt.concat(*panels, columns=columns, spacing=18)


def _small(data: str, name: str, colour: str, width: int, *, axis: bool) -> Any:
    # Without the topmost label, all titles stand on one line.
    low = "datum.value < 100 ? datum.label : ''"
    values = alt.Axis(values=[0, 50, 100], labels=axis, labelExpr=low)
    ticks = alt.Axis(format="%Y", tickCount=3, grid=False, labelOverlap=True)
    base = alt.Chart(alt.NamedData(data)).encode(
        alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=ticks),
        alt.Y("score:Q", scale=SCORES, axis=values),
    )
    area = base.mark_area(color=colour, opacity=0.14)
    last = base.mark_text(align="right", dy=-10, fontSize=14, fontWeight="bold")
    last = last.encode(text="label:N").transform_filter("datum.label != ''")
    layers = (area, base.mark_line(color=colour, point=LONE | {"color": colour}), last)
    title = alt.TitleParams(name, anchor="start", fontSize=13, color=theme.INK)
    return alt.layer(*layers).properties(width=width, height=110, title=title)


def waterfall(steps: pd.DataFrame, width: int) -> Chart:
    """Waterfall from one level to the next; the axis does not start at zero.

    `steps`: name, start, end, colour and label (written beside it), in order. The first and the
    last are levels, where start is end, and are drawn as marks.
    """
    low, high = steps[["start", "end"]].min().min(), steps[["start", "end"]].max().max()
    middle, half = (low + high) / 2, max(high - low, LEAST_SPAN) / 2
    # room on the right for the labels, which are longer than the bars may be
    domain = [middle - 1.2 * half, middle + 1.7 * half]
    linked = steps.assign(next=steps["name"].shift(-1), top=steps[["start", "end"]].max(axis=1))
    lists = {"domain": domain, "names": list(steps["name"])}
    return fill(_waterfall(width), lists, steps=linked)


@template
def _waterfall(width: int) -> Any:
    scale = alt.Scale(domain=placeholder("domain"), nice=False, zero=False)
    names = alt.Axis(labelColor=theme.INK, labelLimit=0, grid=False)
    base = alt.Chart(alt.NamedData("steps")).encode(
        alt.Y("name:N", sort=placeholder("names"), axis=names),
        alt.X("start:Q", scale=scale, axis=alt.Axis(tickCount=4 if width == WIDE else 3)),
    )
    bars = base.mark_bar(height=14).encode(x2="end:Q", color=alt.Color("colour:N", scale=None))
    joins = base.transform_filter("datum.next !== null").mark_rule(color=theme.MUTED)
    joins = joins.encode(alt.X("end:Q", scale=scale), y2="next:N")
    level = base.transform_filter("datum.colour === null")
    marks = level.mark_tick(color=theme.INK, thickness=3, size=20, opacity=1)
    labels = base.mark_text(align="left", dx=6).encode(alt.X("top:Q", scale=scale), text="label:N")
    layers = alt.layer(bars, joins, marks, labels)
    return layers.properties(width=width - 130, height=alt.Step(26))


def heat(frame: pd.DataFrame, order: Sequence[str], groups: Sequence[str], width: int) -> Chart:
    """Heat map of the indicators by month; a cross where one is withheld.

    `frame`: month (as written), title (lines parted by newlines), group, score, label (written
    in the cell). `order` is that of the titles, `groups` that of the dimensions.
    """
    months = list(frame["month"].drop_duplicates())
    lists = {"months": months, "ticks": _every(months, 6), "order": order, "groups": groups}
    return fill(_heat(width, len(months)), lists, cells=frame)


@template
def _heat(width: int, months: int) -> Any:
    ticks = alt.Axis(labelAngle=0, values=placeholder("ticks"), orient="bottom")
    lines = alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=0,
        labelColor=theme.INK,
        labelLineHeight=12,
        labelOffset=0 if width == WIDE else -12,
        labelFontSize=12 if width == WIDE else 11,
    )
    base = alt.Chart().encode(
        alt.X("month:O", sort=placeholder("months"), axis=ticks),
        alt.Y("title:N", sort=placeholder("order"), axis=lines),
    )
    scale = alt.Scale(domain=[0, 100], range=list(theme.HEAT))
    legend = alt.Legend(orient="top", gradientLength=140, values=[0, 50, 100], tickCount=3)
    cells = base.mark_rect(stroke=theme.PAPER).encode(
        alt.Color("score:Q", scale=scale, legend=legend)
    )
    marks = base.mark_text(fontSize=10).encode(text="label:N", color=_legible())
    marks = marks.transform_filter("datum.label != ''")
    cell = {"width": 15 * months, "height": alt.Step(22 if width == WIDE else 44)}
    layers = alt.layer(cells, marks, data=alt.NamedData("cells")).properties(**cell)
    header = alt.Header(labelOrient="top", labelAnchor="start", labelFontWeight="bold")
    rows = alt.Row("group:N", sort=placeholder("groups"), header=header)
    return layers.facet(row=rows, spacing=8).resolve_scale(y="independent")


def _legible() -> Any:
    """Colour of the figure in a cell: white on dark cells, black on light ones.

    Named colours, so that the dark scheme leaves them alone: it does not change the cells.
    """
    on_dark = {"test": "datum.score > 45", "value": "white"}
    on_light = {"test": "datum.score !== null", "value": "black"}
    return {"condition": [on_dark, on_light], "value": theme.MUTED}


def line(
    frame: pd.DataFrame,
    label: str,
    colour: str,
    width: int,
    *,
    score: bool = False,
    bounds: Sequence[tuple[float, str]] = (),
) -> Chart:
    """One line over time with its last figure; gaps stay gaps, with a tick.

    `frame`: period, value. A `score` is drawn from 0 to 100, another value over its `domain`.
    `bounds` are drawn across with their names.
    """
    observed = frame.dropna(subset="value")
    last = observed.tail(1).assign(label=label)
    template = _line(colour, width, bool(bounds))
    named = pd.DataFrame(bounds, columns=["value", "name"])
    gaps = frame.loc[frame["value"].isna() & frame["period"].gt(observed["period"].min())]
    data = {"line": frame, "last": last, "gaps": gaps[["period"]]}
    ends = FULL if score else domain(frame["value"])
    return fill(template, {"domain": ends}, **data | ({"bounds": named} if bounds else {}))


@template
def _line(colour: str, width: int, bounded: bool) -> Any:
    scale = alt.Scale(domain=placeholder("domain"), nice=False, zero=False)
    value = alt.Y("value:Q", scale=scale)
    time = alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=YEARS, title=None)
    base = alt.Chart(alt.NamedData("line")).encode(time, value)
    line_mark = base.mark_line(color=colour, point={"color": colour, "size": 14, "opacity": 1})
    last = alt.Chart(alt.NamedData("last")).encode(time, value)
    dot = last.mark_point(filled=True, size=70, color=colour, opacity=1)
    label_text = last.mark_text(align="right", dy=-14, dx=4, fontSize=15, fontWeight="bold")
    height = 260 if width == WIDE else 200
    missing = alt.Chart(alt.NamedData("gaps")).mark_rule(color=theme.MUTED, strokeWidth=2)
    missing = missing.encode(time, y=alt.value(height - 7), y2=alt.value(height))
    label = label_text.encode(text="label:N")
    layers = [*(_bounds() if bounded else ()), missing, line_mark, dot, label]
    size = {"width": width - 60 - (MARGIN if bounded else 0), "height": height}
    return alt.layer(*layers).properties(**size)


def _bounds() -> list[Any]:
    base = alt.Chart(alt.NamedData("bounds")).encode(alt.Y("value:Q"))
    rule = base.mark_rule(color=theme.MUTED, strokeDash=[4, 4])
    name = base.mark_text(align="left", dx=8, color=theme.MUTED)
    return [rule, name.encode(x=alt.value("width"), text="name:N")]
