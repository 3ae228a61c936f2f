"""A sync that is killed (SIGKILL) at any moment leaves the lake as it was."""

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import fetch, made_up_panel
from warehouse import load
from warehouse.lake import panel
from warehouse.lake import sync as lake
from warehouse.observations import read

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
# The sync counts the calls and returns of Python functions, and dies at the one asked for: the
# same moments in every run, however fast the machine is.
WORKER = """
import os, signal, sys
from warehouse.lake import sync as lake
from warehouse.database import connect

url, root, moment = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine, passed = connect(url), 0

def count(*_):
    global passed
    passed += 1
    if passed == moment:
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
lake.sync(engine, root)
sys.setprofile(None)
print(passed)
"""


def sync(url: str, root: str, moment: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WORKER, url, root, str(moment)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def intact_rows(root: str) -> int:
    """The rows of the lake, where every file has the hash in the manifest."""
    synced = lake.manifest(root)
    for file in synced.files:
        body = (Path(root) / file["path"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
    return synced.rows


def test_the_lake_is_the_old_or_the_new_one_whenever_a_sync_is_killed(
    engine: Engine, url: str, tmp_path: Path
) -> None:
    root = str(tmp_path / "lake")
    load.append(engine, fetch(engine), made_up_panel(1.0))
    before = lake.sync(engine, root).rows
    load.append(engine, fetch(engine), made_up_panel(2.0))
    after = len(read.history(engine))
    rehearsal = sync(url, str(tmp_path / "rehearsal"), 0)
    moments = int(rehearsal.stdout)
    chosen = [*random.Random(7).sample(range(1, moments), 2), moments - 40, moments - 3]
    for moment in chosen:
        ended = sync(url, root, moment)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert intact_rows(root) in {before, after}
        assert len(panel.panel(root)) == 400
    lake.sync(engine, root)
    assert intact_rows(root) == after
    assert panel.panel(root).equals(read.panel(engine))
