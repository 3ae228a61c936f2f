"""A short campaign: what `make siege` does for ten minutes."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest import store
from pipelines.settings import Settings, from_environment
from tests.pipelines.siege.__main__ import consent
from tests.pipelines.siege.attacks import attacks
from tests.pipelines.siege.bodies import Target, rebuilt_market, rebuilt_rates, rebuilt_workbook
from tests.pipelines.siege.campaign import damage, wrong
from tests.pipelines.siege.installation import Installation
from tests.pipelines.siege.kills import besiege, left
from tests.pipelines.siege.remains import living, processes
from tests.server import Site
from warehouse.observations import read

SEED, BODIES = 20261127, 12


@pytest.fixture
def besieged(empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that talks to loopback."""
    for name, value in consent(site).items():
        monkeypatch.setenv(name, value)
    return empty_home


@pytest.mark.parametrize("target", [rebuilt_rates(), rebuilt_market(), rebuilt_workbook()])
def test_damaged_bodies_leave_no_wrong_figure(besieged: Path, site: Site, target: Target) -> None:
    tally = damage(besieged, site, target, SEED, BODIES, time.monotonic() + 120)
    assert tally.faults == []
    assert tally.tried == sum(tally.endings.values()) == BODIES
    assert tally.endings["refused"] > 0


def test_a_fetch_that_is_killed_leaves_all_or_nothing(
    besieged: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    store.open_for_writing(from_environment()).dispose()
    fetch = attacks(site, consent(site))["fetch"]
    tally = besiege(fetch, Installation(besieged), SEED, 2, until=time.monotonic())
    assert (tally.faults, tally.tried) == ([], 2)  # although its time is over
    verdicts = capsys.readouterr().err.splitlines()
    assert [line.split(": killed")[0] for line in verdicts if ": killed" in line] == [
        f"kill: fetch, sqlite, {number}" for number in (1, 2)
    ]
    assert "ended by a later run after 2 kills: nothing is wrong" in verdicts[-1]


def test_no_process_outlives_a_build_that_is_killed(empty_home: Path, first_edition: Path) -> None:
    """Its workers would write on, in a draft that the next builder clears away."""
    shutil.copytree(first_edition, empty_home, dirs_exist_ok=True)
    command = [sys.executable, "-m", "pipelines.cli.main", "site", "build"]
    with subprocess.Popen([*command, "--out", str(empty_home / "site")]) as builder:
        end = time.monotonic() + 60
        while len(list(processes(empty_home))) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        builder.kill()
    assert living(empty_home) == []
    assert not (empty_home / "site").exists()


def test_the_command_prints_its_table() -> None:
    chosen = ["--seconds", "60", "--bodies", "9", "--kills", "0"]
    command = [sys.executable, "-m", "tests.pipelines.siege", *chosen]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    *attacks, total = ended.stdout.splitlines()
    assert attacks[0].split() == ["attack", "tried", "faults", "endings"]
    tried = [int(line[34:].split()[0]) for line in attacks[1:]]
    assert total[34:].split()[:2] == [str(sum(tried)), "0"]


def test_the_campaign_sees_what_went_wrong(besieged: Path) -> None:
    """Figures that are lost, half there, ten times too high, or of a refused body."""
    from pipelines.ingest.outcome import IngestOutcome

    refused, loaded = (IngestOutcome("made_up", "", name) for name in ("refused", "new"))
    months = pd.date_range("2025-01-01", periods=4, freq="MS")
    before = pd.DataFrame(
        {"series": "a.b", "period": months, "value": 2.0, "status": "final", "fetch_id": 1}
    )
    high = before.head(1).assign(value=20.0, fetch_id=2)
    assert list(wrong(before, before, loaded)) == []
    assert list(wrong(before, before.head(3), refused)) == ["1 figures are lost"]
    assert list(wrong(before, pd.concat([before, high]), loaded)) == [
        "a.b 2025-01-01: 2.0 became 20.0"
    ]
    assert "body that was refused" in next(wrong(before, pd.concat([before, high]), refused))
    engine = store.open_for_writing(Settings(home=besieged))
    assert read.history(engine).empty
    assert left(Installation(besieged), {"a": "x"}, {}) == ["['a'] are lost"]
    (besieged / "releases" / "2026-10").mkdir(parents=True)
    assert "without its checksums" in left(Installation(besieged), {}, {})[0]
