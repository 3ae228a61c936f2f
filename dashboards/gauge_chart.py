"""The chart of both gauges: the months, pressure across, retreat up."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboards import theme
from dashboards.chart_drawing import Chart
from dashboards.chart_templates import fill, template
from dashboards.charts import SCORES, WIDE


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
    return fill(_plane(width), **data)


@template
def _plane(width: int) -> Any:
    across = alt.X("pressure:Q", scale=SCORES, axis=alt.Axis(grid=False))
    up = alt.Y("retreat:Q", scale=SCORES, axis=alt.Axis(grid=False))
    zones = alt.Chart(alt.NamedData("zones")).encode(across)
    lines = zones.mark_rule(color=theme.MUTED, strokeDash=[4, 4])
    # On a narrow chart every second name stands on a line of its own: two would overlap.
    names = [
        zones.transform_filter(alt.datum["lower"] == lower)
        .mark_text(align="left", dx=4, dy=dy, color=theme.MUTED)
        .encode(y=alt.value(0), text="name:N")
        for lower, dy in ((False, 8), (True, 22))
    ]
    begins = alt.Chart(alt.NamedData("begins")).encode(up)
    path = alt.Chart(alt.NamedData("path")).encode(across, up)
    last = alt.Chart(alt.NamedData("last")).encode(across, up)
    layers = [
        lines,
        *names,
        begins.mark_rule(color=theme.MUTED, strokeDash=[4, 4]),
        path.mark_line(color=theme.MUTED, strokeWidth=1.5).encode(order="period:T"),
        path.mark_point(filled=True, size=22, color=theme.INK, opacity=1),
        path.mark_text(align="left", dx=6, dy=-8, color=theme.INK).encode(text="label:N"),
        last.mark_point(filled=True, size=80, color=theme.INK, opacity=1),
    ]
    size = {"width": width - 60, "height": 320 if width == WIDE else 240}
    return alt.layer(*layers).properties(**size)
