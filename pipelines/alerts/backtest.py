"""What the rules find in an edition, and would have sent on every vintage.

The vintage of a month without a stored edition is the newest edition up to that month: every
value in it was computed from what was known at its own cut-off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipelines.alerts import signals
from pipelines.alerts.rules import SERIES_KINDS, Rule
from pipelines.alerts.signals import Vintage
from pipelines.alerts.state_machine import RuleEvent, RuleState, advance, value_at
from warehouse.edition import Edition
from warehouse.release_calendar import cutoff

# Months in which a rise of the regime counts as foreseen: early-warning studies of crises look
# one to two years ahead, and the shipped history is short.
AHEAD = 12
INTERNAL = {"owner", "runbook", "message"}  # of a rule: for who is notified, not for readers
COLUMNS = ["rule", "series", "kind", "period", "seen", "value", "quiet"]


def edition_alerts(rules: Iterable[Rule], before: Vintage, now: Vintage) -> dict[str, Any]:
    """The rules in force, and what each finds in `now` that `before` did not have.

    Returns:
        `rules`: each as declared. `found`: rule, series, kind (firing, on, resolved or
        retracted), since (the first month of the breach, YYYY-MM-DD) and value (the figure
        compared, in the month of `now`); breaches that last are `on`. All of it is fit for JSON.
    """
    looking = [
        rule for rule in rules if rule.kind in SERIES_KINDS and signals.applies(rule, now.method)
    ]
    return {
        "rules": [
            rule.model_dump(mode="json", by_alias=True, exclude=INTERNAL) for rule in looking
        ],
        "found": [row for rule in looking for row in _of_rule(rule, before, now)],
    }


def _of_rule(rule: Rule, before: Vintage, now: Vintage) -> Iterator[Mapping[str, Any]]:
    earlier = dict(signals.series_signals(rule, before))
    for series, signal in signals.series_signals(rule, now):
        state = RuleState()
        if series in earlier:
            _, state = advance(rule, earlier[series], state)
        events, after = advance(rule, signal, state)
        kinds: dict[pd.Timestamp, str] = {
            event.crossing: event.kind
            for event in events
            if event.kind != "error" and not event.quiet
        }
        if after.open is not None:
            kinds.setdefault(after.open.start, "on")
        value = value_at(signal, now.until)
        for start, kind in kinds.items():
            yield {"rule": rule.id, "series": series, "kind": kind, "since": f"{start:%Y-%m-%d}",
                   "value": value}  # fmt: skip


@dataclass(frozen=True)
class ReplayedEvent:
    """An event of the backtest, and the month of its vintage."""

    rule: Rule
    series: str
    event: RuleEvent
    seen: pd.Timestamp


def vintages(editions: Sequence[Edition]) -> list[Vintage]:
    """One vintage for each month, in order, from the stored editions."""
    newest = max(editions, key=lambda edition: (edition.month, edition.as_of, edition.id))
    stored = {pd.Timestamp(edition.month) for edition in editions}
    months = sorted(set(newest.values["period"]) - stored)
    latest = signals.vintage(newest)  # one for all months, so that they share its replicates
    cut = [cut_off(latest, month) for month in months]
    ordered = [*map(signals.vintage, editions), *cut]
    return sorted(ordered, key=lambda vintage: (vintage.as_of, vintage.key))


def gauge_vintages(newest: Edition) -> list[Vintage]:
    """One vintage for each month of both gauges and their phase.

    They are those that an edition stores. Beside an older method they show what the newest one
    would have said.
    """
    path = newest.gauges.rows
    first = path[path["reading"].eq(path.groupby("period")["reading"].transform("min"))]
    latest = Vintage(
        "gauges", newest.as_of, first, newest.gauges.method, pd.Timestamp(newest.month)
    )
    return [cut_off(latest, month) for month in sorted(set(first["period"]))]


def cut_off(vintage: Vintage, month: pd.Timestamp) -> Vintage:
    """What this vintage says up to a month."""
    key = f"month:{month:%Y%m}"
    closing = cutoff(f"{month:%Y-%m}", int(vintage.method["rules"]["cutoff_day"]))
    return replace(vintage, key=key, as_of=closing, until=month)


def replay(rules: Iterable[Rule], vintages: Sequence[Vintage]) -> Iterator[ReplayedEvent]:
    """Every event of the rules about figures, vintage by vintage."""
    for rule in rules:
        if rule.kind in SERIES_KINDS and signals.applies(rule, vintages[-1].method):
            states: dict[str, RuleState] = {}
            for vintage in vintages:
                for series, signal in signals.series_signals(rule, vintage):
                    before = states.get(series, RuleState())
                    events, states[series] = advance(rule, signal, before)
                    for event in events:
                        yield ReplayedEvent(rule, series, event, vintage.until)


def frame(replayed: Iterable[ReplayedEvent]) -> pd.DataFrame:
    """The events as a table."""
    rows = [
        (row.rule.id, row.series, row.event.kind, row.event.period, row.seen, row.event.value,
         row.event.quiet)
        for row in replayed
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(
    events: pd.DataFrame, rules: Sequence[Rule], newest: Vintage, years: float
) -> pd.DataFrame:
    """A row a rule: firings, retractions, what followed, and messages a year.

    `foreseen` firings had a rise of the regime of the index in the twelve months after,
    `false` ones had none though twelve months have passed; `lead_months` is the median time
    to that rise. A rule on the regime itself foresees nothing.
    """
    rises, last = _rises(newest), newest.table["period"].max()
    rows = [
        _summary_row(rule, events.loc[events["rule"].eq(rule.id)], rises, last, years)
        for rule in rules
        if rule.kind in SERIES_KINDS and signals.applies(rule, newest.method)
    ]
    return pd.DataFrame(rows)


def _summary_row(
    rule: Rule, mine: pd.DataFrame, rises: Sequence[pd.Timestamp], last: pd.Timestamp, years: float
) -> dict[str, Any]:
    fired = mine.loc[mine["kind"].eq("firing"), "period"]
    leads = [_lead(period, rises) for period in fired if rule.kind != "regime"]
    over = [period <= last - pd.DateOffset(months=AHEAD) for period in fired]
    foreseen = pd.Series([lead for lead in leads if lead is not None], dtype="float64")
    return {
        "rule": rule.id,
        "firings": len(fired),
        "resolved": int(mine["kind"].eq("resolved").sum()),
        "retracted": int(mine["kind"].eq("retracted").sum()),
        "foreseen": len(foreseen),
        "false": sum(lead is None and past for lead, past in zip(leads, over, strict=False)),
        "lead_months": foreseen.median(),
        "messages_a_year": round(float((~mine["quiet"]).sum()) / years, 2),
    }


def _rises(newest: Vintage) -> list[pd.Timestamp]:
    """The months in which the regime of the index rose."""
    index = newest.table.loc[lambda table: table["key"].eq("index")].set_index("period")
    step = index["regime"].map(signals.ladder(newest.method)).ffill()
    return list(step.index[step.diff().gt(0)])


def _lead(fired: pd.Timestamp, rises: Sequence[pd.Timestamp]) -> int | None:
    months = [(rise.year - fired.year) * 12 + rise.month - fired.month for rise in rises]
    return min((gap for gap in months if 0 < gap <= AHEAD), default=None)
