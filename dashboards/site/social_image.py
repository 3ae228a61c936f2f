"""The image that a shared link shows, 1200 by 630: the index and its line."""

from collections.abc import Sequence
from html import escape
from textwrap import wrap

import pandas as pd

from dashboards import theme
from dashboards.bulletin import headline, reading
from dashboards.chart_drawing import renderer
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.site.page import polylines

WIDTH, HEIGHT = 1200, 630
SIZES = (50, 44, 38)  # of the headline, px
LINE = 44  # letters of one of its lines: 50 px bold fills 1060 of the 1200 px
LINES = 3
RTL_MARK = "\u200f"
NOTE = 36  # letters of a line beside the curve: 28 px fills 520 of the 548 px


def png(stats: EditionStats, lang: Language) -> bytes:
    """The image of an edition as PNG; the same machine gives the same bytes."""
    picture: bytes = renderer().svg_to_png(svg(stats, lang), scale=1)
    return picture


def svg(stats: EditionStats, lang: Language) -> str:
    """The image as SVG; its text is escaped."""
    head, rtl = headline.heading(stats, lang), lang.grammar.direction == "rtl"
    size, lines = _fitted(head.title)
    title = [
        _text(72, 150 + round(1.24 * size) * row, line, size, theme.INK, bold=True, rtl=rtl)
        for row, line in enumerate(lines)
    ]
    notes = [line for note in head.notes for line in wrap(note, NOTE)]
    large = [
        _text(72, 470 + 40 * row, line, 28, theme.MUTED, rtl=rtl) for row, line in enumerate(notes)
    ]
    if head.figure:
        large = [_text(72, 560, head.figure, 150, theme.INK, bold=True, rtl=rtl)]
    tone = theme.BADGES[head.rank] if head.regime else theme.MUTED
    parts = [
        _text(72, 78, str(lang.words["site"]), 26, theme.MUTED, rtl=rtl),
        *title,
        *large,
        _badge(head.regime or head.status, tone, rtl=rtl),
        _curve(stats, 72 if rtl else 620, 370, 508, 190),
    ]
    bar = theme.accent() if theme.colours() else theme.INK
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.PAPER}"/>'
        f'<rect width="{WIDTH}" height="14" fill="{bar}"/>{"".join(parts)}</svg>'
    )


def _fitted(words: str) -> tuple[int, list[str]]:
    """The largest size (px) at which the words fit in three lines, and those."""
    for size in SIZES:
        width = LINE * SIZES[0] // size
        count = len(wrap(words, width))
        for narrower in range(min(width, len(words) // count + 6), width + 1):
            if len(lines := wrap(words, narrower)) <= min(count, LINES):
                return size, lines
    return size, lines[:LINES]


def _text(
    x: int, y: int, words: str, size: int, colour: str, *, bold: bool = False, rtl: bool = False
) -> str:
    """A text that begins at `x`, counted from the right edge where it is `rtl`."""
    weight = "bold" if bold else "normal"
    start = f'x="{WIDTH - x}" text-anchor="end"' if rtl else f'x="{x}"'
    if rtl:  # else a mark at the end of a line would be drawn at its start
        words = f"{RTL_MARK}{words}{RTL_MARK}"
    return (
        f'<text {start} y="{y}" font-family="{escape(theme.SANS)}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
    )


def _badge(words: str, colour: str, *, rtl: bool = False) -> str:
    width = 36 + 15 * len(words)
    left = WIDTH - 76 - width if rtl else 76
    box = f'<rect x="{left}" y="376" width="{width}" height="46" rx="6" fill="{colour}"/>'
    return box + _text(94, 408, words, 28, theme.PAPER, bold=True, rtl=rtl)


def _curve(stats: EditionStats, x: int, y: int, width: int, height: int) -> str:
    """The line of the index, from 0 at the foot to 100 at the top.

    It is dashed over the provisional months at its end, and stops before one that is not read,
    whose estimate is a hollow circle.
    """
    scores, kinds = stats.index_scores, reading.kinds(stats)
    last = max(len(scores) - 1, 1)
    across = [x + width * month / last for month in range(len(scores))]
    points = [
        f"{left:.1f},{y + height * (1 - value / 100):.1f}" if kind != "none" else ""
        for left, value, kind in zip(across, scores, kinds, strict=True)
    ]
    if not any(points):
        return ""
    solid = max((month for month, kind in enumerate(kinds) if kind == "full"), default=0)
    newest = [month for month, value in enumerate(scores) if pd.notna(value)][-1]
    left, top = across[newest], y + height * (1 - scores.iloc[newest] / 100)
    inside = theme.PAPER if kinds.iloc[newest] == "none" else theme.INK
    provisional = _line(points[solid:], dashed=True) if newest > solid else ""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{theme.ZONES[0]}"/>'
        f"{_line(points[: solid + 1])}{provisional}"
        f'<circle cx="{left:.1f}" cy="{top:.1f}" r="9" fill="{inside}" stroke="{theme.INK}" '
        f'stroke-width="3"/>'
    )


def _line(points: Sequence[str], *, dashed: bool = False) -> str:
    # a round end shows a month that stands alone between two gaps
    ends = 'stroke-dasharray="10 8"' if dashed else 'stroke-linecap="round"'
    look = f'fill="none" stroke="{theme.INK}" stroke-width="5" {ends}'
    return f"<g {look}>{polylines(points)}</g>"
