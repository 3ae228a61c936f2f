"""Charts: pure functions from frames to Vega-Lite, drawn as SVG.

Every function returns an Altair chart `width` pixels wide; `svg` draws it, without a browser,
with the figures and dates of a language. Scores are 0 to 100. Text from outside the project
enters as data only, never as an expression, so that it cannot run.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from dashboards import theme
from dashboards.i18n import Language, number_locale, time_locale

# A chart, or what Altair makes of one.
Chart: TypeAlias = "alt.TopLevelMixin | dict[str, Any]"
WIDE, NARROW = 860, 330
MARGIN = 62  # beside the index, for the names of its zones
LEAST_SPAN = 1.0  # points of a waterfall, so that a month without events looks like one
# Pixels at the sides: a label is measured here with one font and drawn with the reader's, which
# may be a sixth wider (DejaVu Sans against Liberation Sans); the longest have about 95 pixels.
PADDING = {"left": 16, "right": 12, "top": 4, "bottom": 4}
SCORES = alt.Scale(domain=[0, 100], nice=False)
YEARS = alt.Axis(format="%Y", tickCount=alt.TimeIntervalStep(interval="year", step=1), grid=False)


def svg(chart: Chart, lang: Language) -> str:
    """Draw a chart as SVG text; the same chart gives the same bytes."""
    return render(specification(chart), lang)


def specification(chart: Chart) -> dict[str, Any]:
    """The chart as Vega-Lite, with the configuration of `theme`."""
    vega_lite = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    return vega_lite | {"config": theme.config(), "padding": PADDING}


def render(spec: dict[str, Any], lang: Language) -> str:
    """Draw a specification as SVG that follows the reader's light or dark scheme."""
    import vl_convert

    # in two steps: in one, the renderer takes twice as long to take in the locale
    plain: str = vl_convert.vega_to_svg(
        vl_convert.vegalite_to_vega(spec),
        format_locale=number_locale(lang),
        time_format_locale=time_locale(lang),
    )
    style = f"<style>{theme.dark_style()}</style>"
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{style}", _renumber_ids(plain), count=1)


def _renumber_ids(text: str) -> str:
    """Number the ids of an SVG from 0.

    The renderer counts on from chart to chart, so the same chart would differ by its place.
    """
    ids = dict.fromkeys(re.findall(r"\b(?:gradient|clip)_?\d+\b", text))
    names = {name: re.sub(r"\d+$", str(number), name) for number, name in enumerate(ids)}
    return re.sub(r"\b(?:gradient|clip)_?\d+\b", lambda match: names[match[0]], text)


def index(frame: pd.DataFrame, zones: pd.DataFrame, label: str, width: int) -> Any:
    """Line of the index over its zones, with its last figure; gaps stay gaps.

    `frame`: period, score, low and high where an interval is known, and revised, drawn as
    hollow dots, where it is known. `zones`: name, enter, end and colour, in points.
    """
    time = alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=YEARS, title=None)
    data = _in_utc(frame).assign(label=label)
    line = alt.Chart(data).mark_line().encode(time, alt.Y("score:Q", scale=SCORES))
    last = alt.Chart(data.dropna(subset="score").tail(1)).encode(time, alt.Y("score:Q"))
    dot = last.mark_point(filled=True, size=70, color=theme.INK, opacity=1)
    label_text = last.mark_text(align="right", dy=-14, dx=4, fontSize=15, fontWeight="bold")
    layers = [*_zones(zones), line, dot, label_text.encode(text="label:N")]
    if {"low", "high"} <= set(frame.columns):
        band = alt.Chart(data).mark_area(opacity=0.18, color=theme.INK)
        layers.insert(2, band.encode(time, alt.Y("low:Q", scale=SCORES), alt.Y2("high:Q")))
    if "revised" in frame.columns:
        revised = alt.Chart(data.dropna(subset="revised")).encode(
            time, alt.Y("revised:Q", scale=SCORES)
        )
        layers.append(revised.mark_point(size=26, color=theme.INK, fill=theme.PAPER, opacity=1))
    plot = width - 45 - MARGIN
    return alt.layer(*layers).properties(width=plot, height=320 if width == WIDE else 240)


def _in_utc(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its months as instants: the renderer reads others in local time."""
    return frame.assign(period=frame["period"].dt.tz_localize("UTC"))


def _zones(zones: pd.DataFrame) -> list[alt.Chart]:
    colour = alt.Color("colour:N", scale=None)
    area = alt.Chart(zones).encode(alt.Y("enter:Q", scale=SCORES), alt.Y2("end:Q"), colour)
    named = zones.assign(middle=(zones["enter"] + zones["end"]) / 2)
    name = alt.Chart(named).mark_text(align="left", dx=8, color=theme.MUTED)
    y = alt.Y("middle:Q", scale=SCORES, axis=alt.Axis(values=[*zones["enter"], 100]))
    return [area.mark_rect(), name.encode(y, x=alt.value("width"), text="name:N")]


def contributions(
    parts: pd.DataFrame, total: pd.DataFrame, colours: dict[str, str], width: int
) -> Any:
    """Stacked bars of the points of the dimensions, and the index as a line.

    `parts`: month (as written), name, rank, contribution; `total`: month, score. `colours` by
    name, in the order of the stack.
    """
    axis = alt.Axis(labelAngle=0, values=_every(total["month"], 3 if width == WIDE else 6))
    month = alt.X("month:O", sort=list(total["month"]), axis=axis)
    # The gap holds a name that a wider font lengthens, so that it does not touch the next mark.
    legend = alt.Legend(orient="top", columns=5 if width == WIDE else 2, columnPadding=22)
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    bars = (
        alt.Chart(parts)
        .mark_bar()
        .encode(
            month,
            alt.Y("contribution:Q", stack="zero"),
            alt.Color("name:N", scale=scale, legend=legend),
            order="rank:O",
        )
    )
    base = alt.Chart(total).encode(month, y="score:Q")
    halo, line = base.mark_line(color=theme.PAPER, strokeWidth=5), base.mark_line()
    dots = base.mark_point(filled=True, color=theme.INK, opacity=1, size=26)
    layers = alt.layer(bars, halo, line, dots)
    return layers.properties(width=width - 45, height=300 if width == WIDE else 240)


def _every(months: pd.Series, step: int) -> list[str]:
    """Every `step`-th month, counted back from the last."""
    return list(months[::-1][::step])


def dimensions(frame: pd.DataFrame, colours: dict[str, str], width: int) -> alt.ConcatChart:
    """One small chart per dimension, on one scale, with its last score.

    `frame`: period, name, score, label (written beside the last point, else empty).
    """
    columns = 5 if width == WIDE else 2
    wide, dated = (width - 40) // columns - 22, _in_utc(frame)
    panels = [
        _small(dated.loc[dated["name"].eq(name)], name, colour, wide, axis=number % columns == 0)
        for number, (name, colour) in enumerate(colours.items())
    ]
    return alt.concat(*panels, columns=columns, spacing=18)


def _small(frame: pd.DataFrame, name: str, colour: str, width: int, *, axis: bool) -> Any:
    # Without the topmost label, all titles stand on one line.
    low = "datum.value < 100 ? datum.label : ''"
    values = alt.Axis(values=[0, 50, 100], labels=axis, labelExpr=low)
    ticks = alt.Axis(format="%Y", tickCount=3, grid=False, labelOverlap=True)
    base = alt.Chart(frame).encode(
        alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=ticks),
        alt.Y("score:Q", scale=SCORES, axis=values),
    )
    area = base.mark_area(color=colour, opacity=0.14)
    last = base.mark_text(align="right", dy=-10, fontSize=14, fontWeight="bold")
    last = last.encode(text="label:N").transform_filter("datum.label != ''")
    layers = (area, base.mark_line(color=colour), last)
    title = alt.TitleParams(name, anchor="start", fontSize=13, color=theme.INK)
    return alt.layer(*layers).properties(width=width, height=110, title=title)


def waterfall(steps: pd.DataFrame, width: int) -> Any:
    """Waterfall from one level to the next; the axis does not start at zero.

    `steps`: name, start, end, colour and label (written beside it), in order. The first and the
    last are levels, where start is end, and are drawn as marks.
    """
    low, high = steps[["start", "end"]].min().min(), steps[["start", "end"]].max().max()
    middle, half = (low + high) / 2, max(high - low, LEAST_SPAN) / 2
    scale = alt.Scale(domain=[middle - 1.2 * half, middle + 1.7 * half], nice=False, zero=False)
    names = alt.Axis(labelColor=theme.INK, labelLimit=0, grid=False)
    linked = steps.assign(next=steps["name"].shift(-1), top=steps[["start", "end"]].max(axis=1))
    base = alt.Chart(linked).encode(
        alt.Y("name:N", sort=list(steps["name"]), axis=names),
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


def heat(frame: pd.DataFrame, order: Sequence[str], groups: Sequence[str], width: int) -> Any:
    """Heat map of the indicators by month; a cross where one is withheld.

    `frame`: month (as written), title (lines parted by newlines), group, score, label (written
    in the cell). `order` is that of the titles, `groups` that of the dimensions.
    """
    months = list(frame["month"].drop_duplicates())
    ticks = alt.Axis(labelAngle=0, values=_every(pd.Series(months), 6), orient="bottom")
    lines = alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=0,
        labelColor=theme.INK,
        labelLineHeight=12,
        labelOffset=0 if width == WIDE else -12,
        labelFontSize=12 if width == WIDE else 11,
    )
    base = alt.Chart().encode(
        alt.X("month:O", sort=months, axis=ticks), alt.Y("title:N", sort=list(order), axis=lines)
    )
    scale = alt.Scale(domain=[0, 100], range=list(theme.HEAT))
    legend = alt.Legend(orient="top", gradientLength=140, values=[0, 50, 100], tickCount=3)
    cells = base.mark_rect(stroke=theme.PAPER).encode(
        alt.Color("score:Q", scale=scale, legend=legend)
    )
    marks = base.mark_text(fontSize=10).encode(text="label:N", color=_legible())
    marks = marks.transform_filter("datum.label != ''")
    cell = {"width": 15 * len(months), "height": alt.Step(22 if width == WIDE else 44)}
    layers = alt.layer(cells, marks, data=frame).properties(**cell)
    header = alt.Header(labelOrient="top", labelAnchor="start", labelFontWeight="bold")
    return layers.facet(
        row=alt.Row("group:N", sort=list(groups), header=header), spacing=8
    ).resolve_scale(y="independent")


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
    """One line over time with its last figure; gaps stay gaps.

    `frame`: period, value. A `score` is drawn from 0 to 100, another value on a scale that need
    not start at zero. `bounds` are drawn across with their names.
    """
    months = frame["period"].dt.strftime("%Y-%m-%dT00:00:00Z")
    data = frame.assign(period=months).astype(object).where(frame.notna(), None)
    last = data.loc[frame["value"].notna()].tail(1).assign(label=label)
    named = {"line": data.to_dict("records"), "last": last.to_dict("records")}
    plain = _line(colour, width, score, tuple(bounds))
    return plain | {"datasets": plain.get("datasets", {}) | named}


@cache
def _line(
    colour: str, width: int, score: bool, bounds: tuple[tuple[float, str], ...]
) -> dict[str, Any]:
    """The line chart without its data, made once for all that look the same.

    A site has hundreds of lines that differ in their figures only, and Altair takes 10 ms for
    each: the data are named here and put in by `line`.
    """
    value = alt.Y("value:Q", scale=SCORES if score else alt.Scale(zero=False, nice=True))
    time = alt.X("period:T", scale=alt.Scale(type="utc", nice=False), axis=YEARS, title=None)
    base = alt.Chart(alt.NamedData("line")).encode(time, value)
    line_mark = base.mark_line(color=colour, point={"color": colour, "size": 14, "opacity": 1})
    last = alt.Chart(alt.NamedData("last")).encode(time, value)
    dot = last.mark_point(filled=True, size=70, color=colour, opacity=1)
    label_text = last.mark_text(align="right", dy=-14, dx=4, fontSize=15, fontWeight="bold")
    layers = [*_bounds(bounds), line_mark, dot, label_text.encode(text="label:N")]
    plot = width - 60 - (MARGIN if bounds else 0)
    chart = alt.layer(*layers).properties(width=plot, height=260 if width == WIDE else 200)
    vega_lite: dict[str, Any] = chart.to_dict(validate=False)
    return vega_lite


def _bounds(bounds: Sequence[tuple[float, str]]) -> list[alt.Chart]:
    if not bounds:
        return []
    frame = pd.DataFrame(bounds, columns=["value", "name"])
    base = alt.Chart(frame).encode(alt.Y("value:Q"))
    rule = base.mark_rule(color=theme.MUTED, strokeDash=[4, 4])
    name = base.mark_text(align="left", dx=8, color=theme.MUTED)
    return [rule, name.encode(x=alt.value("width"), text="name:N")]
