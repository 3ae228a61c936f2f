"""`silentcrash sources`: the declared sources, and whether they answer today."""

from typing import Annotated

import typer

from pipelines.cli.options import Format, Written, render_table
from pipelines.settings import RunFault, from_environment

app = typer.Typer(
    help="List the declared sources, or try them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def sources(context: typer.Context, format: Written = Format.table) -> None:
    """List the declared sources: publisher, licence, cadence, what they need."""
    from pipelines.cli import commands

    if context.invoked_subcommand is None:
        render_table(commands.sources(), format, "Sources")


@app.command()
def check(
    source: Annotated[list[str] | None, typer.Argument(help="Only these; all by default.")] = None,
    format: Written = Format.table,
) -> None:
    """Ask, parse and validate, and load nothing: latency, size, newest period, age."""
    from pipelines.cli import commands

    table = commands.check(from_environment(), source or [])
    render_table(table, format, "Live sources")
    if bad := table.loc[~table["outcome"].isin(["good", "skipped"]), "source"].unique().tolist():
        raise RunFault(f"not in order: {', '.join(bad)}; the column detail says why")


@app.command()
def crosscheck(format: Written = Format.table) -> None:
    """Show where two publishers of the same figure disagree."""
    from pipelines.cli import commands

    table = commands.disagreements(from_environment())
    render_table(table, format, "Disagreements between publishers")
