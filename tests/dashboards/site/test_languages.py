"""The site in Arabic, in Spanish, and in a language of a folder's file."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from dashboards import fonts
from dashboards.site import parallel
from tests.dashboards.site.conftest import serving, take_drawings
from tests.dashboards.site.test_browser import BUSY, VIOLATIONS
from tests.dashboards.site.test_text_boxes import every_fault
from tests.dashboards.test_checker import faults, jar
from tests.pipelines.conftest import at_home, ran
from tests.pipelines.observatory.test_languages import PORTUGUESE, take_words

__all__ = ["jar"]

ISSUE = "bulletins/2026-10"
INDICATOR = "indicators/cost.capex_to_cash"
SERIES = "series/census.c30.data_center"
# What a reader sees first of each kind.
MAIN = ("", "alerts", ISSUE, f"{ISSUE}/constituents", INDICATOR, "dimensions/chips", "morocco",
        "series", SERIES, "explorer", "method", "audit", "sources", "glossary")  # fmt: skip
NARROW = 390  # pixels of a telephone


@dataclass(frozen=True)
class Folder:
    """The folder of an observatory, and its site."""

    home: Path
    site: Path


@pytest.fixture(scope="module")
def own(first_edition: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """An observatory of Morocco in Arabic, Spanish, English and its own language.

    Its edition was there before it: a run would take four times as long as the site.
    """
    home = tmp_path_factory.mktemp("own") / "home"
    begun = ran("init", str(home), "--country", "MA", "--lang", "ar,es,en")
    assert begun.code == 0, begun.err
    declared = home / "observatory.toml"
    text = declared.read_text("utf-8").replace('"en"]', '"en", "pt"]\npartial = ["pt"]')
    declared.write_text(text.replace("[name]\n", '[name]\npt = "Observatório"\n'), "utf-8")
    take_words(home)
    (home / "words/pt.toml").write_text(PORTUGUESE, "utf-8")
    shutil.copytree(first_edition, home, dirs_exist_ok=True)
    take_drawings(built, home / "public")
    with at_home(home) as patch:
        patch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
        done = ran("site", "build", "--out", str(home / "public"))
    assert done.code == 0, done.err
    return Folder(home, home / "public")


@pytest.fixture(scope="module")
def address(own: Folder) -> Iterator[str]:
    """The address of its site on loopback."""
    with serving(own.site) as at:
        yield at


def page(own: Folder, path: str) -> BeautifulSoup:
    """A page of the site."""
    return BeautifulSoup((own.site / path / "index.html").read_text("utf-8"), "html.parser")


def text_of(part: Any) -> str:
    """Its text with plain spaces."""
    return " ".join(part.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_site_is_in_spanish(own: Folder) -> None:
    home = page(own, "es")
    assert home.html is not None
    assert home.title is not None
    assert home.html["lang"] == "es"
    assert "dir" not in home.html.attrs
    assert home.title.get_text() == "Observatorio del colapso silencioso, Marruecos"
    menu = [link.get_text() for link in home.select("header nav > ul > li > a")]
    assert {"Inicio", "Boletines", "Indicadores", "Marruecos", "Vía frugal"} <= set(menu)
    text = text_of(home.main)
    assert "Sin lectura para octubre de 2026" in text_of(home.h1)
    assert "Índice del colapso silencioso" in text
    assert "Costes" in text
    assert text_of(page(own, "es/calendar").h1) == "Calendario"
    assert "11 de diciembre de 2026, 9:00 UTC (10:00 en Casablanca)" in text
    issue = text_of(page(own, f"es/{ISSUE}").main)
    assert "Junto al índice: Marruecos y la frugalidad" in issue


def test_the_site_is_in_arabic_from_right_to_left(own: Folder) -> None:
    home = page(own, "ar")
    assert home.html is not None
    assert home.title is not None
    assert (home.html["lang"], home.html["dir"]) == ("ar", "rtl")
    assert home.title.get_text() == "مرصد الانهيار الصامت، المغرب"
    assert 'url=ar/index.html"' in (own.site / "index.html").read_text("utf-8")
    menu = [link.get_text() for link in home.select("header nav > ul > li > a")]
    assert {"الرئيسية", "النشرات", "المؤشرات الفرعية", "المغرب", "المسار المقتصد"} <= set(menu)
    assert "لا قراءة لشهر أكتوبر 2026" in text_of(home.h1)
    issue = text_of(page(own, f"ar/{ISSUE}").main)
    assert "إلى جانب المؤشر: المغرب والاقتصاد في الموارد" in issue
    assert "شتنبر 2026" in issue  # CLDR's ar has سبتمبر, ar-MA شتنبر
    assert "سبتمبر" not in issue
    assert re.search(r"\d,\d", issue)  # digits and commas of the Maghreb


def test_arabic_has_every_page_that_english_has(own: Folder) -> None:
    pages = {
        code: {str(path.relative_to(own.site / code)) for path in (own.site / code).rglob("*.html")}
        for code in ("ar", "en", "es", "pt")
    }
    assert pages["ar"] == pages["en"] == pages["es"]
    assert len(pages["ar"]) > 400
    assert pages["pt"] == {"index.html", "morocco/index.html", f"{ISSUE}/constituents/index.html"}


def test_every_page_names_its_languages(own: Folder) -> None:
    for path in ("es", "ar/glossary", f"ar/{INDICATOR}", "es/alerts"):
        shown = page(own, path)
        codes = [link["hreflang"] for link in shown.select("head link[hreflang]")]
        expected = ["ar", "en", "es", "pt"] if path == "es" else ["ar", "en", "es"]
        assert sorted(map(str, codes)) == expected, path
        feed = shown.select_one("link[type='application/atom+xml']")
        assert feed is not None
        assert str(feed["href"]).endswith("editions.en.atom")
    assert not (own.site / "editions.es.atom").exists()
    assert not (own.site / "editions.ar.atom").exists()


# Words with an underscore that a page shows as they are: the names of files and columns.
RAW = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@pytest.mark.parametrize("code", ["ar", "es"])
def test_the_words_of_the_pages_are_all_there(own: Folder, code: str) -> None:
    """Of these pages nothing is in English, and no key stands for a sentence."""
    for path in MAIN:
        shown = page(own, f"{code}/{path}")
        apart = shown.select("main :is(code, pre, script, a[download], .note)")
        for part in apart:
            part.decompose()
        english = [text_of(part) for part in shown.select("main [lang=en]")]
        assert english == [], path
        assert RAW.findall(text_of(shown.main)) == [], path


def test_what_a_language_lacks_is_english_and_says_so(own: Folder) -> None:
    home = page(own, "pt")
    assert home.html is not None
    assert home.html["lang"] == "pt"
    menu = home.select("header nav > ul > li > a")
    assert menu[0].get_text() == "Início"
    assert menu[0].span is None
    assert menu[2].span is not None
    assert menu[2].span["lang"] == "en"
    cards = [text_of(part) for part in home.select(".cards b")]
    assert cards[:2] == ["Custos", "Chips"]
    assert "num mês" in text_of(home.main)
    # in attributes, and in elements that hold text alone, nothing is left of the marks
    for path in own.site.glob("[ap][rt]/**/*.html"):
        assert not re.search("[\ue000-\ue002]", path.read_text("utf-8")), path


def test_releases_stay_in_their_two_languages(own: Folder) -> None:
    names = {path.name for path in own.site.glob("data/2026-10/*") if ".ar." in path.name}
    names |= {path.name for path in own.site.glob("data/2026-10/*") if ".es." in path.name}
    assert names == set()


# What is drawn beyond the right or left edge of the page, and how its lines run.
EDGES = (
    """() => [document.documentElement.scrollWidth, getComputedStyle(document.body).direction]"""
)


def test_arabic_fits_a_telephone(chromium: Browser, address: str) -> None:
    tab = chromium.new_page(viewport={"width": NARROW, "height": 900})
    for path in MAIN:
        tab.goto(f"{address}/ar/{path}/index.html")
        tab.wait_for_selector(BUSY, state="detached")
        assert tab.evaluate(EDGES) == [NARROW, "rtl"], path
    tab.close()


# Where each figure with a sign is: the sign stands left of its digits, as figures read.
SIGNED = """() => [...document.querySelectorAll('main bdi')].filter(
    one => /^[+\\u2212]\\d/.test(one.textContent) && one.checkVisibility()).map(one => {
  const text = one.firstChild, places = [0, 1].map(place => {
    const range = document.createRange();
    range.setStart(text, place); range.setEnd(text, place + 1);
    return range.getBoundingClientRect().left;
  });
  return places[0] < places[1];
})"""


def test_a_sign_stands_left_of_its_figure_in_arabic(chromium: Browser, address: str) -> None:
    tab = chromium.new_page()
    tab.goto(f"{address}/ar/{ISSUE}/index.html")
    signed = tab.evaluate(SIGNED)
    assert len(signed) > 20
    assert all(signed)
    tab.close()


def test_arabic_charts_keep_their_letters_inside(chromium: Browser, own: Folder) -> None:
    drawings = [path.read_text(encoding="utf-8") for path in sorted(own.site.glob("charts/*.svg"))]
    arabic = [drawing for drawing in drawings if fonts.ARABIC_LETTER.search(drawing)]
    assert len(arabic) > 5
    assert every_fault(chromium, arabic, least=100) == []
    assert all("Noto Sans Arabic" in drawing for drawing in arabic)


@pytest.mark.parametrize("code", ["ar", "es"])
def test_axe_finds_nothing_in_other_languages(chromium: Browser, address: str, code: str) -> None:
    tab = chromium.new_page()
    tab.add_init_script(Axe().axe_script)
    for path in MAIN if code == "ar" else MAIN[:5]:
        tab.goto(f"{address}/{code}/{path}/index.html")
        tab.wait_for_selector(BUSY, state="detached")
        assert tab.evaluate(VIOLATIONS) == [], path
    tab.close()


def test_pages_in_other_languages_are_without_fault(jar: Path, own: Folder) -> None:
    pages = [own.site / code / path / "index.html" for code in ("ar", "es") for path in MAIN]
    assert faults(jar, *pages) == []
