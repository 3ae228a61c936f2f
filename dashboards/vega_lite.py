"""The words of Vega-Lite that the charts use, as plain dictionaries.

Altair writes the same, but a second of every process that draws went into importing it and into
its copies of each chart; the tests hold every chart against the schema of Vega-Lite instead.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any, TypeAlias

import pandas as pd

from warehouse.row_conversion import plain_cells

# A part of a chart, as JSON has it.
Part: TypeAlias = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
TYPES = {"N": "nominal", "O": "ordinal", "Q": "quantitative", "T": "temporal"}


def channel(field: str, **options: Any) -> Part:
    """A field with its type, "score:Q", and how it is drawn."""
    name, _, kind = field.partition(":")
    return {"field": name, "type": TYPES[kind], **options}


def end(field: str) -> Part:
    """The field in which a bar, an area or a rule ends."""
    return {"field": field}


def mark(kind: str, **options: Any) -> Part:
    """A mark, "line" or "text", and how it looks."""
    return {"type": kind, **options}


def layer(look: Part, channels: Mapping[str, Part], data: str = "", where: str = "") -> Part:
    """A mark with its channels, of the rows of a dataset for which `where` holds.

    Without `data`, it is drawn from that of the chart that it is in.
    """
    named = {"data": {"name": data}} if data else {}
    # the renderer names clips and scales in the order in which it meets them
    drawn = {"mark": look, "encoding": dict(sorted(channels.items()))}
    return named | drawn | ({"transform": [{"filter": where}]} if where else {})


def filled(chart: Part, **data: pd.DataFrame | Sequence[Part]) -> Part:
    """The chart with its datasets by name, each a frame or its `rows`."""
    datasets = {
        name: rows(own) if isinstance(own, pd.DataFrame) else [*own] for name, own in data.items()
    }
    return {**chart, "$schema": SCHEMA, "datasets": datasets}


def layers(parts: Sequence[Part], **options: Any) -> Part:
    """Layers over each other, with the size of the chart."""
    return {"layer": list(parts), **options}


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


def rows(frame: pd.DataFrame) -> list[Part]:
    """The rows of a frame for JSON: null where missing, months as instants in UTC."""
    columns = {
        str(name): _months(column) if name == "period" else plain_cells(column)
        for name, column in frame.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _months(column: "pd.Series[pd.Timestamp]") -> list[str]:
    # without the Z, the renderer would read them in the local time of the machine
    return [f"{day}T00:00:00Z" for day in column.to_numpy().astype("datetime64[D]")]


def isolated(months: Sequence[Part], field: str) -> list[Part]:
    """The months between two gaps, through which no line is drawn."""
    present = [False, *(month[field] is not None for month in months), False]
    around = zip(months, present, present[1:], present[2:], strict=False)
    return [month for month, before, now, after in around if now and not before and not after]
