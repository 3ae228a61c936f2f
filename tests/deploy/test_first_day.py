"""The first day of an operator: each line of the page, in a bare checkout."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.deploy.containerfile import DEPLOY

ROOT = DEPLOY.parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
[DAY] = re.findall(r"```sh first-day\n(.*?)```", PAGE, re.DOTALL)
CLOSED = "http://127.0.0.1:9"  # nobody answers: the run ends with what is shipped


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git has of this checkout, and an environment.

    Not the one that `make .venv/.ready` would make, but the one that runs the tests: to make it
    again would take minutes and a network. `make` finds it newer than the lock file.
    """
    folder = tmp_path / "checkout"
    folder.mkdir()
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    packed = subprocess.run(
        ["tar", "--null", "--ignore-failed-read", "-T", "-", "-cf", "-"],
        cwd=ROOT, input=files, capture_output=True, check=True,
    ).stdout  # fmt: skip
    subprocess.run(["tar", "-xf", "-"], cwd=folder, input=packed, check=True)
    environment(folder / ".venv" / "bin", folder)
    return folder


def environment(binaries: Path, checkout: Path) -> None:
    """A folder of programs, in which `silentcrash` is that of the checkout."""
    binaries.mkdir(parents=True)
    path = os.pathsep.join([str(checkout), str(checkout / "client"), *filter(None, sys.path)])
    silentcrash = binaries / "silentcrash"
    silentcrash.write_text(
        f'#!/bin/sh\nPYTHONPATH="{path}" exec "{sys.executable}" -m pipelines.cli.main "$@"\n'
    )
    silentcrash.chmod(0o755)
    (binaries / "activate").write_text(f'export PATH="{binaries}:$PATH"\n')
    for name in (".ready", ".tested"):
        (binaries.parent / name).touch()


@pytest.mark.slow
def test_every_line_of_the_first_day_works(checkout: Path) -> None:
    ran = subprocess.run(
        ["sh", "-eux", "-c", f"{DAY}\nsilentcrash index --format csv"],
        cwd=checkout,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(checkout),
            "SILENTCRASH_NOW": NOW.isoformat(),
            "SILENTCRASH_GATEWAY": CLOSED,
            "SILENTCRASH_ALLOW_LOOPBACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    data = checkout / "data"
    assert (data / "releases" / "2026-09" / "bulletin.fr.html").is_file()
    assert (data / "metrics" / "silentcrash.prom").read_text().endswith("# EOF\n")
    assert len(list((data / "backups" / "backups").iterdir())) == 1
    assert not (checkout / "drill").exists()
    assert "is whole" in ran.stdout
    assert "was restored and compared" in ran.stdout
    assert "48.9" in ran.stdout  # October 2026, as in index.csv of the shipped release
    written = set(os.listdir(checkout)) - set(os.listdir(ROOT))
    assert written <= {"data", ".venv"}
