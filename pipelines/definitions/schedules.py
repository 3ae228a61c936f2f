"""When sources are fetched, editions are published and old runs are deleted."""

from typing import Any

import dagster as dg

from pipelines.definitions.jobs import prune
from pipelines.in_use import cadence
from pipelines.settings import from_environment
from sources import registry

RUNNING = dg.DefaultScheduleStatus.RUNNING
# Before backfills and what people launch, which have 0; behind the index and the alerts.
PRIORITY = {"dagster/priority": "1"}
# By the cadence of the publisher; 05:00 UTC is after the night's publications in America and
# before the working day in Paris and Rabat.
CRON = {
    "daily": "0 5 * * *",
    "weekly": "0 5 * * 5",
    "biweekly": "0 6 * * 5",
    # After the first days of the month, just before the cut-off and on its day, and late: US
    # productivity of a fourth quarter comes between the 5th and the 9th.
    "monthly": "0 6 3,8,10,25 * *",
    "quarterly": "0 7 * * 1",
    "half-yearly": "0 8 2 * *",
    "yearly": "0 8 2 * *",
}


def all_schedules() -> list[Any]:
    """A schedule for each cadence, for releases, and for old runs."""
    settings = from_environment()
    live = [source for source in registry().values() if source.requests]
    cadences = sorted({cadence(source, settings) for source in live})
    releases = dg.define_asset_job("monthly_release", selection=["release"])
    return [
        *map(_sources, cadences),
        # The day after the cut-off, when the month is complete.
        dg.build_schedule_from_partitioned_job(
            releases, day_of_month=11, hour_of_day=6, default_status=RUNNING
        ),
        dg.ScheduleDefinition(job=prune, cron_schedule="0 3 * * 0", default_status=RUNNING),
    ]


def _sources(cadence: str) -> dg.ScheduleDefinition:
    """The schedule of the sources of one cadence."""
    return dg.ScheduleDefinition(
        name=f"{cadence.replace('-', '_')}_sources",
        cron_schedule=CRON[cadence],
        target=dg.AssetSelection.tag("cadence", cadence),
        execution_timezone="UTC",
        default_status=RUNNING,
        tags=PRIORITY,
    )
