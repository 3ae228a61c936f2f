"""The bulletin on paper, read back from its PDF: pages, facts, tags, bytes."""

import re
import time
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from dashboards.bulletin import document, paper
from dashboards.bulletin.paper import facts
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language, language
from tests.dashboards.bulletin.rebuilt import of_month
from warehouse.edition import Edition
from warehouse.gauges.repository import Gauges

MONTHS = ("2026-06", "2026-10")  # one that is read, and one that is not
HOSTILE = '#panic() $x$ *b* = h\n#image("/etc/passwd") </svg> @ref `raw` \\ \u202eevil'


@dataclass(frozen=True)
class Paper:
    """A bulletin on paper: its facts and what is read from its PDF."""

    month: str
    lang: Language
    stats: EditionStats
    shown: dict[str, Any]
    body: bytes
    pages: list[str]

    @property
    def text(self) -> str:
        """All of its text without spaces: a PDF has none at the end of lines.

        Nor has it the head and foot of a page, which stand in the middle of a paragraph.
        """
        return close("".join("".join(page.splitlines()[1:-1]) for page in self.pages))


def close(text: str) -> str:
    return re.sub(r"\s", "", text)


def make_paper(stats: EditionStats, code: str) -> Paper:
    lang = language(code)
    content = document.content(stats, lang, lambda chart, lang: "")
    shown = facts.of(stats, lang, content, f"bulletin.{code}.html")
    body = paper.render(shown, stats.edition.timeline.as_of)
    pages = [page.extract_text() for page in PdfReader(BytesIO(body)).pages]
    return Paper(stats.edition.month, lang, stats, shown, body, pages)


@pytest.fixture(scope="module")
def papers(shipped_edition: Edition) -> dict[tuple[str, str], Paper]:
    """Both languages of a month that is read and of one that is not."""
    return {
        (month, code): make_paper(stats, code)
        for month in MONTHS
        for stats in [of_month(shipped_edition, month)]
        for code in ("fr", "en")
    }


@pytest.fixture(params=[(month, code) for month in MONTHS for code in ("fr", "en")])
def bulletin(request: pytest.FixtureRequest, papers: dict[tuple[str, str], Paper]) -> Paper:
    """Each of them."""
    return papers[request.param]


def test_it_has_two_to_four_numbered_and_dated_pages(bulletin: Paper) -> None:
    assert 2 <= len(bulletin.pages) <= 4
    for number, page in enumerate(bulletin.pages, 1):
        assert f"{number}/{len(bulletin.pages)}" in page.split()
        assert close(bulletin.shown["dated"]) in close(page)


def test_the_first_page_has_headline_chart_points_and_causes(bulletin: Paper) -> None:
    first, zones = close(bulletin.pages[0]), bulletin.stats.zones
    expected = [
        bulletin.shown["headline"],
        bulletin.shown["reading"]["status"],
        *(bulletin.lang.of(zone) for zone in zones),  # written in the chart
        *(sentence for point in bulletin.shown["points"]["rows"] for sentence in point["text"]),
        bulletin.shown["why"]["change"],
        *bulletin.shown["why"]["causes"],
        *bulletin.shown["why"]["rest"],
    ]
    assert [text for text in expected if close(text) not in first] == []
    assert len(bulletin.shown["points"]["rows"]) == 3
    assert len(bulletin.shown["why"]["causes"]) <= 3
    image = PdfReader(BytesIO(bulletin.body)).pages[0]["/Resources"]["/XObject"]
    assert len(image) >= 1


def test_every_fact_is_on_it(bulletin: Paper) -> None:
    parts = [bulletin.shown[name] for name in ("dimensions", "phase", "due", "revised", "alerts",
                                          "beside", "sources", "method", "limits", "calendar",
                                          "cite")]  # fmt: skip
    missing = [text for part in parts for text in words(part) if close(text) not in bulletin.text]
    assert missing == [bulletin.lang.words["figure_gauges"]]  # the section says it in other words


def words(part: Any) -> list[str]:
    """All text of a part of the facts but that of its drawings."""
    if isinstance(part, dict):
        own = {name: value for name, value in part.items() if name not in ("svg", "alt", "link")}
        return [text for value in own.values() for text in words(value)]
    if isinstance(part, list):
        return [text for value in part for text in words(value)]
    return [part] if isinstance(part, str) else []


def test_its_figures_are_those_of_the_edition(bulletin: Paper) -> None:
    for group, row in zip(
        bulletin.stats.dimensions, bulletin.shown["dimensions"]["rows"], strict=True
    ):
        line = bulletin.stats.line(group["key"])
        assert row[0]["name"] == bulletin.lang.of(group)
        assert row[1] == bulletin.lang.number(line["score"])
        assert row[4] == bulletin.lang.number(line["contribution"])


# The index of the New York Fed, whose terms do not let others republish it.
def test_a_sign_that_is_a_closed_figure_is_not_shown(bulletin: Paper) -> None:
    [sign] = [
        own
        for own in bulletin.stats.edition.gauges.method["retreat"]["indicator"]
        if own["of"] == ["nyfed.cmdi.market"]
    ]
    values = {row[0]: row[1] for row in bulletin.shown["phase"]["signs"]["rows"]}
    hidden = bulletin.lang.typeset(bulletin.lang.words["hidden"])
    assert {name for name, value in values.items() if value == hidden} == {bulletin.lang.of(sign)}
    assert len(values) > 3


def test_it_reads_without_eyes(bulletin: Paper) -> None:
    reader = PdfReader(BytesIO(bulletin.body))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == bulletin.lang.code
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == bulletin.shown["title"]
    assert reader.metadata.author == bulletin.shown["site"]


def test_its_letters_are_those_that_are_shipped(bulletin: Paper) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(BytesIO(bulletin.body)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.partition("+")[2].partition("-")[0] for name in fonts} == {"NotoSans"}


def test_the_same_facts_give_the_same_bytes_in_any_zone(
    papers: dict[tuple[str, str], Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin = papers["2026-10", "fr"]
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert paper.render(bulletin.shown, bulletin.stats.edition.timeline.as_of) == bulletin.body
    monkeypatch.undo()
    time.tzset()


def test_an_edition_without_gauges_or_alerts_has_its_paper(shipped_edition: Edition) -> None:
    bare = replace(shipped_edition, gauges=Gauges(), alerts=None)
    sheet = make_paper(EditionStats(bare), "en")
    assert 2 <= len(sheet.pages) <= 4
    assert close(language("en").words["phase_none"]) in sheet.text
    assert close(language("en").words["alerts_unkept"]) in sheet.text


def test_hostile_text_is_shown_as_text(papers: dict[tuple[str, str], Paper]) -> None:
    bulletin = papers["2026-10", "en"]
    shown = bulletin.shown | {"headline": HOSTILE}
    shown["alerts"] = bulletin.shown["alerts"] | {"text": [HOSTILE]}
    typed = facts.typeset(shown, bulletin.lang)
    body = paper.render(typed, bulletin.stats.edition.timeline.as_of)
    text = close("".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages))
    assert text.count(close('#panic() $x$ *b* = h #image("/etc/passwd") </svg> @ref `raw` \\')) == 2
    assert "\u202e" not in text
