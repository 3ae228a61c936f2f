"""What the rules on figures find in an edition, to be kept with it and published in it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipelines.alerts import signals
from pipelines.alerts.rules import WALKED, Rule
from pipelines.alerts.signals import Vintage
from pipelines.alerts.state_machine import RuleState, advance, value_at

UNSAID = {"owner", "runbook", "message"}  # of a rule: for those who are told, not for readers


def standing(rules: Iterable[Rule], before: Vintage, now: Vintage) -> dict[str, Any]:
    """The rules in force, and what each finds in `now` that `before` did not, or that lasts.

    `rules`: each as declared. `found`: rule, series, kind (firing, on, resolved or retracted),
    since (the first month of the crossing, YYYY-MM-DD) and value (the figure compared, in the
    month of `now`). All of it is fit for JSON.
    """
    looking = [rule for rule in rules if rule.kind in WALKED]
    return {
        "rules": [rule.model_dump(mode="json", by_alias=True, exclude=UNSAID) for rule in looking],
        "found": [row for rule in looking for row in _of_rule(rule, before, now)],
    }


def _of_rule(rule: Rule, before: Vintage, now: Vintage) -> Iterator[Mapping[str, Any]]:
    earlier = dict(signals.walked(rule, before))
    for series, signal in signals.walked(rule, now):
        known = RuleState()
        if series in earlier:
            _, known = advance(rule, earlier[series], known)
        events, after = advance(rule, signal, known)
        told: dict[pd.Timestamp, str] = {
            event.crossing: event.kind
            for event in events
            if event.kind != "error" and not event.quiet
        }
        if after.open is not None:
            told.setdefault(after.open.start, "on")
        value = value_at(signal, now.until)
        for start, kind in told.items():
            yield {"rule": rule.id, "series": series, "kind": kind, "since": f"{start:%Y-%m-%d}",
                   "value": value}  # fmt: skip
