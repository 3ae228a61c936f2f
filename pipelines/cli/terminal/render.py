"""Tables on the terminal and in files, and the progress of long commands."""

import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.cli.terminal.options import Format

if TYPE_CHECKING:
    import pandas as pd

Rows = TypeVar("Rows", "pd.DataFrame", "list[tuple[Any, ...]]")

# On a screen longer texts are folded, but for the first column, which is a key: three columns of
# this width still fit a terminal of 160 characters. What is not a screen gets whole lines.
WIDEST = 46
SCREEN = 1_000  # rows of a table; more of them nobody reads, and files get them all


def render_table(frame: "pd.DataFrame", format: Format, title: str) -> None:
    """Write a frame to standard output as a table, CSV or JSON."""
    if format is Format.csv:
        from warehouse.export import without_formulas

        without_formulas(frame).to_csv(sys.stdout, index=False)
    elif format is Format.json:
        print(frame.to_json(orient="records", date_format="iso", force_ascii=False, indent=1))
    else:
        numeric = [frame[column].dtype.kind in "if" for column in frame.columns]
        _table(list(map(str, frame.columns)), frame.itertuples(index=False), numeric, title, cell)


def render_rows(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    format: Format,
    show: Callable[[object], str] | None = None,
    title: str = "",
) -> None:
    """Write rows to standard output as a table, CSV or JSON, without a frame.

    `show` is how a table writes a value; that of `cell` by default.
    """
    if format is Format.csv:
        from warehouse.export import harmless

        writer = csv.writer(sys.stdout, lineterminator="\n")
        present = ([None if value != value else harmless(value) for value in row] for row in rows)
        writer.writerows([[harmless(column) for column in columns], *present])
    elif format is Format.json:
        records = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
        print(json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False, default=str))
    else:
        numeric = [_is_numeric(row[number] for row in rows) for number in range(len(columns))]
        _table(columns, rows, numeric, title, show or cell)


def _plain(value: object) -> object:
    """The value as JSON can hold it: no infinite number, an instant as ISO 8601."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, date) else value


def _is_numeric(values: Iterable[object]) -> bool:
    """True if some of a column's values are numbers, and the others missing."""
    present = [value for value in values if value is not None]
    return bool(present) and all(type(value) in (int, float) for value in present)


def write_output(
    frame: "pd.DataFrame", out: Path | None, format: Format, limit: int | None = None
) -> None:
    """Write a frame to a file, or to standard output if there is none.

    It is cut at `limit` rows, and a table at SCREEN rows, with a line on standard error. Files,
    CSV and JSON are whole where there is no limit.
    """
    frame = cut(frame, limit, out, format)
    if out is None:
        render_table(frame, format, "")
        return
    from warehouse import export

    export.save(frame, out)
    print(f"{out}: {len(frame)} rows", file=sys.stderr)


def cut(rows: Rows, limit: int | None, out: Path | None, format: Format) -> Rows:
    """The rows that are written; a line on standard error where others are not."""
    most = row_limit(limit, out, format)
    if most is None or len(rows) <= most:
        return rows
    more = "--limit allows more, --out FILE writes all" if limit is None else "--limit was set"
    print(f"only the first {most:,} rows, there are more: {more}", file=sys.stderr)
    return rows[:most]


def row_limit(limit: int | None, out: Path | None, format: Format) -> int | None:
    """How many rows are written: the limit that was set, or SCREEN for a table."""
    if limit is None and out is None and format is Format.table:
        return SCREEN
    return limit


def rows_to_read(limit: int | None, out: Path | None, format: Format) -> int | None:
    """One more than are written, so that it is seen when there are more."""
    most = row_limit(limit, out, format)
    return None if most is None else most + 1


def _table(
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    numeric: Sequence[bool],
    title: str,
    show: Callable[[object], str],
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    widest = WIDEST if console.is_terminal else None
    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for number, (column, right) in enumerate(zip(columns, numeric, strict=True)):
        table.add_column(
            column,
            justify="right" if right else "left",
            no_wrap=number == 0 or right,
            max_width=None if right or number == 0 else widest,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(show(value)) for value in row))
    # A table cut to the terminal loses its figures: one that is too wide runs on instead.
    needed = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    Console(width=max(console.width, needed)).print(table)


def cell(value: object) -> str:
    """A value as a person reads it: no NaN, no midnight, at most three decimals."""
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    text = str(value)
    return text.removesuffix("+00:00").removesuffix(" 00:00:00")


@contextmanager
def progress(step: str) -> Iterator[Callable[[str], None]]:
    """A spinner with the current step; call what it yields with the next one."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as display:
        task = display.add_task(step, total=None)
        yield lambda following: display.update(task, description=following)
