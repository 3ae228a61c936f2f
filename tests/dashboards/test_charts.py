"""Every chart is valid Vega-Lite with its data, and its months are instants."""

import json
import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from jsonschema import Draft7Validator

from dashboards import (
    chart_drawing,
    charts,
    gauge_chart,
    series_chart,
    theme,
)
from dashboards.bulletin.figures import figures
from dashboards.charts import Chart
from dashboards.drawings import heat_map, parts, small_charts
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from warehouse.edition import Edition

OWN = {heat_map.NAME, small_charts.NAME}
SCHEMA = Path(alt.__file__).parent / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"


@pytest.fixture(scope="module")
def specifications(shipped_edition: Edition) -> list[Chart]:
    """Every figure of a bulletin, wide and narrow, and the lines of the site."""
    drawn: list[Chart] = []
    stats = EditionStats(shipped_edition)
    figures(stats, language("fr"), lambda chart, _: str(drawn.append(chart)))
    frame = stats.index_scores.rename("value").rename_axis("period").reset_index()
    drawn += [
        charts.line(frame, "48,9", theme.INK, charts.WIDE, score=True, bounds=[(40.0, "calme")]),
        charts.line(frame, "48,9", theme.DIMENSIONS[0], charts.NARROW),
    ]
    return [chart_drawing.specification(chart) for chart in drawn]


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_every_chart_is_valid_vega_lite(specifications: list[Chart]) -> None:
    assert len(specifications) == 12
    own = [chart for chart in specifications if OWN & chart.keys()]  # which no library draws
    assert len(own) == 4
    for specification in specifications:
        if specification not in own:
            assert [error.message[:300] for error in validator().iter_errors(specification)] == []


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_names_of_zones_in_the_plane_do_not_overlap(width: int) -> None:
    path = pd.DataFrame(
        {
            "period": pd.to_datetime(["2026-08-01", "2026-09-01"]),
            "pressure": [40.0, 42.0],
            "retreat": [0.0, 10.0],
            "label": ["", ""],
        }
    )
    zones = [(35.0, "vigilance"), (50.0, "tension"), (70.0, "krach silencieux")]
    chart = gauge_chart.plane(path, zones, 50.0, width)
    assert list(validator().iter_errors(chart_drawing.specification(chart))) == []
    drawn = BeautifulSoup(chart_drawing.svg(chart, language("fr")), "xml").find_all("text")
    names = [name for _, name in zones]
    position = {
        text.get_text(): [float(part) for part in re.findall(r"[\d.]+", text["transform"])]
        for text in drawn
        if text.get_text() in names
    }
    assert set(position) == set(names)
    for first, second in pairwise(names):
        apart = position[second][0] - position[first][0]
        # A letter of 11 px takes less than 7 px across, a line 12 px.
        assert apart >= 7 * len(first) or position[second][1] - position[first][1] >= 12


def test_the_schema_can_fail(specifications: list[Chart]) -> None:
    layers = [{**specifications[0]["layer"][0], "mark": "unheard of"}]
    assert not validator().is_valid(specifications[0] | {"layer": layers})


def test_no_placeholder_is_left_and_every_month_is_an_instant(
    specifications: list[Chart],
) -> None:
    for specification in specifications:
        assert '"@' not in json.dumps(specification)
        for rows in specification.get("datasets", {}).values():
            assert all(str(row.get("period", "Z")).endswith("Z") for row in rows)


def strokes(svg: str, kind: str) -> list[int]:
    """How many pieces each line of a drawing has; `kind` is that of its mark."""
    lines = BeautifulSoup(svg, "xml").select(f"g.{kind} path[stroke]")
    return [str(line["d"]).count("M") for line in lines]


@pytest.mark.parametrize(
    ("frequency", "periods", "pieces"),
    [
        ("M", ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"], 1),
        ("M", ["2025-12-01", "2026-01-01", "2026-03-01", "2026-04-01"], 2),
        ("Q", ["2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01"], 1),
        ("Q", ["2025-04-01", "2025-07-01", "2026-01-01", "2026-04-01"], 2),
        ("E", ["2024-01-01", "2024-02-01", "2026-01-01", "2026-02-01"], 1),
    ],
)
def test_a_line_of_a_series_breaks_where_a_period_is_missing(
    frequency: str, periods: list[str], pieces: int
) -> None:
    rows = [{"series": "a.b", "period": p, "value": 2.0, "unit": "USD"} for p in periods]
    chart = series_chart.chart(rows, {"a.b": frequency})
    assert list(validator().iter_errors(chart_drawing.specification(chart))) == []
    drawn = series_chart.draw(rows, ".svg", {"a.b": frequency}).decode()
    assert strokes(drawn, "mark-line") == [pieces]
    without = [*rows[:1], rows[1] | {"value": None}, *rows[2:]]
    assert strokes(series_chart.draw(without, ".svg", {"a.b": "E"}).decode(), "mark-line") == [2]


def test_both_charts_of_series_have_the_same_gaps() -> None:
    script = Path(series_chart.__file__).parent / "site/explore/static/figures.js"
    [table] = re.findall(r"const LONGEST = \{(.*)\};", script.read_text(encoding="utf-8"))
    assert {k: int(days) for k, days in re.findall(r"(\w): (\d+)", table)} == series_chart.LONGEST


def test_the_path_of_the_gauges_breaks_at_a_month_that_cannot_be_read() -> None:
    months = pd.date_range("2026-01-01", periods=5, freq="MS")
    levels = [40.0, 41.0, float("nan"), 42.0, 43.0]
    path = pd.DataFrame({"period": months, "pressure": levels, "retreat": levels, "label": ""})
    for rows, pieces in ((path, 2), (path.dropna(), 1)):
        chart = gauge_chart.plane(rows, [(35.0, "vigilance")], 50.0, charts.WIDE)
        assert strokes(chart_drawing.svg(chart, language("fr")), "mark-line") == [pieces]


@pytest.mark.parametrize(("gaps", "dots"), [([], 0), ([1, 3], 3), ([0, 2, 4], 2), ([2], 0)])
def test_only_a_month_alone_between_two_gaps_has_a_dot(gaps: list[int], dots: int) -> None:
    months = pd.date_range("2026-01-01", periods=5, freq="MS")
    scores = pd.Series([40.0, 41.0, 42.0, 43.0, 44.0]).mask(pd.Series(range(5)).isin(gaps))
    frame = pd.DataFrame({"period": months, "score": scores})
    zones = pd.DataFrame({"name": ["calme"], "enter": [0.0], "end": [100.0], "colour": ["#fff"]})
    chart = charts.index(frame, zones, "", charts.WIDE)
    assert list(validator().iter_errors(chart_drawing.specification(chart))) == []
    drawn = BeautifulSoup(chart_drawing.svg(chart, language("fr")), "xml")
    assert len(drawn.select("g.mark-symbol path")) == dots + 1  # the last figure
    alone = small([None if score != score else score for score in scores], months)
    assert len(alone.select("circle.lone")) == dots


def small(
    scores: list[float | None], months: pd.DatetimeIndex, name: str = "Coûts"
) -> BeautifulSoup:
    """The small chart of one dimension."""
    line = small_charts.Line(name, theme.DIMENSIONS[0], scores, "49,0")
    chart = small_charts.chart(
        [line], [month.date() for month in months], charts.NARROW, wide=False
    )
    return BeautifulSoup(chart_drawing.svg(chart, language("fr")), "xml")


@pytest.mark.parametrize(
    ("gaps", "lines"), [([], [5]), ([2], [2, 2]), ([0, 2], [2]), ([4], [4]), ([0, 1, 2, 3, 4], [])]
)
def test_a_small_chart_has_a_line_over_its_area_between_gaps(
    gaps: list[int], lines: list[int]
) -> None:
    months = pd.date_range("2025-10-01", periods=5, freq="MS")
    scores = [None if month in gaps else 40.0 + month for month in range(5)]
    drawn = small(scores, months, "Coûts <i>")
    paths = [str(path["d"]) for path in drawn.select("path.line")]
    assert [path.count("L") + 1 for path in paths] == lines
    assert len(drawn.select("path[fill-opacity]")) == len(lines)
    written = [text.get_text() for text in drawn.find_all("text")]
    # the last figure stands beside its point, or not at all
    assert written == ["Coûts <i>", "0", "50", "2026", *([] if 4 in gaps else ["49,0"])]


def test_a_score_stands_at_its_height_and_its_month() -> None:
    months = pd.to_datetime(["2026-01-01", "2026-01-31", "2026-03-02"])
    [line] = small([0.0, 100.0, 50.0], months).select("path.line")
    points = [float(part) for part in re.findall(r"[\d.]+", str(line["d"]))]
    assert points[1::2] == [small_charts.HIGH, 0.0, small_charts.HIGH / 2]
    assert points[::2] == pytest.approx([0.0, points[4] / 2, points[4]], abs=0.1)


def test_a_long_name_of_a_dimension_does_not_run_into_the_next() -> None:
    names = ["Coûts", "Dépendance à des fournisseurs lointains"]
    months = [date(2026, 1, 1), date(2026, 2, 1)]
    lines = [small_charts.Line(name, theme.INK, [1.0, 2.0], "") for name in names]
    svg = chart_drawing.svg(
        small_charts.chart(lines, months, charts.NARROW, wide=False), language("fr")
    )
    [left, right] = map(int, re.findall(r"translate\((\d+),", svg))
    assert right - left > parts.text_width(names[1], small_charts.TITLE)


def test_no_text_is_left_in_the_font_that_measures(specifications: list[Chart]) -> None:
    for chart in specifications:
        drawn = chart_drawing.render(chart, language("fr"))
        assert theme.MEASURED not in drawn
        assert "Noto Sans" in drawn


@pytest.mark.parametrize("first", [1, 6])
def test_a_chart_has_its_own_months_after_one_of_other_months(first: int) -> None:
    months = [f"mois {number}" for number in range(first, first + 4)]
    rows = [{"month": month, "name": "Coûts", "rank": 0, "contribution": 9.0} for month in months]
    total = pd.DataFrame({"month": months, "score": 9.0})
    chart = charts.contributions(pd.DataFrame(rows), total, {"Coûts": theme.INK}, charts.WIDE)
    drawn = BeautifulSoup(chart_drawing.svg(chart, language("fr")), "xml")
    written = [text.get_text() for text in drawn.find_all("text")]
    assert [text for text in written if text.startswith("mo")] == [months[0], months[3]]
    assert len(drawn.select("g.mark-rect path")) == len(months)


MONTHS = ["janv. 26", "févr. 26"]


def heat(*titles: str, scores: list[float | None]) -> BeautifulSoup:
    """The heat map of a dimension whose indicators all have these scores."""
    last = "" if scores[-1] is None else f"{scores[-1]:.0f}"
    rows = [heat_map.Row([title], scores, last) for title in titles]
    chart = heat_map.chart([heat_map.Group("Coûts <i>", rows)], MONTHS[-len(scores) :])
    return BeautifulSoup(chart_drawing.svg(chart, language("fr")), "xml")


def test_titles_of_the_heat_map_stay_in_the_order_of_the_method() -> None:
    titles = ["Zinc", "Acier", "Mica"]
    written = [text.get_text() for text in heat(*titles, scores=[40.0, 50.0]).find_all("text")]
    assert [text for text in written if text in titles] == titles
    assert [text for text in written if text in MONTHS] == MONTHS[-1:]
    assert "Coûts <i>" in written


@pytest.mark.parametrize(
    ("scores", "tones", "crosses", "ink"),
    [
        ([0.0, 45.0], ["#f6f3ec", "#d6905f"], 0, "black"),
        ([100.0, 46.0], ["#3f1030", "#d48c5d"], 0, "white"),
        ([None, 20.0], ["#f0d9b0"], 1, "black"),
        ([30.0, None], ["#e8be8d"], 1, ""),
        ([None, None], [], 2, ""),
    ],
)
def test_a_cell_has_its_colour_or_a_cross_and_the_last_its_figure(
    scores: list[float | None], tones: list[str], crosses: int, ink: str
) -> None:
    drawn = heat("Zinc", scores=scores)
    assert [str(cell["fill"]) for cell in drawn.select("path.cell")] == tones
    strokes = [str(path["d"]).count("l") for path in drawn.select("path.withheld")]
    assert strokes == ([2 * crosses] if crosses else [])
    [*_, last] = [text for text in drawn.find_all("text") if text["fill"] != theme.MUTED]
    assert (last["fill"], last.get_text()) == (
        ink or theme.INK,
        f"{scores[-1]:.0f}" if ink else "Zinc",
    )


def test_the_widest_title_of_the_heat_map_has_room(specifications: list[Chart]) -> None:
    [wide, narrow] = [chart["heat_map"] for chart in specifications if "heat_map" in chart]
    for chart, size in ((wide, 12), (narrow, 11)):
        rows = [row for group in chart["groups"] for row in group["rows"]]
        lines = [{"line": line} for row in rows for line in row["lines"]]
        text = {"type": "text", "align": "left", "font": theme.SANS, "fontSize": size}
        look = {"mark": text, "encoding": {"text": {"field": "line"}, "x": {"value": 0}}}
        measured = {**look, "width": 1, "data": {"name": "lines"}, "datasets": {"lines": lines}}
        svg = chart_drawing.plain(measured | {"padding": 0}, language("fr"))
        width = float(re.findall(r'width="([\d.]+)"', svg)[0])
        widest = max(parts.text_width(own["line"], size) for own in lines)
        assert 40 < width <= widest <= 1.1 * width


def test_a_line_marks_its_gaps_after_the_first_figure_and_its_last_figure() -> None:
    months = pd.date_range("2026-01-01", periods=5, freq="MS")
    values = pd.Series([float("nan"), 4.0, float("nan"), 6.0, float("nan")])
    frame = pd.DataFrame({"period": months, "value": values})
    data = charts.line(frame, "6,0", theme.INK, charts.WIDE)["datasets"]
    assert [row["value"] for row in data["line"]] == [None, 4.0, None, 6.0, None]
    assert data["last"] == [{"period": "2026-04-01T00:00:00Z", "value": 6.0, "label": "6,0"}]
    assert [row["period"][:7] for row in data["gaps"]] == ["2026-03", "2026-05"]


def test_a_line_without_a_figure_has_neither_gap_nor_label() -> None:
    months = pd.date_range("2026-01-01", periods=2, freq="MS")
    frame = pd.DataFrame({"period": months, "value": [float("nan")] * 2})
    data = charts.line(frame, "", theme.INK, charts.WIDE)["datasets"]
    assert data["last"] == data["gaps"] == []
