"""Rows without pandas: as a table, CSV or JSON, or as a line of blocks."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.cli.terminal.options import Format

# Eight heights of a cell, from an eighth to full: Unicode's block elements.
BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = 72  # of a chart: with the labels a line of 80 characters


def write_rows(rows: Sequence[Mapping[str, Any]], format: Format, title: str = "") -> None:
    """Write rows to standard output; a missing value is empty, in JSON null."""
    if format is Format.json:
        print(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
    elif format is Format.csv:
        names = list(rows[0]) if rows else []
        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _table(rows, title)


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for number, name in enumerate(rows[0] if rows else ()):
        figures = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(name, justify="right" if figures else "left", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console = Console()
    wide = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    # a pipe gets whole lines; a screen folds what is too wide, but never a key
    (console if console.is_terminal else Console(width=max(wide, console.width))).print(table)


def _cell(value: Any) -> str:
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
