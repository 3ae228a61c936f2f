"""What the commands share: options, settings, dates as people write them."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.settings import Settings

HOME = "SILENTCRASH_HOME"
TRUST = "SILENTCRASH_TRUST"
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Only what was known on that day.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder that holds the editions.")
]
File = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write a .csv, .parquet, .json or .xlsx file."),
]


Limit = Annotated[
    int | None,
    typer.Option(
        min=1, help="At most this many rows; a table has 1,000, a file all.", show_default=False
    ),
]


class Format(StrEnum):
    """How a table is written."""

    table = "table"
    csv = "csv"
    json = "json"


Written = Annotated[Format, typer.Option("--format", help="How the table is written.")]


def set_home(folder: Path) -> Callable[[], None]:
    """Make a folder the home of this process; returns what puts the old one back."""
    return set_variable(HOME, str(folder.absolute()))


def set_variable(name: str, value: str) -> Callable[[], None]:
    """Set a variable of this process; returns what puts the old value back."""
    before = os.environ.get(name)
    os.environ[name] = value

    def put_back() -> None:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

    return put_back


def settings() -> "Settings":
    """The settings of this process.

    Imported here, so that `silentcrash --help` does not pay for pydantic.
    """
    from pipelines.settings import from_environment

    return from_environment()


def parse_day(text: str) -> "datetime | None":
    """The last second of a day, or the instant that the text gives; None if empty."""
    if not text:
        return None
    from warehouse.days import DateError, instant

    try:
        return instant(text)
    except DateError as fault:
        raise UsageError(str(fault)) from None
