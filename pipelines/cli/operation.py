"""Operation: `health`, `metrics`, `backup`, `restore`, `accept`, `quarantine`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.sources import find_source
from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import progress, render_table
from pipelines.errors import RunError, UsageError

app = typer.Typer()


@app.command()
def health(
    ready: Annotated[
        bool, typer.Option("--ready", help="Only whether the warehouse can be used now.")
    ] = False,
    format: Written = Format.table,
) -> None:
    """Check that rules and messages go on; exit code 1 if not.

    With --ready, check that the warehouse answers and is of this software's revision.
    """
    from pipelines.ingest import store

    chosen = settings()
    engine = store.open_for_reading(chosen)
    if ready:
        print("ready")
        return
    from pipelines.alerts import reports, service

    table = reports.health(engine, service.rules_in_force(), chosen.now)
    render_table(table, format, "Health")
    failing = table.loc[~table["ok"].astype(bool)]
    if len(failing):
        reasons = (f"{row.name}: {row.detail}" for row in failing.itertuples(index=False))
        raise RunError("; ".join(reasons))


@app.command()
def metrics(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write this file at once, for a collector."),
    ] = None,
) -> None:
    """Print what a monitor watches, as OpenMetrics.

    Sources and their age, fetches, outbox, index, runs and the size of the warehouse.
    """
    from pipelines import metrics

    text = metrics.exposition(settings())
    if out is None:
        sys.stdout.write(text)
    else:
        metrics.write(text, out)


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the backups.")],
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Remove all but the newest N backups.", show_default=False),
    ] = None,
) -> None:
    """Back up warehouse, archive and editions into OUT.

    Others may read and write meanwhile. What OUT has from an earlier backup is not copied again.
    """
    from pipelines.backup import make

    with progress("Copying the warehouse") as step:
        result = make.make(settings(), out, step, keep)
    print(
        f"{result.path}: {len(result.manifest.entries):,} files; "
        f"new here {result.new_files:,} with {result.new_bytes / 1e6:,.1f} MB"
    )
    if result.damaged:
        raise RunError(
            f"the backup is made without {len(result.damaged)} archived bodies that are damaged "
            f"(first {result.damaged[0]}): restore them from an earlier backup or fetch again"
        )


@app.command()
def restore(
    backup: Annotated[
        Path, typer.Argument(metavar="BACKUP", help="Folder of backups, or the list of one in it.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Read every byte and compare; restore nothing.")
    ] = False,
) -> None:
    """Restore the newest of BACKUP into an empty place.

    Everything is compared with its SHA-256, before and after it is written.
    """
    from pipelines.backup import manifest, restore

    root, path = manifest.locate(backup)
    chosen = manifest.read(path)
    with progress("Checking the backup") as step:
        if check:
            restore.check(root, chosen, step)
        else:
            restore.restore(settings(), root, chosen, step)
    done = "is whole" if check else "was restored and compared"
    print(f"{path}: {done}, {len(chosen.entries):,} files of revision {chosen.revision}")


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
