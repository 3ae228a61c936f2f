"""The commands `silentcrash alerts ...`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.terminal.options import AsOf, Format, Written, parse_day, settings
from pipelines.cli.terminal.render import render_rows, render_table
from pipelines.errors import RunError, UsageError

app = typer.Typer(
    help="Check, list, explain, backtest, mute and deliver alerts.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Why = Annotated[str, typer.Option("--why", help="Why.")]
Series = Annotated[str, typer.Option("--series", help="Only this series.")]


@app.command()
def validate(file: Annotated[Path | None, typer.Argument(help="Another file.")] = None) -> None:
    """Check the rules; a fault has its line and the nearest word."""
    from pipelines.alerts import rules, service

    if file is None:
        file = rules.BUNDLED
    checked = service.rules_in_force(file)
    print(f"{file}: {len(checked.rules)} rules, {len(checked.channels)} channels, no fault")


@app.command("list")
def list_(format: Written = Format.table) -> None:
    """List the state of every rule and channel, and the last run."""
    from pipelines.alerts import reports, rules
    from pipelines.ingest import store
    from warehouse.alerts import overview

    chosen = settings()
    engine = store.open_for_reading(chosen)
    # Read without the names of the method, which `validate` and every evaluation check.
    in_force = rules.load(chosen.alerts or rules.BUNDLED)
    for title, columns, rows in (
        ("Rules", reports.RULES, reports.rule_rows(engine, in_force)),
        ("Channels", reports.CHANNELS, reports.channel_rows(engine, in_force)),
    ):
        render_rows(columns, [list(row.values()) for row in rows], format, title=title)
    beats = overview.heartbeats(engine)
    for name, at in sorted(beats.items()):
        print(f"last {name}: {at:%Y-%m-%d %H:%M} UTC")
    if not beats:
        print("never evaluated: `silentcrash run` does so")


@app.command()
def explain(rule: str, as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show RULE month by month: the figure, and if it fires or ends."""
    from pipelines.alerts import reports, service
    from pipelines.ingest import store

    engine = store.open_for_reading(settings())
    table = reports.explain(engine, service.rules_in_force(), rule, parse_day(as_of))
    render_table(table, format, rule)


@app.command()
def backtest(
    file: Annotated[Path | None, typer.Argument(help="Other rules.")] = None,
    start: Annotated[str, typer.Option("--from", metavar="MONTH")] = "",
    end: Annotated[str, typer.Option("--to", metavar="MONTH")] = "",
    events: Annotated[bool, typer.Option("--events", help="Every event.")] = False,
    format: Written = Format.table,
) -> None:
    """Replay every stored vintage: firings, lead time, messages."""
    from pipelines.alerts import reports, service
    from pipelines.ingest import store

    engine = store.open_for_reading(settings())
    summary, replayed = reports.run_backtest(engine, service.rules_in_force(file), start, end)
    render_table(replayed if events else summary, format, "Backtest")


@app.command("test-fire")
def test_fire(rule: str, channel: Annotated[str, typer.Option("--channel")]) -> None:
    """Send a message of RULE on a channel, marked TEST.

    Nothing is recorded.
    """
    from pipelines.alerts import service

    outcome = service.send_test(settings(), service.rules_in_force(), rule, channel)
    if outcome.state != "sent":
        raise RunError(f"{channel}: {outcome.state}: {outcome.error}")
    print(f"{channel}: sent")


@app.command()
def ack(
    rule: str,
    by: By,
    why: Why,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Remind then.")] = "",
    series: Series = "",
) -> None:
    """Acknowledge the last firing of RULE, with a reminder or not."""
    from pipelines.alerts import service
    from pipelines.ingest import store
    from warehouse.alerts import repository

    chosen = settings()
    service.find_rule(service.rules_in_force(), rule)
    end = _future(until, chosen.now) if until else None
    note = {"by": by, "why": why, "until": end, "at": chosen.now}
    try:
        event = repository.acknowledge(store.open_for_writing(chosen), rule, series, **note)
    except LookupError as fault:
        raise UsageError(str(fault)) from None
    print(f"event {event} acknowledged by {by}")


@app.command()
def silence(
    rule: str,
    by: By,
    why: Why,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Default: in 7 days.")] = "",
    series: Series = "*",
) -> None:
    """Mute RULE (* for all) until a date.

    What still fires is sent then.
    """
    from pipelines.alerts import service
    from pipelines.ingest import store
    from warehouse.alerts import repository

    chosen = settings()
    if "*" not in rule:
        service.find_rule(service.rules_in_force(), rule)
    end = _future(until, chosen.now) if until else chosen.now + timedelta(days=7)
    mute = {"rule": rule, "series": series, "by": by, "why": why, "until": end}
    repository.silence(store.open_for_writing(chosen), **mute, at=chosen.now)
    print(f"{rule} is silenced until {end:%Y-%m-%d %H:%M} UTC")


@app.command()
def deliver(
    again: Annotated[str, typer.Option("--again", help="First reopen this channel.")] = "",
) -> None:
    """Send what is queued.

    Channels that fail are tried again later by themselves.
    """
    from pipelines.alerts import service
    from pipelines.ingest import store
    from warehouse.alerts import repository

    chosen = settings()
    engine, rules = store.open_for_writing(chosen), service.rules_in_force()
    if again:
        print(f"{again}: {repository.reopen(engine, again)} messages wait")
    for channel, counts in service.send(engine, chosen, rules).items():
        attempts = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        print(f"{channel}: {attempts or 'nothing due'}")


def _future(text: str, now: datetime) -> datetime:
    end = parse_day(text)
    if end is None or end <= now:
        raise UsageError(f"--until {text} is past: give a later day")
    return end
