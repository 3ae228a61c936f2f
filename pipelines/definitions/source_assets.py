"""An asset for each declared source: its observations."""

import dagster as dg

from pipelines.definitions import checks
from pipelines.definitions.resources import Observatory
from pipelines.in_use import cadence
from pipelines.ingest import ingestion
from pipelines.settings import from_environment
from sources import Source, registry
from warehouse.observations import read

OWNERS = ["team:observatory"]


def observations(source: Source) -> dg.AssetsDefinition:
    """The asset that fetches a source, validates the answers and loads them."""
    key = dg.AssetKey(["observations", source.key])

    @dg.asset(
        key=key,
        group_name="observations",
        owners=OWNERS,
        kinds={"python", source.expected_format or "csv"},
        description=f"{source.en}. {source.publisher}, {source.licence}. {source.homepage}",
        check_specs=checks.source_specs(key),
        pool=source.key,
        tags={"cadence": cadence(source, from_environment())},
    )
    def asset(observatory: Observatory) -> dg.MaterializeResult:
        engine, settings = observatory.open()
        outcomes = list(ingestion.ingest_all(engine, settings, [source]))
        state = read.state(engine, source.key)
        table = read.status(engine, as_of=settings.now)
        [status] = table.loc[table["key"].eq(source.key)].to_dict("records")
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": state.rows,
                "added": sum(outcome.added for outcome in outcomes),
                "newest_period": str(status["newest_period"])[:10],
                "age_days": status["age_days"],
                "outcomes": [f"{part.outcome}: {part.url} {part.detail}" for part in outcomes],
            },
            # The version describes the store, so that unchanged bytes fire nothing downstream.
            data_version=dg.DataVersion(f"{state.rows}@{state.newest_fetch}"),
            check_results=checks.source_results(key, outcomes, status),
        )

    return asset


def all_sources() -> list[dg.AssetsDefinition]:
    """The assets of every declared source."""
    return [observations(source) for source in registry().values()]
