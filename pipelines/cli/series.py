"""`silentcrash series …`: find, describe, read and draw series."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.terminal.options import AsOf, File, Format, Written, settings
from pipelines.cli.terminal.plain_rows import chart, write_rows
from pipelines.errors import RunError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(
    help="Find, describe, read and draw series.", rich_markup_mode=None, no_args_is_help=True
)
MATCHES = 20  # as many as a screen shows
NO_FIGURE = "no figure yet"

Keys = Annotated[
    list[str], typer.Argument(metavar="KEY…", help="Keys; one that ends in * is all that begin so.")
]
Unit = Annotated[
    str, typer.Option("--unit", metavar="UNIT", help="In this unit, as USD/MWh; the rate is shown.")
]
Real = Annotated[
    str,
    typer.Option("--real", metavar="YYYY-MM", help="US dollars, in the prices of that month."),
]
Start = Annotated[
    str, typer.Option("--start", metavar="DATE", help="Only periods from that day on.")
]


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…")],
    limit: Annotated[int, typer.Option(help="At most this many series.")] = MATCHES,
    format: Written = Format.table,
) -> None:
    """Find series by words of their titles, unit, source or place.

    In French or English; accents and typos are forgiven.
    """
    import sys

    from silentcrash.search import search as find
    from warehouse.observations.series import catalogue

    matches = find(catalogue(_engine()), " ".join(words))
    if not matches:
        raise RunError(
            f"no series matches {' '.join(words)!r}: try fewer words, or a word of its unit"
        )
    if len(matches) > limit:
        print(f"the first {limit} of {len(matches)} series: --limit shows more", file=sys.stderr)
    rows = [
        {
            "series": row["series"],
            "title_en": row["title_en"],
            "title_fr": row["title_fr"],
            "unit": row["unit"],
            "source": row["source"],
            "figures": "yes" if row["observations"] else NO_FIGURE,
        }
        for row in matches[:limit]
    ]
    write_rows(rows, format)


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY")], format: Written = Format.table
) -> None:
    """Describe a series: unit, licence, span, vintages and who uses it."""
    from pipelines.observatory.method import newest
    from warehouse.observations.series import counted, latest_citation

    engine = _engine()
    [row] = counted(engine, key)
    users = [name for name, indicator in newest().indicators.items() if key in indicator.series]
    described = {
        **row,
        "redistribute": "yes" if row["redistribute"] else "no",
        "first": row["first"] or NO_FIGURE,
        **latest_citation(engine, key),
        "indicators": ", ".join(users) or "none: a second reading or a figure beside the index",
    }
    if format is Format.table:
        write_rows([{"": name, key: value} for name, value in described.items()], format)
    else:
        write_rows([described], format)


@app.command()
def get(
    keys: Keys,
    as_of: AsOf = "",
    vintages: Annotated[bool, typer.Option("--vintages", help="Every version known.")] = False,
    unit: Unit = "",
    real: Real = "",
    start: Start = "",
    out: File = None,
    format: Written = Format.table,
) -> None:
    """Give the figures of series, a row a series and period."""
    request = Request(as_of=as_of, vintages=vintages, unit=unit, real=real, start=start)
    rows = _figures(_engine(), keys, request)
    if out is None:
        write_rows(rows, format)
        return
    import pandas as pd

    from pipelines.cli.terminal.render import write_output

    table = pd.DataFrame(rows)
    dated = {"period": pd.to_datetime(table["period"])}
    ending = out.suffix.lower()
    if ending in {".xlsx", ".parquet"}:  # which have dates; a workbook has no zones
        known_from = pd.to_datetime(table["known_from"], utc=True)
        dated["known_from"] = known_from.dt.tz_localize(None) if ending == ".xlsx" else known_from
    write_output(table.assign(**dated), out, format)


@app.command()
def plot(
    keys: Keys,
    as_of: AsOf = "",
    unit: Unit = "",
    real: Real = "",
    start: Start = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A .png or .svg; else characters.")
    ] = None,
) -> None:
    """Draw series in the terminal, or as PNG or SVG."""
    if out is not None and out.suffix.lower() not in {".png", ".svg"}:
        raise UsageError(f"{out.name}: end the name in .png or .svg")
    engine = _engine()
    request = Request(as_of=as_of, unit=unit, real=real, start=start)
    rows = _figures(engine, keys, request)
    if not rows:
        raise RunError(f"there is nothing to draw: {', '.join(keys)} has {NO_FIGURE}")
    if out is None:
        print(chart(rows))
        return
    from dashboards.series_chart import draw
    from warehouse.observations import series

    frequencies = {row["series"]: row["frequency"] for row in series.catalogue(engine)}
    out.write_bytes(draw(rows, out.suffix.lower(), frequencies))
    print(f"{out}: {len(rows)} figures")


def _engine() -> "Engine":
    from pipelines.ingest import store

    return store.open_for_reading(settings())


@dataclass(frozen=True)
class Request:
    """What is asked of the figures, as the options have it; "" asks nothing."""

    as_of: str
    unit: str
    real: str
    start: str
    vintages: bool = False


def _figures(engine: "Engine", keys: list[str], request: Request) -> list[dict[str, Any]]:
    """The figures asked for; a series without one is named on standard error."""
    import sys

    from warehouse.observations import series

    rows = series.figures(
        engine,
        keys,
        as_of=request.as_of or None,
        start=request.start or None,
        vintages=request.vintages,
    )
    with_figures = {row["series"] for row in rows}
    with engine.connect() as connection:
        empty = sorted(set(series.resolve(connection, keys).values()) - with_figures)
    if empty:
        print(f"{', '.join(empty)}: {NO_FIGURE} in what was asked for", file=sys.stderr)
    if not request.unit and not request.real:
        return rows
    from silentcrash.units import UnitError

    try:
        rows, reasons = _converted(engine, rows, request)
    except UnitError as fault:
        raise UsageError(str(fault)) from None
    for reason in reasons:
        print(f"left without a value: {reason}", file=sys.stderr)
    return rows


def _converted(
    engine: "Engine", rows: list[dict[str, Any]], request: Request
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows in the unit and prices asked for, and why some have no value."""
    from silentcrash import prices, units
    from warehouse.observations import series

    reasons: dict[str, None] = {}
    if request.unit:
        stored = units.euro_rates(series.exchange_rates(engine, as_of=request.as_of or None))
        rows = units.convert(
            rows, request.unit, units.merged(units.shipped_rates(request.as_of), stored)
        )
        reasons |= dict.fromkeys(row["rate_source"] for row in rows if row["value"] is None)
    if request.real:
        rows = prices.real(rows, request.real, request.as_of)
        left = (row for row in rows if row["value"] is None and row["nominal_value"] is not None)
        reasons |= dict.fromkeys(row["deflator_source"] for row in left)
    return rows, list(reasons)
