"""How a command that failed ends: one line for a person, and an exit code."""

import typer

from pipelines.errors import INTERRUPTED, ObservatoryError


def ending(error: BaseException) -> tuple[str, int] | None:
    """The message and the exit code of an error; None for one that nobody expects."""
    if isinstance(error, ObservatoryError):
        return str(error), error.exit_code
    if isinstance(error, (typer.Abort, KeyboardInterrupt)):
        return "stopped; what was loaded stays loaded, run the command again to go on", INTERRUPTED
    if isinstance(error, typer.TyperException):
        return _command_line(error), 2
    return _of_a_library(error)


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
