"""Days and instants as people give them: dates or text, always UTC."""

from datetime import UTC, date, datetime, time
from typing import TypeAlias

When: TypeAlias = date | str  # a datetime is a date too


class DateError(ValueError):
    """What was given is no date; the message says how to write it."""


def instant(when: "When") -> datetime:
    """The aware instant of a date, or its last second, UTC, where it is a day.

    `when` is a date, an aware datetime, or either as ISO 8601 text. Raises DateError for what is
    no date, and for a time without a zone: it would mean another instant on every machine.
    """
    if isinstance(when, str):
        when = parsed(when)
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
        when = parsed(when)
    if isinstance(when, datetime):
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    return when


def parsed(text: str) -> date:
    """A date where the text has no time of day, else a datetime.

    Raises DateError for what is no date.
    """
    try:
        if len(text) <= len("2026-01-10"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise DateError(
            f"{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-01-10"
        ) from None
