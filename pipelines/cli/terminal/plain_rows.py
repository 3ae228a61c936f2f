"""Rows by name: as a table, CSV or JSON, or as a line of blocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.cli.terminal.options import Format
from pipelines.cli.terminal.render import render_rows

# Eight heights of a cell, from an eighth to full: Unicode's block elements.
BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = 72  # of a chart: with the labels a line of 80 characters


def write_rows(rows: Sequence[Mapping[str, Any]], format: Format) -> None:
    """Write rows of the same names to standard output, figures in full."""
    names = list(rows[0]) if rows else []
    render_rows(names, [list(row.values()) for row in rows], format, _in_full)


def _in_full(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.15g}" if isinstance(value, float) else str(value)


def chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each series as a line of blocks from its least to its greatest value.

    `rows` have series, period, value and unit, in the order of series and period; of a series
    with more figures than COLUMNS, the last figure of each equal stretch is drawn.
    """
    keys = dict.fromkeys(str(row["series"]) for row in rows)
    drawn = [[row for row in rows if row["series"] == key] for key in keys]
    return "\n".join(_line([row for row in one_series if row["value"] is not None])
                     for one_series in drawn)  # fmt: skip


def _line(rows: Sequence[Mapping[str, Any]]) -> str:
    step = max(1, -(-len(rows) // COLUMNS))
    values = [float(row["value"]) for row in rows][::-1][::step][::-1]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    blocks = "".join(BLOCKS[min(7, int(8 * (value - low) / span))] for value in values)
    first, last = rows[0], rows[-1]
    return (
        f"{last['series']} ({last['unit']})\n{blocks}\n"
        f"{first['period']}  least {low:,.6g}, greatest {high:,.6g}, "
        f"last {float(last['value']):,.6g}  {last['period']}\n"
    )
