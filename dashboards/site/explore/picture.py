"""A line over time as a small drawing in a page, without a charting library.

Some 650 pages have one: a library would take twenty times as long as the rest of the build.
"""

import math
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from dashboards.site.page import polylines

WIDTH, HEIGHT = 640, 220  # of the plot, in the units of the drawing
LETTER = 6.3  # the width of a figure of the labels, whose letters have 11 units
TICKS, YEARS = 5, 9  # at most so many lines across, and years below
STEPS = (1, 2, 2.5, 5, 10)
Point = tuple[date, float]


def drawing(
    points: Sequence[Point], number: Callable[[float], str], longest: int | None
) -> dict[str, Any]:
    """What the template draws: lines, ticks and labels.

    `points` are in the order of their dates; `number` writes a label. The scale is that of the
    figures and need not begin at zero. The line breaks where more than `longest` days are between
    two of them, never if that is None.
    """
    low, high, step = _scale([value for _, value in points])
    start, end = points[0][0], points[-1][0]
    days = max((end - start).days, 1)

    def across(day: date) -> float:
        return round(WIDTH * (day - start).days / days, 1) if start != end else WIDTH / 2

    def down(value: float) -> float:
        return round(HEIGHT * (high - value) / (high - low), 1)

    count = round((high - low) / step)
    ticks = [low + rank * step for rank in range(count + 1)]
    labels = [(down(tick), number(float(f"{tick:.10g}"))) for tick in ticks]
    margin = math.ceil(LETTER * max(len(text) for _, text in labels)) + 10
    return {
        "box": f"{-margin} -10 {WIDTH + margin + 12} {HEIGHT + 38}",
        "line": _line(points, across, down, longest or math.inf),
        "ticks": labels,
        "years": [(across(date(year, 1, 1)), str(year)) for year in _years(start, end)],
        "width": WIDTH,
        "height": HEIGHT,
    }


def _line(
    points: Sequence[Point],
    across: Callable[[date], float],
    down: Callable[[float], float],
    longest: float,
) -> Markup:
    """The line, broken where figures are missing."""
    steps = [(later - earlier).days for (earlier, _), (later, _) in pairwise(points)]
    places: list[str] = []
    for rank, (day, value) in enumerate(points):
        if rank and steps[rank - 1] > longest:
            places.append("")
        places.append(f"{across(day):g},{down(value):g}")
    return polylines(places)


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """The ends of the scale and its step: round figures around the values."""
    low, high = min(values), max(values)
    span = high - low or abs(high) or 1.0
    size = 10 ** math.floor(math.log10(span / (TICKS - 1)))
    step = next(size * factor for factor in STEPS if span / (size * factor) <= TICKS - 1)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step, step


def _years(start: date, end: date) -> list[int]:
    """Years that begin in the period, evenly, at most YEARS of them."""
    every = [year for year in range(start.year, end.year + 1) if start <= date(year, 1, 1) <= end]
    apart = -(-len(every) // YEARS) or 1
    return [year for year in every if year % apart == 0]
