"""A parser that costs too much is ended, and what it gives is not changed."""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from sources import Payload, SchemaDrift, find_source, registry
from sources.parser_process import SMALL, ParserEndedError, ParserProcess, bounded, code_lines
from tests.sources.publishers.test_real_bodies import READ, Read, payload

MIB = 1 << 20
LARGE = b"," * (SMALL + 1)


def work_for_ever() -> None:
    while True:
        pass


def fill_memory(mebibytes: int) -> int:
    return len([bytes(MIB) for _ in range(mebibytes)])


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def drift() -> None:
    raise SchemaDrift("a column", {"found": "none"})


class OddError(Exception):
    """An error that cannot be made again from its words."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def fail_oddly() -> None:
    raise OddError("this", "that")


def process_of(_: bytes) -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


@pytest.fixture
def process() -> Iterator[ParserProcess]:
    own = ParserProcess(seconds=1, memory=64 * MIB)
    yield own
    own.end()


def test_what_costs_too_much_is_ended_and_the_next_is_read(process: ParserProcess) -> None:
    with pytest.raises(ParserEndedError, match="it took over 1 s"):
        process.call(work_for_ever, ())
    with pytest.raises(ParserEndedError, match="it took over 64 MiB of memory"):
        process.call(fill_memory, (65,))
    with pytest.raises(ParserEndedError, match=f"ended the process .* with {-signal.SIGSEGV}"):
        process.call(crash, ())
    assert process.call(fill_memory, (32,)) == 32


def test_an_error_of_the_parser_comes_with_its_traceback(process: ParserProcess) -> None:
    with pytest.raises(
        SchemaDrift, match=r"expected a column, found \{'found': 'none'\}"
    ) as drifted:
        process.call(drift, ())
    logged = "".join(traceback.format_exception(drifted.value))
    assert 'raise SchemaDrift("a column"' in logged
    assert "in drift" in code_lines(drifted.value)
    assert "expected a column" in logged
    assert "expected a column" not in code_lines(drifted.value)
    with pytest.raises(RuntimeError, match="OddError: this and that"):
        process.call(fail_oddly, ())
    pid = process.call(process_of, (b"",))
    assert pid == process.call(process_of, (b"",)) != os.getpid()  # no error has ended it


def test_a_key_is_out_of_reach_of_a_parser(
    process: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIA_API_KEY", "made-up-key")
    assert "made-up-key" not in process.call(environment, ()).values()


def test_threads_share_it(process: ParserProcess) -> None:
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(process.call, fill_memory, (number,)) for number in range(20)]
    assert [each.result() for each in calls] == list(range(20))


@pytest.mark.parametrize(
    ("form", "body", "apart"),
    [
        ("csv", b"a" * SMALL, False),
        ("csv", b"a" * (SMALL + 1), True),
        ("yaml", b"a: &a b", True),
        ("html", b"PK\x03\x04", True),
    ],
)
def test_only_what_cannot_reach_the_limits_is_read_here(
    form: str, body: bytes, apart: bool
) -> None:
    assert (bounded(process_of, body, form=form, bodies=(body,)) != os.getpid()) == apart


def test_every_parser_can_be_sent() -> None:
    # here, as what this module imports is of the second that the process has
    from pipelines.observatory.extensions import source_checks

    assert {source_checks.process(source) for source in registry().values()} == {""}


@pytest.mark.parametrize("read", READ, ids=[entry.body.split(".")[0] for entry in READ])
def test_a_figure_comes_back_to_the_bit(read: Read) -> None:
    body: Payload = payload(read)
    parse = find_source(read.source).parse
    assert parse is not None
    here, there = parse(body), bounded(parse, body, form="", bodies=body.pages)
    pd.testing.assert_frame_equal(here, there, check_exact=True, check_freq=True)
    assert here["value"].to_numpy().tobytes() == there["value"].to_numpy().tobytes()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_that_made_it(end: signal.Signals) -> None:
    """It holds standard error, which would not end before it does."""
    code = f"""
from sources.parser_process import ParserProcess
from {__name__} import process_of, work_for_ever
process = ParserProcess(seconds={30 if end == signal.SIGINT else 2})
print(process.call(process_of, (b"",)), flush=True)
process.call(work_for_ever, ())
"""
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) != parent.pid
        parent.send_signal(end)
        _, words = parent.communicate(timeout=60)
    assert ("KeyboardInterrupt" in words) == (end == signal.SIGINT)


def test_a_child_of_this_process_has_one_of_its_own() -> None:
    mine = bounded(process_of, LARGE, form="csv", bodies=(LARGE,))
    child = os.fork()
    if not child:
        other = bounded(process_of, LARGE, form="csv", bodies=(LARGE,))
        os._exit(0 if other not in (mine, os.getpid()) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert bounded(process_of, LARGE, form="csv", bodies=(LARGE,)) == mine
