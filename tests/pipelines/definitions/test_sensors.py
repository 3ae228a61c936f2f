"""A failed check is recorded once, blocking or not, and so is a failed run."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest
from sqlalchemy import Engine

from pipelines.alerts import service
from pipelines.definitions import sensors
from tests.pipelines.alerts.conftest import Post, part
from tests.pipelines.alerts.made_up import NOW
from tests.pipelines.definitions.conftest import happened
from tests.server import Site
from warehouse.alerts import overview, repository

STATE = {"red": True}


@dg.asset(
    check_specs=[
        dg.AssetCheckSpec("amber", asset="made_up"),
        dg.AssetCheckSpec("red", asset="made_up", blocking=True),
        dg.AssetCheckSpec("fresh", asset="made_up"),
    ]
)
def made_up() -> Iterator[object]:
    """A made-up asset whose checks all fail, or all pass."""
    yield dg.MaterializeResult()
    for name in ("amber", "red", "fresh"):
        yield dg.AssetCheckResult(
            check_name=name, passed=not STATE["red"], metadata={"detail": f"{name} detail"}
        )


def tick(instance: dg.DagsterInstance, cursor: str | None) -> str | None:
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    sensors.check_results(context)
    return context.cursor


def test_checks_ring_once_and_are_over_once(store: Engine, post: Post) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        STATE["red"] = True
        done = dg.materialize([made_up], instance=instance, raise_on_error=False)
        assert done.success in {True, False}
        cursor = tick(instance, None)
        fired = [
            "firing made_up:amber",
            "firing made_up:red",
        ]  # late sources have a rule of their own
        assert sorted(happened(store)) == fired
        tick(instance, None)  # a sensor that forgot where it was
        assert sorted(happened(store)) == fired
        STATE["red"] = False
        dg.materialize([made_up], instance=instance)
        tick(instance, cursor)
    assert sorted(happened(store)[2:]) == ["resolved made_up:amber", "resolved made_up:red"]
    sensors.outbox()
    assert len(post.box.mails) == 2
    assert "amber detail" in part(post.box.mails[0])


def test_a_failed_run_rings_and_a_good_one_ends_it(store: Engine) -> None:
    @dg.op
    def op() -> None:
        if STATE["red"]:
            raise RuntimeError("made-up fault")

    @dg.job
    def chore() -> None:
        op()

    with dg.DagsterInstance.ephemeral() as instance:
        for red, sensor in ((True, sensors.failed_runs), (False, sensors.good_runs)):
            STATE["red"] = red
            done = chore.execute_in_process(instance=instance, raise_on_error=False)
            run = instance.get_run_by_id(done.run_id)
            assert run is not None
            ended = done.get_run_failure_event() if red else done.get_run_success_event()
            sensor(
                dg.build_run_status_sensor_context(
                    sensor_name="made_up",
                    dagster_event=ended,
                    dagster_instance=instance,
                    dagster_run=run,
                )
            )
    assert happened(store) == ["firing run/chore", "resolved run/chore"]


def test_a_stopped_scheduler_is_noticed(store: Engine, post: Post) -> None:
    from pipelines.alerts.deliver import deliver

    rules = service.rules_in_force()
    environ = {"SILENTCRASH_ALERT_MAIL": post.url}
    repository.beat(store, "scheduler", NOW)
    deliver(store, rules, lambda: NOW + timedelta(hours=25), environ)
    assert happened(store) == []
    deliver(store, rules, lambda: NOW + timedelta(hours=27), environ)
    assert happened(store) == ["firing scheduler"]
    assert len(post.box.mails) == 1


def test_a_day_without_an_evaluation_is_noticed(
    store: Engine, post: Post, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.serve("/beat", b"ok")
    monkeypatch.setenv("SILENTCRASH_HEARTBEAT_URL", f"{site.url}/beat")
    for hours, beats in ((0, 1), (25, 2), (27, 2), (28, 2)):
        monkeypatch.setenv("SILENTCRASH_NOW", (NOW + timedelta(hours=hours)).isoformat())
        sensors.outbox()
        assert site.count("/beat") == beats  # a watch outside hears nothing any more
    assert happened(store) == ["firing evaluation"]
    assert len(post.box.mails) == 1
    repository.beat(store, "evaluation", NOW + timedelta(hours=29))
    monkeypatch.setenv("SILENTCRASH_NOW", (NOW + timedelta(hours=29)).isoformat())
    sensors.outbox()
    assert site.count("/beat") == 3
    assert happened(store) == ["firing evaluation", "resolved evaluation"]


def test_the_heartbeat_reaches_the_outside_and_its_absence_stops_nothing(
    store: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.serve("/beat", b"ok")
    monkeypatch.setenv("SILENTCRASH_HEARTBEAT_URL", f"{site.url}/beat")
    sensors.outbox()
    assert site.count("/beat") == 1
    monkeypatch.setenv("SILENTCRASH_HEARTBEAT_URL", "http://127.0.0.1:9/beat")
    sensors.outbox()
    assert "scheduler" in overview.heartbeats(store)
