"""The graph that Dagster loads: sources, the index, the release.

Nothing here computes: every asset calls the functions that the command line calls.
"""

from collections.abc import Hashable
from datetime import timedelta
from typing import Any

import dagster as dg

from pipelines.announcements import collect, curated, filings
from pipelines.definitions.alerts import DEFS as ALERTS
from pipelines.ingest import ingestion
from pipelines.release import compute
from pipelines.settings import Settings, from_environment
from sources import Source, registry
from warehouse import edition
from warehouse.observations import read

OWNERS = ["team:observatory"]
KEEP_RUNS = timedelta(days=90)
CRON = {
    "daily": "0 5 * * *",
    "weekly": "0 5 * * 5",
    "biweekly": "0 6 * * 5",
    "monthly": "0 6 3,8,25 * *",
    "quarterly": "0 7 * * 1",
    "half-yearly": "0 8 2 * *",
    "yearly": "0 8 2 * *",
}
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2023-08", fmt="%Y-%m", timezone="UTC")
NEW_AND_GREEN = (
    dg.AutomationCondition.eager().replace(
        "any_deps_updated",
        dg.AutomationCondition.any_deps_match(dg.AutomationCondition.data_version_changed()),
    )
    & dg.AutomationCondition.all_deps_blocking_checks_passed()
).with_label("new data, green contracts")


class Observatory(dg.ConfigurableResource[None]):
    """The installation that the assets work on, read from the environment."""

    def settings(self) -> Settings:
        """The settings at this moment; `now` is the time of the call."""
        return from_environment()


def observations(source: Source) -> dg.AssetsDefinition:
    """The asset that fetches a source, validates and loads it."""
    key = dg.AssetKey(["observations", source.key])
    checks = [
        dg.AssetCheckSpec("contract", asset=key, blocking=True, description="Blocking rules hold"),
        dg.AssetCheckSpec("quarantine", asset=key, description="No row had to be set aside"),
        dg.AssetCheckSpec("reachable", asset=key, description="The publisher answered"),
        dg.AssetCheckSpec("fresh", asset=key, description="The newest period is not late"),
    ]  # fmt: skip

    @dg.asset(
        key=key,
        group_name="observations",
        owners=OWNERS,
        kinds={"python", source.expected_format or "csv"},
        description=f"{source.en}. {source.publisher}, {source.licence}. {source.homepage}",
        check_specs=checks,
        pool=source.key,
        tags={"cadence": source.cadence},
    )
    def asset(observatory: Observatory) -> dg.MaterializeResult:
        settings = observatory.settings()
        engine = ingestion.open_store(settings)
        outcomes = list(ingestion.ingest_all(engine, settings, [source]))
        state = read.state(engine, source.key)
        held = read.status(engine, as_of=settings.now)
        [late] = held.loc[held["key"].eq(source.key)].to_dict("records")
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": state.rows,
                "added": sum(one.added for one in outcomes),
                "newest_period": str(late["newest_period"])[:10],
                "age_days": late["age_days"],
                "outcomes": [f"{one.outcome}: {one.url} {one.detail}" for one in outcomes],
            },
            data_version=dg.DataVersion(f"{state.rows}@{state.newest_fetch}"),
            check_results=_results(key, outcomes, late),
        )

    return asset


def _results(
    key: dg.AssetKey, outcomes: list[ingestion.IngestOutcome], late: dict[Hashable, Any]
) -> list[dg.AssetCheckResult]:
    refused = [one for one in outcomes if one.outcome == "refused"]
    away = [one for one in outcomes if one.outcome in {"failed", "try later"}]
    aside = sum(one.quarantined for one in outcomes)
    red, amber = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    return [
        _result(key, "contract", not refused, red, "; ".join(one.detail for one in refused)),
        _result(key, "quarantine", not aside, amber, f"{aside} rows set aside"),
        _result(key, "reachable", not away, amber, "; ".join(one.detail for one in away)),
        _result(key, "fresh", not late["late"], amber, f"{late['age_days']} days old"),
    ]


def _result(
    key: dg.AssetKey, name: str, passed: bool, severity: dg.AssetCheckSeverity, text: str
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=bool(passed),
        severity=severity,
        metadata={"detail": text or "nothing to report"},
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            "indicators",
            deps=[dg.AssetKey(["observations", key]) for key in registry()],
            group_name="index",
            owners=OWNERS,
            kinds={"python", "pandas"},
            description="Every indicator, each month from what was known at its cut-off.",
            automation_condition=NEW_AND_GREEN,
        ),
        dg.AssetSpec(
            "silent_crash_index",
            deps=["indicators"],
            group_name="index",
            owners=OWNERS,
            kinds={"python", "pandas"},
            description="The index and its five dimensions, with contributions that add up.",
            automation_condition=NEW_AND_GREEN,
        ),
    ],
)
def index(
    observatory: Observatory,
) -> tuple[dg.MaterializeResult, dg.MaterializeResult]:
    """Compute the latest month that the coverage rule allows and store it."""
    settings = observatory.settings()
    engine = ingestion.open_store(settings)
    number = compute.compute(engine, None, now=settings.now)
    found = edition.load(engine, number)
    version = dg.DataVersion(found.data_hash)
    last = found.values.loc[found.values["key"].eq("index")].iloc[-1]
    about = {"month": found.month, "as_of": str(found.as_of), "framework": found.framework_version}
    return (
        dg.MaterializeResult(
            "indicators",
            metadata={**about, "dagster/row_count": len(found.values)},
            data_version=version,
        ),
        dg.MaterializeResult(
            "silent_crash_index",
            metadata={**about, "value": float(last["score"]), "regime": str(last["regime"])},
            data_version=version,
        ),
    )


@dg.asset(
    deps=[dg.AssetKey(["observations", key]) for key in (*collect.PAPERS, *filings.LISTS)],
    group_name="observations",
    owners=OWNERS,
    kinds={"python"},
    description="The events of data-centre projects that new titles tell, and their series.",
    automation_condition=NEW_AND_GREEN,
)
def announcements(observatory: Observatory) -> dg.MaterializeResult:
    """Fetch the listed filings; read what was archived and not read yet."""
    settings = observatory.settings()
    engine = ingestion.open_store(settings)
    filings.ask(engine, settings)
    curated.load(engine, settings)
    kept = collect.read_archive(engine, settings)
    return dg.MaterializeResult(metadata=kept._asdict())


@dg.asset(
    name="release",
    deps=["silent_crash_index"],
    partitions_def=MONTHS,
    group_name="publication",
    owners=OWNERS,
    kinds={"python", "html"},
    description="The edition of a month: bulletin in French and English, tables, provenance.",
)
def monthly_release(
    context: dg.AssetExecutionContext, observatory: Observatory
) -> dg.MaterializeResult:
    """Rebuild the edition of a month as it could be known at its cut-off."""
    settings = observatory.settings()
    engine = ingestion.open_store(settings)
    month = compute.parse_month(context.partition_key)
    number = compute.compute(engine, month, now=settings.now)
    done = compute.publish(engine, number, settings.releases)
    return dg.MaterializeResult(
        metadata={
            "folder": dg.MetadataValue.path(str(done.folder)),
            "files": len(done.files),
            "data_hash": done.edition.data_hash,
        },
        data_version=dg.DataVersion(done.edition.data_hash),
    )


@dg.op
def forget_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete runs older than KEEP_RUNS; Dagster never prunes its event log."""
    before = from_environment().now - KEEP_RUNS
    old = context.instance.get_run_records(dg.RunsFilter(created_before=before))
    for record in old:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(old)} runs forgotten")


@dg.job(description="Delete Dagster's own runs older than 90 days.")
def prune() -> None:
    """Delete Dagster's own runs older than 90 days."""
    forget_old_runs()


def schedules() -> list[Any]:
    """A schedule for each cadence, for the release, and for the prune."""
    cadences = sorted({source.cadence for source in registry().values() if source.requests})
    running = dg.DefaultScheduleStatus.RUNNING
    by_cadence = [
        dg.ScheduleDefinition(
            name=f"{cadence.replace('-', '_')}_sources",
            cron_schedule=CRON[cadence],
            target=dg.AssetSelection.tag("cadence", cadence),
            execution_timezone="UTC",
            default_status=running,
        )
        for cadence in cadences
    ]
    published = dg.define_asset_job("monthly_release", selection=["release"])
    on_the_eleventh = dg.build_schedule_from_partitioned_job(
        published, day_of_month=11, hour_of_day=6, default_status=running
    )
    weekly = dg.ScheduleDefinition(job=prune, cron_schedule="0 3 * * 0", default_status=running)
    return [*by_cadence, on_the_eleventh, weekly]


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that Dagster runs, in one process a run."""
    sensor = dg.AutomationConditionSensorDefinition(
        "new_data", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING
    )
    own = dg.Definitions(
        assets=[*map(observations, registry().values()), announcements, index, monthly_release],
        jobs=[prune],
        schedules=schedules(),
        sensors=[sensor],
        resources={"observatory": Observatory()},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(own, ALERTS)
