"""No text leaves its chart, its card or its paper, or lies on other text.

Measured in a browser with the letters that are shipped, in three languages: every chart of the
site at both widths, the cards of shared links, and the pages of the paper.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashboards import fonts
from dashboards.bulletin import document, paper
from dashboards.bulletin.paper import facts
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from dashboards.site import social_image
from warehouse.edition import Edition

# Boxes of each text in the frame of its drawing; those of a paper are groups of letters.
BOXES = """async drawings => {
  const measured = [];
  for (const drawing of drawings) {
    document.body.innerHTML = drawing;
    const svg = document.body.firstElementChild, frame = svg.getBoundingClientRect();
    await document.fonts.ready;  // the layout has asked for the letters inside the drawing
    const inside = [...svg.querySelectorAll('text, g:has(> use)')];
    const parts = inside.filter(one => one.getBBox().width);
    measured.push([[frame.width, frame.height], parts.map(one => {
      const box = one.getBoundingClientRect();
      return [one.textContent || '(letters)', box.left - frame.left, box.top - frame.top,
              box.right - frame.left, box.bottom - frame.top];
    })]);
  }
  return measured;
}"""
# A line is 1.36 of the size of its letters high, and two lines may touch: the outer fifths of a
# box have no ink but that of accents and of the tails of letters.
EMPTY = 0.2


@dataclass(frozen=True)
class Box:
    """Where a text is in its drawing, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def boxes(
    chromium: Browser, drawings: Iterable[str]
) -> list[tuple[tuple[float, float], list[Box]]]:
    """The size of each drawing, and the boxes of its text."""
    page = chromium.new_page()
    page.set_content(f"<style>{fonts.of_pages(fonts.embedded)}</style>")
    measured = page.evaluate(BOXES, list(drawings))
    page.close()
    return [((size[0], size[1]), [trimmed(*box) for box in texts]) for size, texts in measured]


def trimmed(text: str, left: float, top: float, right: float, bottom: float) -> Box:
    empty = EMPTY * (bottom - top)
    return Box(text, left, top + empty, right, bottom - empty)


def faults(size: tuple[float, float], texts: list[Box]) -> list[str]:
    """What leaves the frame, and what lies on something else."""
    width, height = size
    outside = [
        f"{box.text!r} leaves {width:.0f} x {height:.0f}: {box}"
        for box in texts
        if min(box.left, box.top) < -0.5 or box.right > width + 0.5 or box.bottom > height + 0.5
    ]
    on_others = [
        f"{first.text!r} lies on {second.text!r}: {first}, {second}"
        for first, second in combinations(texts, 2)
        if min(first.right, second.right) - max(first.left, second.left) > 0.5
        and min(first.bottom, second.bottom) - max(first.top, second.top) > 0.5
    ]
    return outside + on_others


def every_fault(chromium: Browser, drawings: list[str], least: int) -> list[str]:
    measured = boxes(chromium, drawings)
    assert sum(len(texts) for _, texts in measured) > least
    return [fault for size, texts in measured for fault in faults(size, texts)]


@pytest.mark.parametrize("narrow", [True, False])
def test_text_stays_in_its_chart_in_three_languages(
    chromium: Browser, built: Path, narrow: bool
) -> None:
    drawings = [path.read_text(encoding="utf-8") for path in sorted(built.glob("charts/*.svg"))]
    arabic = [fonts.ARABIC_LETTER.search(drawing) is not None for drawing in drawings]
    assert any(arabic)
    assert not all(arabic)
    chosen = [drawing for drawing in drawings if (width(drawing) <= 390) == narrow]
    assert every_fault(chromium, chosen, least=500) == []


def width(svg: str) -> float:
    [pixels] = re.findall(r'<svg[^>]* width="([\d.]+)"', svg)[:1]
    return float(pixels)


@pytest.mark.parametrize("code", ["fr", "en", "ar", "es"])
def test_text_stays_in_its_card(chromium: Browser, shipped_edition: Edition, code: str) -> None:
    drawing = social_image.svg(EditionStats(shipped_edition), language(code))
    assert every_fault(chromium, [drawing], least=4) == []


@pytest.mark.parametrize("code", ["fr", "en", "ar", "es"])
def test_text_stays_on_its_sheet(chromium: Browser, shipped_edition: Edition, code: str) -> None:
    lang, stats = language(code), EditionStats(shipped_edition)
    content = document.content(stats, lang, lambda chart, lang: "")
    shown = facts.of(stats, lang, content, "bulletin.html")
    seen = every_fault(chromium, paper.sheets(shown), least=200)
    # letters of Arabic touch, and a word is drawn in the pieces of its typeface
    assert [fault for fault in seen if code != "ar" or " leaves " in fault] == []


def test_a_label_that_is_cut_is_seen(chromium: Browser) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60" font-family="Noto Sans">'
        '<text x="150" y="20">septembre 2026</text><text x="10" y="40">calme</text>'
        '<text x="30" y="42">vigilance</text></svg>'
    )
    [(size, texts)] = boxes(chromium, [drawing])
    assert [fault.split()[0] for fault in faults(size, texts)] == ["'septembre", "'calme'"]
