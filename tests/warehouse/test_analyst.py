"""A login of the analyst's role, on the oldest PostgreSQL of the machine."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.cli.main import main
from pipelines.ingest import store
from pipelines.settings import Settings
from silentcrash import Client
from tests.conftest import NOW
from tests.dashboards.site.conftest import alerted  # noqa: F401 - a fixture
from tests.install import postgresql
from tests.pipelines.backup.conftest import transfer
from tests.pipelines.cli.test_documented import FENCE, PAGE, evaluated
from tests.server import free_port
from tests.warehouse.conftest import command, create, drop
from warehouse.database import connect, migrate

BLOCKS = {language: body for language, job, body in FENCE.findall(PAGE) if job == "14"}
DOCUMENTED = "ann@host/observatory"
OF_THE_SYSTEM = postgresql()  # Debian 12 has version 15; the server of other tests is a newer one
NOBODY = 65_534  # PostgreSQL refuses to run as root


@contextmanager
def running(programs: Path, folder: Path) -> Iterator[str]:
    """The URL of a server of the system, without a password, while the block runs."""
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if other:
        os.chown(folder, NOBODY, NOBODY)
        for parent in folder.parents[: len(folder.parents) - 2]:
            parent.chmod(parent.stat().st_mode | 0o011)

    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, cwd="/", timeout=120, **other)  # type: ignore[call-overload]

    port, data = free_port(), str(folder / "data")
    run(str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "owner", "--no-sync")
    options = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1"
    log = str(folder / "log")
    run(str(programs / "pg_ctl"), "-D", data, "-w", "-o", options, "-l", log, "start")
    try:
        yield f"postgresql+psycopg://owner@127.0.0.1:{port}/postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def ann(
    alerted: Engine,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Login and address of an analyst of the shipped edition, as psql has them."""
    if OF_THE_SYSTEM is None:
        pytest.skip("there is no PostgreSQL under /usr/lib/postgresql")
    with running(OF_THE_SYSTEM, tmp_path_factory.mktemp("postgresql")) as server:
        url = create(server, "observatory")
        migrate(connect(url))
        transfer(str(alerted.url), url)
        store.open_for_writing(Settings(warehouse=url)).dispose()  # which names the countries
        command(server, "create role ann login in role silentcrash_analyst")
        yield connect(url).url.set(username="ann", drivername="postgresql").render_as_string()
        drop(server, "observatory")


def test_the_documented_lines_run(
    ann: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    psql, *lines = BLOCKS["sh"].replace(DOCUMENTED, ann.partition("://")[2]).splitlines()
    ran = subprocess.run(shlex.split(psql), capture_output=True, text=True, check=True)
    assert "Casablanca" in ran.stdout
    answers = []
    for line in lines:
        setting, _, *words = shlex.split(line)
        monkeypatch.setenv(*setting.split("=", 1))
        with pytest.raises(SystemExit) as ended:
            main(words)
        printed = capsys.readouterr()
        assert not ended.value.code, printed.err
        answers.append(printed.out)
    assert "145.12" in answers[0]
    assert "22" in answers[1]
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    shown: dict[str, object] = {"pd": pd, "Client": Client}
    body = BLOCKS["python"].replace(DOCUMENTED, ann.partition("://")[2])
    announced, index = evaluated(body, shown)
    assert "Casablanca; Settat" in announced["place"].tolist()
    assert len(index) == 5


def test_an_analyst_has_the_answers_of_the_owner_and_not_the_tables(
    ann: str,
    alerted: Engine,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    own, hers = Client(str(alerted.url)), Client(ann.replace("://", "+psycopg://"))
    for ask in (Client.index, Client.indicators, Client.events):
        pd.testing.assert_frame_equal(ask(hers), ask(own))
    ours = own.lineage("chips.h100_spot_ratio", "2026-07")
    pd.testing.assert_frame_equal(hers.lineage("chips.h100_spot_ratio", "2026-07"), ours)
    refused = subprocess.run(
        ["psql", ann, "-c", "select * from observation"], capture_output=True, text=True
    )
    assert "permission denied for table observation" in refused.stderr
