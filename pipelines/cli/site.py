"""`silentcrash site`: build the public site from the editions that are stored."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import settings
from pipelines.errors import RunError, UsageError

if TYPE_CHECKING:
    from pipelines.settings import Settings

app = typer.Typer(help="Build the public site.", rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def site() -> None:
    """Build the public site."""


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the site.")],
    base: Annotated[str, typer.Option("--base", help="Address that the site will have.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Show an edition before its hour or approval; say why.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the log.")] = "",
) -> None:
    """Write every page, drawing and file of the site into DIR.

    Only what changed is written, and only what an earlier build wrote is removed.
    """
    if force and not reason.strip():
        raise UsageError(
            "an edition is shown before its hour or approval only with a reason: add --reason"
        )
    from pipelines.ingest import store
    from pipelines.observatory import folder
    from pipelines.release import public_site
    from warehouse.publication import identity

    chosen = settings()
    if force:
        log(chosen, reason)
    try:
        engine = store.open_for_reading(chosen)
        result = public_site.build(engine, chosen, out, base=base, forced=force)
    except LookupError as fault:
        raise RunError(str(fault)) from None
    print(
        f"{out}: {result.issues} editions, {result.written} files written, "
        f"{result.removed} removed; open {out / identity.framework() / 'index.html'}"
    )
    for key in folder.beside():
        if (own := out / key / "index.html").is_file():
            print(f"{out / key}: the framework {key}; open {own}")
    for month in result.waiting:
        print(
            f"{month} is left out: an edition waits for `silentcrash release approve {month} "
            "--by NAME`"
        )


def log(settings: "Settings", reason: str) -> None:
    """Log the reason for lifting an embargo, one line each, in the home folder."""
    settings.home.mkdir(parents=True, exist_ok=True)
    line = {"at": settings.now.isoformat(), "forced": "site build", "reason": reason}
    with (settings.home / "embargo.jsonl").open("a", encoding="utf-8") as log_file:
        log_file.write(json.dumps(line, ensure_ascii=False) + "\n")
