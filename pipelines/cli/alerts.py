"""The commands `silentcrash alerts ...`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsOf, Format, Written, parse_day, render_table
from pipelines.settings import RunFault, UsageFault, from_environment

app = typer.Typer(
    help="Alert rules: check, list, explain, backtest, test, silence, deliver.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Why = Annotated[str, typer.Option("--why", help="Why.")]
Series = Annotated[str, typer.Option("--series", help="Only this series.")]


@app.command()
def validate(file: Annotated[Path | None, typer.Argument(help="Another file.")] = None) -> None:
    """Check the rules; every fault has its line and the nearest valid word."""
    from pipelines.alerts import rules, service

    if file is None:
        file = rules.BUNDLED
    checked = service.rules_in_force(file)
    print(f"{file}: {len(checked.rules)} rules, {len(checked.channels)} channels, no fault")


@app.command("list")
def list_(format: Written = Format.table) -> None:
    """List where every rule and channel stands, and the last evaluation."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion
    from warehouse.alerts import repository

    engine, rules = ingestion.open_store(from_environment()), service.rules_in_force()
    render_table(service.rule_table(engine, rules), format, "Rules")
    render_table(service.channel_table(engine, rules), format, "Channels")
    beats = repository.heartbeats(engine)
    for name, at in sorted(beats.items()):
        print(f"last {name}: {at:%Y-%m-%d %H:%M} UTC")
    if not beats:
        print("never evaluated: `silentcrash run` does so")


@app.command()
def explain(rule: str, as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show RULE month by month: the figure, whether it fires or ends, and why."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion

    engine = ingestion.open_store(from_environment())
    table = service.explain(engine, service.rules_in_force(), rule, parse_day(as_of))
    render_table(table, format, rule)


@app.command()
def backtest(
    file: Annotated[Path | None, typer.Argument(help="Other rules.")] = None,
    start: Annotated[str, typer.Option("--from", metavar="MONTH")] = "",
    end: Annotated[str, typer.Option("--to", metavar="MONTH")] = "",
    events: Annotated[bool, typer.Option("--events", help="Every event.")] = False,
    format: Written = Format.table,
) -> None:
    """Replay every stored vintage: firings, lead time, messages a year."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion

    engine = ingestion.open_store(from_environment())
    summary, replayed = service.run_backtest(engine, service.rules_in_force(file), start, end)
    render_table(replayed if events else summary, format, "Backtest")


@app.command("test-fire")
def test_fire(rule: str, channel: Annotated[str, typer.Option("--channel")]) -> None:
    """Send a message of RULE on a channel, marked TEST; nothing is recorded."""
    from pipelines.alerts import service

    outcome = service.send_test(from_environment(), service.rules_in_force(), rule, channel)
    if outcome.state != "sent":
        raise RunFault(f"{channel}: {outcome.state}: {outcome.error}")
    print(f"{channel}: sent")


@app.command()
def ack(
    rule: str,
    by: By,
    why: Why,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Remind then.")] = "",
    series: Series = "",
) -> None:
    """Acknowledge the last firing of RULE; --until DATE sends a reminder then."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion
    from warehouse.alerts import repository

    settings = from_environment()
    service.find_rule(service.rules_in_force(), rule)
    end = _future(until, settings.now) if until else None
    ack = {"by": by, "why": why, "until": end, "at": settings.now}
    try:
        event = repository.acknowledge(ingestion.open_store(settings), rule, series, **ack)
    except LookupError as fault:
        raise UsageFault(str(fault)) from None
    print(f"event {event} acknowledged by {by}")


@app.command()
def silence(
    rule: str,
    by: By,
    why: Why,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Default: in 7 days.")] = "",
    series: Series = "*",
) -> None:
    """Mute RULE (* for all) until a date; what still fires is sent then."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion
    from warehouse.alerts import repository

    settings = from_environment()
    if "*" not in rule:
        service.find_rule(service.rules_in_force(), rule)
    end = _future(until, settings.now) if until else settings.now + timedelta(days=7)
    mute = {"rule": rule, "series": series, "by": by, "why": why, "until": end}
    repository.silence(ingestion.open_store(settings), **mute, at=settings.now)
    print(f"{rule} is silenced until {end:%Y-%m-%d %H:%M} UTC")


@app.command()
def deliver(
    again: Annotated[str, typer.Option("--again", help="First reopen this channel.")] = "",
) -> None:
    """Send what is queued; channels that fail are tried again later by themselves."""
    from pipelines.alerts import service
    from pipelines.ingest import ingestion
    from warehouse.alerts import repository

    settings = from_environment()
    engine, rules = ingestion.open_store(settings), service.rules_in_force()
    if again:
        print(f"{again}: {repository.reopen(engine, again)} messages wait")
    for channel, counts in service.send(engine, settings, rules).items():
        attempts = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        print(f"{channel}: {attempts or 'nothing due'}")


def _future(text: str, now: datetime) -> datetime:
    end = parse_day(text)
    if end is None or end <= now:
        raise UsageFault(f"--until {text} is past: give a later day")
    return end
