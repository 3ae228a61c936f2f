"""`silentcrash upgrade`: see what an upgrade changes for a folder, then do it."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.terminal.options import set_home, settings
from pipelines.cli.terminal.render import progress
from pipelines.errors import UsageError

app = typer.Typer()


@app.command()
def upgrade(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="By default SILENTCRASH_HOME.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: back up, migrate, record.")] = False,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="OUT", help="Folder of backups; DIR/backups by default."),
    ] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Migrate without one.")] = False,
) -> None:
    """Show what an upgrade changes for a folder, or do it.

    The exit code is 2 where something has to be mended by hand first.
    """
    from pipelines.upgrade import plan as planning

    if folder is not None:
        context.call_on_close(set_home(folder))
    chosen = settings()
    backups = None if no_backup else backup or chosen.home / "backups"
    plan = planning.make(chosen)
    for change in plan.changes:
        print(f"{change.topic}: {change.text}")
    if plan.migrates and backups:
        print(f"backup: the store is backed up into {backups} before its tables change")
    if plan.wrong:
        raise UsageError(
            f"{chosen.home}: {len(plan.wrong)} to mend before an upgrade; "
            "see the lines that begin with wrong"
        )
    if plan.recorded and not plan.migrates:
        print(f"{chosen.home} is up to date with this software")
        return
    if not yes:
        print("nothing was done: --yes does it")
        return
    with progress("Upgrading") as step:
        done = planning.apply(chosen, plan, backups, step)
    for line in done:
        print(line)
