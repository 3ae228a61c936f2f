"""The read-out of a chart: each month by hover and by Tab, without a script.

A drawing that lies over the chart has a strip for each month; style alone shows what it says.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from dashboards import chart_drawing
from dashboards.bulletin.figures import Draw
from dashboards.chart_drawing import Chart
from dashboards.i18n import Language

# Months that Tab stops at: a year. Every other month answers the pointer, and the table below the
# chart has them all; more stops would stand between a reader at the keyboard and the page.
STOPS = 12
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

    def __init__(self, draw: Draw) -> None:
        self.draw, self.plots = draw, list[Geometry]()

    def __call__(self, chart: Chart, lang: Language) -> str:
        """The address of the drawing."""
        self.plots.append(geometry(chart_drawing.svg(chart, lang)))
        return self.draw(chart, lang)

    def overlays(self, scores: "pd.Series[float]", texts: Sequence[str]) -> Markup:
        """The read-outs of both widths."""
        pairs = zip(self.plots, ("wide", "narrow"), strict=True)
        return Markup("").join(overlay(plot, scores, texts, kind) for plot, kind in pairs)


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


def overlay(plot: Geometry, scores: "pd.Series[float]", texts: Sequence[str], kind: str) -> Markup:
    """The drawing over a chart of scores (0 to 100) by month, `texts` beside them.

    `kind` is the class of the chart that it lies on: wide or narrow.
    """
    span = (scores.index[-1] - scores.index[0]).days or 1
    step = plot.plot_width / max(len(scores) - 1, 1)
    strips = []
    for number, (month, score, words) in enumerate(zip(scores.index, scores, texts, strict=True)):
        x = plot.left + plot.plot_width * (month - scores.index[0]).days / span
        y = plot.top + plot.plot_height * (1 - score / 100)
        stop = number >= len(scores) - STOPS
        strips.append(_strip(plot, x, y, step, words, stop=stop))
    view = f"0 0 {plot.width:g} {plot.height:g}"
    drawn = "".join(strips)
    return Markup(f'<svg class="readout {kind}" viewBox="{view}">{drawn}</svg>')  # noqa: S704


def _strip(plot: Geometry, x: float, y: float, step: float, words: str, *, stop: bool) -> str:
    bottom = plot.top + plot.plot_height
    named = (
        f'tabindex="0" role="img" aria-label="{escape(words)}"' if stop else 'aria-hidden="true"'
    )
    dot = "" if y != y else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    return (
        f"<g {named}>"
        f'<rect class="hit" x="{x - step / 2:.1f}" y="{plot.top:g}" width="{step:.1f}" '
        f'height="{plot.plot_height:g}"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{plot.top:g}" y2="{bottom:g}"/>{dot}'
        f'<text x="{plot.left + 8:g}" y="{plot.top + 18:g}">{escape(words)}</text></g>'
    )
