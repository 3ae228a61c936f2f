"""When publishers publish: real lags, weekends and holidays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.world.economy import DAYS, first_day, later

# Fixed days on which no publisher of these works; those that move are left out.
HOLIDAYS = {(1, 1), (7, 4), (11, 11), (12, 24), (12, 25), (12, 26)}


def working_day(day: date) -> date:
    """The day itself, or the next on which offices are open."""
    while day.weekday() >= 5 or (day.month, day.day) in HOLIDAYS:
        day += timedelta(days=1)
    return day


@dataclass(frozen=True)
class Calendar:
    """A publication for each period, so many days after its first day.

    `months` later, on the day `day` of that month, where it is given.
    """

    frequency: str
    days: int = 0
    months: int = 0
    day: int = 0

    def due(self, period: date) -> date:
        """The day on which a period is first published."""
        if not self.day:
            return working_day(period + timedelta(days=self.days))
        return working_day(later(period, self.months, "M") + timedelta(days=self.day - 1))

    def newest(self, today: date) -> date:
        """The newest period that is public on a day."""
        period = first_day(today, self.frequency)
        if self.frequency == "B":
            period = _fortnight(today)
        while self.due(period) > today:
            period = later(period, -1, self.frequency)
        return period

    def edition(self, today: date) -> date:
        """The day of the newest publication."""
        return self.due(self.newest(today))


# The reference fortnights of the BTOS begin on alternate Mondays, this one among them.
A_FORTNIGHT = date(2026, 7, 13)


def _fortnight(today: date) -> date:
    return A_FORTNIGHT + timedelta(days=(today - A_FORTNIGHT).days // DAYS["B"] * DAYS["B"])


def every(weekday: int) -> Callable[[date], date]:
    """An edition each week, on this day (0 is Monday)."""
    return lambda today: today - timedelta(days=(today.weekday() - weekday) % 7)


def daily(today: date) -> date:
    """An edition each day."""
    return today
