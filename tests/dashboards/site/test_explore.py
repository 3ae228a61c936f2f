"""The data explorer: by keyboard, against SQL, without scripts."""

import csv
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import playwright
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import Engine

from dashboards.publish.series.store import catalogue
from dashboards.site.explore import files
from dashboards.site.explore.conversions import conversions
from dashboards.site.explore.words import WORDS
from silentcrash.units import convert, shipped_rates
from warehouse.edition import Edition
from warehouse.observations import series

META, DEU, FRA = "sec.capex.META", "ember.wholesale.DEU", "ember.wholesale.FRA"
READY = "#explorer[aria-busy=false]"
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('#figures tbody tr')].map(row =>
  [row.dataset.period, [...row.querySelectorAll('td')].map(cell => cell.dataset.value)]))"""
Figures = dict[str, list[str]]


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    """A page whose requests and complaints are in `tab.urls` and `tab.console`."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def watched(tab: Page, served: str) -> Iterator[Page]:
    """The same, which must ask no other host and say nothing in the console."""
    urls: list[str] = []
    console: list[str] = []
    tab.on("request", lambda request: urls.append(request.url))
    tab.on("console", lambda message: console.append(message.text))
    tab.on("pageerror", lambda fault: console.append(str(fault)))
    yield tab
    assert console == []
    assert [url for url in urls if not url.startswith((served, "blob:", "data:"))] == []


def show(tab: Page, served: str, state: str, code: str = "en") -> Figures:
    """The figures in the table of the page with a state in its address."""
    tab.goto("about:blank")  # else a new fragment loads nothing
    tab.goto(f"{served}/{code}/series/index.html{state}")
    return read(tab)


def read(tab: Page) -> Figures:
    tab.wait_for_selector(READY)
    figures: Figures = tab.evaluate(SHOWN)
    return figures


def by_sql(engine: Engine, key: str, day: str) -> dict[str, float]:
    """The figures of a series as known on a day, by SQL."""
    rows = series.figures(engine, key, as_of=day or None)
    return {row["period"]: row["value"] for row in rows if row["value"] is not None}


def column(figures: Figures, rank: int = 0) -> dict[str, float]:
    values = {period: cells[rank] for period, cells in figures.items()}
    return {period: float(value) for period, value in values.items() if value}


def chosen(tab: Page) -> list[str]:
    fragment = parse_qs(urlsplit(tab.url).fragment)
    return fragment.get("s", [""])[0].split(",")


def test_two_series_are_chosen_by_keyboard_in_french(
    watched: Page, served: str, alerted: Engine
) -> None:
    show(watched, served, "", "fr")
    while left := watched.locator("#chosen .remove").count():
        watched.locator("#chosen .remove").first.press("Enter")
        watched.locator("#chosen li").nth(left - 1).wait_for(state="detached")
    read(watched)
    assert "Choisissez" in watched.locator("#empty").inner_text()
    assert watched.evaluate("document.activeElement.id") == "search"
    for words in ("electricite gros allemange", "ÉLECTRICITÉ gros fran"):
        watched.keyboard.type(words)
        watched.wait_for_selector("#found [role=option]")
        watched.keyboard.press("ArrowDown")
        option = watched.locator("#search").get_attribute("aria-activedescendant")
        assert watched.locator(f"#{option}").get_attribute("aria-selected") == "true"
        count = watched.locator("#chosen li").count()
        watched.keyboard.press("Enter")
        watched.locator("#chosen li").nth(count).wait_for()
    figures = read(watched)
    watched.wait_for_url(lambda url: url.endswith(f"#s={DEU},{FRA}"))
    assert column(figures, 0) == by_sql(alerted, DEU, "")
    assert column(figures, 1) == by_sql(alerted, FRA, "")
    assert watched.locator("#canvas svg path[aria-label], #canvas svg path").count() > 3
    assert "Allemagne ; " in watched.locator("#summary").inner_text().replace("\u202f", " ")
    watched.focus("#plot")
    watched.keyboard.press("ArrowLeft")
    value_text = watched.locator("#plot").get_attribute("aria-valuetext")
    assert value_text
    assert value_text.startswith("août 2026")
    assert "126,14 EUR/MWh" in value_text


def test_the_slider_gives_the_version_that_sql_gives(
    watched: Page, served: str, alerted: Engine
) -> None:
    now = show(watched, served, f"#s={META}")
    assert column(now) == by_sql(alerted, META, "")
    watched.focus("#asof")
    days, seen = set(), set()
    for presses in (1, 1, 3, 6, 8):
        for _ in range(presses):
            watched.keyboard.press("ArrowLeft")
        read(watched)
        day = watched.locator("#asof-day").input_value()
        figures = column(read(watched))
        assert figures == by_sql(alerted, META, day), day
        days.add(day)
        seen.add(tuple(figures.items()))
    assert len(days) == len(seen) == 5
    # a day between two versions, written in the box
    watched.fill("#asof-day", "2024-01-31")
    watched.press("#asof-day", "Enter")
    watched.wait_for_url("**asof=2024-01-31")
    assert column(read(watched)) == by_sql(alerted, META, "2024-01-31")
    assert "31 January 2024" in watched.locator("#summary").inner_text()


def test_an_index_is_100_at_its_base_and_gaps_have_no_line(
    watched: Page, served: str, alerted: Engine
) -> None:
    figures = show(watched, served, f"#s={DEU},{META}&from=2019-01&base=2020-02")
    for rank, (key, base) in enumerate([(DEU, "2020-02-01"), (META, "2020-01-01")]):
        raw = by_sql(alerted, key, "")
        expected = {
            period: 100 * value / raw[base] for period, value in raw.items() if period >= "2019"
        }
        assert column(figures, rank) == pytest.approx(expected, rel=1e-9)
        assert figures[base][rank] == "100"
    # Ember has no April and May 2026 of Germany: the line is in two pieces
    figures = show(watched, served, f"#s={DEU}&from=2025-01")
    assert "2026-03-01" in figures
    assert "2026-04-01" not in figures
    lines = watched.locator("#canvas svg .mark-line path[d]")
    assert lines.count() == 2
    assert "missing" in watched.locator("#notes").inner_text()


def test_units_are_converted_as_the_command_line_does(
    watched: Page, served: str, alerted: Engine
) -> None:
    us = "eia.price.US.IND"
    state = f"#s={DEU},{us}&u=USD/MWh,USD/MWh&asof=2024-05-05"
    figures = show(watched, served, state)
    rates = shipped_rates("2024-05-05")
    for rank, key in enumerate((DEU, us)):
        rows = convert(series.figures(alerted, key, as_of="2024-05-05"), "USD/MWh", rates)
        expected = {row["period"]: row["value"] for row in rows if row["value"] is not None}
        assert column(figures, rank) == pytest.approx(expected, rel=1e-9)
    notes = watched.locator("#notes").inner_text()
    assert "1 EUR = 1.0728 USD" in notes  # the mean of April 2024, as the bank published it
    assert "European Central Bank" in notes


def test_the_address_restores_the_choices(watched: Page, served: str) -> None:
    state = f"#s={DEU},{META}&u=USD%2FMWh,&from=2019-01&to=2025-06&base=2020-02&log=1"
    state += "&asof=2026-03-09"
    before = show(watched, served, state)
    assert watched.url.endswith(state)
    assert watched.locator("#unit-1").input_value() == "USD/MWh"
    for box, value in (("from", "2019-01"), ("to", "2025-06"), ("base", "2020-02")):
        assert watched.locator(f"#{box}").input_value() == value
    assert watched.locator("#log").is_checked()
    watched.fill("#from", "2021-01")
    watched.press("#from", "Enter")
    watched.wait_for_url("**from=2021-01**")
    later = read(watched)
    watched.reload()
    assert read(watched) == later != before
    assert show(watched, served, "#s=no.such.series,a,b") == {}
    assert "no.such.series" in watched.locator("#notice").inner_text()


def test_downloads_carry_what_is_shown(watched: Page, served: str, tmp_path: Path) -> None:
    figures = show(watched, served, f"#s={DEU},{META}&from=2024-01&asof=2026-03-09", "fr")

    def taken(kind: str) -> Path:
        with watched.expect_download() as waiting:
            watched.click(f"[data-take={kind}]")
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.name.startswith("explorateur-ember-wholesale-deu_sec-capex-meta-2026-03-09.")
        return path

    rows = list(csv.DictReader(taken("csv").read_text(encoding="utf-8").splitlines()))
    for rank, key in enumerate((DEU, META)):
        mine = {row["period"]: float(row["value"]) for row in rows if row["series"] == key}
        assert mine == column(figures, rank)
        assert len(mine) > 7
    assert {row["as_known_on"] for row in rows} == {"2026-03-09"}
    assert {row["licence"] for row in rows} >= {"CC BY 4.0"}
    assert {row["address"] for row in rows} >= {f"{served}/series/{DEU}.json"}
    assert all(row["known_from"][:10] <= "2026-03-09" for row in rows)
    drawing = "".join(ET.parse(taken("svg")).getroot().itertext())
    assert "Meta, dépenses" in drawing
    assert "9 mars 2026" in drawing
    assert "Ember, CC BY 4.0" in drawing
    assert taken("png").read_bytes().startswith(b"\x89PNG\r\n")
    assert json.loads(taken("spec").read_text())["$schema"].endswith("vega-lite/v6.json")


def test_a_hostile_title_is_text(tab: Page, served: str, tmp_path: Path) -> None:
    title = "=cmd|' /C calc'!A0 \"];alert(1)//<img src=x onerror=alert(1)></svg><script>alert(1)"

    def hostile(route: Route) -> None:
        answer = route.fetch()
        table = answer.json()
        position = table["fields"].index("title_en")
        for row in table["entries"]:
            row[position] = title if row[0] == DEU else row[position]
        route.fulfill(response=answer, json=table)

    alerts: list[str] = []
    tab.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    tab.route("**/catalogue.json", hostile)
    try:
        show(tab, served, f"#s={DEU}")
        assert title in tab.locator("#chosen").inner_text()
        assert tab.locator("#explorer img, #explorer script").count() == 0
        for kind in ("svg", "csv"):
            with tab.expect_download() as waiting:
                tab.click(f"[data-take={kind}]")
            waiting.value.save_as(tmp_path / kind)
        names = {node.tag.rpartition("}")[2] for node in ET.parse(tmp_path / "svg").iter()}
        assert not names & {"script", "img", "image", "foreignObject"}
        rows = list(csv.DictReader((tmp_path / "csv").read_text().splitlines()))
        assert {row["title"] for row in rows} == {f"'{title}"}
    finally:
        tab.unroute("**/catalogue.json")
    assert alerts == []


def test_without_scripts_it_is_a_table_of_series(
    chromium: Browser, built: Path, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/fr/series/index.html")
    assert not page.locator("#explorer").is_visible()
    rows = page.locator("#every tbody tr:not(.group)")
    entries = json.loads((built / "explorer/catalogue.json").read_text())["entries"]
    assert rows.count() == len(entries) > 300
    row = rows.filter(has_text="Électricité, prix de gros, Allemagne")
    assert row.is_visible()
    addresses = [link.get_attribute("href") for link in row.locator("a").all()]
    files = [f"../../series/{DEU}.{ending}" for ending in ("csv", "json")]
    assert addresses == [f"../../fr/series/{DEU}/index.html", *files]
    assert page.locator("noscript p", has_text="a besoin de JavaScript").is_visible()
    row.locator("a").first.click()
    assert page.locator("h1").inner_text() == "Électricité, prix de gros, Allemagne"
    assert page.locator(".plot .first polyline").count() > 1  # months are missing
    assert page.locator("#code ~ pre").first.inner_text().count("\n") == 2
    context.close()


def test_axe_finds_nothing_in_the_dark_on_a_telephone(chromium: Browser, served: str) -> None:
    context = chromium.new_context(
        color_scheme="dark", viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.new_page()
    show(page, served, f"#s={DEU},observatory.index&asof=2026-03-09", "fr")
    page.locator("details").first.evaluate("details => { details.open = true; }")
    page.focus("#plot")
    page.locator("#search").fill("prix")
    page.wait_for_selector("#found [role=option]")
    broken = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in broken] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_only_what_may_be_republished_can_be_chosen(
    built: Path, alerted: Engine, shipped_edition: Edition
) -> None:
    table = json.loads((built / "explorer/catalogue.json").read_text())
    assert tuple(table["fields"]) == files.FIELDS
    keys = {row[0] for row in table["entries"]}
    rows = catalogue(alerted)
    assert {key for key in keys if not key.startswith("observatory.")} == {
        row["series"] for row in rows if row["republished"]
    }
    # the corporate bond index is a figure of the New York Fed as it was read: its pressure alone
    assert "observatory.cost.credit_distress.pressure" in keys
    assert "observatory.cost.credit_distress" not in keys
    index = json.loads((built / "explorer/observatory.index.json").read_text())
    values = shipped_edition.values.query("key == 'index'").set_index("period")["score"]
    shown = {row[0][:7]: row[1] for row in index["figures"]}
    assert shown.pop("2026-10") is None  # no reading: the page has no figure either
    assert shown == pytest.approx({f"{at:%Y-%m}": values[at] for at in values.index[:-1]})
    assert {row[2] for row in index["figures"]} <= {"reconstructed", "published"}
    dates = {row[0]: row[3] for row in index["figures"]}
    assert dates["2026-09-01"] == "2026-10-10T23:59:59Z"
    for row in table["entries"]:
        assert (built / row[table["fields"].index("document")]).is_file()


def test_units_that_are_not_alike_are_not_offered() -> None:
    table = conversions(["EUR/MWh", "c/kWh", "%", "USD mn, annual rate, SA"], ["USD"])
    assert "%" not in table
    assert "USD mn, annual rate, SA" not in table
    [dollars] = [row for row in table["EUR/MWh"] if row["unit"] == "USD/MWh"]
    assert dollars == {"unit": "USD/MWh", "factor": 1.0, "from": "EUR", "to": "USD"}
    [cents] = [row for row in table["c/kWh"] if row["unit"] == "USD/MWh"]
    assert cents == {"unit": "USD/MWh", "factor": 10.0, "from": "", "to": ""}
    assert conversions(["DH/kWh"], ["USD"]) == {}  # without a rate of the dirham
    offered = conversions(["DH/kWh"], ["USD", "MAD"])["DH/kWh"]
    [dirhams] = [row for row in offered if row["unit"] == "USD/MWh"]
    assert dirhams == {"unit": "USD/MWh", "factor": 1000.0, "from": "MAD", "to": "USD"}


def test_what_is_worked_out_of_figures_in_node(tmp_path: Path) -> None:
    # the node that comes with playwright, so that no other need be there
    node = Path(playwright.__file__).parent / "driver" / "node"
    for script in files.STATIC.glob("*.js"):
        shutil.copy(script, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    tests = Path(__file__).parent / "explore_figures.mjs"
    ran = subprocess.run([node, tests, tmp_path], capture_output=True, text=True)
    assert ran.stdout == "ok\n", ran.stderr


def test_both_languages_have_the_same_words_and_use_them() -> None:
    french, english = (WORDS[code] for code in ("fr", "en"))
    sources = "".join(path.read_text() for path in files.STATIC.iterdir())
    home = files.STATIC.parents[1]
    sources += (home / "templates/explore.html").read_text()
    sources += "".join(path.read_text() for path in files.STATIC.parent.glob("*.py"))
    for own, other in ((french, english), (french["script"], english["script"])):
        assert set(own) == set(other)
        for name, text in own.items():
            assert re.search(rf"\b{name}\b", sources), name
            if isinstance(text, str):
                assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other[name]))
    for pair in zip(french["examples"], english["examples"], strict=True):
        assert pair[0]["state"] == pair[1]["state"]
