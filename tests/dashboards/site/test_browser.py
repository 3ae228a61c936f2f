"""The site in a browser: without scripts, narrow, wide, by keyboard, on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Request

from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from pipelines.index import aggregate
from tests.dashboards.site.conftest import read_pages
from warehouse.edition import Edition

WIDTHS = (360, 1280)


def paths(built: Path) -> list[str]:
    pages = read_pages(built.glob("*/**/*.html"))
    return [str(path.relative_to(built)) for path in pages]


def each_kind(built: Path) -> list[str]:
    """Every page, but only some of the indicators and dimensions."""
    of = [path for path in paths(built) if path.count("/") > 2 and "bulletins" not in path]
    return [path for path in paths(built) if path not in of] + of[:: max(len(of) // 6, 1)]


# One question a page: asking for each element goes through three processes every time.
SHOWN = "[...document.querySelectorAll('nav')].filter(one => one.checkVisibility()).length"


# A chart beside a text that took its room: its letters cannot be read then.
SMALL = """[...document.querySelectorAll('main figure img, main svg.plot')]
.filter(one => one.checkVisibility() && one.clientWidth < 280).length"""
# Until what a page draws by a script is there.
BUSY = "[aria-busy=true]"


def test_every_page_works_without_scripts_and_without_other_hosts(
    chromium: Browser, built: Path, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    urls: list[str] = []
    console: list[str] = []
    tab.on("request", lambda request: urls.append(request.url))
    tab.on("console", lambda message: console.append(f"{tab.url}: {message.text}"))
    tab.on("requestfailed", lambda request: console.extend(_failed(request)))
    wide, small, printed = [], [], []
    for path in paths(built):
        tab.goto(f"{served}/{path}")
        tab.set_viewport_size({"width": WIDTHS[-1], "height": 900})
        small += [path] * tab.evaluate(SMALL)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            if tab.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((path, width))
        tab.emulate_media(media="print")
        printed += [path] * tab.evaluate(SHOWN)
        tab.emulate_media(media="screen")
    assert printed == []
    assert console == []
    assert (wide, small) == ([], [])
    assert [url for url in urls if not url.startswith(served)] == []
    context.close()


def _failed(request: Request) -> list[str]:
    """The request if it failed; one aborted by going to the next page has not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"{request.failure}: {request.url}"]


# Every rule runs; of those that hold, axe need not write down each element.
VIOLATIONS = """axe.run(document, {resultTypes: ['violations']}).then(
  found => found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 200)]))"""


STOPS = """() => [...document.querySelectorAll('a[href], summary, [tabindex], input, button')]
  .filter(one => one.checkVisibility() && one.tabIndex >= 0 && !one.disabled).length"""
# Each element that gets the focus: its place, its outline, and its HTML where it has none. The page
# writes it down: to ask after every key takes as long again as the keys.
FOLLOW = """() => {
  window.reached = [];
  document.addEventListener('focusin', () => {
    const one = document.activeElement, style = getComputedStyle(one);
    const html = style.outlineStyle === 'none' ? one.outerHTML.slice(0, 200) : '';
    window.reached.push([[...document.querySelectorAll('*')].indexOf(one), html]);
  });
}"""


@dataclass(frozen=True)
class Visit:
    """What axe and the keyboard find on the pages, each loaded once.

    Of each page that is gone through by keyboard, how many elements can be pressed, and the place
    of each that got the focus with its HTML, "" where its focus shows.
    """

    violations: list[tuple[str, str, str]]
    reached: dict[str, tuple[int, list[tuple[int, str]]]]


def visit(
    chromium: Browser, served: str, scheme: str, pages: Iterable[str], by_keyboard: Iterable[str]
) -> Visit:
    """Load the pages in a colour scheme; go through those of `by_keyboard` by Tab."""
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    context.add_init_script(Axe().axe_script)  # half a megabyte, not sent again for each page
    tab, visited, pressed = context.new_page(), Visit([], {}), set(by_keyboard)
    for path in pages:
        tab.goto(f"{served}/{path}")
        tab.wait_for_selector(BUSY, state="detached")
        visited.violations.extend((path, *broken) for broken in tab.evaluate(VIOLATIONS))
        if path in pressed:
            tab.evaluate(FOLLOW)
            stops = tab.evaluate(STOPS)
            for _ in range(stops):
                tab.keyboard.press("Tab")
            visited.reached[path] = stops, tab.evaluate("window.reached")
    context.close()
    return visited


@pytest.fixture(scope="module")
def light(chromium: Browser, built: Path, served: str) -> Visit:
    """Every page in light colours: to load one takes a third of what axe takes."""
    by_keyboard = [path for path in each_kind(built) if path.startswith("fr/")]
    return visit(chromium, served, "light", paths(built), by_keyboard)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    chromium: Browser, built: Path, served: str, light: Visit, scheme: str
) -> None:
    visited = light
    if scheme == "dark":
        visited = visit(chromium, served, scheme, each_kind(built)[::3], ())
    assert visited.violations == []


def test_the_root_leads_to_the_french_home(chromium: Browser, served: str) -> None:
    tab = chromium.new_page(java_script_enabled=False)
    tab.goto(f"{served}/index.html")
    tab.wait_for_url("**/fr/index.html")
    tab.close()


def test_the_keyboard_reaches_whatever_can_be_pressed_and_shows_where_it_is(
    built: Path, light: Visit
) -> None:
    french = [path for path in each_kind(built) if path.startswith("fr/")]
    assert list(light.reached) == [path for path in paths(built) if path in french]
    for path, (stops, reached) in light.reached.items():
        assert [html for _, html in reached if html] == [], path
        assert len({position for position, _ in reached}) == stops, path


def test_paper_has_no_navigation_and_light_colours(
    chromium: Browser, served: str, built: Path
) -> None:
    tab = chromium.new_page(color_scheme="dark")
    tab.goto(f"{served}/fr/bulletins/2026-10/index.html")
    tab.emulate_media(media="print", color_scheme="dark")
    assert not tab.locator("header nav").is_visible()
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(29, 29, 36)"
    tab.close()


def engine(
    edition: Edition, weights: dict[str, float], dropped: set[str]
) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """Dimensions and index by the engine with these weights, without `dropped`."""
    parts, rules = EditionStats(edition).table("score", "indicator"), edition.framework["rules"]
    scores = {}
    for group in EditionStats(edition).dimensions:
        own = {
            f"{group['key']}.{indicator['key']}": indicator["weight"]
            for indicator in group["indicator"]
        }
        weights_left = pd.Series({key: weight for key, weight in own.items() if key not in dropped})
        mean = aggregate.weighted_mean(
            parts[weights_left.index], weights_left, floor=rules["coverage_dimension"]
        )
        scores[group["key"]] = mean.value
    table, floor = pd.DataFrame(scores), rules["coverage_index"]
    return table, aggregate.weighted_mean(table, pd.Series(weights), floor=floor).value


CHOICES: list[tuple[dict[str, float], set[str]]] = [
    ({}, set()),
    ({"cost": 90.0, "chips": 5.0}, set()),
    ({"cost": 0.0, "dependency": 0.0, "chips": 100.0}, set()),
    ({}, {"cost.capex_to_cash"}),
    (
        {"infrastructure": 60.0},
        {"chips.h100_spot_ratio", "chips.rental_growth", "productivity.firms_using_ai"},
    ),
]


def test_the_explorer_recomputes_and_equals_the_engine(
    chromium: Browser, served: str, shipped_edition: Edition
) -> None:
    tab = chromium.new_page()
    console: list[str] = []
    tab.on("console", lambda message: console.append(message.text))
    tab.goto(f"{served}/fr/explorer/index.html")
    for summary in tab.locator(".weights summary").all():
        summary.click()
    published = EditionStats(shipped_edition).table("score", "index")["index"]
    for chosen, dropped in CHOICES:
        tab.click("#reset")
        for key, weight in chosen.items():
            tab.locator(f"#w-{key}").fill(str(int(weight)))
        for key in dropped:
            tab.uncheck(f"[data-part='{key}']")
        mine = {group["key"]: 20.0 for group in EditionStats(shipped_edition).dimensions} | chosen
        scores, index = engine(shipped_edition, mine, dropped)
        cells = tab.eval_on_selector_all(
            "td[id^='m-']", "cells => cells.map(c => [c.id.slice(2), c.dataset.value])"
        )
        shown = {month: float(value) if value else float("nan") for month, value in cells}
        expected = {f"{month:%Y-%m}": value for month, value in index.items()}
        assert shown == pytest.approx(expected, abs=1e-9, nan_ok=True)
        assert (index - published).abs().max() > 0.1 or not (chosen or dropped)
        number = language("fr").number
        assert tab.locator("#result").inner_text() == number(index.iloc[-1])
        for key, score in scores.iloc[-1].items():
            assert tab.locator(f"#score-{key}").inner_text() == number(score)
        if not (chosen or dropped):
            assert index.to_numpy() == pytest.approx(published.to_numpy(), abs=1e-9, nan_ok=True)
    # October 2026, the last month, has no reading: neither line reaches the right edge
    assert "600," not in "".join(tab.locator(f"#{line}").get_attribute("d") or "600,"
                                 for line in ("published", "yours"))  # fmt: skip
    assert console == []
    tab.close()
