"""The image that a shared link shows, 1200 by 630: the index and its line."""

from html import escape
from textwrap import wrap

import pandas as pd

from dashboards import theme
from dashboards.bulletin import document
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

WIDTH, HEIGHT = 1200, 630
LINE = 44  # letters of a line of the headline: 50 px bold fills 1060 of the 1200 px


def png(stats: EditionStats, lang: Language) -> bytes:
    """The image of an edition as PNG; the same machine gives the same bytes."""
    import vl_convert

    picture: bytes = vl_convert.svg_to_png(svg(stats, lang), scale=1)
    return picture


def svg(stats: EditionStats, lang: Language) -> str:
    """The image as SVG; its text is escaped."""
    opening = document.opening(stats, lang)
    head = [
        _text(72, 150 + 62 * row, line, 50, theme.INK, bold=True)
        for row, line in enumerate(_lines(str(opening["headline"])))
    ]
    parts = [
        _text(72, 78, str(lang.words["site"]), 26, theme.MUTED),
        *head,
        _text(72, 560, lang.number(stats.level.score), 150, theme.INK, bold=True),
        _badge(str(opening["regime"]), int(str(opening["rank"]))),
        _curve(stats.index_scores, 620, 370, 508, 190),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.PAPER}"/>'
        f'<rect width="{WIDTH}" height="14" fill="{theme.INK}"/>{"".join(parts)}</svg>'
    )


def _lines(words: str) -> list[str]:
    """The words in as few lines as they need, of about the same length, at most 3."""
    count = len(wrap(words, LINE))
    return wrap(words, min(LINE, len(words) // count + 6))[:3]


def _text(x: int, y: int, words: str, size: int, colour: str, *, bold: bool = False) -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<text x="{x}" y="{y}" font-family="{escape(theme.SANS)}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
    )


def _badge(regime: str, rank: int) -> str:
    if not regime:
        return ""
    width = 36 + 15 * len(regime)
    box = f'<rect x="76" y="376" width="{width}" height="46" rx="6" fill="{theme.BADGES[rank]}"/>'
    return box + _text(94, 408, regime, 28, theme.PAPER, bold=True)


def _curve(values: pd.Series, x: int, y: int, width: int, height: int) -> str:
    """The line of the index, from 0 at the foot to 100 at the top."""
    last = max(len(values) - 1, 1)
    points = [
        (x + width * month / last, y + height * (1 - value / 100))
        for month, value in enumerate(values)
        if pd.notna(value)
    ]
    if not points:
        return ""
    line = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
    end = points[-1]
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{theme.ZONES[0]}"/>'
        f'<polyline points="{line}" fill="none" stroke="{theme.INK}" stroke-width="5"/>'
        f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="9" fill="{theme.INK}"/>'
    )
