"""When an edition is due: the rule behind the calendar and the embargo.

An edition of a month knows what was public at the end of the cut-off day of the next month, and
is released at 09:00 UTC on the first weekday (Monday to Friday) after that day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd

HOUR = 9  # UTC: 10:00 or 11:00 in Paris, 10:00 in Rabat (09:00 in Ramadan)
SATURDAY = 5  # as date.weekday() counts


@dataclass(frozen=True)
class Due:
    """A month, its data cut-off (the last second that counts), its release; UTC."""

    month: str
    cutoff: datetime
    release: datetime


def due(month: str, cutoff_day: int) -> Due:
    """The cut-off and release of a month (YYYY-MM) by the rule."""
    following = (pd.Period(month, "M") + 1).to_timestamp()
    day = date(following.year, following.month, cutoff_day)
    first = day + timedelta(days=1)
    while first.weekday() >= SATURDAY:
        first += timedelta(days=1)
    return Due(
        month,
        datetime.combine(day, time(23, 59, 59), UTC),
        datetime.combine(first, time(HOUR), UTC),
    )


def coming(now: datetime, cutoff_day: int, count: int) -> list[Due]:
    """The next `count` months whose hour of release is after `now`."""
    start = pd.Period(now.date(), "M") - 2
    months = [due(str(start + step), cutoff_day) for step in range(count + 3)]
    return [candidate for candidate in months if candidate.release > now][:count]
