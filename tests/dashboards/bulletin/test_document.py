"""The bulletin read back: its figures, its links and its typography."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from dashboards.bulletin import alerts_section, document
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language, language
from tests.dashboards.bulletin.rebuilt import of_month
from tests.dashboards.conftest import write_bulletins
from warehouse.edition import Edition

CODES = ("fr", "en")
HOSTILE = "<script>alert(1)</script>\u202e\"'&"


@pytest.fixture(scope="session")
def pages(bulletins: Path) -> dict[str, Path]:
    """Both languages, written once."""
    return {code: bulletins / f"bulletin.{code}.html" for code in CODES}


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def last(edition: Edition, key: str, column: str) -> float:
    rows = edition.values.loc[edition.values["key"].eq(key)].sort_values("period")
    return float(rows[column].iloc[-1])


@pytest.mark.parametrize("code", CODES)
def test_the_headline_of_a_month_that_is_read_says_month_figure_and_zone(
    shipped_edition: Edition, code: str
) -> None:
    lang, stats = language(code), of_month(shipped_edition, "2026-06")
    text = BeautifulSoup(document.page(stats, lang), "html.parser").h1.get_text()
    assert lang.month("2026-06-01") in text
    assert lang.number(last(stats.edition, "index", "score")) in text
    regime = stats.level.regime
    [zone] = [entry for entry in shipped_edition.framework["regimes"] if entry["key"] == regime]
    assert zone[code] in text


@pytest.mark.parametrize("code", CODES)
def test_every_figure_of_the_indicator_table_is_that_of_the_edition(
    pages: dict[str, Path], shipped_edition: Edition, code: str
) -> None:
    lang = language(code)
    page = soup(pages[code])
    seen = 0
    for row in EditionStats(shipped_edition).readings.to_dict("records"):
        heading = "panels" if row["panel"] else "indicators"
        table = page.find("h2", id=heading).find_next("table")
        cells = table.find("a", href=f"#d-{row['key']}").find_parent("tr").find_all("td")
        assert lang.number(row["score"]) in cells[1].get_text()
        if not row["hidden"]:
            assert cells[0].get_text().startswith(written(row, lang))
        if not row["panel"]:
            assert cells[3].get_text() == lang.number(row["contribution"])
        seen += 1
    assert seen == len(EditionStats(shipped_edition).indicators)


def written(row: dict[Any, Any], lang: Language) -> str:
    """The figure in the table; a rise in doublings is shown as a factor."""
    if row["transform"] != "doublings":
        return lang.number(row["value"], row["decimals"])
    factor = 2 ** row["value"]
    return f"×\N{NO-BREAK SPACE}{lang.number(factor, 1 if factor >= 1 else 2)}"


@pytest.mark.parametrize("code", CODES)
def test_nothing_leaves_the_page(pages: dict[str, Path], code: str) -> None:
    page = soup(pages[code])
    assert not page.find_all(["script", "link", "iframe", "object", "embed", "form"])
    assert all(image["src"].startswith("data:image/svg+xml") for image in page.find_all("img"))
    assert "default-src 'none'" in page.find("meta", {"http-equiv": True})["content"]
    assert not re.search(r"@import|url\((?!data:font/woff2;)", page.style.get_text())
    assert not re.search(r"\son\w+=", pages[code].read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", CODES)
def test_no_paragraph_stands_twice(pages: dict[str, Path], code: str) -> None:
    paragraphs = [part.get_text().strip() for part in soup(pages[code]).main.find_all("p")]
    twice = {text for text in paragraphs if len(text) > 40 and paragraphs.count(text) > 1}
    assert twice == set()


@pytest.mark.parametrize("code", CODES)
def test_it_reads_without_eyes(pages: dict[str, Path], code: str) -> None:
    page = soup(pages[code])
    assert page.html["lang"] == code
    assert all(len(image["alt"]) > 40 for image in page.find_all("img"))
    assert all(table.caption and table.thead for table in page.find_all("table"))
    assert [heading.name for heading in page.find_all("h1")] == ["h1"]
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("code", "cutoffs"),
    [
        ("fr", ["10 décembre 2026", "10 janvier 2027", "10 février 2027", "10 mars 2027"]),
        ("en", ["10 December 2026", "10 January 2027", "10 February 2027", "10 March 2027"]),
    ],
)
def test_the_calendar_gives_the_cut_offs_to_come(
    pages: dict[str, Path], code: str, cutoffs: list[str]
) -> None:
    page = soup(pages[code])
    table = page.find(id="calendar").find_next("table")
    assert [cell.get_text() for cell in table.find_all("td")] == cutoffs
    assert cutoffs[0] in page.header.get_text()
    assert table.tbody.th.get_text() == language(code).month("2026-11-01")


def test_sources_are_described_in_the_language_of_the_page(pages: dict[str, Path]) -> None:
    text = {code: soup(page).main.get_text() for code, page in pages.items()}
    for french, english in (
        ("tous droits réservés ; chiffres", "all rights reserved; figures"),
        ("domaine public", "ublic domain"),
        ("faits, cités", "Facts, cited"),
    ):
        assert (french in text["fr"].replace("\u202f", " "), french in text["en"]) == (True, False)
        assert (english in text["en"], english in text["fr"]) == (True, False)


def test_each_language_names_the_other(pages: dict[str, Path]) -> None:
    assert soup(pages["fr"]).find("a", hreflang="en")["href"] == "bulletin.en.html"
    assert soup(pages["en"]).find("a", hreflang="fr")["href"] == "bulletin.fr.html"


# Of versions and models, which keep their point in French.
NAMES = re.compile(
    r"CC BY 4\.0|202[67]\.1|Apache-2\.0|MPL-2\.0|CC0-1\.0|version 1\.0|Licence v3\.0|Llama 3\.1"
    r"|\b\d+\.\d+\.\d+\b"
)


def test_french_typography(pages: dict[str, Path]) -> None:
    text = soup(pages["fr"]).main.get_text()
    assert not re.search(r"\d\.\d", NAMES.sub("", text))
    assert not re.search(r" [;!?%]", text)
    assert "\u2212" in text


def test_the_same_edition_gives_the_same_bytes(
    pages: dict[str, Path], shipped_edition: Edition, tmp_path: Path
) -> None:
    again = write_bulletins(shipped_edition, tmp_path)
    assert [path.read_bytes() for path in again] == [pages[code].read_bytes() for code in CODES]


def test_hostile_text_is_shown_as_text(shipped_edition: Edition) -> None:
    sources = shipped_edition.sources.assign(
        title_fr=HOSTILE, publisher=HOSTILE, licence=HOSTILE, homepage="javascript:alert(1)"
    )
    quarantined = pd.DataFrame(
        [{"source": "ember", "expectation": "x", "reason": HOSTILE, "rows": 1}]
    )
    page = document.page(
        EditionStats(replace(shipped_edition, sources=sources, quarantined=quarantined)),
        language("fr"),
    )
    assert "<script" not in page
    assert "javascript:" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("code", CODES)
def test_an_edition_says_whether_its_alert_rules_were_kept_and_crossed(
    shipped_edition: Edition, code: str
) -> None:
    lang, stored = language(code), shipped_edition.alerts
    assert stored is not None
    first = stored["found"][0] | {"kind": "retracted", "since": "2026-08-01", "value": None}
    for alerts, expected in (
        (None, lang.words["alerts_unkept"]),
        (stored | {"found": []}, lang.words["alerts_none"]),
        (stored | {"found": [first]}, lang.say("alert_retracted", month=lang.month("2026-08"))),
    ):
        page = document.page(EditionStats(replace(shipped_edition, alerts=alerts)), lang)
        assert lang.typeset(expected) in BeautifulSoup(page, "html.parser").main.get_text()


def test_the_gravest_alerts_come_first_and_each_figure_is_written_as_what_it_is(
    shipped_edition: Edition,
) -> None:
    stored = shipped_edition.alerts
    assert stored is not None
    events = [
        {"rule": "indicator-extreme", "series": "chips.memory_growth", "kind": "on", "value": 91.2},
        {"rule": "index-year", "series": "index", "kind": "resolved", "value": 4.2},
        {"rule": "index-probably-strained", "series": "index", "kind": "firing", "value": 0.85},
        {"rule": "dimension-high", "series": "chips", "kind": "on", "value": 80.0},
    ]
    raw = [
        rule | ({"measure": "value"} if rule["id"] == "indicator-extreme" else {})
        for rule in stored["rules"]
    ]
    alerts = {"rules": raw, "found": [event | {"since": "2026-08-01"} for event in events]}
    shown = alerts_section.section(replace(shipped_edition, alerts=alerts), language("en"))
    assert shown is not None
    assert [row[3] for row in shown["found"]] == ["80.0", "85%", "+4.2", "–"]
    assert [row[0] for row in shown["found"]][:2] == ["Chips", "Silent Crash Index"]
    assert shown["found"][1][1] == "triggered in August 2026"
