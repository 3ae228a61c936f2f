"""`silentcrash lake`: hand the observations over as Parquet, and ask the lake what was known."""

from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.options import AsOf, File, Format, Written, parse_day, render_table, write_output
from pipelines.settings import RunFault, Settings, UsageFault, from_environment

app = typer.Typer(
    help="The observations as Parquet files, for DuckDB and Apache Spark.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

At = Annotated[
    str,
    typer.Option("--to", "--at", metavar="URL", help="Folder or address (file://, s3://, …)."),
]


class Engine(StrEnum):
    """What computes a panel."""

    duckdb = "duckdb"
    spark = "spark"


@app.command()
def sync(to: At = "") -> None:
    """Add to the lake what the warehouse has learnt since the last sync."""
    from pipelines.cli import commands
    from warehouse.lake import sync

    settings = from_environment()
    root = place(settings, to)
    before = sync.manifest(root)
    now = sync.sync(commands.filled_store(settings), root)
    added = now.rows - before.rows
    print(f"{root}: {added} versions added, {now.rows} held, up to fetch {now.newest_fetch}")


@app.command()
def status(at: At = "", format: Written = Format.table) -> None:
    """List the files of the lake with their rows and SHA-256."""
    import pandas as pd

    from warehouse.lake import sync

    root = held(at)
    found = sync.manifest(root)
    table = pd.DataFrame(found.files)
    render_table(table, format, f"{root}: {found.rows} versions, up to fetch {found.newest_fetch}")


@app.command()
def panel(
    as_of: AsOf = "",
    monthly: Annotated[
        bool, typer.Option("--monthly", help="Only the last figure of each month.")
    ] = False,
    engine: Annotated[Engine, typer.Option(help="What computes it.")] = Engine.duckdb,
    master: Annotated[
        str, typer.Option(metavar="URL", help="Spark's master: spark://host:port, yarn, local[*].")
    ] = "",
    at: At = "",
    out: File = None,
    format: Written = Format.table,
) -> None:
    """Show each figure as known on that day, computed from the lake by DuckDB or Spark."""
    from warehouse.lake import panel, spark

    if master and engine is not Engine.spark:
        raise UsageFault("--master is Spark's: add --engine spark")
    root, known = held(at), parse_day(as_of)
    if engine is Engine.spark:
        found = spark.panel(root, known, monthly=monthly, master=master)
    else:
        found = panel.panel(root, known, monthly=monthly)
    write_output(found, out, format)


@app.command()
def query(
    sql: str,
    at: At = "",
    limit: Annotated[int, typer.Option(help="At most this many rows.")] = 1000,
    timeout: Annotated[float, typer.Option(help="At most this many seconds.")] = 30.0,
    out: File = None,
    format: Written = Format.table,
) -> None:
    """Run a read-only SQL query on the lake (v_observation, observations_as_of(day), …)."""
    from warehouse.lake import query
    from warehouse.query import QueryError

    try:
        found = query.run(held(at), sql, limit=limit, timeout=timeout)
    except QueryError as fault:
        raise UsageFault(str(fault)) from None
    write_output(found, out, format)


def held(at: str) -> str:
    """The address of a lake that holds something. Raises RunFault where there is none."""
    from warehouse.lake import sync

    root = place(from_environment(), at)
    if not sync.manifest(root).files:
        raise RunFault(f"there is no lake at {root}: run silentcrash lake sync")
    return root


def place(settings: Settings, address: str) -> str:
    """The address given, or the lake in the home folder."""
    return address or str(settings.home / "lake")
