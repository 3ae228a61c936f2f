"""Jobs that are not a selection of assets."""

from datetime import timedelta

import dagster as dg

from pipelines.settings import from_environment

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


JOBS = [prune]
