"""`silentcrash run`: from figures to a published edition."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import Out, parse_day, settings
from pipelines.cli.terminal.render import progress

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pipelines.settings import Settings

app = typer.Typer()


@app.command()
def run(
    out: Out = None,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing.")] = False,
) -> None:
    """Fetch, load, compute and publish the last readable month.

    It says of each later month what is missing. Sources that fail are reported and do not stop
    the others.
    """
    from rich.console import Console

    from pipelines import in_use
    from pipelines.alerts import service
    from pipelines.announcements import curated
    from pipelines.cli.terminal import summary
    from pipelines.ingest import ingestion, store
    from pipelines.observatory import folder
    from pipelines.observatory.peers import reading as peers
    from pipelines.release import approval, compute, gauges, signing
    from sources import registry
    from warehouse.observations import read
    from warehouse.publication import identity

    chosen, outcomes = settings(), []
    with progress("Opening the warehouse") as step:
        engine = store.open_for_writing(chosen)
        curated.load(engine, chosen)
        sources = list(registry().values())
        for outcome in ingestion.ingest_all(engine, chosen, sources, live=not offline):
            outcomes.append(outcome)
            step(f"{outcome.source}: {outcome.outcome}")
        step("Computing the index, month by month")
        number = compute.compute(engine, None, now=chosen.now, approval=chosen.approval)
        step("Writing the bulletin and the tables")
        published = compute.publish(
            engine,
            number,
            out or chosen.releases,
            approval=chosen.approval,
            signer=signing.signer(chosen),
        )
        unread = gauges.unread(engine, published.edition.month, chosen.now)
        if not identity.framework():  # alerts are of the first alone
            step("Evaluating the alerts")
            rules = service.rules_in_force()
            service.evaluate(engine, chosen, approval.announced(engine, chosen), rules)
            service.send(engine, chosen, rules)
        others = {}
        if identity.in_force().peers and not offline:
            step("Reading other observatories")
            others = peers.fetch_all(chosen)
    status = read.status(engine, as_of=chosen.now)
    summary.show(Console(), published, outcomes, status, unread)
    for line in peers.summary(others):
        Console().print(line, markup=False, highlight=False)
    if folder.beside():
        with progress("Computing the frameworks beside the first"):
            own = approval.publish_beside(engine, chosen, out or chosen.releases)
        for published in own:
            Console().print(summary.beside(published), markup=False, highlight=False)
    if not offline:
        summary.contact(Console(), in_use.without_contact(chosen, sources))


def with_history(settings: "Settings") -> "Engine":
    """The warehouse to write, with the shipped history in it; fetches nothing."""
    from pipelines.announcements import curated
    from pipelines.ingest import ingestion, store
    from sources import registry

    engine = store.open_for_writing(settings)
    curated.load(engine, settings)
    for _ in ingestion.ingest_all(engine, settings, list(registry().values()), live=False):
        pass
    return engine


def to_read(settings: "Settings") -> "Engine":
    """The warehouse to read; the shipped history is loaded if it is not there.

    So the first `silentcrash index` of an installation answers, and every later one writes
    nothing and waits for nobody.
    """
    from pipelines.ingest import store
    from warehouse.database import NoWarehouse

    try:
        engine = store.open_for_reading(settings)
    except NoWarehouse:
        return with_history(settings)
    return engine if store.holds_history(engine) else with_history(settings)


def earlier(as_of: str, now: datetime) -> datetime:
    """The day that an option gives, and now for a day to come or none."""
    return min(parse_day(as_of) or now, now)
