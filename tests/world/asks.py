"""What the schedules of the product ask on a day, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from pipelines.definitions.assets import INDEX_SOURCES
from pipelines.definitions.schedules import BY_CADENCE, LAST_CHANCE
from pipelines.ingest import cross_check
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


def shared_out(efforts: Mapping[str, float], number: int) -> list[set[str]]:
    """The sources that each of several workers asks, about as much effort each.

    `efforts` is what asking each source takes. Publishers of the same figures confirm each other
    on the day, so that they stay with one worker, which keeps the days in order.
    """
    shares: list[tuple[float, set[str]]] = [(0.0, set()) for _ in range(number)]
    groups = [(sum(map(efforts.__getitem__, keys)), sorted(keys)) for keys in _together(efforts)]
    for own, keys in sorted(groups, reverse=True):
        least = min(range(number), key=lambda worker: shares[worker][0])
        effort, before = shares[least]
        shares[least] = effort + own, before | set(keys)
    return [keys for _, keys in shares if keys]


def _together(keys: Iterable[str]) -> list[set[str]]:
    """The sources in groups that have no figure in common with each other."""
    groups = [{key} for key in keys]
    for pair in _alike():
        touched = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups += [set().union(*touched)] if touched else []
    return groups


@cache
def _alike() -> list[set[str]]:
    """The pairs of sources of which one may confirm the other's figures."""
    owner = {series.key: source.key for source in registry().values() for series in source.series}
    alike = {
        frozenset((owner[pair.first], owner[pair.second]))
        for pair in cross_check.pairs(cross_check.load())
        if pair.check.reading == "last"
    }
    return [set(pair) for pair in sorted(alike, key=sorted)]
