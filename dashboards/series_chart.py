"""A chart of one or more series over time, as SVG or PNG."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards import chart_drawing, theme
from dashboards.i18n import language

WIDTH, HEIGHT, SCALE = 860, 360, 2  # pixels; a PNG has twice as many, for sharp screens


def draw(rows: Sequence[Mapping[str, Any]], ending: str, code: str = "en") -> bytes:
    """Draw the rows (series, period, value, unit) as `.svg` or `.png`.

    Each unit has a panel of its own, so that no line is read on the scale of another.
    """
    spec = chart_drawing.specification(_chart(rows))
    svg = chart_drawing.render(spec, language(code))
    if ending == ".svg":
        return svg.encode()
    image: bytes = chart_drawing.renderer().svg_to_png(svg, scale=SCALE)
    return image


def _chart(rows: Sequence[Mapping[str, Any]]) -> chart_drawing.Chart:
    units = list(dict.fromkeys(str(row["unit"]) for row in rows))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "vconcat": [_panel(number, unit) for number, unit in enumerate(units)],
        "background": theme.PAPER,
        "datasets": {
            f"unit_{number}": [
                # without the Z, the renderer would read it in the local time of the machine
                {**_shown(row), "period": f"{row['period']}T00:00:00Z"}
                for row in rows
                if row["unit"] == unit
            ]
            for number, unit in enumerate(units)
        },
    }


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"series": row["series"], "value": row["value"]}


def _panel(number: int, unit: str) -> chart_drawing.Chart:
    time = {"field": "period", "type": "temporal", "title": None, "scale": {"type": "utc"}}
    value = {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}}
    legend = {"title": None, "orient": "top", "labelLimit": 400, "columns": 2}
    return {
        "data": {"name": f"unit_{number}"},
        "width": WIDTH - 100,
        "height": HEIGHT - 80,
        "mark": {"type": "line", "interpolate": "linear", "point": {"size": 14}},
        "encoding": {
            "x": time,
            "y": value,
            "color": {"field": "series", "type": "nominal", "legend": legend},
        },
    }
