"""A chart of one or more series over time, as SVG or PNG."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboards import chart_drawing, theme
from dashboards.i18n import language

WIDTH, HEIGHT, SCALE = 860, 360, 2  # pixels; a PNG has twice as many, for sharp screens
# Days from one period to the next beyond which one is missing between them, by frequency; events
# (E) have no rhythm, so no gap. The page on which readers choose series has the same.
LONGEST = {"D": 5, "W": 10, "B": 24, "M": 32, "Q": 93, "S": 185, "A": 367}


def draw(
    rows: Sequence[Mapping[str, Any]],
    ending: str,
    frequencies: Mapping[str, str],
    code: str = "en",
) -> bytes:
    """Draw rows of series, period, value and unit as `.svg` or `.png`.

    Gaps stay gaps. Each unit has a panel of its own, so that no line is read on the scale of
    another. The rows of a series are in order; `frequencies` has the letter of each series.
    """
    spec = chart_drawing.specification(chart(rows, frequencies))
    svg = chart_drawing.render(spec, language(code))
    if ending == ".svg":
        return svg.encode()
    image: bytes = chart_drawing.renderer().svg_to_png(svg, scale=SCALE)
    return image


def chart(rows: Sequence[Mapping[str, Any]], frequencies: Mapping[str, str]) -> chart_drawing.Chart:
    """The same as Vega-Lite: a row without a value stands in each gap."""
    units = list(dict.fromkeys(str(row["unit"]) for row in rows))
    points = _alone(list(_points(rows, frequencies)))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "vconcat": [_panel(number, unit) for number, unit in enumerate(units)],
        "background": theme.PAPER,
        "datasets": {
            f"unit_{number}": [point for own, point in points if own == unit]
            for number, unit in enumerate(units)
        },
    }


def _points(
    rows: Sequence[Mapping[str, Any]], frequencies: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The unit and the point of each row, and of each gap before one."""
    before: dict[str, date] = {}
    for row in rows:
        series, unit = str(row["series"]), str(row["unit"])
        period = date.fromisoformat(row["period"])
        longest = LONGEST.get(frequencies[series])
        last = before.get(series, period)
        if longest and (period - last).days > longest:
            yield unit, _point(series, last + timedelta(longest), None)
        yield unit, _point(series, period, row["value"])
        before[series] = period


def _alone(points: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """The points, each marked if no line leads to it or from it."""
    by_series: dict[str, list[dict[str, Any]]] = {}
    for _, point in points:
        by_series.setdefault(point["series"], []).append(point)
    for own in by_series.values():
        filled = [False, *(point["value"] is not None for point in own), False]
        for rank, point in enumerate(own):
            point["alone"] = not filled[rank] and not filled[rank + 2]
    return points


def _point(series: str, period: date, value: float | None) -> dict[str, Any]:
    # without the Z, the renderer would read it in the local time of the machine
    return {"series": series, "period": f"{period}T00:00:00Z", "value": value}


def _panel(number: int, unit: str) -> chart_drawing.Chart:
    time = {"field": "period", "type": "temporal", "title": None, "scale": {"type": "utc"}}
    value = {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}}
    legend = {"title": None, "orient": "top", "labelLimit": 400, "columns": 2}
    return {
        "data": {"name": f"unit_{number}"},
        "width": WIDTH - 100,
        "height": HEIGHT - 80,
        "layer": [
            {"mark": {"type": "line", "interpolate": "linear", "point": {"size": 14}}},
            # a tariff may have one figure: it must be seen beside lines of months
            {
                "transform": [{"filter": "datum.alone"}],
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            },
        ],
        "encoding": {
            "x": time,
            "y": value,
            "color": {"field": "series", "type": "nominal", "legend": legend},
        },
    }
