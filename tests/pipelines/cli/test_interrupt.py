"""A Ctrl-C ends a command with 130 and one line; a query ends at its limit."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.conftest import Command
from tests.server import Received, Reply, Site, running_site

QUICKLY = 15.0  # seconds on a busy machine; a silent publisher is given up after thirty
STOPPED = "silentcrash: stopped; what was loaded stays loaded, run the command again to go on"
ENDLESS = "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r"


class Silent(Site):
    """Hears every question and answers none."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard = threading.Event()

    def reply(self, received: Received, target: str) -> Reply:
        self.heard.set()
        return Reply(hang="all")


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A publisher who says nothing."""
    with running_site(Silent) as running:
        yield running


def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "pipelines.cli.terminal.start", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_command_that_waits_for_a_silent_publisher_ends_at_once(
    empty_home: Path, silent: Silent
) -> None:  # R7
    command = started("fetch", "ecb_rates", SILENTCRASH_GATEWAY=silent.url)
    assert silent.heard.wait(60)
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=QUICKLY)
    assert (command.returncode, out, err.splitlines()[-1]) == (130, "", STOPPED)


def test_an_interrupt_while_it_imports_is_one_line(tmp_path: Path) -> None:
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "typer.py").write_text(code, encoding="utf-8")
    command = started("status", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert command.communicate(timeout=60) == ("", "silentcrash: stopped before it did anything\n")
    assert command.returncode == 130


def test_a_query_that_is_stopped_did_not_take_too_long(
    home: Path, silentcrash: Command, interrupted: None
) -> None:
    ended = silentcrash("query", ENDLESS)
    assert (ended.code, ended.err.strip()) == (130, STOPPED)


def test_a_query_that_never_looks_at_the_clock_ends_at_its_limit(reading_home: Path) -> None:
    call = "instr(printf('%.*c', 1000000, 'a'), printf('%.*cb', 500000, 'a'))"
    sql = f"select {' + '.join([call] * 200)}"  # each takes seconds, and no step is between them
    command = started("query", sql, "--timeout", "0.2", SILENTCRASH_HOME=str(reading_home))
    out, err = command.communicate(timeout=60)
    assert (command.returncode, out) == (2, "")
    assert err == ("silentcrash: the query took over 0.2 s: narrow it, or allow it more time\n")
