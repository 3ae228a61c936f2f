"""The bulletin on paper: two to four pages as PDF, made without a browser."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dashboards import fonts
from dashboards.bulletin.paper import facts
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).parent / "bulletin.typ"
# Whoever hears the page has its structure, its language and the words for its charts.
STANDARD: Final = "ua-1"


def pdf(stats: EditionStats, lang: Language, content: Mapping[str, Any], annex: str) -> bytes:
    """The bulletin of an edition as PDF; the same edition gives the same bytes.

    All of its text goes in as data, of which nothing is read as markup.

    Args:
        content: what the pages show, from `document.content`.
        annex: the address of the page with the annex, or its name in the folder of the PDF.
    """
    shown = facts.of(stats, lang, content, annex)
    return render(shown, stats.edition.timeline.as_of)


def render(shown: dict[str, Any], dated: datetime) -> bytes:
    """The PDF of these facts, with the date that it says it is from."""
    body = _compiler().compile(
        sys_inputs={"facts": _text(shown)},
        format="pdf",
        # Typst loses the letters of the dots of Arabic in a drawing, which the standard refuses
        # [typst 0.15.2]; such a paper has its structure and its words for charts all the same.
        pdf_standards=[STANDARD] if shown["direction"] == "ltr" else [],
        timestamp=int(dated.timestamp()),
    )
    assert isinstance(body, bytes)  # noqa: S101 - a PDF is one file
    return body


def sheets(shown: dict[str, Any]) -> list[str]:
    """Each page of these facts as SVG."""
    drawn = _compiler().compile(sys_inputs={"facts": _text(shown)}, format="svg")
    pages = drawn if isinstance(drawn, list) else [drawn]
    return [page.decode() for page in pages if page]


def _text(shown: dict[str, Any]) -> str:
    return json.dumps(shown, ensure_ascii=False)


@cache
def _compiler() -> "typst.Compiler":
    """The compiler with the shipped letters alone, whatever the machine has."""
    import typst

    letters = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)]
    )
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=letters)
