"""Sensors on checks, runs and the outbox, and on new data.

In the open version a failed check that does not block leaves its run green, and a sensor that
breaks notifies nobody: check results are read from the event log, and every delivery records a
heartbeat.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg

from pipelines.alerts import service
from pipelines.alerts.service import CheckResult
from pipelines.definitions.ask_again import ask_again
from pipelines.definitions.resources import Observatory
from pipelines.definitions.source_assets import UNANSWERED

RUNNING = dg.DefaultSensorStatus.RUNNING
# The rule on late sources reports them, by the cut-off of the edition.
REPORTED_ELSEWHERE = {"fresh"}
# Events of two processes may be stored in another order than that of their times. What is read
# twice adds nothing, so that a minute too many costs nothing either.
OVERLAP = timedelta(minutes=1)
# Without a cursor the sensor is new, or its state was thrown away: what was over a day ago is
# history, and a daily run that failed meanwhile is still seen.
FIRST_LOOK = timedelta(days=1)
SCHEDULED = "dagster/schedule_name"  # the tag of a run that a schedule asked for
AT_ONCE = 500  # runs in one tick, which has a minute: some 10 ms a run

new_data = dg.AutomationConditionSensorDefinition(
    "new_data",
    target=dg.AssetSelection.all(),
    default_status=RUNNING,
    # First in the queue: these runs are short, and people wait for what they find.
    run_tags={"dagster/priority": "2"},
)


@dg.sensor(minimum_interval_seconds=60, default_status=RUNNING)
def check_results(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Record every failed check, blocking or not, and when it passes again.

    The event log is read run by run: SQLite keeps one file a run, and has no cursor over all of
    them. The cursor is the time of the newest change of a run that was read.
    """
    since, instance = _since(context.cursor), context.instance
    changed = instance.get_run_records(
        dg.RunsFilter(updated_after=since),
        limit=AT_ONCE,
        order_by="update_timestamp",
        ascending=True,
    )
    # A run changes only when it starts and ends, and it may last an hour.
    going_on = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    runs = {record.dagster_run.run_id for record in (*changed, *going_on)}
    results = [result for run in runs for result in _check_results(instance, run, since)]
    with Observatory().open() as (engine, _):
        events = service.record_checks(engine, service.rules_in_force(), results)
        if changed:
            context.update_cursor(changed[-1].update_timestamp.isoformat())
        return dg.SkipReason(f"{len(results)} check results read, {len(events)} events recorded")


def _since(cursor: str | None) -> datetime:
    try:
        return datetime.fromisoformat(cursor or "") - OVERLAP
    except ValueError:  # none yet, or that of an earlier version
        return datetime.now(UTC) - FIRST_LOOK


def _check_results(
    instance: dg.DagsterInstance, run: str, since: datetime
) -> Iterator[CheckResult]:
    """The results of the checks of a run since then."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    for entry in instance.all_logs(run, of_type=kind):
        at = datetime.fromtimestamp(entry.timestamp, UTC)
        if at < since or entry.dagster_event is None:
            continue
        result = entry.dagster_event.asset_check_evaluation_data
        if result.check_name not in REPORTED_ELSEWHERE:
            series = f"{result.asset_key.to_user_string()}:{result.check_name}"
            detail = _detail(result.metadata) or result.check_name
            yield CheckResult(series, result.passed, detail, at)


def _detail(metadata: Mapping[str, dg.MetadataValue]) -> str:
    detail = metadata.get("detail")
    return str(detail.value) if detail is not None else ""


# Runs of other code locations are those that `dg launch` starts: they name no location.
@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.FAILURE,
    monitor_all_code_locations=True,
    default_status=RUNNING,
)
def failed_runs(context: dg.RunStatusSensorContext) -> None:
    """Record a run that failed."""
    _record_run(context, passed=False)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitor_all_code_locations=True,
    default_status=RUNNING,
)
def good_runs(context: dg.RunStatusSensorContext) -> None:
    """Record when what had failed runs well again."""
    _record_run(context, passed=True)


def _record_run(context: dg.RunStatusSensorContext, *, passed: bool) -> None:
    run, message = context.dagster_run, context.dagster_event.message or ""
    assets = sorted(key.to_user_string() for key in run.asset_selection or ())
    # Runs of schedules and of automation have a name that Dagster made: that of the schedule, or
    # the first assets, say more.
    by_hand = not run.job_name.startswith("__")
    label = run.tags.get(SCHEDULED) or ", ".join(assets[:3])
    name = run.job_name if by_hand else label or run.job_name
    record = context.instance.get_run_record_by_id(run.run_id)
    ended = record.end_time if record is not None else None
    at = datetime.fromtimestamp(ended, UTC) if ended else datetime.now(UTC)
    detail = f"run {run.run_id[:8]} {message.splitlines()[0] if message else ''}"
    with Observatory().open() as (engine, _):
        result = CheckResult(f"run/{name}", passed or _ran_well(context), detail, at)
        service.record_checks(engine, service.rules_in_force(), [result])


def _ran_well(context: dg.RunStatusSensorContext) -> bool:
    """True if all that failed in a run are publishers that did not answer.

    The check `reachable` of each reports that already.
    """
    kind = dg.DagsterEventType.STEP_FAILURE
    events = [
        entry.dagster_event.step_failure_data
        for entry in context.instance.all_logs(context.dagster_run.run_id, of_type=kind)
        if entry.dagster_event is not None
    ]
    reasons = [event.user_failure_data for event in events]
    return bool(reasons) and all(data and UNANSWERED in data.metadata for data in reasons)


@dg.sensor(minimum_interval_seconds=60, default_status=RUNNING)
def outbox() -> dg.SkipReason:
    """Send what is due, and record that the scheduler is alive."""
    with Observatory().open() as (engine, settings):
        service.beat(engine, settings)
        # Less than the minute that Dagster gives a tick of a sensor.
        tally = service.send(engine, settings, service.rules_in_force(), patience=40.0)
        attempts = [f"{channel}: {dict(counts)}" for channel, counts in tally.items() if counts]
        return dg.SkipReason("; ".join(attempts) or "nothing due")


SENSORS = [new_data, ask_again, check_results, failed_runs, good_runs, outbox]
