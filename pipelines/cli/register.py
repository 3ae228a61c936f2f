"""`silentcrash register`: figures that a person reads from a page and keeps."""

import sys
from typing import Annotated

import typer

from pipelines.cli.options import Format, Written, render_table

app = typer.Typer(
    help="Keep the figures that no feed carries: auctions, tariffs, quoted prices.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
Text = Annotated[str, typer.Option(help="Asked for where it is left out.")]


@app.command("list")
def list_(
    register: Annotated[str, typer.Argument(help="Only this one.")] = "",
    format: Written = Format.table,
) -> None:
    """List each series that a person keeps, with its newest figure and its page."""
    from pipelines.ingest import ingestion, registers
    from pipelines.settings import from_environment

    table = registers.listing(ingestion.open_store(from_environment()), register)
    render_table(table, format, "Registers")


@app.command()
def check(format: Written = Format.table) -> None:
    """List the registers that are due, and why; ends with 1 where one is."""
    import pandas as pd

    from pipelines.errors import RunError
    from pipelines.ingest import ingestion, registers
    from pipelines.settings import from_environment

    settings = from_environment()
    due = registers.due(ingestion.open_store(settings), settings.now)
    table = pd.DataFrame(due, columns=["source", "page", "newest", "why"])
    render_table(table.rename(columns={"source": "register"}), format, "Registers that are due")
    if due:
        names = ", ".join(one.source for one in due)
        raise RunError(f"read again and add what is new with `silentcrash register add`: {names}")


@app.command()
def add(
    register: Annotated[str, typer.Argument(help="The register: see `register list`.")],
    series: Text = "",
    period: Text = "",
    value: Text = "",
    status: Text = "",
    known_from: Text = "",
    source: Text = "",
    address: Text = "",
    licence: Text = "",
    note: Text = "",
    reader: Text = "",
) -> None:
    """Add a figure to a REGISTER: what is left out is asked for, field by field."""
    from pipelines.ingest import registers
    from pipelines.settings import from_environment

    chosen = registers.find_register(register)
    row = {"series": series, "period": period, "value": value, "status": status,
           "known_from": known_from, "source": source, "address": address, "licence": licence,
           "note": note, "reader": reader}  # fmt: skip
    usual = {"series": chosen.series[0].key if len(chosen.series) == 1 else "", "status": "final",
             "address": chosen.register, "licence": chosen.licence}  # fmt: skip
    for name, meaning in registers.FIELDS.items():
        if not row[name] and sys.stdin.isatty():
            default = usual.get(name, "")
            row[name] = typer.prompt(f"{name}: {meaning}", default=default, show_default=True)
        row[name] = row[name] or usual.get(name, "")
    path = registers.add(from_environment(), chosen, row)
    print(f"added to {path}; it is loaded at the next run", file=sys.stderr)
