"""`silentcrash sources test`: what must hold for a source, on a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources import Source

app = typer.Typer()


@app.command("test")
def try_source(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="sources/<key>.py of a folder.")],
    body: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A body of the publisher, to be parsed.")
    ] = None,
    format: Written = Format.table,
) -> None:
    """Check a source of your own, and its parser on a body.

    FILE is run: name none that you have not read. The exit code is 1 where something is wrong.
    """
    import pandas as pd

    from pipelines.cli.terminal.render import render_table
    from pipelines.observatory.extensions import own_sources

    source = own_sources.read_file(file)
    rows = list(_results(source, body))
    table = pd.DataFrame(rows, columns=["check", "outcome", "detail"])
    render_table(table, format, f"The source {source.key}")
    if wrong := int(table["outcome"].eq("wrong").sum()):
        raise RunError(f"{file}: {wrong} to mend; the column detail says how")


def _results(source: "Source", body: Path | None) -> "Iterator[tuple[str, str, str]]":
    """A check, its outcome and what to know of it, for each check."""
    from pipelines.observatory.extensions import body_checks, source_checks

    for name, check in source_checks.DECLARATION.items():
        fault = check(source)
        yield name, "wrong" if fault else "good", fault
    if body is None:
        yield "body", "skipped", "give --body FILE, an answer of the publisher that you saved"
        return
    if not source.requests:
        raise UsageError("--body: the source asks nobody")
    try:
        content = body.read_bytes()
    except OSError as fault:
        raise UsageError(f"--body {body}: {fault.strerror}") from None
    payload = body_checks.payload_of(source, content, settings().now)
    for result in body_checks.checks(source, payload):
        yield result.name, "wrong" if result.fault else "good", result.fault or result.seen
