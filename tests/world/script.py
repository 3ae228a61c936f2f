"""The script of a world: what goes wrong, where, from when to when.

A script is a TOML file of `[[event]]` tables; README.md explains each kind.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.world.economy import Shock

# Faults on the wire: what comes is no body of this publisher.
WIRE = {"outage", "denied", "gone", "challenge", "empty", "truncated", "not_processed"}
# Faults of content: a body in the right form with wrong figures.
CONTENT = {"scaled", "zero", "negative", "halved", "cut", "shifted", "future"}
# What is no fault and must be read, or at least not refused.
HARMLESS = {"moved", "frozen", "news"}
# What changes in the economy itself.
REAL = {"shock", "revised"}
KINDS = WIRE | CONTENT | HARMLESS | REAL
FIELDS = {"source", "from", "to", "kind", "factor", "names", "series"}


class ScriptError(ValueError):
    """A script that cannot be played: what is wrong with which event."""


@dataclass(frozen=True)
class Event:
    """Something that befalls a publisher from a day until the day it is mended."""

    source: str
    kind: str
    start: date
    end: date
    factor: float = 1.0
    names: tuple[str, ...] = ()
    series: str = ""

    def active(self, source: str, day: date) -> bool:
        """Whether it befalls this source on this day."""
        return self.source in {source, "*"} and self.start <= day < self.end

    @property
    def may_refuse(self) -> bool:
        """Whether a refusal, or a failure, is the right answer."""
        return self.kind in WIRE | CONTENT


@dataclass(frozen=True)
class Script:
    """The events of a world, and its name."""

    events: tuple[Event, ...] = ()
    name: str = "calm"
    faults: tuple[str, ...] = field(default=())

    def at(self, source: str, day: date) -> list[Event]:
        """The events of a source on a day."""
        return [event for event in self.events if event.active(source, day)]

    def faults_at(self, source: str, day: date) -> list[Event]:
        """Those of them that it may be refused for."""
        return [event for event in self.at(source, day) if event.may_refuse]

    def mended_within(self, source: str, day: date, days: int) -> bool:
        """Whether a fault of a source was mended at most so many days ago."""
        since = (day - e.end for e in self.events if e.may_refuse and e.source in {source, "*"})
        return any(timedelta(0) <= passed < timedelta(days=days) for passed in since)

    def fault_in(self, start: date, end: date) -> bool:
        """Whether a fault touches any day from `start` to before `end`."""
        return any(e.may_refuse and e.start < end and e.end > start for e in self.events)

    @property
    def shocks(self) -> tuple[Shock, ...]:
        """The real changes of the economy."""
        return tuple(
            Shock(e.series or e.source, e.start, e.factor) for e in self.events if e.kind == "shock"
        )


def load(path: Path | None) -> Script:
    """The script of a file; a calm one without. Raises ScriptError."""
    if path is None:
        return Script()
    tables = tomllib.loads(path.read_text()).get("event", [])
    return Script(tuple(_event(number, table) for number, table in enumerate(tables, 1)), path.stem)


def _event(number: int, table: dict[str, object]) -> Event:
    where = f"event {number}"
    if unknown := set(table) - FIELDS:
        raise ScriptError(f"{where}: unknown {sorted(unknown)}; the fields are {sorted(FIELDS)}")
    kind = str(table.get("kind", ""))
    if kind not in KINDS:
        raise ScriptError(f"{where}: kind {kind!r} is none of {sorted(KINDS)}")
    start, end = table.get("from"), table.get("to", date.max)
    if type(start) is not date or type(end) is not date or end <= start:
        raise ScriptError(f"{where}: from and to are days as 2027-01-31, to after from")
    source = str(table.get("source", ""))
    if not source and kind != "shock":
        raise ScriptError(f"{where}: which source? '*' is every one")
    factor, names = table.get("factor", 1.0), table.get("names", [])
    if not isinstance(factor, int | float) or not isinstance(names, list):
        raise ScriptError(f"{where}: factor is a number, names a list")
    series = str(table.get("series", ""))
    return Event(source, kind, start, end, float(factor), tuple(map(str, names)), series)
