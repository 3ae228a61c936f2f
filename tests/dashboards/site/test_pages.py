"""The pages of the site, read back: complete, linked, valid, figures right."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import html5lib
import lxml.html
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine

from dashboards.edition_stats import EditionStats
from dashboards.indicator_words import edition_titles
from dashboards.site.context import SiteContext
from dashboards.site.locale import site_locale
from dashboards.site.page import html
from dashboards.site.pages import alerts
from dashboards.site.pages.alerts import FIGURES
from pipelines.alerts import rules
from tests.dashboards.bulletin.test_document import written
from tests.dashboards.site.conftest import ONE_OF, read_pages
from warehouse.edition import Edition

CODES = ("fr", "en")
HEAVIEST = 150_000  # bytes of a page, its drawings aside


def pages(built: Path) -> list[Path]:
    return read_pages([*built.rglob("index.html"), *built.rglob("embed/*.html")])


@cache
def soup(path: Path) -> BeautifulSoup:
    """A page, parsed once for all tests of the module, which only read it."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def page(built: Path, code: str, path: str) -> BeautifulSoup:
    return soup(built / code / path / "index.html")


def test_both_languages_have_the_same_pages(built: Path, shipped_edition: Edition) -> None:
    french, english = (
        {str(item.relative_to(built / code)) for item in pages(built / code)} for code in CODES
    )
    assert french == english
    keys = set(EditionStats(shipped_edition).indicators["key"])
    assert {f"indicators/{key}/index.html" for key in keys} <= french
    groups = [
        f"dimensions/{item['key']}/index.html" for item in EditionStats(shipped_edition).dimensions
    ]
    assert len(groups) == 5
    assert set(groups) <= french
    described = len(list((built / "series").glob("*.csv")))
    assert len(list((built / "fr" / "series").iterdir())) == described + 1
    # each indicator has a page to be framed
    assert len(french) == 2 * len(keys) + 30 + -(-described // ONE_OF)
    arabic = {str(item.relative_to(built / "ar")) for item in pages(built / "ar")}
    constituents = "bulletins/2026-10/constituents/index.html"
    assert arabic == {"index.html", "morocco/index.html", constituents}


@pytest.fixture(scope="module", autouse=True)
def no_page_left() -> Iterator[None]:
    """Forget the parsed pages after the module."""
    yield
    soup.cache_clear()
    tree.cache_clear()
    anchors.cache_clear()


# Of lxml: BeautifulSoup takes twenty times as long.
@cache
def tree(path: Path) -> lxml.html.HtmlElement:
    """A page for the tests that read all of them."""
    return lxml.html.parse(path).getroot()


@cache
def anchors(path: Path) -> set[str]:
    return set(tree(path).xpath("//@id"))


def test_every_link_leads_somewhere(built: Path) -> None:
    broken = []
    for path in pages(built):
        for link in tree(path).xpath("//@href | //@src"):
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme:
                continue
            target = (path.parent / address).resolve() if address else path
            if anchor.startswith("s="):  # what the explorer is to show
                anchor = ""
            if not target.is_file() or (anchor and anchor not in anchors(target)):
                broken.append((str(path), address, anchor))
    assert broken == []


def test_every_page_is_valid_html(built: Path) -> None:
    for path in pages(built):
        html5lib.HTMLParser(strict=True).parse(path.read_text(encoding="utf-8"))


def test_every_page_is_light_and_asks_for_nothing_elsewhere(built: Path) -> None:
    for path in pages(built):
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < HEAVIEST, path
        assert not re.search(r"\son\w+=|@import|<form|<iframe|javascript:", text)
        loaded = tree(path).xpath("//@src")
        assert [address for address in loaded if urlsplit(address).netloc] == []


@pytest.mark.parametrize("code", CODES)
def test_every_page_names_its_other_language(built: Path, code: str) -> None:
    other = {"fr": "en", "en": "fr"}[code]
    for path in pages(built / code):
        content = tree(path)
        assert content.get("lang") == code
        if path.parent.name == "embed":
            continue
        [link] = content.xpath(f"(//header)[1]//a[@hreflang='{other}']/@href")
        target = (path.parent / link).resolve()
        assert target == built / other / path.relative_to(built / code)
        [policy] = content.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'")


# Each text of a page by itself. Of lxml: for the pages of all series, 660 of them, BeautifulSoup
# takes fifteen times as long.
TEXT = "//body//text()[not(ancestor::script or ancestor::style)]"
SHOWN = f"{TEXT}[not(ancestor::code or ancestor::pre)]"


def test_no_page_names_a_series_by_its_key(built: Path) -> None:
    """Outside of code, where it is what a reader types."""
    listed = json.loads((built / "api/v1/series.json").read_text(encoding="utf-8"))["series"]
    keys = {row["series"] for row in listed}
    named = {
        (str(path.relative_to(built)), word)
        for path in built.glob("*/**/index.html")
        for text in lxml.html.parse(path).xpath(SHOWN)
        for word in re.findall(r"[\w.-]+\w", text)
        if word in keys
    }
    assert len(keys) > 300
    assert sorted(named) == []


@pytest.mark.parametrize("code", CODES)
def test_no_page_calls_an_indicator_by_its_older_name(
    built: Path, code: str, shipped_edition: Edition
) -> None:
    """A method is never edited: words that replace its titles do so everywhere."""
    lang = site_locale(code)
    published, shown = shipped_edition.titles(code), edition_titles(shipped_edition, lang)
    older = [lang.typeset(published[key]) for key in shown if shown[key] != published[key]]
    named = {
        (str(path.relative_to(built)), title)
        for path in (built / code).glob("**/index.html")
        for text in ["".join(lxml.html.parse(path).xpath(TEXT))]
        for title in older
        if title in text
    }
    assert len(older) > 2
    assert sorted(named) == []


@pytest.mark.parametrize("code", CODES)
def test_pages_read_without_eyes(built: Path, code: str) -> None:
    for path in pages(built / code):
        content = tree(path)
        assert len(content.xpath("//h1")) == 1, path
        assert not content.xpath("//a[not(@href)] | //*[@tabindex != '0']"), path
        assert all("tabindex" in element.attrib for element in content.find_class("scroll")), path
        ids = content.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        assert all(len(image.get("alt")) > 30 for image in content.iter("img")), path
        assert not content.xpath("//table[not(.//caption) or not(.//thead)]"), path


@pytest.mark.parametrize("code", CODES)
def test_the_home_page_says_the_index(built: Path, code: str, shipped_edition: Edition) -> None:
    lang, content = site_locale(code), page(built, code, "")
    level, last = EditionStats(shipped_edition).level, EditionStats(shipped_edition).index_scores
    # October 2026 has no reading: no large figure, the last reading and the estimate.
    assert content.find(class_="number") is None
    hero = content.find(class_="figure none").get_text()
    assert lang.words["status_none"] in hero
    assert lang.number(last.iloc[-2]) in hero
    assert lang.number(level.score) in hero
    head = content.h1.get_text()
    assert content.find("meta", attrs={"name": "description"})["content"] == head
    assert head == page(built, code, "bulletins/2026-10").h1.get_text()
    cards = content.select(".cards li")
    scores = [EditionStats(shipped_edition).line(group["key"])["score"]
              for group in EditionStats(shipped_edition).dimensions]  # fmt: skip
    shown = [card.find(class_="score").get_text() for card in cards]
    assert shown == [lang.number(score) for score in scores]


@pytest.mark.parametrize(("code", "score"), [("fr", "48,9"), ("en", "48.9")])
def test_weights_and_scenarios_have_no_index_for_a_month_without_a_reading(
    built: Path, code: str, score: str
) -> None:
    """October 2026 has an estimate of 48.9 and no reading, September has one."""
    shown = page(built, code, "explorer")
    assert score not in shown.get_text()
    newest, before = (row.find_all("td") for row in shown.select("table.short tbody tr")[:2])
    assert [cell.get_text() for cell in newest] == ["–", "–"]
    assert "–" not in [cell.get_text() for cell in before]
    assert shown.select_one(".figure.none .unread")


def test_the_arabic_page_isolates_signs_and_names_months_as_morocco_does(built: Path) -> None:
    content = page(built, "ar", "")
    text = content.get_text()
    assert "شتنبر 2026" in text  # CLDR's ar has سبتمبر, ar-MA شتنبر
    assert "سبتمبر" not in text
    assert "الثقة" not in text  # an interval is no confidence
    assert "لا قراءة لشهر أكتوبر 2026" in content.h1.get_text()
    signed = content.find_all(string=re.compile(r"[−+]\d"))
    assert signed
    assert all(piece.find_parent("bdi")["dir"] == "ltr" for piece in signed)


def test_morocco_is_whole_in_arabic(built: Path) -> None:
    content, french = page(built, "ar", "morocco"), page(built, "fr", "morocco")
    assert content.html["dir"] == "rtl"
    assert len(content.select(".points li")) == len(french.select(".points li")) == 6
    assert len(content.select("table tbody tr")) == len(french.select("table tbody tr"))
    text = content.get_text()
    assert "غشت 2026" in text  # August in Morocco
    assert "أغسطس" not in text
    assert "كوت ديفوار" in text or "مالي" in text  # countries in the page's language
    home = page(built, "ar", "")
    assert home.find("a", href="../ar/morocco/index.html")


@pytest.mark.parametrize("code", CODES)
def test_a_reference_copies_whole_and_is_the_file_beside_it(built: Path, code: str) -> None:
    for path in ("cite", "indicators/cost.capex_to_cash", "bulletins/2026-10"):
        content = page(built, code, path)
        blocks = content.select("pre.whole")
        linked = [block.find_previous("h3") for block in blocks]
        read = [
            (built / code / path / head.a["href"]).resolve().read_text(encoding="utf-8")
            for head in linked
            if head and head.a
        ]
        shown = [block.get_text() for block in blocks if block.find_previous("h3")]
        assert len(read) >= 3
        assert [text.replace("\r\n", "\n").strip() for text in read] == [
            text.strip() for text in shown
        ]


@pytest.mark.parametrize("code", CODES)
def test_an_indicator_names_its_series_and_defines_its_columns(built: Path, code: str) -> None:
    content = page(built, code, "indicators/chips.rental_growth")
    named = [row.th.get_text() for row in content.find("h2", id="made").find_next("tbody")("tr")]
    assert sum("CoreWeave" in name for name in named) == 1
    assert all(not name.startswith("gpu.") for name in named)
    header = (built / code / "indicators/chips.rental_growth/chips.rental_growth.csv").read_text()
    columns = [
        row.th.get_text() for row in content.find("h2", id="columns").find_next("tbody")("tr")
    ]
    assert columns == header.splitlines()[0].split(",")


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_an_indicator_has_the_figures_of_the_edition(
    built: Path, code: str, shipped_edition: Edition
) -> None:
    lang = site_locale(code)
    for row in EditionStats(shipped_edition).readings.to_dict("records"):
        content = page(built, code, f"indicators/{row['key']}")
        facts = [
            element.get_text() for element in content.find("dl", class_="facts").find_all("dd")
        ]
        value = lang.words["hidden"] if row["hidden"] else written(row, lang)
        assert facts[0].lstrip("+").startswith(value)  # a change has its sign here
        assert facts[1].startswith(lang.number(row["score"]))
        assert facts[2] == lang.number(row["contribution"])
        kind = "panel" if row["panel"] else "indicator"
        stored = EditionStats(shipped_edition).table("score", kind)[row["key"]]
        table = content.find("h2", id="pressure").find_next("table")
        cells = [element.get_text() for element in table.find_all("td")]
        index = EditionStats(shipped_edition).table("score", "index").index
        assert cells == [lang.number(score) for score in stored.reindex(index)[::-1]]


def test_values_that_may_not_be_republished_are_nowhere(
    built: Path, shipped_edition: Edition
) -> None:
    shut = EditionStats(shipped_edition).not_republished
    assert shut
    mine = shipped_edition.lineage.loc[shipped_edition.lineage["series"].isin(shut)]
    long = {text for text in mine["value"].map(repr) if len(text) > 8}
    assert long
    for path in (built / "fr" / "indicators").rglob("*.*"):
        if path.suffix in (".html", ".csv", ".json"):
            text = path.read_text(encoding="utf-8")
            assert not [value for value in long if value in text], path


def test_french_typography(built: Path) -> None:
    for path in pages(built / "fr"):
        text = soup(path).main.get_text()
        assert not re.search(r"(?<=\w) [;!?%»]|« ", text), path
        assert not re.search(r"\w'\w", text), path


def test_every_rule_on_figures_of_the_edition_counts_as_one_on_figures() -> None:
    assert set(FIGURES) == rules.SERIES_KINDS


@pytest.mark.parametrize("code", CODES)
def test_every_crossing_is_on_the_page_of_alerts_once(
    built: Path, code: str, alerted: Engine
) -> None:
    """Those on figures are rows, the others are in the operator's list."""
    from warehouse.alerts import repository

    events = repository.history(alerted)
    public = events.loc[events["kind"].isin(["firing", "resolved", "retracted"])]
    whose = public["rule_kind"].isin(FIGURES)
    expected = {
        figures: len(public.loc[whose.eq(figures)].drop_duplicates(["rule", "series", "crossing"]))
        for figures in (True, False)
    }
    main = page(built, code, "alerts")
    rows = [row for table in main.select("table.stack") for row in table.tbody.find_all("tr")]
    assert (len(rows), len(main.select("main details li"))) == (expected[True], expected[False])
    assert min(expected.values()) > 5


@pytest.mark.parametrize("code", CODES)
def test_an_alert_says_its_threshold_its_value_and_what_became_of_it(
    built: Path, code: str
) -> None:
    """The watch of September 2023, entered at 35, ended in February 2024."""
    lang = site_locale(code)
    main = page(built, code, "alerts")
    since = lang.typeset(lang.month("2023-09-01", "MMM y"))
    [row] = [
        row
        for row in main.find("h2", id="history").find_next("table").tbody.find_all("tr")
        if row.th.get_text() == since and lang.words["severities"]["watch"] in row.get_text()
    ]
    _, value, condition, _, outcome = (cell.get_text() for cell in row.find_all("td"))
    assert value == lang.number(38.6)
    assert lang.words["zone_names"]["watch"] in condition
    assert {"35", "32"} <= set(re.findall(r"\d+", condition))
    assert lang.month("2024-02-01", "MMMM y") in outcome


@pytest.mark.parametrize("code", CODES)
def test_a_source_without_any_figure_is_late_in_words(built: Path, code: str) -> None:
    reports = [item.get_text() for item in page(built, code, "alerts").select("details li")]
    unknown = {"fr": "aucun chiffre", "en": "no figure"}[code]
    assert any(unknown in text for text in reports)
    assert not any("–" in text for text in reports)


@pytest.mark.parametrize("code", CODES)
def test_rules_that_were_never_evaluated_do_not_say_that_nothing_fires(
    context: SiteContext, code: str
) -> None:
    lang = site_locale(code)
    before = replace(
        context, events=context.events[:0], states=context.states[:0], rules=context.rules[:0]
    )
    text = html(alerts.page(before, lang), before, lang)
    assert lang.typeset(lang.words["no_evaluation"]) in text
    assert lang.words["no_alert"] not in text
    assert 'id="rules"' not in text


@pytest.mark.parametrize("code", CODES)
def test_the_home_page_says_which_alerts_ended(built: Path, code: str, alerted: object) -> None:
    from warehouse.alerts import repository

    lang, history = site_locale(code), repository.history(alerted)  # type: ignore[arg-type]
    public = history.loc[history["kind"].isin(["firing", "resolved", "retracted"])]
    by_text = public.drop_duplicates(f"text_{code}").set_index(f"text_{code}")["kind"]
    kinds = {lang.typeset(str(text)): kind for text, kind in by_text.items()}
    shown = page(built, code, "").select(".alerts li")
    assert len(shown) == 4
    assert "resolved" in {kinds[str(item.contents[-1]).strip()] for item in shown}
    for item in shown:
        kind = kinds[str(item.contents[-1]).strip()]
        assert item.b.get_text() == lang.words["alert_states"][kind]


def test_licences_of_the_catalogue_are_in_the_language_of_the_page(built: Path) -> None:
    sources = page(built, "fr", "sources").get_text(" ")
    for english in ("none stated", "as facts", "ublic domain", "all rights", "titles and links"):
        assert english not in sources, english
    assert "CC BY 4.0" in sources
    assert "none stated" in page(built, "en", "sources").get_text(" ")


@pytest.mark.parametrize(("code", "largest"), [("fr", "−7,6 points"), ("en", "−7.6 points")])
def test_the_largest_revision_of_the_index_is_in_points(
    built: Path, code: str, largest: str
) -> None:
    """August 2023 fell from 39.7 to 32.1: the two figures of the bulletin's table."""
    main = page(built, code, "revisions")
    assert largest in main.get_text().replace("\N{NO-BREAK SPACE}", " ")
