"""`silentcrash health`: whether the observatory is alive, for a monitor."""

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import render_table
from pipelines.errors import RunError

app = typer.Typer()


@app.command()
def health(format: Written = Format.table) -> None:
    """Check that rules and messages go on; exit code 1 if not."""
    from pipelines.alerts import reports, service
    from pipelines.ingest import store

    chosen = settings()
    engine = store.open_for_reading(chosen)
    table = reports.health(engine, service.rules_in_force(), chosen.now)
    render_table(table, format, "Health")
    failing = table.loc[~table["ok"].astype(bool)]
    if len(failing):
        reasons = (f"{row.name}: {row.detail}" for row in failing.itertuples(index=False))
        raise RunError("; ".join(reasons))
