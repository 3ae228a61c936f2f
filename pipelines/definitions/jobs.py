"""Jobs that are not a selection of assets."""

from datetime import timedelta

import dagster as dg

from pipelines.definitions.resources import Observatory
from pipelines.in_use import in_use
from pipelines.ingest.ingestion import backfill, missing_past
from pipelines.ingest.reparse import reparse
from pipelines.settings import from_environment
from sources import find_source
from sources.http.raw_archive import Archive

# As long as dagster.yaml keeps ticks at most: a run is of no use without them.
KEEP_RUNS = timedelta(days=90)


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete runs older than KEEP_RUNS, their events and their logs."""
    before = from_environment().now - KEEP_RUNS
    old = context.instance.get_run_records(dg.RunsFilter(created_before=before))
    for record in old:
        run = record.dagster_run.run_id
        context.instance.delete_run(run)
        context.instance.compute_log_manager.delete_logs(prefix=[run])
    context.log.info(f"{len(old)} runs deleted")


@dg.job(description="Delete Dagster's own runs older than 90 days.")
def prune() -> None:
    """Delete old runs, which the open version of Dagster keeps for ever."""
    delete_old_runs()


class Chosen(dg.Config):
    """The source that a job is about."""

    source: str


# Both may take an hour: dagster.yaml runs one at a time, behind everything else.
PAST = {"observatory/past": "true", "dagster/priority": "-1"}


@dg.op
def fetch_past(context: dg.OpExecutionContext, config: Chosen, observatory: Observatory) -> None:
    """Fetch the days of a source's past that are not loaded yet."""
    with observatory.open() as (engine, settings):
        source = in_use(find_source(config.source), settings)
        pending = missing_past(engine, source)
        for outcome in backfill(engine, settings, source, pending):
            context.log.info(f"{outcome.outcome}: {outcome.url} {outcome.detail}")
        if left := len(missing_past(engine, source)):
            raise dg.Failure(
                f"{left} of {len(pending)} days are not loaded: launch it again",
                allow_retries=False,
            )


@dg.job(description="Fetch what a publisher published on earlier days.", tags=PAST)
def backfill_source() -> None:
    """Fetch the past of a source that its publisher still serves."""
    fetch_past()


@dg.op
def load_archived(context: dg.OpExecutionContext, config: Chosen, observatory: Observatory) -> None:
    """Parse, validate and load the archived bytes of a source once more."""
    with observatory.open() as (engine, settings):
        outcomes = list(reparse(engine, Archive(settings.archive), find_source(config.source)))
        for outcome in outcomes:
            context.log.info(f"{outcome.outcome}: {outcome.url} {outcome.detail}")
        if not outcomes or any(outcome.outcome == "failed" for outcome in outcomes):
            reason = "a body is gone or damaged" if outcomes else "the archive holds nothing of it"
            raise dg.Failure(f"{config.source}: {reason}", allow_retries=False)


@dg.job(description="Load the archived bytes of a source again, without asking it.", tags=PAST)
def load_again() -> None:
    """Repeat the load of a source without its fetch.

    A job and not a second asset: what a fetch brought is only known to be good, and is only
    recorded as such, once it is validated, so that fetch and load write one row together.
    """
    load_archived()


JOBS = [prune, backfill_source, load_again]
