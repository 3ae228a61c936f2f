"""`silentcrash quarantine` and `silentcrash accept`: what was not let in."""

from typing import Annotated

import typer

from pipelines.cli.sources import find_source
from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import render_table
from pipelines.errors import RunError, UsageError

app = typer.Typer()


@app.command()
def accept(
    source: str,
    reason: Annotated[str, typer.Option(help="Why it is right; kept with the figures.")],
) -> None:
    """Load a refused change of SOURCE that you know to be right.

    Once, for the bytes that were refused; every other rule still holds.
    """
    from rich.console import Console

    from pipelines.cli.terminal import summary
    from pipelines.ingest import replay, store
    from sources.http.raw_archive import Archive

    chosen, configured, why = find_source(source), settings(), " ".join(reason.split())
    if not why:
        raise UsageError("--reason is empty: say where you saw that the figures are right")
    engine, archive = store.open_for_writing(configured), Archive(configured.archive)
    outcomes = list(replay.accept(engine, archive, chosen, why, configured.now))
    if not outcomes:
        raise RunError(f"{source}: nothing is refused or in doubt, so there is nothing to accept")
    Console().print(summary.outcomes(outcomes))
    if failed := [outcome for outcome in outcomes if not outcome.good]:
        raise RunError(f"{source}: {failed[-1].outcome}: {failed[-1].detail}")


@app.command()
def quarantine(
    source: Annotated[str, typer.Argument(help="Only this source.")] = "",
    replay: Annotated[
        bool, typer.Option("--replay", help="Validate the rows again and load what passes.")
    ] = False,
    format: Written = Format.table,
) -> None:
    """List the rows that failed an expectation, or replay them."""
    from pipelines.ingest import replay as quarantined
    from pipelines.ingest import store
    from sources import registry

    chosen, configured = find_source(source) if source else None, settings()
    if replay:
        engine = store.open_for_writing(configured)
        every = [chosen] if chosen else list(registry().values())
        table = quarantined.replay(engine, every, configured.now)
    else:
        table = quarantined.listing(store.open_for_reading(configured), chosen)
    render_table(table, format, "Quarantine")
