"""The state machine of alert rules; pure.

A vintage of a series is read from its first period to its last, which gives the breaches: the
stretches in which the rule fires. They are compared with the breaches recorded so far: one that
starts after the last evaluated period is new, and a recorded one that no stretch covers any more
was undone by a revision. Evaluating the same vintage twice adds nothing, whatever happened
between.
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
    """What a rule sees of a series: the figure of each period and the tests of it.

    `firing` starts an alert, `recovered` ends one and `confirmed` starts one without waiting
    for `for` periods in a row; `missing` means that the period has no figure. A period can be
    neither firing nor recovered: the two thresholds of a rule may lie apart.
    """

    value: "pd.Series[float]"
    firing: "pd.Series[bool]"
    recovered: "pd.Series[bool]"
    confirmed: "pd.Series[bool]"
    missing: "pd.Series[bool]"


@dataclass(frozen=True)
class Breach:
    """A stretch in which the rule fires, from its first period to that of its end."""

    start: pd.Timestamp
    end: pd.Timestamp | None = None
    rule_hash: str = ""
    retracted: bool = False


@dataclass(frozen=True)
class RuleEvent:
    """Something that happened to a rule and a series.

    `crossing` is the first period of the breach that the event belongs to. A `quiet` event is
    recorded without any message.
    """

    kind: EventKind
    period: pd.Timestamp
    crossing: pd.Timestamp
    value: float | None = None
    note: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class RuleState:
    """What is recorded of a rule and a series; empty before the first evaluation."""

    state: State = "ok"
    rule_hash: str = ""
    last: pd.Timestamp | None = None
    crossings: tuple[Breach, ...] = field(default=())

    @property
    def open(self) -> Breach | None:
        """The breach that has not ended."""
        lasting = [breach for breach in self.crossings if _lasts(breach)]
        return lasting[-1] if lasting else None


def _lasts(breach: Breach) -> bool:
    return breach.end is None and not breach.retracted


def evaluate_series(rule: Rule, signal: Signal) -> tuple[list[Breach], State]:
    """The breaches of one vintage, in order, and the state at its last period."""
    breaches: list[Breach] = []
    state: State = "ok"
    count = 0
    tests = (signal.firing, signal.recovered, signal.confirmed, signal.missing)
    for period, firing, recovered, confirmed, missing in zip(
        signal.firing.index, *tests, strict=True
    ):
        if missing and rule.on_missing == "keep":
            continue
        if missing:
            firing, recovered = rule.on_missing == "fire", rule.on_missing == "resolve"
        before = state
        state, count = _next(rule, state, count, bool(firing), bool(recovered), bool(confirmed))
        if state == "firing" and before in {"ok", "pending"}:
            breaches.append(Breach(period))
        elif state == "ok" and before in {"firing", "recovering"}:
            breaches[-1] = replace(breaches[-1], end=period)
    blind = len(signal.missing) > 0 and bool(signal.missing.iloc[-1])
    return breaches, "no_data" if blind and state in {"ok", "pending"} else state


def _next(
    rule: Rule, state: State, count: int, firing: bool, recovered: bool, confirmed: bool
) -> tuple[State, int]:
    """The state after one period, and for how long it has been about to change."""
    if state in {"ok", "pending"}:
        if not firing:
            return "ok", 0
        return ("firing", 0) if confirmed or count + 1 >= rule.for_ else ("pending", count + 1)
    if not recovered:
        return "firing", 0
    return ("ok", 0) if count + 1 >= rule.keep_for else ("recovering", count + 1)


def advance(rule: Rule, signal: Signal, state: RuleState) -> tuple[list[RuleEvent], RuleState]:
    """The events that a vintage adds to the recorded state, and the state after.

    A series without any period is an error of the rule, reported once. The first vintage ever
    reports only what fires in its last period; breaches that ended before are recorded quietly,
    as is a retraction where the rule only annotates revisions.
    """
    if signal.firing.empty:
        return _error(state)
    newest = signal.firing.index[-1]
    if state.last is not None and newest < state.last:
        return [], state
    breaches, status = evaluate_series(rule, signal)
    compared = _compare(rule, breaches, state, newest)
    events = [replace(event, value=value_at(signal, event.period)) for event in compared]
    return events, _remember(rule, replace(state, state=status, last=newest), events)


def _error(state: RuleState) -> tuple[list[RuleEvent], RuleState]:
    if state.state == "error":
        return [], state
    at = state.last if state.last is not None else pd.Timestamp(0)
    event = RuleEvent("error", at, at, note="the edition has no such series")
    return [event], replace(state, state="error")


def _compare(
    rule: Rule, breaches: Sequence[Breach], state: RuleState, newest: pd.Timestamp
) -> Iterator[RuleEvent]:
    """The events that lead from the recorded breaches to those of this vintage."""
    if state.last is None:
        yield from _begin(breaches)
        return
    if state.rule_hash != rule.hash:
        # A changed rule says nothing about the past: it starts or ends at the newest period.
        firing = bool(breaches) and breaches[-1].end is None
        yield from level(firing, state.open, newest, "new rule")
        return
    for recorded in state.crossings:
        if not recorded.retracted and (recorded.rule_hash == rule.hash or recorded == state.open):
            covering = [new for new in breaches if _overlap(new, recorded, state.last)]
            yield from _undone(rule, recorded, covering)
    for breach in breaches:
        if breach.start > state.last:
            # One that began and ended since was in months that nobody evaluated in their time:
            # made up for later, it is no news.
            past = breach.end is not None
            yield RuleEvent("firing", breach.start, breach.start, quiet=past)
            if breach.end is not None:
                yield RuleEvent("resolved", breach.end, breach.start, quiet=True)
    lasting = breaches[-1] if breaches and breaches[-1].end is None else None
    if lasting is not None and lasting.start <= state.last and not state.open:
        start = _reopened(lasting, state)
        yield RuleEvent("firing", start, start, note="seen after a revision")


def _reopened(breach: Breach, state: RuleState) -> pd.Timestamp:
    """Where a breach starts that a revision brought: after what was recorded."""
    ends = [past.end for past in state.crossings if past.end is not None and not past.retracted]
    return max([breach.start, *(end for end in ends if end > breach.start)])


def _begin(breaches: Sequence[Breach]) -> Iterator[RuleEvent]:
    """The events of the first vintage: the past is quiet, the present is not."""
    for breach in breaches:
        past = breach.end is not None
        yield RuleEvent("firing", breach.start, breach.start, quiet=past, note="first evaluation")
        if breach.end is not None:
            yield RuleEvent(
                "resolved", breach.end, breach.start, quiet=True, note="first evaluation"
            )


def _undone(rule: Rule, recorded: Breach, covering: Sequence[Breach]) -> Iterator[RuleEvent]:
    """A recorded breach that no longer is one, or that has ended since."""
    start = recorded.start
    if not covering:
        quiet = rule.on_revision == "annotate"
        yield RuleEvent("retracted", start, start, note="undone by a revision", quiet=quiet)
    elif recorded.end is None and covering[-1].end is not None:
        yield RuleEvent("resolved", covering[-1].end, start)


def _overlap(breach: Breach, recorded: Breach, last: pd.Timestamp) -> bool:
    """True if the breach fires in a period in which the recorded one did."""
    # An open breach was recorded as firing in every period up to the last evaluated one.
    until = recorded.end if recorded.end is not None else last + pd.Timedelta(days=1)
    return breach.start < until and (breach.end is None or breach.end > recorded.start)


def level(
    firing: bool, open_: Breach | None, period: pd.Timestamp, note: str = ""
) -> Iterator[RuleEvent]:
    """The event of something without a history of its own: it is on or off now."""
    if firing and open_ is None:
        yield RuleEvent("firing", period, period, note=note)
    elif not firing and open_ is not None:
        yield RuleEvent("resolved", period, open_.start, note=note)


def set_level(
    rule: Rule,
    firing: bool,
    period: pd.Timestamp,
    state: RuleState,
    note: str = "",
    value: float | None = None,
) -> tuple[list[RuleEvent], RuleState]:
    """`advance` for something that is on or off now."""
    events = [replace(event, value=value) for event in level(firing, state.open, period, note)]
    status: State = "firing" if firing else "ok"
    return events, _remember(rule, replace(state, state=status, last=period), events)


def notify_once(
    rule: Rule, event: RuleEvent, state: RuleState
) -> tuple[list[RuleEvent], RuleState]:
    """`advance` for something that happens once: one event for each period."""
    recorded = event.crossing in {breach.start for breach in state.crossings}
    later = state.last is None or event.period > state.last
    events = [event] if later and not recorded else []
    return events, _remember(rule, replace(state, state="ok", last=event.period), events)


def _remember(rule: Rule, state: RuleState, events: Sequence[RuleEvent]) -> RuleState:
    crossings = {breach.start: breach for breach in state.crossings}
    for event in events:
        crossings[event.crossing] = after_event(crossings.get(event.crossing), event, rule.hash)
    return replace(state, rule_hash=rule.hash, crossings=tuple(crossings.values()))


def after_event(before: Breach | None, event: RuleEvent, rule_hash: str) -> Breach:
    """The breach after an event about it."""
    breach = before or Breach(event.crossing)
    if event.kind == "firing":
        return Breach(event.crossing, rule_hash=rule_hash)
    if event.kind == "retracted":
        return replace(breach, retracted=True)
    return replace(breach, end=event.period, rule_hash=breach.rule_hash or rule_hash)


def value_at(signal: Signal, period: pd.Timestamp) -> float | None:
    """The figure of a period, None where there is none."""
    figure = signal.value.get(period)
    return None if figure is None or pd.isna(figure) else float(figure)
