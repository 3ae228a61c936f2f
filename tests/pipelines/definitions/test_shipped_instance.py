"""Every sensor and schedule ticks on the instance that is shipped."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget, freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.freshness import FreshnessDaemon
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)
from sqlalchemy import Engine

from pipelines.definitions import jobs, sensors
from pipelines.definitions.schedules import PRIORITY, all_schedules
from pipelines.definitions.sensors import SENSORS, check_results, failed_runs, good_runs, outbox
from tests.pipelines.alerts.conftest import Post
from tests.pipelines.definitions.conftest import Installation, happened
from warehouse.alerts import overview

STATE = {"red": True}
TESTED = {"new_data", "ask_again", "check_results", "failed_runs", "good_runs", "outbox"}


@dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="made_up") for name in ("amber", "late")])
def made_up() -> Iterator[object]:
    """A made-up asset whose checks all fail, or all pass."""
    yield dg.MaterializeResult()
    for name in ("amber", "late"):
        yield dg.AssetCheckResult(check_name=name, passed=not STATE["red"])


@dg.op
def op() -> None:
    """Fails as long as STATE says so."""
    if STATE["red"]:
        raise RuntimeError("made-up fault")


@dg.job
def chore() -> None:
    """A job of that op."""
    op()


def materialize(instance: dg.DagsterInstance, *, red: bool) -> None:
    STATE["red"] = red
    dg.materialize([made_up], instance=instance)


def tick(
    sensor: dg.SensorDefinition, installation: Installation, cursor: str | None = None
) -> str | None:
    """The cursor after a tick in a process of its own."""
    with installation.process() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        return sensor.evaluate_tick(context).cursor


def test_every_sensor_is_tested_here() -> None:
    assert {sensor.name for sensor in SENSORS} == TESTED


# R28
def test_a_failed_check_rings_once_whatever_ticks_follow(
    installation: Installation, store: Engine
) -> None:
    with installation.process() as instance:
        materialize(instance, red=True)
    fired = ["firing made_up:amber", "firing made_up:late"]
    cursor = None
    for _ in range(3):
        cursor = tick(check_results, installation, cursor)
        assert sorted(happened(store)) == fired
    with installation.process() as instance:
        materialize(instance, red=True)
    cursor = tick(check_results, installation, cursor)
    assert sorted(happened(store)) == fired
    with installation.process() as instance:
        materialize(instance, red=False)
    tick(check_results, installation, cursor)
    assert sorted(happened(store)[2:]) == ["resolved made_up:amber", "resolved made_up:late"]
    tick(check_results, installation)  # its state was thrown away
    assert len(happened(store)) == 4


def test_what_fails_and_passes_between_two_ticks_is_recorded(
    installation: Installation, store: Engine
) -> None:
    cursor = tick(check_results, installation)
    with installation.process() as instance:
        materialize(instance, red=True)
        materialize(instance, red=False)
    tick(check_results, installation, cursor)
    assert sorted(happened(store)) == [
        "firing made_up:amber",
        "firing made_up:late",
        "resolved made_up:amber",
        "resolved made_up:late",
    ]


def test_a_failed_run_rings_and_a_good_one_ends_it(
    installation: Installation, store: Engine
) -> None:
    cursors = {sensor: tick(sensor, installation) for sensor in (failed_runs, good_runs)}
    for red in (True, True, False, False):
        STATE["red"] = red
        with installation.process() as instance:
            chore.execute_in_process(instance=instance, raise_on_error=False)
        cursors = {sensor: tick(sensor, installation, at) for sensor, at in cursors.items()}
    assert happened(store) == ["firing run/chore", "resolved run/chore"]


def test_the_outbox_delivers_what_a_check_queued(
    installation: Installation, store: Engine, post: Post
) -> None:
    with installation.process() as instance:
        materialize(instance, red=True)
    tick(check_results, installation)
    for _ in range(2):
        tick(outbox, installation)
        assert len(post.box.mails) == 1
    assert "scheduler" in overview.heartbeats(store)


INDEX = {"indicators", "silent_crash_index"}


class Automation:
    """The sensor `new_data`: what it requests at each tick."""

    def __init__(self, installation: Installation, graph: dg.Definitions) -> None:
        self.installation, self.graph, self.cursor = installation, graph, None

    def load(self, source: str, version: int, *, passed: bool = True) -> None:
        """A load of a source, and the result of its contract."""
        key = dg.AssetKey(["observations", source])
        contract = dg.AssetCheckEvaluation(
            asset_key=key,
            check_name="contract",
            passed=passed,
            metadata={},
            blocking=True,
        )
        self._report(_materialization(key, str(version)), contract)

    def tick(self) -> set[str]:
        """The assets that are asked for."""
        with self.installation.process() as instance:
            done = dg.evaluate_automation_conditions(self.graph, instance, cursor=self.cursor)
        self.cursor = done.cursor
        keys = [result.key for result in done.results if done.get_num_requested(result.key)]
        self._report(*(_materialization(key, "computed") for key in keys))
        return {key.to_user_string() for key in keys}

    def _report(self, *events: dg.AssetMaterialization | dg.AssetCheckEvaluation) -> None:
        with self.installation.process() as instance:
            for event in events:
                instance.report_runless_asset_event(event)


def _materialization(key: dg.AssetKey, version: str) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(key, tags={"dagster/data_version": version})


# R30
def test_the_index_follows_the_sources_that_it_reads_and_no_other(
    installation: Installation, store: Engine, graph: dg.Definitions
) -> None:
    automation = Automation(installation, graph)
    assert automation.tick() >= INDEX  # from the shipped history, before anything was fetched
    automation.tick()  # what rests on the index
    assert automation.tick() == set()
    automation.load("eurostat", 1, passed=False)
    automation.load("ember", 1)
    assert automation.tick() >= INDEX
    automation.tick()
    automation.load("ember", 1)  # unchanged bytes
    assert not INDEX & automation.tick()
    automation.load("bls", 1, passed=False)
    automation.load("ember", 2)
    assert not INDEX & automation.tick()
    automation.load("bls", 2)
    assert automation.tick() >= INDEX


# R31
def test_a_backfill_leaves_a_place_to_the_daily_run(installation: Installation) -> None:
    with installation.process() as instance:
        backfill = [_queued(instance, {"dagster/backfill": "made-up"}) for _ in range(6)]
        past = [_queued(instance, jobs.PAST) for _ in range(6)]
        daily = _queued(instance, PRIORITY)
        index = _queued(instance, sensors.new_data.run_tags)
        assert _next_runs(instance) == [index, daily, backfill[0]]
        for run in (index, daily):
            instance.report_run_canceled(instance.get_run_by_id(run))
        assert _next_runs(instance) == [backfill[0], past[0]]  # and a place stays free


def test_an_asset_turns_red_when_nobody_asks_any_more(
    installation: Installation, store: Engine
) -> None:
    shipped = LoadableTargetOrigin(module_name="pipelines.definitions")
    target = InProcessTestWorkspaceLoadTarget(InProcessCodeLocationOrigin(shipped))
    daily, monthly, rules = (
        dg.AssetKey(path.split("/"))
        for path in ("observations/energy_charts", "observations/ember", "alerts")
    )
    red = {0: set(), 1.2: {rules}, 3: {rules, daily}, 35: {rules, daily, monthly}}
    with installation.process() as instance, WorkspaceProcessContext(instance, target) as context:
        for key in (daily, monthly, rules):
            instance.report_runless_asset_event(dg.AssetMaterialization(key))
        for days, expected in red.items():
            with freeze_time(datetime.now(UTC) + timedelta(days=days)):
                list(FreshnessDaemon().run_iteration(context))
            states = instance.get_freshness_state_records([daily, monthly, rules])
            failed = {key for key, each in states.items() if each.freshness_state.value == "FAIL"}
            assert failed == expected


def _queued(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> str:
    """A run in the queue, behind those before it."""
    location = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("made_up"), "made_up")
    run = instance.create_run_for_job(
        chore,
        tags=tags,
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=RemoteJobOrigin(location, "chore"),
    )
    return str(run.run_id)


def _next_runs(instance: dg.DagsterInstance) -> list[str]:
    """The runs that the daemon would launch now."""
    config = instance.get_concurrency_config()
    daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)
    runs = daemon._get_runs_to_dequeue(instance, config, fixed_iteration_time=None)
    return [run.run_id for run in runs]


@pytest.mark.parametrize("schedule", all_schedules(), ids=lambda each: each.name)
def test_every_schedule_asks_for_a_run(
    installation: Installation, graph: dg.Definitions, schedule: dg.ScheduleDefinition
) -> None:
    repository_def = graph.get_repository_def()
    loaded = repository_def.get_schedule_def(schedule.name)
    with installation.process() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 11, 11, 6, tzinfo=UTC),
            repository_def=repository_def,
        )
        requests = loaded.evaluate_tick(context).run_requests
    assert len(requests or ()) == 1
    assert repository_def.get_job(loaded.job_name).name == loaded.job_name
