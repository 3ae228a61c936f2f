"""`silentcrash index ...`: the index as a table, in words, revised, varied."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsOf, Format, Written, parse_day, render_table
from pipelines.index import Policy
from pipelines.settings import from_environment

app = typer.Typer(
    help="Show the index and its dimensions, month by month.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


class Lang(StrEnum):
    """A language of publication."""

    fr = "fr"
    en = "en"


@app.callback()
def index(
    context: typer.Context,
    as_of: AsOf = "",
    method: Annotated[
        Path | None, typer.Option("--method", metavar="FILE", help="Another version of the method.")
    ] = None,
    missing: Annotated[
        Policy | None, typer.Option("--missing", help="Another policy for what is missing.")
    ] = None,
    format: Written = Format.table,
) -> None:
    """Show the index and its dimensions, month by month."""
    if context.invoked_subcommand:
        return
    from pipelines.cli import commands

    table = commands.index(from_environment(), parse_day(as_of), method, missing)
    render_table(table, format, "Silent Crash Index")


@app.command()
def explain(
    month: str,
    as_of: AsOf = "",
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the text.")] = Lang.en,
) -> None:
    """Say in words where the value of MONTH (YYYY-MM) comes from."""
    from pipelines.release import queries

    print(queries.explain(from_environment(), month, parse_day(as_of), lang.value))


@app.command()
def backtest(as_of: AsOf = "", format: Written = Format.table) -> None:
    """Compare each month as first published with itself as known on --as-of DATE."""
    from pipelines.release import queries

    months, summary, between = queries.backtest(from_environment(), parse_day(as_of))
    render_table(months, format, "Each month as first published, and as known now")
    if format is Format.table:
        render_table(summary, format, "Revisions")
        render_table(between, format, "Each month as known so many months after its own cut-off")


@app.command()
def runway(format: Written = Format.table) -> None:
    """Show how long each indicator lasts without new figures, and who continues it."""
    import sys

    from pipelines.release import queries

    rows, sentence = queries.runway(from_environment())
    render_table(rows, format, "Newest figure, who continues it, and when it would be withheld")
    print(sentence, file=sys.stderr)


@app.command()
def sensitivity(
    as_of: AsOf = "",
    format: Written = Format.table,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write CSV files there.")
    ] = None,
) -> None:
    """Show how far other reasonable choices of the method would move the index."""
    from pipelines.release import queries

    tables = queries.sensitivity(from_environment(), parse_day(as_of))
    render_table(tables["bands"], format, "Bands of the index over 10,000 replicates")
    if format is Format.table:
        render_table(tables["factors"], format, "Which choice matters, last month (Sobol indices)")
    if out:
        queries.write(tables, out)
