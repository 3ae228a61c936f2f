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
from dashboards.site import readout
from warehouse.edition import Edition

MONTHS = pd.date_range("2025-01-01", periods=20, freq="MS")
SCORES = pd.Series([float(10 + 4 * step) for step in range(20)], MONTHS)
TEXTS = [f"{month:%Y-%m} </svg>" for month in MONTHS]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_strip_lies_on_the_point_that_the_chart_draws(width: int) -> None:
    frame = SCORES.rename("value").rename_axis("period").reset_index()
    svg = chart_drawing.svg(charts.line(frame, "", theme.INK, width, score=True), language("en"))
    plot = readout.geometry(svg)
    drawn = BeautifulSoup(str(readout.overlay(plot, SCORES, TEXTS, "wide")), "html.parser")
    mine = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn.find_all("circle")]
    marks = r'(?:aria-hidden="true"[^>]*|<path )transform="translate\(([\d.]+),([\d.]+)\)"'
    points = re.findall(marks, svg)
    placed = {(round(float(x) + plot.left), round(float(y) + plot.top)) for x, y in points}
    assert len(mine) == len(SCORES)
    for x, y in mine:
        assert min(abs(x - left) + abs(y - top) for left, top in placed) <= 2
    middles = [float(hit["x"]) + float(hit["width"]) / 2 for hit in drawn.select("rect.hit")]
    assert middles == pytest.approx([x for x, _ in mine], abs=0.2)  # each is rounded to a tenth
    assert [text.get_text() for text in drawn.find_all("text")] == TEXTS
    assert len(drawn.select("[tabindex]")) == readout.STOPS


def test_a_month_without_a_figure_has_words_and_no_point() -> None:
    plot = readout.Geometry(100, 100, 10, 10, 80, 80)
    drawn = str(readout.overlay(plot, SCORES.mask(SCORES.gt(80)), TEXTS, "narrow"))
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


def test_another_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="no view, origin or plot"):
        readout.geometry("<svg></svg>")


@pytest.mark.parametrize("code", ["fr", "en", "ar"])
def test_tab_shows_a_month_without_scripts(chromium: Browser, served: str, code: str) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    tab = context.new_page()
    tab.goto(f"{served}/{code}/index.html")
    last = tab.locator(".readout.wide g[tabindex]").last
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
