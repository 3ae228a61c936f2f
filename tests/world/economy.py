"""A small model of the economy: what is true of a series, without a clock.

A series goes on from the last figure of its shipped history, or from a start of its own, by growth,
a season and a slow random walk. A first print differs from the final figure, and later prints
come closer. Everything follows from the seed, so that a world can be played again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar, cast
from zlib import crc32

import numpy as np

T = TypeVar("T")
DAYS = {"W": 7, "B": 14}
MONTHS = {"M": 1, "Q": 3, "S": 6, "A": 12}
# The walk forgets a tenth of its past at each step: it wanders around the growth and never leaves.
MEMORY = 0.9
STEPS = 600
# A posted price stands for months and then moves by a step: one week in twelve, by 3 to 10 %.
CHANCE_OF_A_NEW_PRICE = 1 / 12
PRICE_STEPS = (-0.10, -0.06, -0.03, 0.03, 0.06, 0.10)


@dataclass(frozen=True)
class Path:
    """How a series moves: growth a year, deviation a step, season, digits.

    `first_print` is the relative deviation of a first print, `prints` after how many later
    periods a figure is final. `start` is the level where no history is shipped.
    """

    growth: float = 0.0
    sigma: float = 0.01
    season: float = 0.0
    decimals: int = 2
    low: float = 0.0
    high: float = math.inf
    start: float = 1.0
    first_print: float = 0.0
    prints: int = 0


@dataclass(frozen=True)
class Shock:
    """From a day on, the levels of some series times a factor."""

    series: str
    start: date
    factor: float


@dataclass(frozen=True)
class Economy:
    """The true figures of one world."""

    seed: int
    start: date
    past: Mapping[str, Mapping[date, float]]
    shocks: Sequence[Shock] = ()
    _walks: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    _days: dict[tuple[str, date], Any] = field(default_factory=dict, repr=False)

    def once(self, name: str, day: date, compute: Callable[[Economy, date], T]) -> T:
        """What is computed of a day, which is asked for again on each later one."""
        key = name, day
        if key not in self._days:
            self._days[key] = compute(self, day)
        return cast("T", self._days[key])

    def figure(
        self, series: str, frequency: str, period: date, path: Path, newest: date | None = None
    ) -> float:
        """The figure of a period, as printed when `newest` is the newest period.

        Without `newest` it is the final one.
        """
        past = self.past.get(series, {})
        if period in past:
            return past[period]
        anchor = max(past, default=first_day(self.start, frequency))
        base = past.get(anchor, path.start)
        steps = distance(anchor, period, frequency)
        a_year = 365.25 / DAYS[frequency] if frequency in DAYS else 12 / MONTHS[frequency]
        drift = path.growth * steps / a_year + path.sigma * self._walk(series, steps)
        wave = path.season * (_wave(period) - _wave(anchor))
        level = base * math.exp(drift + wave) * self._shocked(series, period)
        age = distance(period, newest, frequency) if newest else path.prints
        if age < path.prints:
            share = 1 - age / path.prints
            level *= 1 + share * path.first_print * self.noise(series, period)
        return round(min(max(level, path.low), path.high), path.decimals)

    def posted(self, series: str, day: date, start: float, decimals: int = 2) -> float:
        """A posted price on a day: it stands, and moves now and then by a step."""
        past = self.past.get(series, {})
        base = past[max(past)] if past else start
        weeks = max((day - self.start).days // 7, 0)
        level = base * self._steps(series)[min(weeks, STEPS - 1)] * self._shocked(series, day)
        return round(level, decimals)

    def noise(self, series: str, period: date) -> float:
        """A standard normal number of this series and period alone."""
        return float(self._random(series, period.toordinal()).standard_normal())

    def noises(self, series: str, day: date, number: int) -> list[float]:
        """So many standard normal numbers of this series and day alone."""
        draws = self._random(series, day.toordinal()).standard_normal(number)
        return [float(draw) for draw in draws]

    def count(self, series: str, period: date, mean: float) -> int:
        """How many things happened in a period: a Poisson number."""
        return int(self._random(series, period.toordinal()).poisson(mean))

    def _random(self, series: str, *more: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, crc32(series.encode()), *more])

    def _walk(self, series: str, steps: int) -> float:
        if steps <= 0:
            return 0.0
        if series not in self._walks:
            shocks = self._random(series).standard_normal(STEPS)
            total, walk = 0.0, np.zeros(STEPS + 1)
            for step, shock in enumerate(shocks, 1):
                total = MEMORY * total + shock
                walk[step] = total
            self._walks[series] = walk
        return float(self._walks[series][steps])

    def _steps(self, series: str) -> np.ndarray:
        key = f"posted {series}"
        if key not in self._walks:
            random = self._random(key)
            moves = np.where(
                random.random(STEPS) < CHANCE_OF_A_NEW_PRICE,
                random.choice(PRICE_STEPS, STEPS),
                0.0,
            )
            self._walks[key] = np.cumprod(1 + moves)
        return self._walks[key]

    def _shocked(self, series: str, day: date) -> float:
        factors = (s.factor for s in self.shocks if series.startswith(s.series) and s.start <= day)
        return math.prod(factors)


def _wave(period: date) -> float:
    return math.cos(2 * math.pi * (period.month - 1) / 12)


def first_day(day: date, frequency: str) -> date:
    """The first day of the period in which a day lies; a Monday for weeks."""
    if frequency in DAYS:
        return day - timedelta(days=day.weekday())
    size = MONTHS[frequency]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def later(period: date, steps: int, frequency: str) -> date:
    """The period so many steps later."""
    if frequency in DAYS:
        return period + timedelta(days=DAYS[frequency] * steps)
    month = period.year * 12 + period.month - 1 + steps * MONTHS[frequency]
    return date(month // 12, month % 12 + 1, 1)


def distance(earlier: date, then: date, frequency: str) -> int:
    """The number of steps from one period to another."""
    if frequency in DAYS:
        return (then - earlier).days // DAYS[frequency]
    months = (then.year - earlier.year) * 12 + then.month - earlier.month
    return months // MONTHS[frequency]


@cache
def periods(first: date, last: date, frequency: str) -> tuple[date, ...]:
    """Every period from the first to the last, both included."""
    return tuple(
        later(first, step, frequency) for step in range(distance(first, last, frequency) + 1)
    )
