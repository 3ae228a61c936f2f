"""Every chart is valid Vega-Lite with its data, and its months are instants."""

import json
from functools import cache
from pathlib import Path

import altair as alt
import pytest
from jsonschema import Draft7Validator

from dashboards import chart_drawing, charts, theme
from dashboards.bulletin.figures import figures
from dashboards.charts import Chart
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from warehouse.edition import Edition

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
    for specification in specifications:
        assert [error.message[:300] for error in validator().iter_errors(specification)] == []


def test_the_schema_can_fail(specifications: list[Chart]) -> None:
    layers = [{**specifications[0]["layer"][0], "mark": "unheard of"}]
    assert not validator().is_valid(specifications[0] | {"layer": layers})


def test_no_placeholder_is_left_and_every_month_is_an_instant(
    specifications: list[Chart],
) -> None:
    for specification in specifications:
        assert '"@' not in json.dumps(specification)
        for rows in specification["datasets"].values():
            assert all(str(row.get("period", "Z")).endswith("Z") for row in rows)
