"""What each command does: open the store, call the function, give back a frame or a summary."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from pipelines.alerts import service
from pipelines.announcements import curated
from pipelines.cli import summary
from pipelines.cli.options import nearest
from pipelines.index import Policy, assemble, framework
from pipelines.ingest import cross_check, ingestion, probe
from pipelines.ingest import reparse as again
from pipelines.ingest import replay as quarantined_rows
from pipelines.release import compute as editions
from pipelines.settings import RunFault, Settings, UsageFault
from sources import Source, registry
from sources.http.raw_archive import Archive
from warehouse import query as sql_door
from warehouse.database import open_for_reading
from warehouse.observations import read


def run(settings: Settings, out: Path | None, *, live: bool = True) -> None:
    """The monthly job: fetch, validate, load, compute, publish; progress, then a summary.

    Sources that fail are reported and do not stop the others. Raises RunFault when no
    release can be made.
    """
    console = Console(stderr=True)
    outcomes: list[ingestion.IngestOutcome] = []
    with progress(console) as shown:
        step = shown.add_task("Opening the warehouse", total=None)
        engine = ingestion.open_store(settings)
        curated.load(engine, settings)
        sources = list(registry().values())
        for outcome in ingestion.ingest_all(engine, settings, sources, live=live):
            outcomes.append(outcome)
            shown.update(step, description=f"{outcome.source}: {outcome.outcome}")
        shown.update(step, description="Computing the index, month by month")
        number = editions.compute(engine, None, now=settings.now)
        shown.update(step, description="Writing the bulletin and the tables")
        done = editions.publish(engine, number, out or settings.releases)
        shown.update(step, description="Evaluating the alerts")
        rules = service.rules_in_force()
        service.evaluate(engine, settings, number, rules)
        service.send(engine, settings, rules)
    summary.show(Console(), done, outcomes, read.status(engine, as_of=settings.now))


def release(settings: Settings, month: str, as_of: datetime | None, out: Path | None) -> None:
    """Publish one month as it could be known then, and show its summary."""
    wanted = editions.parse_month(month)
    with progress(Console(stderr=True)) as shown:
        shown.add_task(f"Computing {month}", total=None)
        engine = filled_store(settings)
        number = editions.compute(engine, wanted, as_of=as_of, now=settings.now)
        done = editions.publish(engine, number, out or settings.releases)
    summary.show(Console(), done, [], read.status(engine, as_of=done.edition.as_of))


def filled_store(settings: Settings) -> Engine:
    """The warehouse with at least the shipped history in it; asks nobody."""
    engine = ingestion.open_store(settings)
    curated.load(engine, settings)
    for _ in ingestion.ingest_all(engine, settings, list(registry().values()), live=False):
        pass
    return engine


def index(
    settings: Settings,
    as_of: datetime | None,
    method: Path | None = None,
    missing: Policy | None = None,
) -> pd.DataFrame:
    """The index and its dimensions, a row a month, as known at each cut-off up to `as_of`.

    By the method in force, or that of the file `method`, with another policy for what is missing
    where given. Nothing is stored. Raises UsageFault where the method cannot be used.
    """
    try:
        own = framework.load(method) if method else framework.load()
    except framework.FrameworkFault as fault:
        raise UsageFault(str(fault)) from None
    if missing:
        own = own.by(missing)
    with progress(Console(stderr=True)) as shown:
        shown.add_task("Computing the index, month by month", total=None)
        now = min(as_of or settings.now, settings.now)
        values = editions.draft(filled_store(settings), None, now=now, method=own).values
    wide = values.loc[values["kind"].isin(["index", "dimension"])]
    scores = wide.pivot(index="period", columns="key", values="score")
    dimensions = [key for key in wide["key"].unique() if key != "index"]
    regime = values.loc[values["key"].eq("index")].set_index("period")["regime"]
    shares = assemble.shares(values).mul(100).add_suffix(" %")
    table = scores[["index", *dimensions]].join(shares).round(2).assign(regime=regime)
    return table.reset_index().assign(period=lambda f: f["period"].dt.strftime("%Y-%m"))


def sources() -> pd.DataFrame:
    """The declared sources, a row each."""
    return pd.DataFrame(
        {
            "source": source.key,
            "publisher": source.publisher,
            "licence": source.licence,
            "cadence": source.cadence,
            "series": len(source.series),
            "live": "yes" if source.requests else "history only",
            "needs": source.needs or "nothing",
        }
        for source in registry().values()
    )


def disagreements(settings: Settings) -> pd.DataFrame:
    """Where stored figures of two publishers differ by more than their declared tolerance."""
    return cross_check.disagreements(open_for_reading(settings.warehouse), as_of=settings.now)


def status(settings: Settings, as_of: datetime | None) -> pd.DataFrame:
    """Newest period, age and last outcome of each source, as known on that day."""
    return read.status(filled_store(settings), as_of=as_of or settings.now)


def query(
    settings: Settings, sql: str, as_of: datetime | None, limit: int, timeout: float
) -> pd.DataFrame:
    """The rows of a read-only query. Raises UsageFault for anything that is not one."""
    engine = filled_store(settings)
    try:
        return sql_door.run(engine, sql, as_of=as_of, limit=limit, timeout=timeout)
    except sql_door.QueryError as fault:
        raise UsageFault(str(fault)) from None


def fetch(settings: Settings, key: str) -> None:
    """Ask one source and say what became of it. Raises RunFault where a question failed.

    What the others brought is kept.
    """
    source = find(key)
    if not source.requests:
        raise UsageFault(f"{key} is shipped history: there is nothing to ask")
    engine = ingestion.open_store(settings)
    outcomes = list(ingestion.ingest_all(engine, settings, [source]))
    Console().print(summary.outcomes(outcomes))
    if failed := [one for one in outcomes if not one.good and not one.shipped]:
        raise RunFault(f"{key}: {ingestion.verdict(outcomes)}: {failed[0].url}: {failed[0].detail}")


def check(settings: Settings, keys: Sequence[str]) -> pd.DataFrame:
    """What each live source answers now, a row a question; nothing is loaded."""
    chosen = [find(key) for key in keys] or list(registry().values())
    engine = ingestion.open_store(settings)
    found = []
    with progress(Console(stderr=True)) as shown:
        step = shown.add_task("Asking", total=None)
        for one in probe.probe(engine, settings, chosen):
            found.append(one)
            shown.update(step, description=f"{one.source}: {one.outcome}")
    if not found:
        raise UsageFault(f"{', '.join(keys)}: shipped history, there is nothing to ask")
    names = [field.name for field in fields(probe.Found)]
    table = pd.DataFrame(found, columns=names).sort_values(["source", "outcome"])
    return table.assign(seconds=table["seconds"].astype(float).round(2)).reset_index(drop=True)


def reparse(settings: Settings, key: str) -> None:
    """Read the archived bytes of a source again and say what became of each body."""
    source = find(key)
    engine = ingestion.open_store(settings)
    with progress(Console(stderr=True)) as shown:
        step = shown.add_task(f"Reading {key} again", total=None)
        outcomes = []
        for one in again.reparse(engine, Archive(settings.archive), source):
            outcomes.append(one)
            shown.update(step, description=f"{key}: {len(outcomes)} bodies read again")
    if not outcomes:
        raise RunFault(f"the archive holds nothing of {key}: fetch it first")
    Console().print(summary.outcomes(outcomes))
    if failed := [one for one in outcomes if not one.good]:
        raise RunFault(f"{key}: {failed[-1].outcome}: {failed[-1].detail}")


def quarantine(settings: Settings, key: str, *, replay: bool) -> pd.DataFrame:
    """The rows set aside; with `replay`, validated again by the rules of today first."""
    source = find(key) if key else None
    engine = ingestion.open_store(settings)
    if replay:
        chosen = [source] if source else list(registry().values())
        return quarantined_rows.replay(engine, chosen, settings.now)
    return quarantined_rows.listing(engine, source)


def find(key: str) -> Source:
    """The source with this key. Raises UsageFault naming the nearest ones."""
    known = registry()
    if key not in known:
        raise UsageFault(f"there is no source {key!r}; {nearest(key, known)}")
    return known[key]


def progress(console: Console) -> Progress:
    """A spinner with what is being done and for how long."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    )
