"""The command line `silentcrash`: every command is a few lines over the functions it calls."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from pipelines.cli.alerts import app as alerts
from pipelines.cli.announcements import app as announcements
from pipelines.cli.endings import ending
from pipelines.cli.index import app as index
from pipelines.cli.lake import app as lake
from pipelines.cli.options import (
    AsOf,
    File,
    Format,
    Out,
    Written,
    parse_day,
    render_table,
    write_output,
)
from pipelines.cli.register import app as register
from pipelines.cli.site import app as site
from pipelines.cli.sources import app as sources
from pipelines.errors import ObservatoryError
from pipelines.settings import from_environment

app = typer.Typer(
    help="The Silent Crash Observatory: public figures in, a monthly index and its bulletin out.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(alerts, name="alerts")
app.add_typer(announcements, name="announcements")
app.add_typer(index, name="index")
app.add_typer(lake, name="lake")
app.add_typer(register, name="register")
app.add_typer(site, name="site")
app.add_typer(sources, name="sources")


@app.command()
def run(
    out: Out = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no publisher.")] = False,
) -> None:
    """Fetch what is reachable, validate, load, compute, and publish the latest month."""
    from pipelines.cli import commands

    commands.run(from_environment(), out, live=not offline)


@app.command()
def release(month: str, as_of: AsOf = "", out: Out = None) -> None:
    """Publish MONTH (YYYY-MM) as it could be known at its cut-off, or on --as-of DATE."""
    from pipelines.cli import commands

    commands.release(from_environment(), month, parse_day(as_of), out)


@app.command()
def status(as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show, for each source, its newest period, its age and its last outcome."""
    from pipelines.cli import commands

    render_table(
        commands.status(from_environment(), parse_day(as_of)), format, "Status of the sources"
    )


@app.command()
def query(
    sql: str,
    as_of: AsOf = "",
    format: Written = Format.table,
    limit: Annotated[int, typer.Option(help="At most this many rows.")] = 1000,
    timeout: Annotated[float, typer.Option(help="At most this many seconds.")] = 30.0,
    out: File = None,
) -> None:
    """Run a read-only SQL query on the warehouse (views: v_observation, v_index, …)."""
    from pipelines.cli import commands

    settings = from_environment()
    write_output(commands.query(settings, sql, parse_day(as_of), limit, timeout), out, format)


@app.command()
def gpu(
    gpu: Annotated[str, typer.Argument(help="Chip, form and memory: h100-sxm-80gb.")],
    basis: Annotated[str, typer.Option(help="on_demand or spot.")] = "on_demand",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """Show what renting a GPU costs, month by month, over providers that come and go."""
    from pipelines.cli import gpu_market

    table = gpu_market.market(from_environment(), gpu, basis, parse_day(as_of))
    render_table(table, format, f"{gpu}, {basis}, USD per GPU and hour")


@app.command()
def fetch(source: str) -> None:
    """Ask one SOURCE now, validate what it answers and load what passes."""
    from pipelines.cli import commands

    commands.fetch(from_environment(), source)


@app.command()
def reparse(source: str) -> None:
    """Read the archived bytes of SOURCE again with the parser of today; asks nobody."""
    from pipelines.cli import commands

    commands.reparse(from_environment(), source)


@app.command()
def quarantine(
    source: Annotated[str, typer.Argument(help="Only this source.")] = "",
    replay: Annotated[
        bool, typer.Option("--replay", help="Validate the rows again and load what passes.")
    ] = False,
    format: Written = Format.table,
) -> None:
    """List the rows that failed an expectation, or replay them."""
    from pipelines.cli import commands

    settings = from_environment()
    render_table(commands.quarantine(settings, source, replay=replay), format, "Quarantine")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 when done, 1 when it could not be, 2 when asked wrongly."""
    try:
        app(args=arguments or sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:
        message, code = ending(error) or (_unexpected(error), 1)
        if _debugging() and not isinstance(error, ObservatoryError):
            raise
    print(f"silentcrash: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


def _unexpected(error: BaseException) -> str:
    reason = str(error).splitlines()[0] if str(error) else "no reason given"
    return f"unexpected error ({reason}): SILENTCRASH_DEBUG=1 shows where"


def _debugging() -> bool:
    try:
        return from_environment().debug
    except ObservatoryError:
        return False


if __name__ == "__main__":
    main()
