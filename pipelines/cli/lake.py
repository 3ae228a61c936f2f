"""`silentcrash lake`: the observations as Parquet, and what was known."""

from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.terminal.options import AsOf, File, Format, Limit, Written, parse_day, settings
from pipelines.cli.terminal.render import render_table, rows_to_read, write_output
from pipelines.errors import RunError, UsageError

app = typer.Typer(
    help="Observations as Parquet files, for DuckDB and Apache Spark.",
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
    """Add to the lake what the warehouse has learnt since."""
    from pipelines.cli.run import to_read
    from warehouse.lake import sync

    root = address(to)
    before = sync.manifest(root)
    after = sync.sync(to_read(settings()), root)
    added = after.rows - before.rows
    print(f"{root}: {added} versions added, {after.rows} held, up to fetch {after.newest_fetch}")


@app.command()
def status(at: At = "", format: Written = Format.table) -> None:
    """List the files of the lake with their rows and SHA-256."""
    import pandas as pd

    from warehouse.lake import sync

    root = existing(at)
    manifest = sync.manifest(root)
    title = f"{root}: {manifest.rows} versions, up to fetch {manifest.newest_fetch}"
    render_table(pd.DataFrame(manifest.files), format, title)


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
    """Show each figure as known on a day, by DuckDB or Spark."""
    from warehouse.lake import panel, spark

    if master and engine is not Engine.spark:
        raise UsageError("--master is Spark's: add --engine spark")
    root, day = existing(at), parse_day(as_of)
    if engine is Engine.spark:
        figures = spark.panel(root, day, monthly=monthly, master=master)
    else:
        figures = panel.panel(root, day, monthly=monthly)
    write_output(figures, out, format)


@app.command()
def query(
    sql: str,
    at: At = "",
    limit: Limit = None,
    timeout: Annotated[float, typer.Option(help="At most this many seconds.")] = 30.0,
    out: File = None,
    format: Written = Format.table,
) -> None:
    """Run a read-only SQL query on the lake.

    It may name v_observation, v_series, observations and observations_as_of(day).
    """
    from warehouse.lake import query

    most = rows_to_read(limit, out, format)
    rows = query.run(existing(at), sql, limit=most, timeout=timeout)
    write_output(rows, out, format, limit)


def existing(at: str) -> str:
    """The address of a lake that has files. Raises RunError where there is none."""
    from warehouse.lake import sync

    root = address(at)
    if not sync.manifest(root).files:
        raise RunError(f"there is no lake at {root}: run silentcrash lake sync")
    return root


def address(text: str) -> str:
    """The address that an option gives, or the lake in the home folder."""
    return text or str(settings().home / "lake")
