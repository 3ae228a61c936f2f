"""Logging: where records go, in what form, and without any secret.

Every module logs with `logging.getLogger(__name__)`. `configure` sends the records to a file and to
the terminal; under Dagster its own logger takes them (`python_logs` in dagster.yaml). Whoever
handles a record, its secrets are gone: they are taken out when the record is made.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from pipelines.errors import UsageError

ROOMS = ("pipelines", "sources", "warehouse", "dashboards")
# A shorter value cannot be a key, and hiding it would blank figures: an opt-in is just "1".
SHORTEST_SECRET = 4
PERCENT = "%(?:25)*"  # an address inside an address inside an address: %, %25, %2525
USER = re.compile(
    rf"([a-z][a-z0-9+.-]*(?::|{PERCENT}3a)(?:/|{PERCENT}2f){{2}})[^\s/?#\"'<>]*(@|{PERCENT}40)",
    re.IGNORECASE,
)
Style = Literal["text", "json"]

_added: list[logging.Handler] = []


def configure(*, verbose: bool = False, file: Path | None = None, style: Style = "text") -> None:
    """Send records to standard error if `verbose`, and to the end of `file`.

    Records of our own packages from INFO on, those of libraries from WARNING on. What an earlier
    call set up is undone. Raises UsageError where the file cannot be written.
    """
    root = logging.getLogger()
    while _added:
        handler = _added.pop()
        root.removeHandler(handler)
        handler.close()
    _added.append(logging.NullHandler())  # without any, Python prints warnings by itself
    if verbose:
        _added.append(StandardError())
    if file is not None:
        _added.append(_file_handler(file))
    for handler in _added:
        handler.addFilter(_is_ours_or_serious)
        handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
        root.addHandler(handler)
    for room in ROOMS:
        logging.getLogger(room).setLevel(logging.INFO if verbose or file else logging.WARNING)
    hide_secrets()


def hide_secrets() -> None:
    """Take the secrets out of every record of this process, whoever handles it."""
    logging.setLogRecordFactory(make_record)


def frames(fault: BaseException) -> str:
    """The traceback of a fault without its text, which may hold a key."""
    return "".join(traceback.format_tb(fault.__traceback__)) + type(fault).__name__


def _is_ours_or_serious(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in ROOMS


def _file_handler(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the log to {file}: {error.strerror}") from None


class StandardError(logging.StreamHandler[TextIO]):
    """Standard error at that moment: a progress bar may take its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to whatever standard error is now."""
        self.stream = sys.stderr
        super().emit(record)


class TextFormatter(logging.Formatter):
    """A line with time, level, logger and message; the traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The instant of a record in UTC."""
        return _instant(record)


class JsonFormatter(logging.Formatter):
    """A line of JSON a record, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as an object; `traceback` is there where an error was caught."""
        line = {
            "time": _instant(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message and traceback are final, and hold no secret.

    A formatter takes `exc_text` where it is set, so the traceback is not rendered again.
    """
    record = logging.LogRecord(*args, **kwargs)
    record.msg, record.args = hide(record.getMessage()), None
    if record.exc_info and record.exc_info[1]:
        record.exc_text = hide("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record


def hide(text: str) -> str:
    """The text with secrets as names of variables, and no user in an address."""
    from pipelines.settings import SECRETS

    secrets = SECRETS.values_read.copy()  # another thread may read one meanwhile
    if long := {value: secrets[value] for value in secrets if len(value) >= SHORTEST_SECRET}:
        from sources.http import credentials

        text = credentials.hide(text, long)
    return USER.sub(r"\1***\2", text)
