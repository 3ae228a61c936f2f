"""Kill the Dagster daemon and its code server at random moments."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import yaml
from sqlalchemy.engine import make_url

from pipelines.ingest import store
from pipelines.settings import from_environment
from tests.pipelines.alerts.made_up import SECRET, channel, rule, rules
from tests.pipelines.siege import remains, watched
from tests.pipelines.siege.campaign import Tally
from tests.pipelines.siege.installation import Installation
from tests.server import Reply, Site
from tests.warehouse.conftest import create, drop
from warehouse.alerts import repository

ROOT = Path(__file__).parents[3]
READY, LAST = 120.0, 400.0  # seconds to the first word of a daemon, and to the last message
# How long a daemon lives after its first word. A tick comes every few seconds, and has a message
# on its way for half a second.
LONGEST_LIFE = 12.0
DUE = len(watched.CHECKS)  # messages, one for each


def besiege(
    folder: Path,
    server: str,
    site: Site,
    environment: Mapping[str, str],
    seed: int,
    count: int,
    until: float,
) -> Tally:
    """Kill a daemon `count` times while it reads failed checks and rings for them.

    Every check has fired once and every message has arrived, twice at most for each kill, when
    the last daemon was left alone.
    """
    engine = "postgresql" if server else "sqlite"
    tally, draw = Tally(f"kill: daemon, {engine}"), random.Random(seed)
    installed = Installation(folder / f"{folder.name}-daemon", server)
    installed.make()
    environment = _environment(installed, server, site) | dict(environment)
    environment.pop("SILENTCRASH_NOW")  # a message waits for the lease of a sender who was killed
    with patch.dict(os.environ, environment):
        os.environ.pop("SILENTCRASH_NOW", None)
        store.open_for_writing(from_environment()).dispose()
        with dg.DagsterInstance.from_config(str(installed.home / "dagster")) as instance:
            dg.materialize([watched.made_up], instance=instance)
    while tally.tried < count and not (tally.tried and time.monotonic() > until):
        with Daemon(installed, environment) as daemon:
            if not daemon.spoke():
                tally.faults.append(f"kill {tally.tried}: no word in {READY:.0f} s: {daemon.log()}")
                break
            site.stopping.wait(draw.uniform(0, LONGEST_LIFE))
        tally.tried += 1
        tally.endings["killed"] += 1
        alive = remains.living(installed.home)
        tally.faults += alive
        tally.verdict("killed", alive)
    with Daemon(installed, environment) as daemon:
        end = time.monotonic() + LAST
        while len(_arrived(site, installed)) < DUE and time.monotonic() < end:
            site.stopping.wait(0.2)
        site.stopping.wait(LONGEST_LIFE)  # whatever would come twice
        last = daemon.log()
    faults = _unlike(installed, _arrived(site, installed), tally.tried)
    tally.verdict(f"ended by a later daemon after {tally.tried} kills", faults)
    tally.faults += [f"{fault}; the daemon said {last}" for fault in faults]
    tally.endings["ended by a later daemon"] += 1
    if server:
        drop(server, f"dagster_{installed.home.name.replace('-', '_')}")
    installed.remove()
    return tally


def _environment(installed: Installation, server: str, site: Site) -> dict[str, str]:
    """The environment of a daemon; its folder and its alerts are made."""
    home = installed.home / "dagster"
    home.mkdir()
    name = "deploy/dagster.postgres.yaml" if server else "dagster.yaml"
    shutil.copy(ROOT / name, home / "dagster.yaml")
    state = ""
    if server:
        address = create(server, f"dagster_{installed.home.name.replace('-', '_')}")
        state = make_url(address).set(drivername="postgresql+psycopg2").render_as_string(False)
    quality = {"id": "checks", "kind": "quality", "series": "*", "when": None, "recover": None}
    watching = rules(rule(**quality), channels=[channel(per_hour=9999)])
    # A message takes a while to be taken, so that kills fall while one is on its way.
    site.serve(f"/hook/{installed.home.name}", Reply(b"taken", drip=0.1))
    file = yaml.safe_dump(watching.model_dump(by_alias=True, mode="json", exclude_none=True))
    (installed.home / "alerts.yaml").write_text(file, encoding="utf-8")
    return {
        **installed.environment,
        "SILENTCRASH_ALERTS": str(installed.home / "alerts.yaml"),
        "HOOK_URL": f"{site.url}/hook/{installed.home.name}",
        "SECRET": SECRET,
        "DAGSTER_HOME": str(home),
        "SILENTCRASH_DAGSTER_DATABASE": state,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "client")]),
    }


class Daemon:
    """A daemon with its code server, killed at the end of the context."""

    def __init__(self, installed: Installation, environment: Mapping[str, str]) -> None:
        self.file = installed.home / "daemon.log"
        inside = {key: value for key, value in os.environ.items() if key != "SILENTCRASH_NOW"}
        with self.file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dagster._daemon", "run", "-m", watched.__name__],
                env={**inside, **environment},
                cwd=installed.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def spoke(self) -> bool:
        """Whether it looked at its sensors in time."""
        end = time.monotonic() + READY
        while "SensorDaemon" not in self.file.read_text("utf-8", "replace"):
            if self.process.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def log(self) -> str:
        """Its last words."""
        return self.file.read_text("utf-8", "replace")[-600:].replace("\n", " | ")

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _arrived(site: Site, installed: Installation) -> Counter[str]:
    path = f"/hook/{installed.home.name}"
    return Counter(each.json["data"]["id"] for each in list(site.asked) if each.path == path)


def _unlike(installed: Installation, arrived: Counter[str], kills: int) -> list[str]:
    """What is not as it would be after one daemon that nobody killed."""
    with installed.engine() as engine:
        events = repository.history(engine)
    fired = Counter(events.loc[events["kind"].eq("firing"), "series"])
    faults = [f"{series} fired {count} times" for series, count in fired.items() if count > 1]
    if len(fired) != DUE:
        faults.append(f"{len(fired)} of {DUE} have fired")
    if len(arrived) != DUE:
        faults.append(f"{len(arrived)} messages of {DUE} have arrived")
    if (sent := sum(arrived.values())) > DUE + kills:
        faults.append(f"{sent - DUE} messages came twice after {kills} kills")
    return faults
