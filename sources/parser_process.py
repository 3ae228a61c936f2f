"""Run a parser in a process of its own, which is ended when it costs too much.

The limits by format (`http/content_check.py`) hold for what is known to be slow. This one holds
for whatever is not: an expression that goes back and back, a reader in C that crashes, a table of
which a line becomes a gigabyte.
"""

from __future__ import annotations

import atexit
import os
import pickle
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from sources import own

MIB = 1 << 20
# Of processor: a machine that is busy with other work does not make a good body a hostile one.
# The slowest real workbook, 15 MiB unpacked, takes 1 s; one of 7.9 million empty cells, just short
# of what is refused before it is read, 5 s and 0.4 GiB.
SECONDS = 30
LONGEST = 20 * SECONDS  # by the clock, for a parser that waits instead of working
MEMORY = 1024 * MIB  # beyond what the process has when it is ready
# A body this small is read here: starting the process takes 0.9 s of processor. Of 16 KiB, even
# what grows with their square ends in time: 2.7e8 steps of an expression, 3 s; a table of 8,192
# columns on 8,192 lines, 0.5 GiB. What unpacks or refers to itself grows faster, and is not small.
SMALL = 16 * 1024
GROWS = {"yaml", "xlsx", "zip", ""}
AS = resource.RLIMIT_AS
ZIP = b"PK"  # how a zip file begins, whatever was declared
# Nothing else of the environment, such as keys, is within reach of what reads a hostile body.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONDONTWRITEBYTECODE")


class ParserEndedError(Exception):
    """The parser was ended; the message says why."""


class _RemoteTraceback(Exception):
    """Where in the other process an error was raised, for the log."""

    def __init__(self, text: str, frames: str) -> None:
        super().__init__(f"\n{text}")
        self.frames = frames


def bounded(
    function: Callable[..., Any], *arguments: Any, form: str, bodies: tuple[bytes, ...]
) -> Any:
    """What a function gives for these arguments, within SECONDS and MEMORY.

    Args:
        function: A function of a module, without side effects.
        arguments: Its arguments, which can be pickled.
        form: The format that its source declares.
        bodies: The bytes that it reads, among the arguments.

    Raises:
        ParserEndedError: It cost too much, or a library in C ended the process.
        Exception: What the function raised; its cause has the traceback.
    """
    size = sum(map(len, bodies))
    if size <= SMALL and form not in GROWS and not any(each.startswith(ZIP) for each in bodies):
        return function(*arguments)
    return _process.call(function, arguments)


def code_lines(error: BaseException) -> str:
    """The lines of code that raised an error, wherever, without its text."""
    remote = error.__cause__.frames if isinstance(error.__cause__, _RemoteTraceback) else ""
    return remote or "".join(traceback.format_tb(error.__traceback__))


class ParserProcess:
    """A process that answers one call after the other, made when it is needed.

    Any thread may call. It ends with this process, however that ends: its line is then closed.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._limits = seconds, memory
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """What the function gives there; the errors of `bounded`."""
        # A parser of an observatory's own is in no file that the process could import. One after
        # the other in one line of bytes, for a body within a pickle within another is held twice.
        question = BytesIO()
        pickle.dump(own.installed(), question)
        pickle.dump((function, arguments), question)
        with self._lock:
            try:
                done, answer = self._ask(question.getvalue())
            except BaseException:  # a Ctrl-C too: nothing goes on that nobody waits for
                self.end()
                raise
            if isinstance(answer, MemoryError):
                self.end()  # what is left of it is not known
                raise ParserEndedError(f"it took over {self._limits[1] // MIB} MiB of memory")
        if done:
            return answer
        error, text, frames = answer
        raise error from _RemoteTraceback(text, frames)

    def end(self) -> None:
        """Kill the process, if there is one."""
        running, line, self._running, self._line = self._running, self._line, None, None
        if line is not None:
            line.close()
        if running is not None:
            running.kill()
            running.wait()

    def _ask(self, question: bytes) -> tuple[bool, Any]:
        if self._running is None or self._running.poll() is not None or self._line is None:
            self.end()
            self._start()
        assert self._line is not None  # noqa: S101
        assert self._running is not None  # noqa: S101
        try:
            self._line.send_bytes(question)
            if not self._line.poll(LONGEST):
                raise ParserEndedError(f"it took over {LONGEST} s by the clock")
            done, answer = pickle.loads(self._line.recv_bytes())  # noqa: S301 - our own process
        except (EOFError, OSError):
            ended = self._running.wait()
            if ended == -signal.SIGPROF:
                raise ParserEndedError(f"it took over {self._limits[0]} s") from None
            raise ParserEndedError(f"it ended the process that read it with {ended}") from None
        return bool(done), answer

    def _start(self) -> None:
        self._line, theirs = Pipe()
        path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
        arguments = f"{theirs.fileno()}, {self._limits[0]}, {self._limits[1]}"
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._running = subprocess.Popen(  # noqa: S603 - this program, and our own arguments
            [sys.executable, "-c", f"from {__name__} import serve; serve({arguments})"],
            env={**passed_on, "PYTHONPATH": path, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # a Ctrl-C is for this process, which ends that one
        )
        theirs.close()


def serve(handle: int, seconds: float, memory: int) -> None:
    """Answer calls on this line until its other end is closed.

    A call may take so many `seconds` of processor, and all of them so many bytes of `memory`.
    """
    import pandas  # noqa: F401 - before the limit, for which it does not count

    line = Connection(handle)
    with suppress(OSError):  # macOS does not say how much there is, and keeps no such limit
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most, highest = pages * resource.getpagesize() + memory, resource.getrlimit(AS)[1]
        if highest == resource.RLIM_INFINITY or most < highest:  # else there is a lower one
            resource.setrlimit(AS, (most, highest))
    while True:
        try:
            question = line.recv_bytes()
        except EOFError:
            return
        # Its signal ends the process wherever it is, in C too.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        answer = _answer(question)
        signal.setitimer(signal.ITIMER_PROF, 0)
        line.send_bytes(answer)


def _answer(question: bytes) -> bytes:
    try:
        parts = BytesIO(question)
        own.install(pickle.load(parts))  # noqa: S301 - of the process that started this
        function, arguments = pickle.load(parts)  # noqa: S301 - the same
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        return pickle.dumps((False, MemoryError()))
    except Exception as error:
        frames = "".join(traceback.format_tb(error.__traceback__))
        text = "".join(traceback.format_exception(error))
        return pickle.dumps((False, (_portable(error), text, frames)))


def _portable(error: Exception) -> Exception:
    """The error, or its words where its class cannot be sent."""
    try:
        return pickle.loads(pickle.dumps(error))  # type: ignore[no-any-return]  # noqa: S301
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _forget() -> None:
    """A child of this process must not talk on its parent's line."""
    global _process
    _process = ParserProcess()


_process = ParserProcess()
atexit.register(lambda: _process.end())
os.register_at_fork(after_in_child=_forget)
