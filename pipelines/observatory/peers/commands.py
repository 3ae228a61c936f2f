"""`silentcrash peers`: ask other observatories, and say what is known of them."""

from typing import Any

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.errors import RunError, UsageError

app = typer.Typer(help="Other observatories.", rich_markup_mode=None, no_args_is_help=True)
COLUMNS = (
    "address", "name", "month", "index", "reading", "method", "licence", "read_at", "failing_since",
)  # fmt: skip


@app.callback()
def peers() -> None:
    """Other observatories, whose figures the site shows beside ours."""


@app.command()
def fetch(format: Written = Format.table) -> None:
    """Ask each of them now; the last good answer of one that is down stays.

    The exit code is 1 where one gave nothing.
    """
    from pipelines.observatory.peers import reading

    _declared()
    entries = reading.fetch_all(settings())
    _show(format)
    if lost := list(reading.summary(entries)):
        raise RunError(f"{len(lost)} of {len(entries)} gave nothing: {lost[0]}")


@app.command(name="list")
def list_peers(format: Written = Format.table) -> None:
    """Show what is known of each of them; asks nobody."""
    _declared()
    _show(format)


def _declared() -> None:
    from warehouse.publication import identity

    if not identity.in_force().peers:
        raise UsageError(
            "no other observatory is declared: add a table [[peers]] with its address to "
            "observatory.toml"
        )


def _show(format: Format) -> None:
    from pipelines.cli.terminal.render import render_rows
    from pipelines.observatory.peers import reading

    render_rows(COLUMNS, [_row(each) for each in reading.readings(settings())], format)


def _row(peer: Any) -> tuple[Any, ...]:
    own = peer.published
    figures: tuple[Any, ...] = (None,) * 5
    if own:
        month = own.by_month[own.month]
        index = None if month.reading == "none" else month.index  # an estimate, which is no reading
        figures = (own.month, index, month.reading, month.method, own.licence.key)
    name = peer.name or (own.name.en if own else None)
    return peer.address, name, *figures, peer.read_at, peer.failing_since
