"""How a command that failed ends: one line for a person, and an exit code."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pipelines.errors import INTERRUPTED, ObservatoryError, UsageError

GRACE = 1.0  # seconds in which a query that takes too long sees it itself
LATEST = 86_400.0  # no query may take so long; threads cannot wait for whatever number is given


def ending(error: BaseException) -> tuple[str, int] | None:
    """The message and the exit code of an error; None for one that nobody expects."""
    if isinstance(error, ObservatoryError):
        return str(error), error.exit_code
    if isinstance(error, (typer.Abort, KeyboardInterrupt)):
        return "stopped; what was loaded stays loaded, run the command again to go on", INTERRUPTED
    if isinstance(error, typer.TyperException):
        return _command_line(error), 2
    return _of_a_library(error)


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """End this process where a query runs past its limit and does not see it.

    SQLite looks at the clock between steps; a step may be a call that compares half a megabyte
    with each place of another, for ten seconds, and a query may have a thousand of them.
    """
    from warehouse.database.query_limits import too_long

    done = threading.Event()

    def watch() -> None:
        if not done.wait(min(seconds + GRACE, LATEST)):
            print(f"silentcrash: {too_long(seconds)}", file=sys.stderr, flush=True)
            os._exit(UsageError.exit_code)

    if seconds > 0:  # neither "nan"; what is no limit is refused by the query itself
        threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _command_line(error: typer.TyperException) -> str:
    message: str = getattr(error, "format_message", error.__str__)()
    return message.replace("Value error, ", "")  # which pydantic puts before its own messages


def _of_a_library(error: BaseException) -> tuple[str, int] | None:
    """The same for our own libraries, the database and the disk.

    They are imported here and not above: whoever raised one has imported it already, and
    `silentcrash --help` must not pay for SQLAlchemy.
    """
    from sqlalchemy.exc import DBAPIError

    from warehouse.database import WarehouseError
    from warehouse.days import DateError
    from warehouse.export import ExportError
    from warehouse.observations.series import UnknownSeries
    from warehouse.query import QueryError

    if isinstance(error, (QueryError, ExportError, UnknownSeries, DateError)):
        return str(error), 2
    if isinstance(error, WarehouseError):
        return str(error), 1
    if isinstance(error, DBAPIError):
        return f"the warehouse does not answer: {str(error.orig).splitlines()[0]}", 1
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the system'}: {error.strerror}", 1
    return None
