"""Templates of charts that look the same: made once, then filled with data.

Altair takes 30 to 200 ms for a chart; the archive of a site has thousands of them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import ceil, floor, log10
from typing import Any

import pandas as pd
from altair.utils.schemapi import debug_mode

from dashboards.chart_drawing import Chart


def template(make: Callable[..., Any]) -> Callable[..., Chart]:
    """Make each template once, and without the checks of Altair.

    The tests hold every template against the schema of Vega-Lite instead.
    """

    @cache
    @debug_mode(False)
    def once(*look: Any) -> Chart:
        vega_lite: Chart = make(*look).to_dict(validate=False)
        return vega_lite

    return once


def fill(look: Chart, lists: Mapping[str, Sequence[Any]] = {}, /, **data: pd.DataFrame) -> Chart:
    """The chart of a template with its data, and a list for each placeholder.

    `lists` has a list by name, which stands in the template as `placeholder(name)`.
    """
    chart: Chart = _replace(look, {f"@{name}": list(part) for name, part in lists.items()})
    return chart | {"datasets": {name: _rows(frame) for name, frame in data.items()}}


def placeholder(name: str) -> list[str]:
    """What stands in a template for a list of the same name."""
    return [f"@{name}"]


def domain(values: "pd.Series[float]") -> tuple[float, float]:
    """The ends of an axis at round figures; a lone value stands in the middle."""
    observed = values.dropna()
    if observed.empty:
        return 0.0, 1.0
    low, high = float(observed.min()), float(observed.max())
    if low == high:
        margin = abs(low) / 2 or 1.0
        low, high = low - margin, high + margin
    rough = (high - low) / 8  # at most eight steps, each 1, 2 or 5 times a power of ten
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return floor(low / step) * step, ceil(high / step) * step


def _replace(part: Any, lists: Mapping[str, list[Any]]) -> Any:
    if isinstance(part, dict):
        return {name: _replace(value, lists) for name, value in part.items()}
    if isinstance(part, list):
        name = part[0] if len(part) == 1 and isinstance(part[0], str) else ""
        return lists[name] if name in lists else [_replace(value, lists) for value in part]
    return part


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame for JSON: null where missing, months as instants in UTC."""
    columns = {
        # without the Z, the renderer would read them in the local time of the machine
        name: column.dt.strftime("%Y-%m-%dT00:00:00Z") if name == "period" else column
        for name, column in frame.items()
    }
    plain = {
        str(name): column.astype(object).where(column.notna(), None)
        for name, column in columns.items()
    }
    names = list(plain)
    return [dict(zip(names, row, strict=True)) for row in zip(*plain.values(), strict=True)]
