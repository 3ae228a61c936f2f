"""Rows of the store as frames, with dates in place of its integers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Executable, text

from warehouse.tables import STATUS

SECONDS = 86_400
When: TypeAlias = date | str  # a datetime is a date too
NAMES = np.array(list(STATUS), dtype=object)  # the code of a status is its place


class DateError(ValueError):
    """What was given is no date; the message says how to write it."""


def rows(
    connection: Connection, sql: str | Executable, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The rows of a query, in its columns."""
    query = text(sql) if isinstance(sql, str) else sql
    result = connection.execute(query, dict(values or {}))
    # as tuples: of each row of SQLAlchemy, pandas would ask whether it is a dataclass
    return pd.DataFrame.from_records([tuple(row) for row in result], columns=list(result.keys()))


def dates(days: "pd.Series[int]") -> pd.DatetimeIndex:
    """The date of each number of days since 1970-01-01."""
    seconds = days.to_numpy("int64") * SECONDS
    return pd.DatetimeIndex(seconds.astype("datetime64[s]"))


def instants(seconds: "pd.Series[int]") -> pd.DatetimeIndex:
    """The instant, UTC, of each number of seconds since 1970-01-01."""
    return pd.DatetimeIndex(seconds.to_numpy("int64").astype("datetime64[s]")).tz_localize("UTC")


def statuses(codes: "pd.Series[int]") -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """The name of each status code."""
    return NAMES[codes.to_numpy("int64")]


def day(when: "When") -> int:
    """Days since 1970-01-01 of what `calendar_day` takes."""
    return (calendar_day(when) - date(1970, 1, 1)).days


def instant(when: "When") -> datetime:
    """The aware instant of a date, or its last second, UTC, where it is a day.

    `when` is a date, an aware datetime, or either as ISO 8601 text. Raises DateError for what is
    no date, and for a time without a zone: it would mean another instant on every machine.
    """
    if isinstance(when, str):
        when = _parsed(when)
    if not isinstance(when, datetime):
        return datetime.combine(when, time(23, 59, 59), UTC)
    if when.tzinfo is None:
        raise DateError(
            f"{when} has no time zone: write {when.isoformat()}+00:00, or the day alone"
        )
    return when


def calendar_day(when: "When") -> date:
    """The date of a date, of an instant in UTC, or of either as ISO 8601 text."""
    if isinstance(when, str):
        when = _parsed(when)
    if isinstance(when, datetime):
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    return when


def _parsed(text: str) -> date:
    """A date where the text has no time of day, else a datetime."""
    try:
        if len(text) <= len("2026-01-10"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise DateError(
            f"{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-01-10"
        ) from None


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame for an insert: None where a value is missing."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
