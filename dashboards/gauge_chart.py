"""The chart of both gauges: the months, pressure across, retreat up."""

from collections.abc import Sequence

import pandas as pd

from dashboards import theme
from dashboards.chart_drawing import Chart
from dashboards.charts import SCORES, WIDE
from dashboards.vega_lite import Part, channel, filled, layer, layers, mark


def plane(
    path: pd.DataFrame, pressures: Sequence[tuple[float, str]], retreat: float, width: int
) -> Chart:
    """The months from the first to the last, joined in order; gaps stay gaps.

    `path`: period, pressure, retreat (both missing in a gap), label (written beside a point, else
    empty). `pressures` are the thresholds of the zones with their names, `retreat` is where a
    retreat begins.
    """
    zones = pd.DataFrame(pressures, columns=["pressure", "name"])
    zones["lower"] = width < WIDE and zones.index % 2 == 1
    data = {"path": path, "last": path.tail(1), "zones": zones,
            "begins": pd.DataFrame({"retreat": [retreat]})}  # fmt: skip
    return filled(_plane(width), **data)


def _plane(width: int) -> Part:
    bare = {"axis": {"grid": False}, "scale": SCORES}
    across, up = channel("pressure:Q", **bare), channel("retreat:Q", **bare)
    dashed = mark("rule", color=theme.MUTED, strokeDash=[4, 4])
    # On a narrow chart every second name stands on a line of its own: two would overlap.
    names = [
        layer(
            mark("text", align="left", color=theme.MUTED, dx=4, dy=dy),
            {"x": across, "y": {"value": 0}, "text": channel("name:N")},
            "zones",
            f"(datum['lower'] === {lower})",
        )
        for lower, dy in (("false", 8), ("true", 22))
    ]
    at = {"x": across, "y": up}
    path = mark("line", color=theme.MUTED, strokeWidth=1.5)
    month = mark("point", color=theme.INK, filled=True, opacity=1, size=22)
    label = mark("text", align="left", color=theme.INK, dx=6, dy=-8)
    parts = [
        layer(dashed, {"x": across}, "zones"),
        *names,
        layer(dashed, {"y": up}, "begins"),
        layer(path, {**at, "order": channel("period:T")}, "path"),
        layer(month, at, "path"),
        layer(label, {**at, "text": channel("label:N")}, "path"),
        layer(month | {"size": 80}, at, "last"),
    ]
    return layers(parts, height=320 if width == WIDE else 240, width=width - 60)
