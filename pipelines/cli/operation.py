"""`silentcrash health`, `metrics`, `backup` and `restore`: operation."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import progress, render_table
from pipelines.errors import RunError

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
