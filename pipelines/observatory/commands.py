"""`silentcrash init` and `silentcrash doctor`: the folder of an observatory."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.errors import UsageError

app = typer.Typer()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    country: Annotated[
        str, typer.Option(help="Pilot country, by its code of ISO 3166: SN. None by default.")
    ] = "",
    lang: Annotated[str, typer.Option(help="Languages of the site, the first first.")] = "fr,en",
    name: Annotated[str, typer.Option(help="Its name; that of the software by default.")] = "",
) -> None:
    """Make the folder of an observatory of your own."""
    from pipelines.observatory import create, doctor

    languages = list(dict.fromkeys(filter(None, (code.strip() for code in lang.split(",")))))
    if not languages:
        raise UsageError("--lang names no language: fr or en, or both as fr,en")
    from pipelines.upgrade import record

    written = create.make(folder, country, languages, name)
    written.append(record.write(record.installed(settings().now), folder))
    for path in written:
        print(path)
    for remark in doctor.examine(folder):
        print(f"{remark.kind}: {remark.text}")
    print(f"next: silentcrash --folder {folder} run --offline")


@app.command()
def doctor(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="By default SILENTCRASH_HOME.")
    ] = None,
    words: Annotated[
        str, typer.Option(metavar="CODE", help="Name every word that a language lacks.")
    ] = "",
    format: Written = Format.table,
) -> None:
    """Say what is wrong or ignored in an observatory's folder.

    Of a language of a file it counts what is said; the rest is in English. The exit code is 2
    where something is wrong.
    """
    from pipelines.observatory import doctor as own

    path = folder or settings().home
    with own.its_sources(path):
        remarks = own.examine(path)
        if format is Format.table:
            for remark in remarks:
                print(f"{remark.kind}: {remark.text}")
            for line in own.coverage_lines(path, words):
                print(line)
    if format is not Format.table:
        import pandas as pd

        from pipelines.cli.terminal.render import render_table

        rows = [(remark.kind, remark.text) for remark in remarks]
        render_table(pd.DataFrame(rows, columns=["kind", "remark"]), format, "")
    if wrong := [remark for remark in remarks if remark.kind == "wrong"]:
        raise UsageError(f"{path}: {len(wrong)} to mend; see the lines that begin with wrong")
    print(f"{path} can be used")
