"""The production configuration, as processes on a real PostgreSQL.

A machine that was off at five in the morning comes up: the schedule of that hour ticks late, its
run is launched from the queue, its worker is killed, the run is started again, and a message rings.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from urllib.request import urlopen

import dagster as dg
import pytest
import yaml
from dagster._core.remote_representation.external import RemoteSchedule
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorTick,
    InstigatorType,
    ScheduleInstigatorData,
    TickStatus,
)
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import GrpcServerTarget
from sqlalchemy.engine import make_url

from pipelines.definitions.schedules import BY_CADENCE
from tests.pipelines.alerts.conftest import Post, part, post
from tests.server import Received, Reply, Site, free_port, running_site
from tests.warehouse.conftest import create, drop, server

__all__ = ["post", "server"]
ROOT = Path(__file__).parents[3]
SCHEDULE, LOCATION = "ask_every_day", "observatory"
PATIENCE = 90.0  # seconds until a condition must hold; each takes under twenty here
T = TypeVar("T")


class Publisher(Site):
    """Says nothing while it is silent, and then that it has no figure yet."""

    silent = True

    def reply(self, received: Received, target: str) -> Reply:
        self.asked.append(received)
        if self.silent:
            return Reply(hang="all")
        return Reply(b'{"detail": "no data"}', 404, {"Content-Type": "application/json"})


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """Every publisher, on loopback."""
    with running_site(Publisher) as running:
        yield running


class Production:
    """The processes of a production installation, each with its log."""

    def __init__(self, folder: Path, environment: dict[str, str], publisher: Publisher) -> None:
        self.folder, self.environment, self.publisher = folder, environment, publisher
        self.ports = {name: free_port() for name in ("code", "web")}
        self.environment |= {
            "SILENTCRASH_CODE_HOST": "127.0.0.1",
            "SILENTCRASH_CODE_PORT": str(self.ports["code"]),
            "DAGSTER_HOME": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=os.environ | self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that its own children end with it
            )

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def until(self, seek: Callable[[], T | None], what: str) -> T:
        """What `seek` finds; fails with the logs where it finds nothing in time."""
        end = time.monotonic() + PATIENCE
        while True:
            if (result := seek()) is not None:
                return result
            dead = [name for name, each in self.running.items() if each.poll() is not None]
            if dead or time.monotonic() > end:
                logs = (f"{name}: {self.log(name)[-3000:]}" for name in self.running)
                pytest.fail("\n".join([f"{what}: not in time; ended: {dead}", *logs]))
            self.publisher.stopping.wait(0.05)  # between two looks at the condition

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")


@pytest.fixture
def production(
    tmp_path: Path, server: str, post: Post, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Production]:
    """An installation with the files of deploy/; nothing runs yet."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    shutil.copy(ROOT / "deploy" / "dagster.postgres.yaml", folder / "dagster.yaml")
    names = [f"production_{kind}_{os.getpid()}" for kind in ("dagster", "warehouse")]
    empty, warehouse = create(server, names[0]), create(server, names[1], "migrated")
    state = make_url(empty).set(drivername="postgresql+psycopg2")
    environment = {
        "SILENTCRASH_DAGSTER_DATABASE": state.render_as_string(hide_password=False),
        "SILENTCRASH_WAREHOUSE": warehouse,
        "SILENTCRASH_HOME": str(tmp_path),
        "SILENTCRASH_GATEWAY": publisher.url,
        "SILENTCRASH_ALLOW_LOOPBACK": "1",
        "SILENTCRASH_ALERT_MAIL": post.url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("SILENTCRASH_NOW", "SILENTCRASH_ALERT_WEBHOOK", "SILENTCRASH_ACCEPT_FEEDS"):
        monkeypatch.delenv(name, raising=False)
    installation = Production(folder, environment, publisher)
    yield installation
    installation.stop()
    for name in names:
        drop(server, name)


def test_the_production_file_is_the_shipped_one_on_another_storage() -> None:
    shipped = yaml.safe_load((ROOT / "dagster.yaml").read_text("utf-8"))
    deployed = yaml.safe_load((ROOT / "deploy" / "dagster.postgres.yaml").read_text("utf-8"))
    assert set(deployed.pop("storage")) == {"postgres"}
    assert deployed == shipped


# R29
def test_a_killed_run_of_a_late_schedule_is_run_again_and_rings(
    production: Production, publisher: Publisher, post: Post
) -> None:
    code, web = (str(production.ports[name]) for name in ("code", "web"))
    workspace = ["-w", str(ROOT / "deploy" / "workspace.yaml")]
    served = ["-m", "tests.pipelines.definitions.hurried", "--location-name", LOCATION]
    production.start("code", "dagster", "code-server", "start", *served, "-h", "127.0.0.1",
                     "-p", code)  # fmt: skip
    with ExitStack() as stack:
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(production.folder)))
        schedule = production.until(lambda: _schedule(instance, int(code)), "the code server")
        five = _off_since_before_five(instance, schedule)
        production.start("webserver", "dagster_webserver", *workspace, "-h", "127.0.0.1",
                         "-p", web)  # fmt: skip
        production.start("daemon", "dagster._daemon", "run", *workspace)

        first = production.until(lambda: _only_run(instance), "a run of the schedule")
        assert first.tags["dagster/schedule_name"] == SCHEDULE
        tick = production.until(lambda: _ticked(instance, schedule), "the end of its tick")
        assert (tick.status, tick.timestamp) == (TickStatus.SUCCESS, five.timestamp())
        worker = production.until(lambda: _worker(instance, first.run_id), "its worker")
        production.until(lambda: publisher.asked or None, "a question to a publisher")
        assert _came_by_the_queue(instance, first.run_id)

        publisher.silent = False
        os.kill(worker, signal.SIGKILL)
        again = production.until(lambda: _retried(instance, first.run_id), "the same run again")
        assert instance.get_run_by_id(first.run_id).status is dg.DagsterRunStatus.FAILURE
        production.until(lambda: _ended(instance, again.run_id), "the end of the second run")
        assert instance.get_run_by_id(again.run_id).status is dg.DagsterRunStatus.SUCCESS

        production.until(lambda: post.box.mails or None, "a message")
        text = part(post.box.mails[0])
        assert f"run/{SCHEDULE} : run {first.run_id[:8]}" in text
        assert production.until(lambda: _healthy(web), "every daemon at work") == []


def _schedule(instance: dg.DagsterInstance, port: int) -> RemoteSchedule | None:
    """The schedule as the code server gives it; None until it does."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)):
            return None
    target = GrpcServerTarget(port=port, socket=None, host="127.0.0.1", location_name=LOCATION)
    with WorkspaceProcessContext(instance, target) as context:
        request = context.create_request_context()
        if not request.has_code_location(LOCATION):
            return None
        [repository] = request.get_code_location(LOCATION).get_repositories().values()
        return repository.get_schedule(SCHEDULE)


def _off_since_before_five(instance: dg.DagsterInstance, schedule: RemoteSchedule) -> datetime:
    """Record that the schedule last looked before five; when it missed."""
    hour = int(BY_CADENCE[SCHEDULE][0].split()[1])
    now = datetime.now(UTC)
    five = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    five -= timedelta(days=now < five)
    before = ScheduleInstigatorData(
        BY_CADENCE[SCHEDULE][0], (five - timedelta(minutes=1)).timestamp()
    )
    instance.add_instigator_state(
        InstigatorState(
            schedule.get_remote_origin(),
            InstigatorType.SCHEDULE,
            InstigatorStatus.DECLARED_IN_CODE,
            before,
        )
    )
    return five


def _ticked(instance: dg.DagsterInstance, schedule: RemoteSchedule) -> InstigatorTick | None:
    """The last tick of a schedule once it is over."""
    ticks = instance.get_ticks(schedule.get_remote_origin_id(), schedule.selector_id)
    return next((tick for tick in ticks if tick.status is not TickStatus.STARTED), None)


def _only_run(instance: dg.DagsterInstance) -> dg.DagsterRun | None:
    runs = instance.get_runs()
    return runs[0] if runs else None


def _worker(instance: dg.DagsterInstance, run: str) -> int | None:
    """The process of a run that has begun."""
    kind = dg.DagsterEventType.ENGINE_EVENT
    for entry in instance.all_logs(run, of_type=kind):
        metadata = entry.dagster_event.engine_event_data.metadata if entry.dagster_event else {}
        if "pid" in metadata:
            return int(str(metadata["pid"].value))
    return None


def _came_by_the_queue(instance: dg.DagsterInstance, run: str) -> bool:
    kinds = (dg.DagsterEventType.RUN_ENQUEUED, dg.DagsterEventType.RUN_STARTING)
    return all(instance.all_logs(run, of_type=kind) for kind in kinds)


def _retried(instance: dg.DagsterInstance, run: str) -> dg.DagsterRun | None:
    runs = instance.get_runs(dg.RunsFilter(tags={"dagster/parent_run_id": run}))
    return runs[0] if runs else None


def _ended(instance: dg.DagsterInstance, run: str) -> bool | None:
    record = instance.get_run_by_id(run)
    return True if record and record.is_finished else None


def _healthy(port: str) -> list[str] | None:
    """The daemons that the webserver finds at fault; None while it starts."""
    query = "{instance{daemonHealth{allDaemonStatuses{daemonType required healthy}}}}"
    address = f"http://127.0.0.1:{port}/graphql?query={quote(query)}"
    try:
        with urlopen(address, timeout=5) as answer:
            health = json.load(answer)["data"]["instance"]["daemonHealth"]
    except OSError:
        return None
    statuses = health["allDaemonStatuses"]
    ill = [each["daemonType"] for each in statuses if each["required"] and not each["healthy"]]
    return None if ill else []
