"""Parts add up, gaps are said, hostile text stays text in a chart."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from dashboards import chart_drawing, charts
from dashboards.bulletin import document
from dashboards.drawings import heat_map, small_charts
from dashboards.edition_stats import HOLD, EditionStats
from dashboards.i18n import language
from warehouse.edition import Edition

FR, EN = language("fr"), language("en")
HOSTILE = "</svg><script>alert(1)</script>\u202e"


def changed(edition: Edition, rows: pd.Series, **columns: object) -> Edition:
    """The edition with made-up values in some rows."""
    values = edition.values.copy()
    for name, value in columns.items():
        values.loc[rows, name] = value
    return replace(edition, values=values)


def newest(edition: Edition) -> pd.Series:
    return edition.values["period"].eq(EditionStats(edition).month)


def test_the_causes_of_the_change_add_up_to_it(shipped_edition: Edition) -> None:
    stats = EditionStats(shipped_edition)
    causes, level = stats.causes, stats.level
    assert list(causes.index) == [group["key"] for group in stats.dimensions]
    assert causes["total"].sum() == pytest.approx(level.month_change, abs=1e-9)
    # The rents of chips are what moved October 2026; nothing was revised.
    assert causes.loc["chips", "new_data"] == pytest.approx(-0.076, abs=0.001)
    assert not causes["revised_data"].any()


def test_what_holds_is_what_the_index_is_revised_by(shipped_edition: Edition) -> None:
    assert 1 < EditionStats(shipped_edition).hold < 2.5
    assert EditionStats(shipped_edition).level.hold == shipped_edition.mean_revision
    assert EditionStats(replace(shipped_edition, mean_revision=None)).hold == HOLD


def test_states_share_the_whole_weight(shipped_edition: Edition) -> None:
    assert EditionStats(shipped_edition).states.sum() == pytest.approx(1)


def test_a_revised_figure_is_counted(shipped_edition: Edition) -> None:
    now = EditionStats(shipped_edition).month
    lineage = shipped_edition.lineage
    before = lineage.loc[lineage["period"].eq(now - pd.DateOffset(months=1))].iloc[0]
    same = lineage["series"].eq(before["series"]) & lineage["series_period"].eq(
        before["series_period"]
    )
    made_up = lineage.assign(
        value=lineage["value"].mask(same & lineage["period"].eq(now), before["value"] + 1)
    )
    revised = EditionStats(replace(shipped_edition, lineage=made_up)).revised
    assert (revised["after"] - revised["before"]).tolist() == pytest.approx([1.0])


def test_a_withheld_index_is_said_and_not_drawn(shipped_edition: Edition) -> None:
    rows = newest(shipped_edition) & shipped_edition.values["key"].eq("index")
    blank = changed(shipped_edition, rows, score=np.nan, regime="", coverage=0.6)
    page = BeautifulSoup(document.page(EditionStats(blank), EN), "html.parser")
    assert "No reading for October 2026" in page.h1.get_text()
    assert "estimate" not in page.find(class_="lede").get_text()
    assert page.find(class_="badge") is None
    assert "nan" not in page.get_text().lower().split()


def test_a_withheld_dimension_is_said(shipped_edition: Edition) -> None:
    values = shipped_edition.values
    chips = values["key"].eq("chips") | values["key"].str.startswith("chips.")
    rows = newest(shipped_edition) & chips
    blank = changed(shipped_edition, rows, score=np.nan, contribution=np.nan, coverage=0.2)
    page = BeautifulSoup(document.page(EditionStats(blank), EN), "html.parser")
    [point] = [item for item in page.select(".points li") if item.b.get_text() == "Chips"]
    assert "withheld: 20% of its weight is known, 50% is needed" in point.get_text()


def test_an_interval_is_drawn_where_it_is_known(shipped_edition: Edition) -> None:
    frame = EditionStats(shipped_edition).table("score", "index").rename(columns={"index": "score"})
    zones = pd.DataFrame({"name": ["calm"], "enter": [0.0], "end": [100.0], "colour": ["#fff"]})
    plain = frame.reset_index()
    banded = plain.assign(low=plain["score"] - 5, high=plain["score"] + 5)
    without, with_band = (
        chart_drawing.svg(charts.index(scores, zones, "", charts.WIDE), EN)
        for scores in (plain, banded)
    )
    assert "mark-area" not in without
    assert "mark-area" in with_band


def test_a_hostile_name_is_text_in_a_chart() -> None:
    months = [date(2026, 9, 1), date(2026, 10, 1)]
    line = small_charts.Line(HOSTILE, "#332288", [40.0, 50.0], HOSTILE)
    row = heat_map.Row([HOSTILE], [40.0, 50.0], HOSTILE)
    own = [
        small_charts.chart([line], months, charts.WIDE, wide=True),
        heat_map.chart([heat_map.Group(HOSTILE, [row])], [HOSTILE, HOSTILE]),
    ]
    steps = pd.DataFrame({"name": [HOSTILE, "b"], "start": 40.0, "end": 40.0})
    library = charts.waterfall(steps.assign(colour=None, label=HOSTILE), charts.WIDE)
    for chart in (*own, library):
        svg = chart_drawing.svg(chart, EN)
        assert "alert(1)" in svg
        assert_harmless(svg)


def assert_harmless(svg: str) -> None:
    assert "<script" not in svg
    assert svg.count("</svg>") == 1
    assert BeautifulSoup(svg, "html.parser").find("script") is None
