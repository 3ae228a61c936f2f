"""A small chart for each dimension, side by side on one scale, drawn as SVG.

As charts of a library they took half of the time of an issue: each has axes of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from dashboards import theme
from dashboards.drawings import parts
from dashboards.drawings.parts import text

NAME = "small_charts"
COLUMNS = {True: 5, False: 2}  # charts beside each other, by whether they have the room
HIGH, TOP, BELOW = 110, 22, 20  # px of the scale, of the name above it and of the years below
GAP = 18  # px between two charts
LEFT, MARGIN = 28, 8
YEARS = 3  # at most, with a figure below each
TITLE = 13


@dataclass(frozen=True)
class Line:
    """The scores of a dimension by month, its colour, and its last one in words."""

    name: str
    colour: str
    scores: Sequence[float | None]
    label: str


def chart(
    lines: Sequence[Line], months: Sequence[date], width: int, *, wide: bool
) -> dict[str, Any]:
    """The charts as data, which `svg` draws: `width` px wide, or as wide as names."""
    days = [month.isoformat() for month in months]
    drawn = {"lines": [asdict(line) for line in lines], "months": days, "width": width}
    return {NAME: drawn | {"columns": COLUMNS[wide]}, "drawn_by": parts.source(__file__)}


def svg(drawn: Mapping[str, Any]) -> str:
    """The charts of `chart` as SVG; a gap stays a gap."""
    lines, columns = drawn["lines"], drawn["columns"]
    months = [date.fromisoformat(day) for day in drawn["months"]]
    names = max(parts.text_width(line["name"], TITLE) * parts.BOLD for line in lines)
    room = (drawn["width"] - LEFT - 2 * MARGIN - GAP * (columns - 1)) / columns
    wide = round(max(room, names))
    inside = []
    for number, line in enumerate(lines):
        left = MARGIN + LEFT + number % columns * (wide + GAP)
        top = number // columns * (TOP + HIGH + BELOW + GAP)
        own = "".join(_small(line, months, wide, first=number % columns == 0))
        inside.append(f'<g transform="translate({left},{top + TOP})">{own}</g>')
    count = -(-len(lines) // columns)
    height = count * (TOP + HIGH + BELOW) + (count - 1) * GAP
    across = min(columns, len(lines))
    width = 2 * MARGIN + LEFT + across * wide + (across - 1) * GAP
    return parts.picture(width, height, "".join(inside))


def _small(
    line: Mapping[str, Any], months: Sequence[date], wide: int, *, first: bool
) -> Iterator[str]:
    """The name of a dimension, its scale, its line and its last score."""
    yield text(0, 5 - TOP / 2, line["name"], TITLE, theme.INK, "start", bold=True)
    scale = "".join(f"M0 {_down(score):g}h{wide}" for score in (0.0, 50.0, 100.0))
    yield f'<path d="{scale}" fill="none" stroke="{theme.GRID}"/>'
    # without the topmost figure, all names stand on one line
    for score in (0, 50) if first else ():
        yield text(-6, _down(score) + 4, str(score), 12, theme.MUTED, "end")
    days = max((months[-1] - months[0]).days, 1)
    across = {month: wide * (month - months[0]).days / days for month in months}
    for month in _years(months):
        yield text(across[month], HIGH + 16, str(month.year), 12, theme.MUTED, "middle")
    points = list(zip(across.values(), line["scores"], strict=True))
    for _, run in groupby(points, key=lambda point: point[1] is not None):
        yield from _run(
            [(x, _down(score)) for x, score in run if score is not None], line["colour"]
        )
    if line["label"] and points[-1][1] is not None:
        y = max(_down(points[-1][1]) - 6, 12)  # below the name, whatever the score
        yield text(wide, y, line["label"], 14, theme.INK, "end", bold=True)


def _run(points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    """The months between two gaps: a line over its area, or a dot for one alone."""
    if len(points) == 1:
        [(x, y)] = points
        yield f'<circle class="lone" cx="{x:g}" cy="{y:g}" r="1.3" fill="{colour}"/>'
    elif points:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        (start, _), *_, (end, _) = points
        yield (
            f'<path d="M{start:.1f} {HIGH}L{path}L{end:.1f} {HIGH}z" fill="{colour}" '
            'fill-opacity="0.14"/>'
            f'<path class="line" d="M{path}" fill="none" stroke="{colour}" stroke-width="2.2" '
            'stroke-linejoin="round"/>'
        )


def _down(score: float) -> float:
    return HIGH * (1 - score / 100)


def _years(months: Sequence[date]) -> list[date]:
    """The months that begin a year, at most YEARS; the first one if none does."""
    every = [month for month in months if month.month == 1] or [months[0]]
    apart = -(-len(every) // YEARS)
    return every[::-1][::apart][::-1]
