"""The heat map of the indicators by month, as SVG without a library.

Of a site of 60 editions, Vega took a fifth of the time for this one chart: it has 600 cells, in
two widths and two languages, and its axes have a title a row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from dashboards import theme
from dashboards.drawings import parts
from dashboards.drawings.parts import text, text_width

NAME = "heat_map"
CELL = 15  # px across; a row is as high as its title needs
ROWS = {1: 22, 3: 44}  # px down, by the most lines that a title has
LINE = 12  # px from line to line of a title
SIZES = {1: 12, 3: 11}  # px of a title
GAP, HEAD = 33, 14  # px between two groups, and from the name of one to its first row
ABOVE = 75  # px for the legend and the first name
LEGEND = (140, 16)  # px of the scale of colours
EVERY = 6  # months from label to label, counted back from the last
MARGIN = 8
CROSS = 2.5  # px from the middle of a cell to the ends of its cross
LIGHT = 45  # the figure is white on cells above this score, black on others


@dataclass(frozen=True)
class Row:
    """An indicator: its title in lines, its scores by month, its last in words."""

    lines: Sequence[str]
    scores: Sequence[float | None]
    label: str


@dataclass(frozen=True)
class Group:
    """A dimension with the rows of its indicators."""

    name: str
    rows: Sequence[Row]


def chart(groups: Sequence[Group], months: Sequence[str]) -> dict[str, Any]:
    """The map as data, which `svg` draws: `months` are as written, oldest first.

    A score is 0 to 100, None where the indicator is withheld.
    """
    drawn = [asdict(group) for group in groups]
    return {NAME: {"groups": drawn, "months": list(months)}, "drawn_by": parts.source(__file__)}


def svg(drawn: dict[str, Any]) -> str:
    """The map of `chart` as SVG; a cross stands where an indicator is withheld."""
    groups, months = drawn["groups"], drawn["months"]
    titles = [row["lines"] for group in groups for row in group["rows"]]
    most = max(len(lines) for lines in titles)
    size, high = SIZES.get(most, SIZES[3]), ROWS.get(most, ROWS[3])
    widest = max(text_width(line, size) for lines in titles for line in lines)
    left, top, inside = round(MARGIN + 6 + widest), ABOVE, [_legend()]
    for group in groups:
        inside.append(text(0, top - HEAD, group["name"], 13, theme.INK, "start", bold=True))
        for row in group["rows"]:
            inside += _row(row, top, high, size)
            top += high
        top += GAP
    bottom = top - GAP
    for at in range(len(months) - 1, -1, -EVERY):
        middle = CELL * at + CELL / 2
        inside.append(text(middle, bottom + 18, months[at], 12, theme.MUTED, "middle"))
    last = text_width(months[-1], 12) / 2
    width = round(left + CELL * len(months) + max(last - CELL / 2, 0) + MARGIN)
    height = bottom + 26
    return parts.picture(width, height, f'<g transform="translate({left},0)">{"".join(inside)}</g>')


def _row(row: dict[str, Any], top: float, high: float, size: int) -> Iterator[str]:
    """The title of an indicator, its cells, its crosses and its last figure."""
    middle, lines = top + high / 2, row["lines"]
    first = middle - LINE * (len(lines) - 1) / 2 + 0.35 * size
    for number, line in enumerate(lines):
        yield text(-6, first + LINE * number, line, size, theme.INK, "end")
    cells = [
        f'<path class="cell" d="M{CELL * month} {top:g}h{CELL}v{high}h-{CELL}z" '
        f'fill="{colour(score)}"/>'
        for month, score in enumerate(row["scores"])
        if score is not None
    ]
    yield f'<g stroke="{theme.PAPER}">{"".join(cells)}</g>'
    crosses = "".join(
        f"M{CELL * month + CELL / 2 - CROSS:g} {middle - CROSS:g}l{2 * CROSS:g} {2 * CROSS:g}"
        f"m0 -{2 * CROSS:g}l-{2 * CROSS:g} {2 * CROSS:g}"
        for month, score in enumerate(row["scores"])
        if score is None
    )
    if crosses:
        yield f'<path class="withheld" d="{crosses}" fill="none" stroke="{theme.MUTED}"/>'
    if row["label"]:
        # named colours, which the dark scheme leaves alone: it does not change the cells
        ink = "white" if row["scores"][-1] > LIGHT else "black"
        last = CELL * (len(row["scores"]) - 0.5)
        yield text(last, middle + 3.5, row["label"], 10, ink, "middle")


def _legend() -> str:
    across, down = LEGEND
    ends = len(theme.HEAT) - 1
    stops = (
        f'<stop offset="{at / ends:g}" stop-color="{tone}"/>' for at, tone in enumerate(theme.HEAT)
    )
    labels = ((0, "start"), (50, "middle"), (100, "end"))
    return (
        f'<defs><linearGradient id="heat">{"".join(stops)}</linearGradient></defs>'
        f'<rect y="4" width="{across}" height="{down}" fill="url(#heat)"/>'
        + "".join(
            text(across * score / 100, 31, str(score), 12, theme.MUTED, side)
            for score, side in labels
        )
    )


@cache
def colour(score: float) -> str:
    """The colour of a score (0 to 100), between the two of `theme.HEAT` beside."""
    at = min(max(score, 0.0), 100.0) / 100 * (len(theme.HEAT) - 1)
    before = min(int(at), len(theme.HEAT) - 2)
    low, high = _rgb(theme.HEAT[before]), _rgb(theme.HEAT[before + 1])
    mixed = (round(a + (b - a) * (at - before)) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _rgb(tone: str) -> list[int]:
    return [int(tone[start : start + 2], 16) for start in (1, 3, 5)]
