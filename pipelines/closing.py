"""What a command opened is closed when it ends.

A process closes everything by ending. Where one runs many commands, as a test or a played world
does, an engine of SQLAlchemy is in a circle of references: its connections would stay until the
collector of Python comes by, and a server has a hundred of them for everybody.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

_scope: ContextVar[ExitStack | None] = ContextVar("scope", default=None)


@contextmanager
def scope() -> Iterator[None]:
    """What is opened within is closed at its end."""
    with ExitStack() as opened:
        before = _scope.set(opened)
        try:
            yield
        finally:
            _scope.reset(before)


def at_end(function: Callable[[], object]) -> None:
    """Call this at the end of the scope that one is in; outside of one, never."""
    if (opened := _scope.get()) is not None:
        opened.callback(function)
