"""When an edition is due: its cut-off, its publication and the next ones.

The edition of a month knows what was public at the end of the cut-off day of the following month,
and is published at 09:00 UTC on the first weekday (Monday to Friday) after that day. The engine,
the alerts, the bulletin and the site all take their dates from here.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

# 10:00 or 11:00 in Paris, 10:00 in Rabat (09:00 in Ramadan): a working day is ahead to read it.
PUBLICATION_HOUR = 9
SATURDAY = 5  # of `date.weekday`, where Monday is 0
LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True)
class EditionDates:
    """A month (YYYY-MM), its cut-off and its publication, in UTC."""

    month: str
    cutoff: datetime
    publication: datetime


def following_month(month: str, months: int = 1) -> str:
    """The month (YYYY-MM) so many months after `month`; before it where negative."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def cutoff(month: str, cutoff_day: int) -> datetime:
    """The last second (UTC) of the cut-off day in the month after `month`."""
    day = date.fromisoformat(f"{following_month(month)}-{cutoff_day:02d}")
    return datetime.combine(day, LAST_SECOND, UTC)


def edition_dates(month: str, cutoff_day: int) -> EditionDates:
    """The dates of the edition of a month (YYYY-MM)."""
    closing = cutoff(month, cutoff_day)
    day = closing.date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    publication = datetime.combine(day, time(PUBLICATION_HOUR), UTC)
    return EditionDates(month, closing, publication)


def coming_editions(now: datetime, cutoff_day: int, count: int) -> list[EditionDates]:
    """The next `count` editions that are published after `now`."""
    # The edition of two months ago may still be ahead: its cut-off day can be the 28th, and a
    # weekend may follow. One of three months ago cannot.
    start = following_month(f"{now:%Y-%m}", -2)
    months = (following_month(start, step) for step in range(count + 3))
    dates = (edition_dates(month, cutoff_day) for month in months)
    return [edition for edition in dates if edition.publication > now][:count]
