"""Jobs that are not a selection of assets."""

from datetime import timedelta

import dagster as dg

from pipelines.definitions.resources import Observatory
from pipelines.in_use import in_use
from pipelines.ingest.ingestion import backfill, missing_past
from pipelines.settings import from_environment
from sources import find_source

# As long as dagster.yaml keeps ticks at most: a run is of no use without them.
KEEP_RUNS = timedelta(days=90)


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete runs older than KEEP_RUNS and their events."""
    before = from_environment().now - KEEP_RUNS
    old = context.instance.get_run_records(dg.RunsFilter(created_before=before))
    for record in old:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(old)} runs deleted")


@dg.job(description="Delete Dagster's own runs older than 90 days.")
def prune() -> None:
    """Delete old runs, which the open version of Dagster keeps for ever."""
    delete_old_runs()


class PastOf(dg.Config):
    """The source whose past is fetched."""

    source: str = "dstack"


@dg.op
def fetch_past(context: dg.OpExecutionContext, config: PastOf, observatory: Observatory) -> None:
    """Fetch the days of a source's past that are not loaded yet."""
    engine, settings = observatory.open()
    source = in_use(find_source(config.source), settings)
    pending = missing_past(engine, source)
    for outcome in backfill(engine, settings, source, pending):
        context.log.info(f"{outcome.outcome}: {outcome.url} {outcome.detail}")
    if left := len(missing_past(engine, source)):
        raise dg.Failure(
            f"{left} of {len(pending)} days are not loaded: launch it again", allow_retries=False
        )


@dg.job(description="Fetch what a publisher published on earlier days.")
def backfill_source() -> None:
    """Fetch the past of a source that its publisher still serves."""
    fetch_past()


JOBS = [prune, backfill_source]
