"""Alerts in Dagster: the evaluator, and sensors on checks and runs.

In the open version a failed check that does not block leaves its run green, and a sensor that
breaks tells nobody: what happens is read from the event log, and every delivery notes a
heartbeat.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterEventType, EventLogRecord
from sqlalchemy import Engine

from pipelines.alerts import service
from pipelines.ingest import ingestion
from pipelines.settings import Settings, from_environment
from warehouse import edition

RUNNING = dg.DefaultSensorStatus.RUNNING
TOLD_ELSEWHERE = {"fresh"}  # the rule on late sources tells it, by the cut-off of the edition
AT_ONCE = 500


def _opened() -> tuple[Engine, Settings]:
    settings = from_environment()
    return ingestion.open_store(settings), settings


@dg.asset(
    deps=["silent_crash_index"],
    group_name="publication",
    owners=["team:observatory"],
    kinds={"python"},
    description="What the alert rules find in the newest edition; messages are queued, not sent.",
    automation_condition=dg.AutomationCondition.eager(),
)
def alerts() -> dg.MaterializeResult:
    """Evaluate the newest edition; one that was evaluated already adds nothing."""
    engine, settings = _opened()
    found = edition.load(engine)
    events = service.evaluate(engine, settings, found.id, service.rules_in_force())
    said = [f"{one['kind']} {one['rule']} {one['series']}" for one in events]
    return dg.MaterializeResult(
        metadata={"events": said, "edition": found.month},
        data_version=dg.DataVersion(f"{found.id}:{found.data_hash}"),
    )


@dg.sensor(minimum_interval_seconds=60, default_status=RUNNING)
def check_results(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Ring for every failed check, blocking or not, and tell when it passes again."""
    after = int(context.cursor) if context.cursor else None
    wanted = dg.EventRecordsFilter(DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=after)
    records = context.instance.get_event_records(wanted, limit=AT_ONCE, ascending=True)
    engine, _ = _opened()
    for run in dict.fromkeys(record.run_id for record in records):
        _record(engine, [record for record in records if record.run_id == run])
    if records:
        context.update_cursor(str(records[-1].storage_id))
    return dg.SkipReason(f"{len(records)} check results read")


def _record(engine: Engine, records: Sequence[EventLogRecord]) -> None:
    """The last result of each check of one run."""
    results: dict[str, tuple[str, bool, str]] = {}
    for record in records:
        event = record.event_log_entry.dagster_event
        if event is None or event.asset_check_evaluation_data.check_name in TOLD_ELSEWHERE:
            continue
        one = event.asset_check_evaluation_data
        series = f"{one.asset_key.to_user_string()}:{one.check_name}"
        results[series] = (series, one.passed, _detail(one.metadata) or one.check_name)
    at = datetime.fromtimestamp(records[-1].timestamp, UTC)
    vintage = f"check:{records[-1].storage_id}"
    service.record_checks(engine, service.rules_in_force(), list(results.values()), vintage, at)


def _detail(metadata: Mapping[str, dg.MetadataValue]) -> str:
    found = metadata.get("detail")
    return str(found.value) if found is not None else ""


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.FAILURE, default_status=RUNNING)
def failed_runs(context: dg.RunStatusSensorContext) -> None:
    """Ring for a run that failed."""
    _ran(context, passed=False)


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, default_status=RUNNING)
def good_runs(context: dg.RunStatusSensorContext) -> None:
    """Tell when what had failed runs well again."""
    _ran(context, passed=True)


def _ran(context: dg.RunStatusSensorContext, *, passed: bool) -> None:
    run, event = context.dagster_run, context.dagster_event
    assets = sorted(key.to_user_string() for key in run.asset_selection or ())
    name = ", ".join(assets[:3]) if run.job_name.startswith("__") and assets else run.job_name
    at = datetime.now(UTC)
    detail = (
        f"run {run.run_id[:8]} {(event.message or '').splitlines()[0] if event.message else ''}"
    )
    vintage = f"run:{int(at.timestamp())}"
    engine, _ = _opened()
    service.record_checks(
        engine, service.rules_in_force(), [(f"run/{name}", passed, detail)], vintage, at
    )


@dg.sensor(minimum_interval_seconds=60, default_status=RUNNING)
def outbox() -> dg.SkipReason:
    """Send what is due and note that the scheduler is alive."""
    engine, settings = _opened()
    service.beat(engine, settings)
    tally = service.send(engine, settings, service.rules_in_force(), patience=40.0)
    said = [f"{channel}: {dict(counts)}" for channel, counts in tally.items() if counts]
    return dg.SkipReason("; ".join(said) or "nothing due")


DEFS = dg.Definitions(assets=[alerts], sensors=[check_results, failed_runs, good_runs, outbox])
