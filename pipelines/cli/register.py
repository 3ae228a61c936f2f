"""`silentcrash register`: figures that a person reads from a page and keeps."""

import sys
from typing import Annotated

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import render_table
from pipelines.errors import RunError

app = typer.Typer(
    help="Keep figures that no feed carries: auctions, tariffs.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
Text = Annotated[str, typer.Option(help="See `register form`; asked for where it is left out.")]


@app.command("list")
def list_(
    register: Annotated[str, typer.Argument(help="Only this one.")] = "",
    format: Written = Format.table,
) -> None:
    """List each such series with its newest figure and its page."""
    from pipelines.ingest import registers, store

    table = registers.listing(store.open_for_reading(settings()), register)
    render_table(table, format, "Registers")


@app.command()
def check(format: Written = Format.table) -> None:
    """List the registers that are due, and why; 1 where one is."""
    import pandas as pd

    from pipelines.ingest import registers, store

    chosen = settings()
    due = registers.due(store.open_for_reading(chosen), chosen)
    table = pd.DataFrame(due, columns=["source", "page", "newest", "why"])
    render_table(table.rename(columns={"source": "register"}), format, "Registers that are due")
    if due:
        names = ", ".join(register.source for register in due)
        raise RunError(
            "read again, then `silentcrash register add` what is new, or `register reviewed` "
            f"where nothing is: {names}"
        )


@app.command()
def reviewed(
    register: Annotated[str, typer.Argument(help="The register: see `register list`.")],
    reader: Annotated[str, typer.Option(help="Who looked.")] = "",
) -> None:
    """Record that the page of a REGISTER was read and has nothing new."""
    from pipelines.ingest import registers

    chosen = registers.find_register(register)
    path = registers.review(settings(), chosen, reader)
    print(f"noted in {path}; {register} is due again when its page changes", file=sys.stderr)


@app.command()
def form(format: Written = Format.table) -> None:
    """Explain each field of a figure, and which registers there are."""
    import pandas as pd

    from pipelines.ingest import registers

    fields = pd.DataFrame(registers.FIELDS.items(), columns=["field", "what it is"])
    render_table(fields, format, f"A figure of a register: {', '.join(registers.by_hand())}")


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
    """Add a figure to a REGISTER; asks for what is left out."""
    from pipelines.ingest import registers

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
    path = registers.add(settings(), chosen, row)
    print(f"added to {path}; it is loaded at the next run", file=sys.stderr)
