"""What the rules would have told on every vintage: firings, retractions, lead, messages. Pure.

A month for which no edition is stored is what the newest edition says up to that month: every
value in it was computed from what was known at its own cut-off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from pipelines.alerts import signals
from pipelines.alerts.rules import WALKED, Rule
from pipelines.alerts.signals import Vintage
from pipelines.alerts.state_machine import RuleEvent, RuleState, advance
from warehouse.edition import Edition

AHEAD = 12  # months in which a rise of the regime counts as foreseen
COLUMNS = ["rule", "series", "kind", "period", "seen", "value", "quiet"]


@dataclass(frozen=True)
class Told:
    """An event of the backtest, and the vintage that it would have come with."""

    rule: Rule
    series: str
    event: RuleEvent
    seen: pd.Timestamp


def vintages(editions: Sequence[Edition]) -> list[Vintage]:
    """The stored editions and, for the months without one, the newest cut off there, in order."""
    newest = max(editions, key=lambda one: (one.month, one.as_of, one.id))
    stored = {pd.Timestamp(one.month) for one in editions}
    months = sorted(set(newest.values["period"]) - stored)
    whole = signals.vintage(newest)
    cut = [cut_off(whole, month) for month in months]
    return sorted([*map(signals.vintage, editions), *cut], key=lambda one: (one.as_of, one.key))


def cut_off(whole: Vintage, month: pd.Timestamp) -> Vintage:
    """What this vintage says up to a month."""
    key = f"month:{month:%Y%m}"
    return replace(whole, key=key, as_of=_closing(month, whole.method), until=month)


def _closing(month: pd.Timestamp, method: Mapping[str, Any]) -> datetime:
    day = int(method["rules"]["cutoff_day"])
    after = month + pd.DateOffset(months=1) + timedelta(days=day)
    return after.to_pydatetime().replace(tzinfo=UTC) - timedelta(seconds=1)


def replay(rules: Iterable[Rule], seen: Sequence[Vintage]) -> Iterator[Told]:
    """Every event of the rules about figures, vintage by vintage."""
    for rule in rules:
        if rule.kind in WALKED:
            memories: dict[str, RuleState] = {}
            for vintage in seen:
                for series, signal in signals.walked(rule, vintage):
                    events, memories[series] = advance(
                        rule, signal, memories.get(series, RuleState())
                    )
                    yield from (Told(rule, series, event, vintage.until) for event in events)


def frame(told: Iterable[Told]) -> pd.DataFrame:
    """The events as a table."""
    rows = [
        (one.rule.id, one.series, one.event.kind, one.event.period, one.seen, one.event.value,
         one.event.quiet)
        for one in told
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
    table = []
    for rule in (one for one in rules if one.kind in WALKED):
        mine = events.loc[events["rule"].eq(rule.id)]
        fired = mine.loc[mine["kind"].eq("firing"), "period"]
        leads = [_lead(period, rises) for period in fired if rule.kind != "regime"]
        over = [p <= last - pd.DateOffset(months=AHEAD) for p in fired]
        false = sum(lead is None and past for lead, past in zip(leads, over, strict=False))
        known = pd.Series([lead for lead in leads if lead is not None], dtype="float64")
        table.append(
            {
                "rule": rule.id,
                "firings": len(fired),
                "resolved": int(mine["kind"].eq("resolved").sum()),
                "retracted": int(mine["kind"].eq("retracted").sum()),
                "foreseen": len(known),
                "false": false,
                "lead_months": known.median(),
                "messages_a_year": round(float((~mine["quiet"]).sum()) / years, 2),
            }
        )
    return pd.DataFrame(table)


def _rises(seen: Vintage) -> list[pd.Timestamp]:
    """The months in which the regime of the index rose."""
    ladder = [one["key"] for one in seen.method["regimes"]]
    index = seen.table.loc[lambda table: table["key"].eq("index")].set_index("period")
    place = index["regime"].map({name: at for at, name in enumerate(ladder)}).ffill()
    return list(place.index[place.diff().gt(0)])


def _lead(fired: pd.Timestamp, rises: Sequence[pd.Timestamp]) -> int | None:
    months = [(rise.year - fired.year) * 12 + rise.month - fired.month for rise in rises]
    return min((gap for gap in months if 0 < gap <= AHEAD), default=None)
