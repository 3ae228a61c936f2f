"""`silentcrash index …`: the index as a table, in words, tested."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import AsOf, Format, Written, parse_day, settings
from pipelines.cli.terminal.render import progress, render_table
from pipelines.index import Policy

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.index.framework import Framework

app = typer.Typer(
    help="Show the index and its dimensions, month by month.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


Method = Annotated[
    str,
    typer.Option(
        "--method", metavar="NAME|FILE", help="Another version of the method, 2026.1 for example."
    ),
]


class Lang(StrEnum):
    """A language of publication."""

    fr = "fr"
    en = "en"


@app.callback()
def index(
    context: typer.Context,
    as_of: AsOf = "",
    method: Method = "",
    missing: Annotated[
        Policy | None, typer.Option("--missing", help="Another policy for what is missing.")
    ] = None,
    format: Written = Format.table,
) -> None:
    """Show the index and its dimensions, month by month."""
    if context.invoked_subcommand:
        return
    from pipelines.cli.run import earlier, to_read
    from pipelines.release import queries

    chosen = settings()
    own = queries.method_of(method, missing, chosen.now)
    with progress("Computing the index, month by month"):
        table = queries.index(to_read(chosen), earlier(as_of, chosen.now), own)
    render_table(table, format, "Silent Crash Index")


@app.command()
def explain(
    month: str,
    until: Annotated[str, typer.Argument(metavar="[LATER]", help="A later month.")] = "",
    as_of: AsOf = "",
    method: Method = "",
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the text.")] = Lang.en,
    format: Written = Format.table,
) -> None:
    """Explain where the value of MONTH comes from, or a change.

    Months are written as YYYY-MM. With a LATER one, what moved the index from one to the other,
    by indicator and cause.
    """
    from pipelines.cli.run import to_read
    from pipelines.release import compute, queries

    chosen, period = settings(), compute.parse_month(month)
    own = queries.method_of(method, None, chosen.now)
    if until:
        _between(period, compute.parse_month(until), as_of, lang, format, own)
        return
    with progress(f"Computing {month}"):
        engine = to_read(chosen)
        text = queries.explain(engine, period, parse_day(as_of), chosen.now, lang.value, own)
    print(text)


def _between(
    first: "pd.Period",
    second: "pd.Period",
    as_of: str,
    lang: Lang,
    format: Format,
    method: "Framework | None",
) -> None:
    """Print what moved the index from one month to another."""
    import sys

    from pipelines.cli.run import to_read
    from pipelines.release import between

    chosen = settings()
    with progress(f"Computing {first} and {second}"):
        sentence, table = between.explain(
            to_read(chosen), first, second, parse_day(as_of), chosen.now, lang.value, method
        )
    # data alone on standard output, where a program reads it
    print(sentence, file=sys.stdout if format is Format.table else sys.stderr)
    render_table(table, format, "")


@app.command()
def at(
    day: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD.")],
    method: Method = "",
    format: Written = Format.table,
) -> None:
    """Show the index as it could be known on a day."""
    from pipelines.cli.run import to_read
    from pipelines.release import between, queries

    chosen, instant = settings(), parse_day(day) or settings().now
    own = queries.method_of(method, None, chosen.now)
    with progress(f"Computing the index as of {day}"):
        month, table = between.at(to_read(chosen), instant, chosen.now, own)
    render_table(table, format, f"Silent Crash Index, {month}, as it could be known on {day}")


@app.command()
def backtest(as_of: AsOf = "", method: Method = "", format: Written = Format.table) -> None:
    """Compare each month as first published and as known later."""
    from pipelines.cli.run import earlier, to_read
    from pipelines.release import queries

    chosen = settings()
    own = queries.method_of(method, None, chosen.now)
    with progress("Walking every cut-off in pseudo real time") as step:
        tables = queries.backtest(to_read(chosen), earlier(as_of, chosen.now), step, own)
    months, summary, between = tables
    render_table(months, format, "Each month as first published, and as known now")
    if format is Format.table:
        render_table(summary, format, "Revisions")
        render_table(between, format, "Each month as known so many months after its own cut-off")


@app.command()
def runway(method: Method = "", format: Written = Format.table) -> None:
    """Show how long each indicator lasts without new figures."""
    import sys

    from pipelines.cli.run import to_read
    from pipelines.release import queries

    chosen = settings()
    own = queries.method_of(method, None, chosen.now)
    with progress("Reading every indicator, month by month ahead"):
        rows, sentence = queries.runway(to_read(chosen), chosen.now, own)
    render_table(rows, format, "Newest figure, who continues it, and when it would be withheld")
    print(sentence, file=sys.stderr)


@app.command()
def sensitivity(
    as_of: AsOf = "",
    method: Method = "",
    format: Written = Format.table,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write CSV files there.")
    ] = None,
) -> None:
    """Show how far other choices of the method move the index."""
    from pipelines.cli.run import earlier, to_read
    from pipelines.release import queries

    chosen = settings()
    own = queries.method_of(method, None, chosen.now)
    with progress("Computing the index, month by month") as step:
        tables = queries.sensitivity(to_read(chosen), earlier(as_of, chosen.now), step, own)
    render_table(tables["bands"], format, "Bands of the index over 10,000 replicates")
    if format is Format.table:
        render_table(tables["factors"], format, "Which choice matters, last month (Sobol indices)")
    if out:
        queries.write(tables, out)


@app.command()
def gauges(
    as_of: AsOf = "",
    method: Annotated[
        str, typer.Option("--method", metavar="telecom|FILE", help="Another method with gauges.")
    ] = "",
    format: Written = Format.table,
) -> None:
    """Show pressure, retreat and phase by month (next method).

    Every month is computed from what was known at its cut-off. `--method telecom` shows the same
    gauges on the telecom build-out of 1995 to 2004.
    """
    from pipelines.cli.run import earlier, to_read
    from pipelines.release import gauges as release_gauges

    chosen = settings()
    with progress("Computing both gauges, month by month"):
        table = release_gauges.table(to_read(chosen), earlier(as_of, chosen.now), method)
    render_table(table, format, "Pressure, retreat and phase")


@app.command()
def audit(as_of: AsOf = "", format: Written = Format.table) -> None:
    """Audit both gauges: signs, weights, removals, false alarms.

    As a table it is a summary and what lies beyond its limits; as CSV or JSON, every figure.
    """
    from pipelines.cli.run import earlier, to_read
    from pipelines.release import audit as audits

    chosen = settings()
    with progress("Auditing both gauges"):
        rows = audits.table(to_read(chosen), earlier(as_of, chosen.now))
    if format is not Format.table:
        render_table(rows, format, "Audit")
        return
    render_table(audits.summary(rows), format, "Figures with a limit, and those beyond it")
    beyond = rows[rows["verdict"].eq("beyond")].drop(columns=["months", "verdict"]).round(3)
    render_table(beyond, format, "Beyond their limits")


@app.command()
def scenario(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE")], format: Written = Format.table
) -> None:
    """Show what the gauges would read under a declared shock.

    NAME is a shipped scenario, FILE one of your own in TOML. Nothing is stored.
    """
    import sys

    from pipelines.cli.run import to_read
    from pipelines.release import gauges as release_gauges

    chosen = settings()
    with progress("Computing both gauges, with and without the shock"):
        path, moved, verdict = release_gauges.scenario(to_read(chosen), chosen.now, name)
    if format is Format.table:
        render_table(path, format, "The last months under the shock")
    render_table(moved, format, "What moved in the last month, in points of each scale")
    print(verdict, file=sys.stderr)
