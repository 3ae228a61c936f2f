"""`silentcrash sources`: the declared sources, and whether they answer today."""

from typing import Annotated

import typer

from pipelines.settings import RunFault, from_environment
from pipelines.terminal import Format, Written, show

app = typer.Typer(
    help="List the declared sources, or try them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def sources(context: typer.Context, format: Written = Format.table) -> None:
    """List the declared sources: publisher, licence, cadence, what they need."""
    from pipelines import commands

    if context.invoked_subcommand is None:
        show(commands.sources(), format, "Sources")


@app.command()
def check(
    source: Annotated[list[str] | None, typer.Argument(help="Only these; all by default.")] = None,
    format: Written = Format.table,
) -> None:
    """Ask, parse and validate, and load nothing: latency, size, newest period, age."""
    from pipelines import commands

    table = commands.check(from_environment(), source or [])
    show(table, format, "Live sources")
    if bad := table.loc[~table["outcome"].isin(["good", "skipped"]), "source"].unique().tolist():
        raise RunFault(f"not in order: {', '.join(bad)}; the column detail says why")
