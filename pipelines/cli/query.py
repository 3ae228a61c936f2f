"""`silentcrash query`, `gpu` and `explore`: ask and browse the warehouse."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.endings import ended_after
from pipelines.cli.terminal.options import AsOf, File, Format, Limit, Written, parse_day, settings
from pipelines.cli.terminal.render import cut, render_rows, render_table, rows_to_read, write_output
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Engine

app = typer.Typer()
LOCAL = "127.0.0.1"
GPU_HOUR = "/GPU-h"  # how the unit of a rent ends, whatever its currency


@app.command()
def query(
    sql: str,
    as_of: AsOf = "",
    format: Written = Format.table,
    limit: Limit = None,
    timeout: Annotated[float, typer.Option(help="At most this many seconds.")] = 30.0,
    out: File = None,
) -> None:
    """Run a read-only SQL query on the views of the warehouse.

    Among the views are v_observation, v_observation_history, v_provenance, v_series and v_index;
    docs/warehouse.md describes them all.
    """
    from pipelines.ingest import store
    from warehouse import query

    engine = store.open_for_reading(settings())
    day, most = parse_day(as_of), rows_to_read(limit, out, format)
    if out is None:
        with ended_after(timeout):
            columns, rows = query.rows(engine, sql, as_of=day, limit=most, timeout=timeout)
        render_rows(columns, cut(rows, limit, out, format), format)
    else:
        with ended_after(timeout):
            frame = query.run(engine, sql, as_of=day, limit=most, timeout=timeout)
        write_output(frame, out, format, limit)


@app.command()
def gpu(
    gpu: Annotated[str, typer.Argument(help="Chip, form and memory: h100-sxm-80gb.")],
    basis: Annotated[str, typer.Option(help="on_demand or spot.")] = "on_demand",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """Show what renting a GPU costs, month by month.

    The level in USD per GPU and hour, the number of providers and a chained index, over providers
    that come and go. Spot prices that have long been a fixed share of the list price are left out.
    """
    from pipelines.cli.run import earlier, to_read

    chosen = settings()
    prices = _rents(to_read(chosen), earlier(as_of, chosen.now))
    render_table(_market(prices, gpu, basis), format, f"{gpu}, {basis}, USD per GPU and hour")


def _rents(engine: "Engine", day: "datetime") -> "pd.DataFrame":
    """The rents known on a day by month, a column for each GPU and provider."""
    from pipelines.index.toolkit import rents
    from sources import registry
    from warehouse.observations import read

    declared = (series for source in registry().values() for series in source.series)
    units = {series.key: series.unit for series in declared if series.unit.endswith(GPU_HOUR)}
    return rents.monthly(read.panel(engine, series=sorted(units), as_of=day, lenient=True), units)


def _market(prices: "pd.DataFrame", gpu: str, basis: str) -> "pd.DataFrame":
    """Level, providers and chained index of one kind of GPU, by month."""
    from pipelines.index.toolkit import rents

    offers = rents.of_kind(prices, gpu, basis)
    if offers.empty:
        stored = prices.columns.to_frame()[["gpu", "basis"]].drop_duplicates()
        kinds = ", ".join(sorted(stored["gpu"] + " " + stored["basis"]))
        raise UsageError(f"no {basis} price of {gpu!r} is held; there are: {kinds}")
    if basis == "spot":
        listed = rents.of_kind(prices, gpu)
        offers = offers.mask(rents.administered(offers, listed)).dropna(how="all")
    table = rents.composite(offers).round(3)
    months = table.index.to_series().dt.strftime("%Y-%m")
    return table.assign(month=months)[["month", *table.columns]].reset_index(drop=True)


@app.command()
def explore(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone.")] = LOCAL,
    public: Annotated[
        bool, typer.Option("--public", help="Only what may be republished, from a copy.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="At most this many seconds a query.")] = 10.0,
) -> None:
    """Browse the warehouse in a browser, with a cookbook.

    Read-only, until it is interrupted. With --public, a copy that holds nothing but values that
    their publishers let others republish, and editions that are public.
    """
    from pipelines import browse

    browse.serve(settings(), host=host, port=port, public=public, timeout=timeout)
