"""The read-out lies on the points of the chart, and shows by style alone."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from dashboards import chart_drawing, charts, theme
from dashboards.bulletin import gate
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from dashboards.site import readout, social_image
from dashboards.site.page import spark
from dashboards.vega_lite import domain
from warehouse.edition import Edition

MONTHS = pd.date_range("2025-01-01", periods=20, freq="MS")
SCORES = pd.Series([float(10 + 4 * step) for step in range(20)], MONTHS)
TEXTS = [f"{month:%Y-%m} </svg>" for month in MONTHS]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_strip_lies_on_the_point_that_the_chart_draws(width: int) -> None:
    frame = SCORES.rename("value").rename_axis("period").reset_index()
    svg = chart_drawing.svg(charts.line(frame, "", theme.INK, width, score=True), language("en"))
    plot = readout.geometry(svg)
    overlay = str(readout.overlay(plot, SCORES / 100, TEXTS, "wide"))
    drawn = BeautifulSoup(overlay, "html.parser")
    assert drawn.svg.g["transform"] == f"translate({plot.left:g} {plot.top:g})"
    mine = [
        (float(dot["cx"]) + plot.left, float(dot["cy"]) + plot.top)
        for dot in drawn.find_all("circle")
    ]
    marks = r'(?:aria-hidden="true"[^>]*|<path )transform="translate\(([\d.]+),([\d.]+)\)"'
    points = re.findall(marks, svg)
    placed = {(round(float(x) + plot.left), round(float(y) + plot.top)) for x, y in points}
    assert len(mine) == len(SCORES)
    for x, y in mine:
        assert min(abs(x - left) + abs(y - top) for left, top in placed) <= 2
    middles = [float(hit["x"]) + float(hit["width"]) / 2 for hit in drawn.select("rect")]
    assert middles == pytest.approx(
        [x - plot.left for x, _ in mine], abs=0.2
    )  # each is rounded to a tenth
    assert [text.get_text() for text in drawn.find_all("text")] == TEXTS
    assert len(drawn.select("[tabindex]")) == readout.STOPS


def test_a_month_without_a_figure_has_words_and_no_point() -> None:
    plot = readout.Geometry(100, 100, 10, 10, 80, 80)
    drawn = str(readout.overlay(plot, (SCORES / 100).mask(SCORES.gt(80)), TEXTS, "narrow"))
    assert drawn.count("<circle") == SCORES.le(80).sum()
    assert drawn.count("<text") == len(SCORES)
    assert "nan" not in drawn


@pytest.mark.parametrize(("code", "word"), [("fr", "(estimation)"), ("en", "(estimate)")])
def test_a_month_without_a_reading_is_said_to_be_an_estimate(
    built: Path, code: str, word: str
) -> None:
    """October 2026 has no reading, the months before it have one."""
    home = BeautifulSoup((built / code / "index.html").read_text(encoding="utf-8"), "html.parser")
    *others, last = [text.get_text() for text in home.select(".readout.wide text")]
    assert last.endswith(word)
    assert not [text for text in others if word in text]


@pytest.mark.parametrize("values", [[1.2, 7.9, 3.3], [-40.0, 22.0, 3.0], [5.0, 5.0, 5.0]])
def test_a_strip_lies_on_the_point_of_a_figure_in_its_own_unit(values: list[float]) -> None:
    line = pd.Series(values, MONTHS[:3])
    frame = line.rename("value").rename_axis("period").reset_index()
    svg = chart_drawing.svg(charts.line(frame, "", theme.INK, charts.WIDE), language("en"))
    plot, (low, high) = readout.geometry(svg), domain(line)
    drawn = str(readout.overlay(plot, (line - low) / (high - low), TEXTS[:3], "wide"))
    mine = {float(y) + plot.top for y in re.findall(r'cy="([\d.]+)"', drawn)}
    placed = {float(y) + plot.top for _, y in re.findall(
        r'transform="translate\(([\d.]+),([\d.]+)\)"', svg)}  # fmt: skip
    assert all(min(abs(y - other) for other in placed) < 1 for y in mine)
    assert low <= min(values)
    assert high >= max(values)


def test_a_gap_is_a_gap_in_lines_and_in_sparklines() -> None:
    gap = SCORES.where(SCORES.index != MONTHS[10])
    frame = gap.rename("value").rename_axis("period").reset_index()
    for series, ticks in ((frame, 1), (frame.assign(value=list(SCORES)), 0)):
        chart = charts.line(series, "", theme.INK, charts.WIDE, score=True)
        assert len(chart["datasets"]["gaps"]) == ticks
    assert str(spark(list(gap))).count("<polyline") == 2
    assert str(spark(list(SCORES))).count("<polyline") == 1
    alone = str(spark([1.0, float("nan"), 2.0]))
    assert alone.count("<polyline") == 2
    assert "0.0,29.7 0.0,29.7" in alone  # a dot


def test_a_gap_is_a_gap_in_the_image_of_a_link(shipped_edition: Edition) -> None:
    values = shipped_edition.values
    month = EditionStats(shipped_edition).index_scores.index[12]
    missing = values["key"].eq("index") & values["period"].eq(month)
    gap = replace(shipped_edition, values=values.assign(score=values["score"].mask(missing)))
    unbroken, broken = (
        social_image.svg(EditionStats(edition), language("fr")).count("<polyline")
        for edition in (shipped_edition, gap)
    )
    assert broken == unbroken + 1


def test_another_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="no view, origin or plot"):
        readout.geometry("<svg></svg>")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *((f"{code}/index.html", "wide") for code in ("fr", "en", "ar")),
        ("fr/dimensions/chips/index.html", "wide"),
        ("en/indicators/chips.rental_growth/index.html", "wide"),
        ("ar/morocco/index.html", "small"),
    ],
)
def test_tab_shows_a_month_without_scripts(
    chromium: Browser, served: str, path: str, kind: str
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    tab = context.new_page()
    tab.goto(f"{served}/{path}")
    last = tab.locator(f".readout.{kind} g[tabindex]").last
    assert not last.locator("text").is_visible()
    last.focus()
    assert last.locator("text").is_visible()
    assert "2026" in (last.locator("text").text_content() or "")
    context.close()


def test_the_gate_says_which_condition_is_not_met(shipped_edition: Edition) -> None:
    """October 2026 has an edition, and 21 % of what was due."""
    stats, lang = EditionStats(shipped_edition), language("en")
    rows = gate.conditions(stats, lang)
    assert [row.met for row in rows] == [True, True, True, True, False]
    assert (rows[1].required, rows[1].value) == ("at least 70%", "100%")
    assert (rows[2].required, rows[2].value) == ("at least 50%", "80%")
    assert (rows[4].required, rows[4].value) == ("at least 50%", "21%")


def test_the_gate_is_closed_before_the_cut_off_and_until_an_approval(
    shipped_edition: Edition,
) -> None:
    timeline, lang = shipped_edition.timeline, language("en")
    early = replace(timeline, computed_at=timeline.due.cutoff)
    waiting = replace(timeline, needs_approval=True)
    of_early, of_waiting = (
        gate.conditions(EditionStats(replace(shipped_edition, timeline=own)), lang)
        for own in (early, waiting)
    )
    assert [row.met for row in of_early] == [False, True, True, True, False]
    assert [row.met for row in of_waiting] == [True, True, True, False, False]
    assert of_waiting[3].value == lang.words["gate_waiting"]


SIGN_LEFT = """() => [...document.querySelectorAll('bdi')]
  .map(one => [one.firstChild, (one.firstChild.data || '').indexOf('\\u2212')])
  .filter(([, place]) => place >= 0)
  .map(([text, place]) => [place, place + 1].map(at => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  })).map(([sign, digit]) => sign < digit)"""


def test_the_minus_sign_stands_left_of_its_figure_in_arabic(chromium: Browser, served: str) -> None:
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    tab.goto(f"{served}/ar/index.html")
    assert tab.evaluate("getComputedStyle(document.body).direction") == "rtl"
    placed = tab.evaluate(SIGN_LEFT)
    assert placed
    assert all(placed)
    tab.close()
