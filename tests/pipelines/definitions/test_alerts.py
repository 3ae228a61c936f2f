"""Dagster: a failed check and a failed run each ring once."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Engine

from pipelines.alerts import service
from pipelines.definitions import alerts
from tests.pipelines.alerts.conftest import Post, part, post
from tests.pipelines.alerts.made_up import NOW
from tests.server import Site
from warehouse.alerts import repository
from warehouse.database import connect, migrate

__all__ = ["post"]  # a fixture
STATE = {"red": True}


@dg.asset(
    check_specs=[
        dg.AssetCheckSpec("amber", asset="thing"),
        dg.AssetCheckSpec("red", asset="thing", blocking=True),
        dg.AssetCheckSpec("fresh", asset="thing"),
    ]
)
def thing() -> Iterator[object]:
    """A made-up asset whose checks all fail, or all pass."""
    yield dg.MaterializeResult()
    for name in ("amber", "red", "fresh"):
        yield dg.AssetCheckResult(
            check_name=name, passed=not STATE["red"], metadata={"detail": f"{name} detail"}
        )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: Post) -> Engine:
    """An installation with an e-mail channel and nothing in it."""
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path))
    monkeypatch.setenv("SILENTCRASH_ALERT_MAIL", post.url)
    for name in ("SILENTCRASH_WAREHOUSE", "SILENTCRASH_NOW", "SILENTCRASH_ALERT_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)
    engine = connect(f"sqlite:///{tmp_path / 'warehouse.sqlite'}")
    migrate(engine)
    return engine


def tick(instance: dg.DagsterInstance, cursor: str | None) -> str | None:
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    alerts.check_results(context)
    return context.cursor


def happened(engine: Engine) -> list[str]:
    found = repository.history(engine)
    return [f"{kind} {series}" for kind, series in zip(found["kind"], found["series"], strict=True)]


def test_checks_ring_once_and_are_over_once(store: Engine, post: Post) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        STATE["red"] = True
        done = dg.materialize([thing], instance=instance, raise_on_error=False)
        assert done.success in {True, False}
        cursor = tick(instance, None)
        fired = ["firing thing:amber", "firing thing:red"]  # late sources have a rule of their own
        assert sorted(happened(store)) == fired
        tick(instance, None)  # a sensor that forgot where it was
        assert sorted(happened(store)) == fired
        STATE["red"] = False
        dg.materialize([thing], instance=instance)
        tick(instance, cursor)
    assert sorted(happened(store)[2:]) == ["resolved thing:amber", "resolved thing:red"]
    alerts.outbox()
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
        for red, sensor in ((True, alerts.failed_runs), (False, alerts.good_runs)):
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
    from datetime import timedelta

    from pipelines.alerts.deliver import deliver

    rules = service.rules_in_force()
    environ = {"SILENTCRASH_ALERT_MAIL": post.url}
    repository.beat(store, "scheduler", NOW)
    deliver(store, rules, lambda: NOW + timedelta(hours=25), environ)
    assert happened(store) == []
    deliver(store, rules, lambda: NOW + timedelta(hours=27), environ)
    assert happened(store) == ["firing scheduler"]
    assert len(post.box.mails) == 1


def test_the_heartbeat_reaches_the_outside_and_its_absence_stops_nothing(
    store: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.serve("/beat", b"ok")
    monkeypatch.setenv("SILENTCRASH_HEARTBEAT_URL", f"{site.url}/beat")
    alerts.outbox()
    assert site.count("/beat") == 1
    monkeypatch.setenv("SILENTCRASH_HEARTBEAT_URL", "http://127.0.0.1:9/beat")
    alerts.outbox()
    assert "scheduler" in repository.heartbeats(store)
