"""Ask a publisher again, within hours, where it did not answer.

Not by a `RetryPolicy` on the asset: a step that waits for hours holds a place of the queue, and is
stopped after the hour that dagster.yaml gives a run. Each further question is a run of its own.
The client has tried three times within seconds before (`sources/http/client.py`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
import pandas as pd

from pipelines.definitions.resources import Observatory
from pipelines.definitions.schedules import PRIORITY
from pipelines.ingest.outcome import UNREACHED
from sources import registry
from warehouse import fetches

# After a first, second, third and fourth attempt without an answer: most faults are over within
# minutes, a publisher's maintenance within a working day. Then the next schedule asks.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 120, 240))
# Longer than all waits together, and shorter than the day between two schedules: the attempts of
# yesterday do not count.
LOOK_BACK = timedelta(hours=12)


def due(attempts: pd.DataFrame, now: datetime) -> dict[str, datetime]:
    """The sources to ask again now, each with its last attempt.

    `attempts` are those of `fetches.attempts` within LOOK_BACK, oldest first. Only the last run of
    failures of an address counts, and a publisher that said when to come back is left until then.
    """
    overdue: dict[str, datetime] = {}
    for (source, _), rows in attempts.groupby(["source", "url"], sort=False):
        answered = ~rows["outcome"].isin(UNREACHED)
        failures = rows[~answered[::-1].cummax()[::-1]]
        if failures.empty or len(failures) > len(WAITS):
            continue
        last = failures.iloc[-1]
        later = last["at"] + WAITS[len(failures) - 1]
        if now >= max(later, last["retry_at"] if pd.notna(last["retry_at"]) else later):
            overdue[str(source)] = max(last["at"], overdue.get(str(source), last["at"]))
    return overdue


@dg.sensor(
    target=dg.AssetSelection.groups("observations"),
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def ask_again(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Request a run for each publisher that did not answer and is due again."""
    with Observatory().open() as (engine, settings):
        attempts = fetches.attempts(engine, settings.now - LOOK_BACK)
        # Documents that `announcements` asks for have no asset of their own: it asks again itself.
        own = attempts[attempts["source"].isin(registry())]
        sources = due(own, settings.now)
        for source, last in sources.items():
            # The key names the attempt, so that each is followed by one run, whatever ticks come.
            key = dg.AssetKey(["observations", source])
            yield dg.RunRequest(
                f"{source}@{last.isoformat()}", asset_selection=[key], tags=PRIORITY
            )
        if not sources:
            yield dg.SkipReason("every publisher that was asked has answered, or is not due yet")
