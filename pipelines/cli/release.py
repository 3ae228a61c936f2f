"""`silentcrash release`: compute an edition, list editions, approve one."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines.cli.run import with_history
from pipelines.cli.terminal.options import AsOf, Format, Out, Written, parse_day, settings
from pipelines.cli.terminal.render import progress, render_table

COMPUTE = "compute"


class MonthFirst(TyperGroup):
    """A group of commands whose name may be followed by a month at once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `release 2026-10` as `release compute 2026-10`."""
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return list(super().parse_args(ctx, args if named else [COMPUTE, *args]))


app = typer.Typer(cls=MonthFirst, rich_markup_mode=None)


@app.callback()
def release() -> None:
    """Publish MONTH (YYYY-MM), list the editions, approve one.

    `silentcrash release 2026-10` publishes a month as known at its cut-off.
    """


@app.command(COMPUTE)
def compute_month(
    month: Annotated[str, typer.Argument(metavar="MONTH")], as_of: AsOf = "", out: Out = None
) -> None:
    """Publish MONTH (YYYY-MM) as known at its cut-off.

    With --as-of, as known on that day. The word `compute` may be left out.
    """
    from rich.console import Console

    from pipelines.cli.terminal import summary
    from pipelines.release import compute, signing
    from warehouse.observations import read

    chosen, period = settings(), compute.parse_month(month)
    approval = chosen.approval
    with progress(f"Computing {month}") as step:
        engine = with_history(chosen)
        day = parse_day(as_of)
        number = compute.compute(engine, period, as_of=day, now=chosen.now, approval=approval)
        step("Writing the bulletin and the tables")
        signer = signing.signer(chosen)
        published = compute.publish(
            engine, number, out or chosen.releases, approval=approval, signer=signer
        )
    status = read.status(engine, as_of=published.edition.as_of)
    summary.show(Console(), published, [], status)


@app.command()
def approve(
    months: Annotated[list[str], typer.Argument(metavar="MONTH...", help="As YYYY-MM.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to keep.")] = "",
    out: Out = None,
) -> None:
    """Approve the newest edition of MONTH, so that it can be public.

    It then enters feeds and lists; the site shows it at its next build.
    """
    from pipelines.ingest import store
    from pipelines.release import approval

    chosen = settings()
    engine = store.open_for_writing(chosen)
    for month in months:
        print(approval.approve(engine, chosen, month, by, note, out or chosen.releases))


@app.command("list")
def list_(format: Written = Format.table) -> None:
    """List every edition, with its state and its times."""
    from pipelines.ingest import store
    from pipelines.release import approval

    chosen = settings()
    render_table(approval.table(store.open_for_reading(chosen), chosen), format, "Editions")
