"""What the rules on figures find in an edition, published with it; pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipelines.alerts import signals
from pipelines.alerts.rules import SERIES_KINDS, Rule
from pipelines.alerts.signals import Vintage
from pipelines.alerts.state_machine import RuleState, advance, value_at

INTERNAL = {"owner", "runbook", "message"}  # of a rule: for who is notified, not for readers


def edition_alerts(rules: Iterable[Rule], before: Vintage, now: Vintage) -> dict[str, Any]:
    """The rules in force, and what each finds in `now` that `before` did not have.

    Returns:
        `rules`: each as declared. `found`: rule, series, kind (firing, on, resolved or
        retracted), since (the first month of the breach, YYYY-MM-DD) and value (the figure
        compared, in the month of `now`); breaches that last are `on`. All of it is fit for JSON.
    """
    looking = [rule for rule in rules if rule.kind in SERIES_KINDS]
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
