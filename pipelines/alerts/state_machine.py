"""The state machine, pure: what one vintage of a series has to tell that was not told yet.

A vintage is walked from its first period to its last; that gives the spells in which the rule
fires. They are then compared with the crossings already recorded: a spell after the last
evaluated period is new, a crossing that no spell covers any more was undone by a revision.
The same vintage twice finds nothing, whatever happened between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from pipelines.alerts.rules import Rule

State = Literal["ok", "pending", "firing", "recovering", "no_data", "error"]
EventKind = Literal["firing", "resolved", "retracted", "notice", "reminder", "error"]


@dataclass(frozen=True)
class Signal:
    """What a rule sees of a series, by period: the figure, and three tests of it.

    `hot` fires, `cold` ends, `sure` fires without waiting; `missing` is neither.
    """

    value: "pd.Series[float]"
    hot: "pd.Series[bool]"
    cold: "pd.Series[bool]"
    sure: "pd.Series[bool]"
    missing: "pd.Series[bool]"


@dataclass(frozen=True)
class Breach:
    """A stretch in which the rule fires: its first period, and the period of its end."""

    start: pd.Timestamp
    end: pd.Timestamp | None = None
    rule_hash: str = ""
    retracted: bool = False


@dataclass(frozen=True)
class RuleEvent:
    """Something that happened to a rule and a series; `crossing` is the start it belongs to."""

    kind: EventKind
    period: pd.Timestamp
    crossing: pd.Timestamp
    value: float | None = None
    note: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class RuleState:
    """What is known of a rule and a series: nothing, at first."""

    state: State = "ok"
    rule_hash: str = ""
    last: pd.Timestamp | None = None
    crossings: tuple[Breach, ...] = field(default=())

    @property
    def open(self) -> Breach | None:
        """The crossing that has not ended."""
        alive = [one for one in self.crossings if one.end is None and not one.retracted]
        return alive[-1] if alive else None


def evaluate_series(rule: Rule, signal: Signal) -> tuple[list[Breach], State]:
    """The spells of one vintage, in order, and the state at its last period."""
    spells: list[Breach] = []
    state: State = "ok"
    count = 0
    table = zip(signal.hot.index, signal.hot, signal.cold, signal.sure, signal.missing, strict=True)
    for period, hot, cold, sure, missing in table:
        if missing and rule.on_missing == "keep":
            continue
        if missing:
            hot, cold = rule.on_missing == "fire", rule.on_missing == "resolve"
        before = state
        state, count = _next(rule, state, count, bool(hot), bool(cold), bool(sure))
        if state == "firing" and before in {"ok", "pending"}:
            spells.append(Breach(period))
        elif state == "ok" and before in {"firing", "recovering"}:
            spells[-1] = replace(spells[-1], end=period)
    blind = len(signal.missing) > 0 and bool(signal.missing.iloc[-1])
    return spells, "no_data" if blind and state in {"ok", "pending"} else state


def _next(
    rule: Rule, state: State, count: int, hot: bool, cold: bool, sure: bool
) -> tuple[State, int]:
    """The state after one period, and how many periods in a row point away from the last one."""
    if state in {"ok", "pending"}:
        if not hot:
            return "ok", 0
        return ("firing", 0) if sure or count + 1 >= rule.for_ else ("pending", count + 1)
    if not cold:
        return "firing", 0
    return ("ok", 0) if count + 1 >= rule.keep_for else ("recovering", count + 1)


def advance(rule: Rule, signal: Signal, memory: RuleState) -> tuple[list[RuleEvent], RuleState]:
    """The events that this vintage adds to the memory, and the memory after them.

    A series without any period is an error of the rule, told once. The first vintage ever
    only tells what fires now; crossings that ended before are recorded quietly, as is a
    retraction where the rule only annotates revisions.
    """
    if signal.hot.empty:
        return _error(memory)
    newest = signal.hot.index[-1]
    if memory.last is not None and newest < memory.last:
        return [], memory
    spells, state = evaluate_series(rule, signal)
    events = list(_compare(rule, spells, memory, newest))
    said = [replace(event, value=value_at(signal, event.period)) for event in events]
    return said, _remember(rule, replace(memory, state=state, last=newest), said)


def _error(memory: RuleState) -> tuple[list[RuleEvent], RuleState]:
    if memory.state == "error":
        return [], memory
    at = memory.last if memory.last is not None else pd.Timestamp(0)
    event = RuleEvent("error", at, at, note="the edition has no such series")
    return [event], replace(memory, state="error")


def _compare(
    rule: Rule, spells: Sequence[Breach], memory: RuleState, newest: pd.Timestamp
) -> Iterator[RuleEvent]:
    if memory.last is None:
        yield from _begin(spells)
        return
    if memory.rule_hash != rule.hash:
        yield from level(bool(spells) and spells[-1].end is None, memory.open, newest, "new rule")
        return
    for told in memory.crossings:
        if not told.retracted and (told.rule_hash == rule.hash or told == memory.open):
            yield from _undone(rule, told, [s for s in spells if _overlap(s, told, memory.last)])
    for spell in spells:
        if spell.start > memory.last:
            yield RuleEvent("firing", spell.start, spell.start)
            if spell.end is not None:
                yield RuleEvent("resolved", spell.end, spell.start)
    if spells and spells[-1].end is None and spells[-1].start <= memory.last and not memory.open:
        start = _reopened(spells[-1], memory)
        yield RuleEvent("firing", start, start, note="seen after a revision")


def _reopened(spell: Breach, memory: RuleState) -> pd.Timestamp:
    """Where a spell that a revision brought starts: after what was already told of it."""
    ends = [one.end for one in memory.crossings if one.end is not None and not one.retracted]
    return max([spell.start, *(end for end in ends if end > spell.start)])


def _begin(spells: Sequence[Breach]) -> Iterator[RuleEvent]:
    """What the first vintage says: the past quietly, the present aloud."""
    for spell in spells:
        past = spell.end is not None
        yield RuleEvent("firing", spell.start, spell.start, quiet=past, note="first evaluation")
        if spell.end is not None:
            yield RuleEvent("resolved", spell.end, spell.start, quiet=True, note="first evaluation")


def _undone(rule: Rule, told: Breach, covering: Sequence[Breach]) -> Iterator[RuleEvent]:
    if not covering:
        quiet = rule.on_revision == "annotate"
        yield RuleEvent(
            "retracted", told.start, told.start, note="undone by a revision", quiet=quiet
        )
    elif told.end is None and covering[-1].end is not None:
        yield RuleEvent("resolved", covering[-1].end, told.start)


def _overlap(spell: Breach, told: Breach, last: pd.Timestamp) -> bool:
    """Whether a spell fires in a period in which the crossing was said to fire."""
    until = told.end if told.end is not None else last + pd.Timedelta(days=1)
    return spell.start < until and (spell.end is None or spell.end > told.start)


def level(
    hot: bool, open_: Breach | None, period: pd.Timestamp, note: str = ""
) -> Iterator[RuleEvent]:
    """The event of something that has no history of its own: on or off, as of now."""
    if hot and open_ is None:
        yield RuleEvent("firing", period, period, note=note)
    elif not hot and open_ is not None:
        yield RuleEvent("resolved", period, open_.start, note=note)


def set_level(
    rule: Rule,
    hot: bool,
    period: pd.Timestamp,
    memory: RuleState,
    note: str = "",
    value: float | None = None,
) -> tuple[list[RuleEvent], RuleState]:
    """`step` for something that is on or off as of now."""
    said = level(hot, memory.open, period, note)
    events = [replace(event, value=value) for event in said]
    state: State = "firing" if hot else "ok"
    return events, _remember(rule, replace(memory, state=state, last=period), events)


def notify_once(
    rule: Rule, event: RuleEvent, memory: RuleState
) -> tuple[list[RuleEvent], RuleState]:
    """`step` for something that happens once: told unless a crossing of its period is known."""
    known = event.crossing in {one.start for one in memory.crossings}
    first = memory.last is None or event.period > memory.last
    events = [] if known or not first else [event]
    return events, _remember(rule, replace(memory, state="ok", last=event.period), events)


def _remember(rule: Rule, memory: RuleState, events: Sequence[RuleEvent]) -> RuleState:
    crossings = {one.start: one for one in memory.crossings}
    for event in events:
        crossings[event.crossing] = after_event(crossings.get(event.crossing), event, rule.hash)
    return replace(memory, rule_hash=rule.hash, crossings=tuple(crossings.values()))


def after_event(before: Breach | None, event: RuleEvent, rule_hash: str) -> Breach:
    """The crossing after an event about it."""
    crossing = before or Breach(event.crossing)
    if event.kind == "firing":
        return Breach(event.crossing, rule_hash=rule_hash)
    if event.kind == "retracted":
        return replace(crossing, retracted=True)
    return replace(crossing, end=event.period, rule_hash=crossing.rule_hash or rule_hash)


def value_at(signal: Signal, period: pd.Timestamp) -> float | None:
    """The figure of a period, None where there is none."""
    found = signal.value.get(period)
    return None if found is None or pd.isna(found) else float(found)
