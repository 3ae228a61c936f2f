"""When publishers are asked, editions and the site are made, old runs deleted.

The name of a schedule says when it runs. How often a publisher publishes (its cadence) decides
which schedule asks it.
"""

from functools import reduce
from operator import or_
from typing import Any

import dagster as dg

from pipelines.definitions.assets import INDEX_SOURCES
from pipelines.definitions.jobs import prune
from pipelines.in_use import cadence
from pipelines.settings import from_environment
from sources import registry
from warehouse.release_calendar import PUBLICATION_HOUR

RUNNING = dg.DefaultScheduleStatus.RUNNING
# Before backfills and what people launch, which have 0; behind the index and the alerts.
PRIORITY = {"dagster/priority": "1"}
# Each with the cadences that it asks. 05:00 UTC is after the night's publications in America and
# before the working day in Paris and Rabat.
BY_CADENCE = {
    "ask_every_day": ("0 5 * * *", ["daily"]),
    "ask_every_friday": ("30 5 * * 5", ["weekly", "biweekly"]),
    # After the first days of the month, before the cut-off of the tenth, and late.
    "ask_on_the_3rd_8th_and_25th": ("0 6 3,8,25 * *", ["monthly"]),
    # Quarterly figures come on any day of a quarter; half-yearly and yearly ones can wait longer.
    "ask_every_monday": ("0 7 * * 1", ["quarterly"]),
    "ask_on_the_2nd": ("0 8 2 * *", ["half-yearly", "yearly"]),
}
# What came out since the eighth is still in time for the edition, whatever the cadence, and one
# day that a publisher does not answer costs nothing.
LAST_CHANCE = ("ask_on_the_9th_and_10th", "0 6 9,10 * *")


def all_schedules() -> list[Any]:
    """The schedules of publishers, of editions, of the site, and of old runs."""
    settings = from_environment()
    live = [source for source in registry().values() if source.requests]
    cadences = {cadence(source, settings) for source in live}
    releases = dg.define_asset_job("monthly_release", selection=["release"])
    read = [dg.AssetKey(["observations", key]) for key in INDEX_SOURCES if registry()[key].requests]
    # Every day: an edition whose hour has come, a correction, and the pages on sources and alerts.
    site = dg.define_asset_job("public_site", dg.AssetSelection.groups("site"))
    return [
        *(
            _schedule(name, cron, _published(each))
            for name, (cron, each) in BY_CADENCE.items()
            if cadences & set(each)
        ),
        _schedule(*LAST_CHANCE, dg.AssetSelection.assets(*read)),
        # The day after the cut-off, when the month is complete.
        dg.build_schedule_from_partitioned_job(
            releases, day_of_month=11, hour_of_day=6, default_status=RUNNING
        ),
        _schedule("publish_every_day_after_the_hour", f"5 {PUBLICATION_HOUR} * * *", site),
        dg.ScheduleDefinition(job=prune, cron_schedule="0 3 * * 0", default_status=RUNNING),
    ]


def _published(cadences: list[str]) -> dg.AssetSelection:
    """The sources of these cadences."""
    return reduce(or_, (dg.AssetSelection.tag("cadence", each) for each in cadences))


def _schedule(name: str, cron: str, target: Any) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        cron_schedule=cron,
        target=target,
        execution_timezone="UTC",
        default_status=RUNNING,
        tags=PRIORITY,
    )
