"""An asset for each declared source: its observations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

from pipelines.definitions import checks, columns
from pipelines.definitions.resources import Observatory
from pipelines.in_use import cadence
from pipelines.ingest import ingestion
from pipelines.ingest.outcome import verdict
from pipelines.settings import from_environment
from sources import Source, registry
from warehouse.observations import read

OWNERS = ["team:observatory"]
# By cadence, the days without an answer after which an asset is stale: one question of its schedule
# may fail, after a second either the publisher or the scheduler is dead.
SILENT_DAYS = {
    "daily": 2, "weekly": 14, "biweekly": 14, "monthly": 34, "quarterly": 14, "half-yearly": 62,
    "yearly": 62,
}  # fmt: skip
UNANSWERED = "unanswered"  # the metadata of a step that failed because nobody answered


def observations(source: Source) -> dg.AssetsDefinition:
    """The asset that fetches a source, validates the answers and loads them."""
    key = dg.AssetKey(["observations", source.key])
    published = cadence(source, from_environment())
    fails = timedelta(days=SILENT_DAYS[published], hours=6)  # a run takes its time

    @dg.asset(
        key=key,
        group_name="observations",
        owners=OWNERS,
        kinds={"python", source.expected_format or "csv"},
        description=f"{source.en}. {source.publisher}, {source.licence}. {source.homepage}",
        check_specs=checks.source_specs(key),
        pool=source.key,
        tags={"cadence": published},
        metadata=columns.table("v_observation", columns.OBSERVATION),
        freshness_policy=dg.FreshnessPolicy.time_window(fails) if source.requests else None,
    )
    def asset(observatory: Observatory) -> Iterator[Any]:
        with observatory.open() as (engine, settings):
            outcomes = list(ingestion.ingest_all(engine, settings, [source]))
            table = read.status(engine, as_of=settings.now)
            [status] = table.loc[table["key"].eq(source.key)].to_dict("records")
            silent = checks.is_silent(outcomes)
            yield from checks.source_results(key, outcomes, status)
            if silent:
                raise dg.Failure(
                    f"{source.publisher} did not answer: {verdict(outcomes)}. It is asked again "
                    "within hours; the figures that are stored stay in use",
                    metadata={UNANSWERED: source.key},
                    allow_retries=False,
                )
            state = read.state(engine, source.key)
            yield dg.MaterializeResult(
                metadata={
                    "dagster/row_count": state.rows,
                    "added": sum(outcome.added for outcome in outcomes),
                    "newest_period": str(status["newest_period"])[:10],
                    "age_days": status["age_days"],
                    "outcomes": [f"{part.outcome}: {part.url} {part.detail}" for part in outcomes],
                },
                # The version describes the store, so that unchanged bytes fire nothing downstream.
                data_version=dg.DataVersion(f"{state.rows}@{state.newest_fetch}"),
            )

    return asset


def all_sources() -> list[dg.AssetsDefinition]:
    """The assets of every declared source."""
    return [observations(source) for source in registry().values()]
