"""What the schedules of the product ask on a day, and when."""

from __future__ import annotations

from datetime import date

from pipelines.definitions.assets import INDEX_SOURCES
from pipelines.definitions.schedules import BY_CADENCE, LAST_CHANCE
from sources import Source, registry
from tests.world.publishers import publishers


def due(day: date) -> list[tuple[int, Source]]:
    """The sources that the schedules ask on a day, with the hour (UTC)."""
    sources = []
    for source in registry().values():
        if source.requests and source.key in publishers():
            hours = [hour for cron in crons(source) if (hour := hour_of(cron, day)) is not None]
            if hours:
                sources.append((min(hours), source))
    return sorted(sources, key=lambda pair: (pair[0], pair[1].key))


def crons(source: Source) -> list[str]:
    """The cron lines that ask a source."""
    own = [cron for cron, cadences in BY_CADENCE.values() if source.cadence in cadences]
    return [*own, LAST_CHANCE[1]] if source.key in INDEX_SOURCES else own


def hour_of(cron: str, day: date) -> int | None:
    """The hour at which a cron line of ours runs on a day, if it does."""
    _, hour, days, _, weekdays = cron.split()
    in_month = days == "*" or str(day.day) in days.split(",")
    in_week = weekdays == "*" or str(day.isoweekday() % 7) in weekdays.split(",")
    return int(hour) if in_month and in_week else None
