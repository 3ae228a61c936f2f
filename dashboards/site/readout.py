"""The read-out of a chart: each month by hover and by Tab, without a script.

A drawing that lies over the chart has a strip for each month; style alone shows what it says.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from dashboards import charts
from dashboards.chart_drawing import Chart
from dashboards.i18n import Language
from dashboards.site.incremental import ChartWriter

# Months that Tab stops at: a year. Every other month answers the pointer, and the table below the
# chart has them all; more stops would stand between a reader at the keyboard and the page. Where
# several charts share a page, the newest months of each.
STOPS, FEW = 12, 4
SHORT = "MMM y"  # of months: the figure beside them has a unit, and a telephone is narrow
VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
ORIGIN = re.compile(r'transform="translate\(([\d.]+),([\d.]+)\)"')
PLOT = re.compile(r'd="M0,0h([\d.]+)v([\d.]+)h')


@dataclass(frozen=True)
class Geometry:
    """Where the plot lies in a drawing, in its own units."""

    width: float
    height: float
    left: float
    top: float
    plot_width: float
    plot_height: float


def geometry(svg: str) -> Geometry:
    """The geometry of a chart as `chart_drawing.svg` draws it.

    Raises ValueError where it is drawn otherwise.
    """
    matches = [pattern.search(svg) for pattern in (VIEW, ORIGIN, PLOT)]
    if not all(matches):
        raise ValueError("the chart has no view, origin or plot that a read-out could lie on")
    return Geometry(*(float(number) for match in matches if match for number in match.groups()))


class Measured:
    """Draws the wide and the narrow chart, and keeps the geometry of both."""

    def __init__(self, draw: ChartWriter) -> None:
        self.draw, self.plots = draw, list[Geometry]()

    def __call__(self, chart: Chart, lang: Language) -> str:
        """The address of the drawing."""
        address, svg = self.draw.drawing(chart, lang)
        self.plots.append(geometry(svg))
        return address

    def overlays(
        self,
        values: "pd.Series[float]",
        texts: Sequence[str],
        ends: tuple[float, float] = charts.FULL,
        stops: int = STOPS,
    ) -> Markup:
        """The read-outs of both widths; the axis of the values goes from end to end."""
        low, high = ends
        shares = (values - low) / (high - low)
        pairs = zip(self.plots, ("wide", "narrow"), strict=True)
        return Markup("").join(overlay(plot, shares, texts, kind, stops) for plot, kind in pairs)


def spoken(path: pd.DataFrame, zones: Mapping[str, str], lang: Language) -> list[str]:
    """What the read-out says of each month: the index, its interval, the zone.

    `path` has score, regime, and low and high where an interval is known, by month, and estimate,
    true where the score is no reading: it has no interval and no zone then. `zones` are the names
    of the regimes.
    """
    rows = zip(path.index, path.to_dict("records"), strict=True)
    return [_month(month, row, zones, lang) for month, row in rows]


def _month(
    month: pd.Timestamp, row: Mapping[Any, Any], zones: Mapping[str, str], lang: Language
) -> str:
    kind = "point" if pd.isna(row.get("low")) else "band"
    if pd.isna(row["score"]):
        kind = "none"
    elif row.get("estimate"):
        kind = "estimate"
    figures = {name: lang.number(row.get(name, float("nan"))) for name in ("score", "low", "high")}
    zone = zones.get(row["regime"], "")
    return lang.say(f"readout_{kind}", month=lang.month(month), zone=zone, **figures)


def figures(
    values: "pd.Series[float]", written: Callable[[float], str], lang: Language
) -> list[str]:
    """What the read-out says of each month of a line, by `written`."""
    pairs = zip(values.index, values, strict=True)
    return [figure(month, "" if pd.isna(value) else written(value), lang) for month, value in pairs]


def figure(month: pd.Timestamp, text: str, lang: Language) -> str:
    """What the read-out says of a month: its figure, "" where there is none."""
    when = lang.month(month, SHORT)
    return lang.say("readout_figure" if text else "readout_none", month=when, figure=text)


def overlay(
    plot: Geometry, shares: "pd.Series[float]", texts: Sequence[str], kind: str, stops: int = STOPS
) -> Markup:
    """The drawing over a chart of `shares` of its height, with `texts`.

    `kind` is the class of the chart that it lies on: wide or narrow. The last months that are
    stops are reached by Tab.
    """
    months = shares.index
    span = (months[-1] - months[0]).days or 1
    step = plot.plot_width / max(len(shares) - 1, 1)
    places = [plot.plot_width * (month - months[0]).days / span for month in months]
    strips = [
        _strip(plot, x, plot.plot_height * (1 - share), step, words)
        for x, share, words in zip(places, shares, texts, strict=True)
    ]
    earlier, last = strips[:-stops], strips[-stops:]
    named = zip(last, texts[-stops:], strict=True)
    drawn = (
        f'<g aria-hidden="true">{"".join(f"<g>{strip}</g>" for strip in earlier)}</g>'
        + "".join(
            f'<g tabindex="0" role="img" aria-label="{escape(words)}">{strip}</g>'
            for strip, words in named
        )
    )
    view = f"0 0 {plot.width:g} {plot.height:g}"
    origin = f"translate({plot.left:g} {plot.top:g})"
    return Markup(  # noqa: S704 - figures and escaped words
        f'<svg class="readout {kind}" viewBox="{view}"><g transform="{origin}">{drawn}</g></svg>'
    )


def _strip(plot: Geometry, x: float, y: float, step: float, words: str) -> str:
    dot = "" if y != y else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    return (
        f'<rect x="{x - step / 2:.1f}" width="{step:.1f}" height="{plot.plot_height:g}"/>'
        f'<path d="M{x:.1f},0v{plot.plot_height:g}"/>{dot}'
        f'<text x="8" y="18" paint-order="stroke">{escape(words)}</text>'
    )
