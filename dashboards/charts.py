"""Charts: pure functions from frames to Vega-Lite.

Every function returns a Vega-Lite chart `width` pixels wide. Scores are 0 to 100. Text from
outside the project enters as data only, never as an expression, so that it cannot run.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from dashboards import theme, vega_lite
from dashboards.chart_drawing import Chart
from dashboards.vega_lite import Part, channel, domain, end, filled, layer, layers, mark, rows

WIDE, NARROW = 860, 330
PAPER = 720  # of a page that is 174 mm wide inside: a label of 12 px is then 8 points high
MARGIN = 68  # beside the index, for the names of its zones
LEAST_SPAN = 1.0  # points of a waterfall, so that a month without events looks like one
FULL = (0.0, 100.0)  # the scale of a score
SCORES = {"domain": [0, 100], "nice": False}
# A point as wide as the line: it shows a month that stands alone between two gaps.
LONE = {"filled": True, "opacity": 1, "size": 5}
YEARS = {"format": "%Y", "grid": False, "tickCount": {"interval": "year", "step": 1}}
UTC = {"nice": False, "type": "utc"}
TIME = channel("period:T", axis=YEARS, scale=UTC, title=None)
# The last figure of a line, over its last point.
FIGURE = mark("text", align="right", dx=4, dy=-14, fontSize=15, fontWeight="bold")


def index(frame: pd.DataFrame, zones: pd.DataFrame, label: str, width: int) -> Chart:
    """Line of the index over its zones, with its last figure; gaps stay gaps.

    `frame`: period, score, low and high where an interval is known, and revised, drawn as
    hollow dots, where it is known; timely and rebuilt (dashed) in the place of one line, where
    it is known when a month was made; estimate, true where the score is no reading: its dot is
    hollow. `zones`: name, enter, end and colour, in points.
    """
    optional = {name for name in ("low", "revised", "rebuilt") if name in frame.columns}
    months, names = rows(frame), zones.assign(middle=(zones["enter"] + zones["end"]) / 2)
    newest = [month for month in months if month["score"] is not None][-1:]
    fill = theme.PAPER if newest and newest[0].get("estimate") else theme.INK
    last = [month | {"label": label, "fill": fill} for month in newest]
    lone = vega_lite.isolated(months, "timely" if "rebuilt" in optional else "score")
    data: dict[str, pd.DataFrame | list[Part]] = {"last": last, "names": names, "zones": zones}
    if "revised" in optional:
        data["revised"] = [month for month in months if month["revised"] is not None]
    return filled(_index(width, zones["enter"], optional), index=months, lone=lone, **data)


def _index(width: int, enters: Iterable[float], optional: Collection[str]) -> Part:
    score = channel("score:Q")
    fill = channel("fill:N", legend=None, scale=None)
    dot = mark("point", color=theme.INK, opacity=1, size=70)
    parts = _zones(enters)
    if "low" in optional:
        band = mark("area", color=theme.INK, opacity=0.18)
        ends = {"y": channel("low:Q", scale=SCORES), "y2": end("high")}
        parts.append(layer(band, {"x": TIME, **ends}, "index"))
    field = "timely:Q" if "rebuilt" in optional else "score:Q"
    parts += [
        layer(mark("line"), _scored(field), "index"),
        layer(mark("point", color=theme.INK, **LONE), _scored(field), "lone"),
        layer(dot, {"x": TIME, "y": score, "fill": fill}, "last"),
        layer(FIGURE, {"x": TIME, "y": score, "text": channel("label:N")}, "last"),
    ]
    if "rebuilt" in optional:
        parts.append(layer(mark("line", strokeDash=[5, 3]), _scored("rebuilt:Q"), "index"))
    if "revised" in optional:
        hollow = mark("point", color=theme.INK, fill=theme.PAPER, opacity=1, size=26)
        parts.append(layer(hollow, _scored("revised:Q"), "revised"))
    height = {WIDE: 320, PAPER: 300}.get(width, 240)
    return layers(parts, height=height, width=width - 45 - MARGIN)


def _scored(field: str) -> dict[str, Part]:
    return {"x": TIME, "y": channel(field, scale=SCORES)}


def _zones(enters: Iterable[float]) -> list[Part]:
    colour = channel("colour:N", scale=None)
    area = {"color": colour, "y": channel("enter:Q", scale=SCORES), "y2": end("end")}
    name = mark("text", align="left", color=theme.MUTED, dx=12, font=theme.SANS)
    middle = channel("middle:Q", axis={"values": [*enters, 100]}, scale=SCORES)
    beside = {"text": channel("name:N"), "x": {"value": "width"}, "y": middle}
    return [layer(mark("rect"), area, "zones"), layer(name, beside, "names")]


def contributions(
    parts: pd.DataFrame, total: pd.DataFrame, colours: Mapping[str, str], width: int
) -> Chart:
    """Stacked bars of the points of the dimensions, and the index as a line.

    `parts`: month (as written), name, rank, contribution; `total`: month, score. `colours` by
    name, in the order of the stack.
    """
    chosen = parts[["month", "name", "rank", "contribution"]]
    chart = _contributions(list(total["month"]), colours, width)
    return filled(chart, parts=chosen, total=total[["month", "score"]])


def _contributions(months: Sequence[str], colours: Mapping[str, str], width: int) -> Part:
    axis = {"labelAngle": 0, "values": _every(months, 3 if width == WIDE else 6)}
    month = channel("month:O", axis=axis, scale={"domain": list(months)})
    # The gap holds a name that a wider font lengthens, so that it does not touch the next mark.
    legend = {"columnPadding": 22, "columns": 5 if width == WIDE else 2, "orient": "top"}
    scale = {"domain": list(colours), "range": list(colours.values())}
    points = channel("contribution:Q", stack="zero")
    hue = channel("name:N", legend=legend, scale=scale)
    stacked = {"x": month, "y": points, "color": hue, "order": channel("rank:O")}
    total = {"x": month, "y": channel("score:Q")}
    halo = mark("line", color=theme.PAPER, strokeWidth=5)
    dots = mark("point", color=theme.INK, filled=True, opacity=1, size=26)
    lines = [layer(look, total, "total") for look in (halo, mark("line"), dots)]
    height = 300 if width == WIDE else 240
    return layers([layer(mark("bar"), stacked, "parts"), *lines], height=height, width=width - 45)


def _every(months: Sequence[str], step: int) -> list[str]:
    """Every `step`-th month, counted back from the last."""
    return list(months[::-1][::step])


def waterfall(steps: pd.DataFrame, width: int) -> Chart:
    """Waterfall from one level to the next; the axis does not start at zero.

    `steps`: name, start, end, colour and label (written beside it), in order. The first and the
    last are levels, where start is end, and are drawn as marks.
    """
    low, high = steps[["start", "end"]].min().min(), steps[["start", "end"]].max().max()
    middle, half = (low + high) / 2, max(high - low, LEAST_SPAN) / 2
    # room on the right for the labels, which are longer than the bars may be
    span = [middle - 1.2 * half, middle + 1.7 * half]
    linked = steps.assign(next=steps["name"].shift(-1), top=steps[["start", "end"]].max(axis=1))
    return filled(_waterfall(span, list(steps["name"]), width), steps=linked)


def _waterfall(span: Sequence[float], names: Sequence[str], width: int) -> Part:
    scale = {"domain": list(span), "nice": False, "zero": False}
    axis = {"grid": False, "labelColor": theme.INK, "labelFont": theme.SANS}
    name = channel("name:N", axis=axis, sort=list(names))
    start = channel("start:Q", axis={"tickCount": 4 if width == WIDE else 3}, scale=scale)
    bar = {"x": start, "y": name, "x2": end("end"), "color": channel("colour:N", scale=None)}
    join = {"x": channel("end:Q", scale=scale), "y": name, "y2": end("next")}
    label = {"x": channel("top:Q", scale=scale), "y": name, "text": channel("label:N")}
    level = mark("tick", color=theme.INK, opacity=1, size=20, thickness=3)
    parts = [
        layer(mark("bar", height=14), bar),
        layer(mark("rule", color=theme.MUTED), join, where="datum.next !== null"),
        layer(level, {"x": start, "y": name}, where="datum.colour === null"),
        layer(mark("text", align="left", dx=6), label),
    ]
    return layers(parts, data={"name": "steps"}, height={"step": 26}, width=width - 130)


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
    # lists: a page has dozens of lines, and the frames of each took as long as a tenth of it
    months = rows(frame)
    observed = [month for month in months if month["value"] is not None]
    last = [month | {"label": label} for month in observed[-1:]]
    first = min((month["period"] for month in observed), default="")
    unknown = [month["period"] for month in months if month["value"] is None]
    gaps = [{"period": period} for period in unknown if first and period > first]
    named = {"bounds": pd.DataFrame(bounds, columns=["value", "name"])} if bounds else {}
    span = FULL if score else domain(frame["value"])
    chart = _line(span, colour, width, bounded=bool(bounds))
    return filled(chart, line=months, last=last, gaps=gaps, **named)


def _line(span: Sequence[float], colour: str, width: int, *, bounded: bool) -> Part:
    height = 260 if width == WIDE else 200
    scale = {"domain": list(span), "nice": False, "zero": False}
    at = {"x": TIME, "y": channel("value:Q", scale=scale)}
    gap = {"x": TIME, "y": {"value": height - 7}, "y2": {"value": height}}
    drawn = mark("line", color=colour, point={"color": colour, "size": 14, "opacity": 1})
    dot = mark("point", color=colour, filled=True, opacity=1, size=70)
    parts = [
        *(_bounds() if bounded else ()),
        layer(mark("rule", color=theme.MUTED, strokeWidth=2), gap, "gaps"),
        layer(drawn, at, "line"),
        layer(dot, at, "last"),
        layer(FIGURE, {**at, "text": channel("label:N")}, "last"),
    ]
    return layers(parts, height=height, width=width - 60 - (MARGIN if bounded else 0))


def _bounds() -> list[Part]:
    value = channel("value:Q")
    rule = mark("rule", color=theme.MUTED, strokeDash=[4, 4])
    name = mark("text", align="left", color=theme.MUTED, dx=8, font=theme.SANS)
    beside = {"x": {"value": "width"}, "y": value, "text": channel("name:N")}
    return [layer(rule, {"y": value}, "bounds"), layer(name, beside, "bounds")]
