"""What every command shares: options, dates as people write them, tables on the terminal."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.settings import UsageFault

if TYPE_CHECKING:
    import pandas as pd

AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Only what was known on that day.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder that holds the editions.")
]
File = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write a .csv, .parquet, .json or .xlsx file."),
]


class Format(StrEnum):
    """How a table is written."""

    table = "table"
    csv = "csv"
    json = "json"


Written = Annotated[Format, typer.Option("--format", help="How the table is written.")]

WIDEST = 46


def parse_day(text: str) -> datetime | None:
    """The last second of a day, or the instant that the text gives; None for no text."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(
            f"{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-01-10"
        ) from None
    if len(text) <= len("2026-01-10"):
        found = datetime.combine(found.date(), time(23, 59, 59))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def render_table(frame: "pd.DataFrame", format: Format, title: str) -> None:
    """Write a frame to standard output as a table, CSV or JSON."""
    if format is Format.csv:
        frame.to_csv(sys.stdout, index=False)
    elif format is Format.json:
        print(frame.to_json(orient="records", date_format="iso", force_ascii=False, indent=1))
    else:
        _table(frame, title)


def write_output(frame: "pd.DataFrame", out: Path | None, format: Format) -> None:
    """Write a frame to the file given, or to standard output."""
    if out is None:
        render_table(frame, format, "")
        return
    from warehouse import export

    try:
        export.save(frame, out)
    except export.ExportError as fault:
        raise UsageFault(str(fault)) from None
    print(f"{out}: {len(frame)} rows", file=sys.stderr)


def _table(frame: "pd.DataFrame", title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for place, column in enumerate(frame.columns):
        numeric = frame[column].dtype.kind in "if"
        table.add_column(
            str(column),
            justify="right" if numeric else "left",
            no_wrap=place == 0 or numeric,
            max_width=None if numeric else WIDEST,
            overflow="fold",
        )
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(cell(value)) for value in row))
    console = Console()
    # A table cut to the terminal loses its figures: one that is too wide runs on instead.
    needed = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    Console(width=max(console.width, needed)).print(table)


def cell(value: object) -> str:
    """A value as a person reads it: no NaN, no midnight, three decimals at most."""
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    text = str(value)
    return text.removesuffix("+00:00").removesuffix(" 00:00:00")


def nearest(word: str, choices: Iterable[str]) -> str:
    """A phrase that names the nearest valid choices to a word that is none."""
    from difflib import get_close_matches

    known = list(choices)
    close = get_close_matches(word, known, n=3, cutoff=0.4) or known[:5]
    return f"did you mean {' or '.join(close)}?"
