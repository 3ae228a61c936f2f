"""`silentcrash sources …` and what is done with a source: fetch, backfill, …"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import AsOf, Format, Written, parse_day, settings
from pipelines.cli.terminal.render import progress, render_rows, render_table
from pipelines.errors import RunError, UsageError, nearest

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from pipelines.settings import Settings
    from sources import Source

app = typer.Typer(
    help="List the declared sources, or try them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
top_level = typer.Typer()


@app.callback()
def sources(context: typer.Context, format: Written = Format.table) -> None:
    """List the declared sources, or try them."""
    if context.invoked_subcommand is None:
        list_sources(format)


@app.command("list")
def list_sources(format: Written = Format.table) -> None:
    """List publisher, licence, cadence and needs of each source."""
    import pandas as pd

    from sources import registry

    table = pd.DataFrame(
        {
            "source": source.key,
            "publisher": source.publisher,
            "licence": source.licence,
            "cadence": source.cadence,
            "series": len(source.series),
            "live": "yes" if source.requests else "history only",
            "needs": source.needs or "nothing",
        }
        for source in registry().values()
    )
    render_table(table, format, "Sources")


@app.command()
def check(
    source: Annotated[list[str] | None, typer.Argument(help="Only these; all by default.")] = None,
    format: Written = Format.table,
) -> None:
    """Fetch, parse and validate, and load nothing.

    Shows latency, size, newest period and age of every request.
    """
    from dataclasses import fields

    import pandas as pd

    from pipelines.ingest import probe
    from sources import registry

    chosen = [find_source(key) for key in source or registry()]
    configured, results = settings(), []
    with progress("Fetching") as step:
        for result in probe.probe(configured, chosen, _stored(configured)):
            results.append(result)
            step(f"{result.source}: {result.outcome}")
    if not results:
        raise UsageError(f"{', '.join(source or [])}: shipped history, there is nothing to fetch")
    names = [field.name for field in fields(probe.ProbeResult)]
    table = pd.DataFrame(results, columns=names).sort_values(["source", "outcome"])
    table = table.assign(seconds=table["seconds"].astype(float).round(2)).reset_index(drop=True)
    render_table(table, format, "Live sources")
    if bad := table.loc[~table["outcome"].isin(["good", "skipped"]), "source"].unique().tolist():
        raise RunError(f"not in order: {', '.join(bad)}; the column detail says why")


@app.command()
def crosscheck(format: Written = Format.table) -> None:
    """Show where two publishers of the same figure disagree."""
    from pipelines.ingest import cross_check, store

    chosen = settings()
    table = cross_check.disagreements(store.open_for_reading(chosen), as_of=chosen.now)
    render_table(table, format, "Disagreements between publishers")


@app.command()
def news(
    source: Annotated[list[str] | None, typer.Argument(help="Only these; all by default.")] = None,
    format: Written = Format.table,
) -> None:
    """List what publishers named and no parser reads, with days.

    New machines, models, economies and columns, from the archived bodies; fetches nothing.
    """
    from pipelines.in_use import in_use
    from pipelines.ingest import news, store
    from sources import registry
    from sources.http.raw_archive import Archive

    configured = settings()
    chosen = [in_use(find_source(key), configured) for key in source or registry()]
    engine = store.open_for_reading(configured)
    with progress("Looking through the archived bodies"):
        table = news.table(engine, Archive(configured.archive), chosen)
    render_table(table, format, "Seen and not read")


def _stored(settings: "Settings") -> "Callable[[list[str]], pd.DataFrame]":
    """Reads the last good figures of series; none where there is no warehouse."""
    from pipelines.ingest import store
    from pipelines.ingest.checks.doubts import FIGURE, none
    from warehouse.database import NoWarehouse
    from warehouse.observations import read

    try:
        engine = store.open_for_reading(settings)
    except NoWarehouse:
        return lambda _: none(FIGURE)
    return lambda series: read.panel(engine, series=series, as_of=settings.now, lenient=True)


@top_level.command()
def status(as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show newest period, age and last outcome of each source.

    Registers that want a look are named below the table.
    """
    from pipelines.ingest import registers, store
    from warehouse.catalogue import collection, freshness

    chosen = settings()
    engine = store.open_for_reading(chosen)
    declared = collection.collections(engine)
    rows = [
        [*row.values(), monthly_run(**declared.get(row["key"], {}))]
        for row in freshness.status(engine, as_of=parse_day(as_of) or chosen.now)
    ]
    columns = [*freshness.STATUS, "monthly_run"]
    render_rows(columns, rows, format, title="Status of the sources")
    for due in registers.due(engine, chosen):
        print(f"register {due.source}: {due.why} ({due.page})", file=sys.stderr)


def monthly_run(cadence: str = "", shows: str = "past", fetched: bool = False, **_: str) -> str:
    """What an installation loses of a source that it asks once a month only."""
    # Readings a month at the publisher's cadence.
    readings = {"daily": 30, "weekly": 4, "biweekly": 2}.get(cadence, 1)
    if shows == "past" or not fetched:
        return "loses nothing"
    if shows == "feed":
        return "loses what has left the feed"
    return f"keeps 1 of {readings} readings" if readings > 1 else "loses nothing"


@top_level.command()
def fetch(source: list[str]) -> None:
    """Fetch each SOURCE now, validate it and load what passes.

    What some requests brought is kept where others failed. Several publishers are asked at the
    same time.
    """
    from rich.console import Console

    from pipelines.cli.terminal import summary
    from pipelines.ingest import ingestion, outcome, store

    chosen, configured = [find_source(key) for key in dict.fromkeys(source)], settings()
    if shipped := [each.key for each in chosen if not each.requests]:
        raise UsageError(f"{shipped[0]} is shipped history: there is nothing to fetch")
    engine = store.open_for_writing(configured)
    outcomes = list(ingestion.ingest_all(engine, configured, chosen))
    Console().print(summary.outcomes(outcomes))
    if failures := outcome.failures(outcomes):
        raise RunError("; ".join(failures))


@top_level.command()
def backfill(
    source: Annotated[str, typer.Argument(help="Not with --vintages.")] = "",
    vintages: Annotated[
        bool, typer.Option("--vintages", help="Every vintage of US figures, with a free key.")
    ] = False,
    first: Annotated[
        str, typer.Option("--from", metavar="DAY", help="Published on that day or later.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="Published on that day or earlier.")
    ] = "",
) -> None:
    """Fetch what SOURCE published before, known since its day.

    Asks only for days that are not loaded yet: call it again after an interruption. --vintages
    fetches what each day showed of figures that the index reads and that are revised.
    """
    if bool(source) == vintages:
        raise UsageError("backfill takes a source or --vintages")
    if vintages:
        fetch_vintages()
        return
    from rich.console import Console

    from pipelines.cli.terminal import summary
    from pipelines.in_use import in_use, why_not_asked
    from pipelines.ingest import ingestion, store
    from sources import registry

    configured, outcomes = settings(), []
    chosen = in_use(find_source(source), configured)
    if not chosen.past:
        dated = ", ".join(key for key, each in registry().items() if each.past)
        raise UsageError(f"{source} serves no past of its own; these do: {dated}")
    if why := why_not_asked(chosen, configured):
        raise UsageError(f"{source} is not asked: {why}")
    engine = store.open_for_writing(configured)
    pending = ingestion.missing_past(engine, chosen, _day(first), _day(last))
    with progress(f"Fetching the past of {source}") as step:
        for outcome in ingestion.backfill(engine, configured, chosen, pending):
            outcomes.append(outcome)
            step(f"{source}: {len(outcomes)} of {len(pending)}, {outcome.outcome}")
    if not pending:
        print(f"Every day of {source} in this range is loaded; there is nothing to fetch.")
        return
    Console().print(summary.outcomes(outcomes))
    left = len(pending) - sum(outcome.good for outcome in outcomes)
    if failed := [outcome for outcome in outcomes if not outcome.good]:
        raise RunError(
            f"{source}: {left} of {len(pending)} days are not loaded ({failed[-1].detail}); "
            "what came is kept, call it again for the rest"
        )


def fetch_vintages() -> None:
    """Fetch the sources that keep every vintage of a figure that the index reads."""
    from pipelines.in_use import in_use, why_not_asked
    from pipelines.index.inputs import archived_vintages
    from sources import registry

    archived = {pair.kept_in for pair in archived_vintages.load()}
    holders = [
        key for key, each in registry().items() if archived & {series.key for series in each.series}
    ]
    configured = settings()
    for key in holders:
        if why := why_not_asked(in_use(find_source(key), configured), configured):
            raise UsageError(f"{key} is not asked: {why}")
    fetch(holders)


def _day(text: str) -> "date | None":
    """The day that an option gives, None for none."""
    instant = parse_day(text)
    return instant.date() if instant else None


@top_level.command()
def reparse(source: str) -> None:
    """Parse the archived bytes of SOURCE again; fetches nothing."""
    from rich.console import Console

    from pipelines.cli.terminal import summary
    from pipelines.ingest import store
    from pipelines.ingest.reparse import reparse
    from sources.http.raw_archive import Archive

    chosen, configured, outcomes = find_source(source), settings(), []
    engine = store.open_for_writing(configured)
    with progress(f"Parsing {source} again") as step:
        for outcome in reparse(engine, Archive(configured.archive), chosen):
            outcomes.append(outcome)
            step(f"{source}: {len(outcomes)} bodies parsed again")
    if not outcomes:
        raise RunError(f"the archive holds nothing of {source}: fetch it first")
    Console().print(summary.outcomes(outcomes))
    if failed := [outcome for outcome in outcomes if not outcome.good]:
        raise RunError(f"{source}: {failed[-1].outcome}: {failed[-1].detail}")


def find_source(key: str) -> "Source":
    """The source with this key. Raises UsageError naming the nearest ones."""
    from sources import registry

    if key not in registry():
        raise UsageError(f"there is no source {key!r}; {nearest(key, registry())}")
    return registry()[key]
