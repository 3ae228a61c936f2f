"""What an operator reads of alerts: where they stand, why, and the backtest."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from pipelines.alerts import channels
from pipelines.alerts.rules import Rule, RuleSet
from pipelines.errors import UsageError
from pipelines.settings import SECRETS
from warehouse.alerts import overview

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.alerts.state_machine import Signal

RULES = ["rule", "series", "severity", "state", "period", "last_event", "about", "muted", "in_hand"]
CHANNELS = ["channel", "type", "state", "waiting", "last_success", "last_error", "variables"]

# pandas, the signals and the editions are imported by the functions that need them: where rules
# and channels stand is read as rows, in a third of the time.


def rule_rows(engine: Engine, rules: RuleSet) -> list[overview.Row]:
    """Where every rule stands: state, last period, last event, who has it in hand.

    What fires comes first. Rows of RULES.
    """
    severity = {rule.id: rule.severity for rule in rules.rules}
    rows = [row | {"severity": severity.get(row["rule"])} for row in overview.rules(engine)]
    shown = [{name: row[name] for name in RULES} for row in rows]
    return sorted(shown, key=lambda row: row["state"] in {"ok", "no_data"})


def channel_rows(engine: Engine, rules: RuleSet) -> list[overview.Row]:
    """The state of every channel, and how many messages wait: rows of CHANNELS."""
    in_use = {channel.id for channel in channels.in_use(rules, SECRETS)}
    stored = overview.channels(engine)
    rows = []
    for channel in rules.channels:
        own = stored.get(channel.id, {})
        state = own.get("state", "ok") if channel.id in in_use else "not set"
        rows.append(
            {
                "channel": channel.id,
                "type": channel.type,
                "state": state,
                "waiting": own.get("waiting", 0),
                "last_success": own.get("last_success"),
                "last_error": own.get("last_error", ""),
                "variables": ", ".join(channels.variables(channel)),
            }
        )
    return rows


def health(engine: Engine, rules: RuleSet, now: datetime) -> "pd.DataFrame":
    """What must run every day, and every channel in use: name, ok, last, detail."""
    import pandas as pd

    from pipelines.alerts import findings
    from warehouse.alerts import repository

    signs = findings.last_signs(overview.heartbeats(engine))
    # Without Dagster there is no scheduler, and nothing is wrong; but something must evaluate.
    names = ["evaluation", *(name for name in signs if name != "evaluation")]
    rows = [_sign(name, signs.get(name), now) for name in names]
    with engine.connect() as connection:
        states = repository.health(connection)
    for channel in channels.in_use(rules, SECRETS):
        state = states.get(channel.id, {})
        ok = state.get("state", "ok") == "ok"
        detail = state.get("last_error", "") if not ok else ""
        rows.append([f"channel {channel.id}", ok, state.get("last_success"), detail])
    return pd.DataFrame(rows, columns=["name", "ok", "last", "detail"])


def _sign(name: str, last: datetime | None, now: datetime) -> list[object]:
    from pipelines.alerts import findings

    if last is None:
        return [name, False, None, "never seen: `silentcrash run` evaluates the rules"]
    ok = now - last <= findings.SILENT_AFTER
    hours = f"{(now - last).total_seconds() / 3600:.0f} hours ago"
    return [name, ok, last, hours if ok else f"{hours}: what runs it has stopped"]


def explain(engine: Engine, rules: RuleSet, name: str, as_of: datetime | None) -> "pd.DataFrame":
    """A rule month by month in the edition known on that day: figure and tests."""
    import pandas as pd

    from pipelines.alerts import signals
    from pipelines.alerts.service import find_rule
    from warehouse import edition

    rule = find_rule(rules, name)
    stored = edition.editions(engine)
    if as_of is not None:
        stored = stored.loc[pd.to_datetime(stored["as_of"], utc=True).le(pd.Timestamp(as_of))]
    if stored.empty:
        raise UsageError(
            "no edition is stored as of that day: compute one with `silentcrash release`"
        )
    seen = signals.vintage(edition.load(engine, int(stored["release"].iloc[-1])))
    parts = [_explained(rule, key, signal) for key, signal in signals.series_signals(rule, seen)]
    return pd.concat(parts, ignore_index=True)


def _explained(rule: Rule, series: str, signal: "Signal") -> "pd.DataFrame":
    import pandas as pd

    from pipelines.alerts.state_machine import evaluate_series

    table = pd.DataFrame(
        {
            "series": series,
            "period": pd.DatetimeIndex(signal.firing.index).strftime("%Y-%m"),
            "value": signal.value.to_numpy(),
            "fires": signal.firing.to_numpy(),
            "ends": signal.recovered.to_numpy(),
        }
    )
    breaches, _ = evaluate_series(rule, signal)
    firing = pd.Series(False, index=signal.firing.index)
    for breach in breaches:
        firing |= (firing.index >= breach.start) & (
            (firing.index < breach.end) if breach.end is not None else True
        )
    return table.assign(firing=firing.to_numpy())


def run_backtest(
    engine: Engine, rules: RuleSet, start: str, end: str
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The backtest on every stored vintage: a summary by rule, and the events."""
    import pandas as pd

    from pipelines.alerts import backtest
    from warehouse import edition

    stored = [edition.load(engine, int(number)) for number in edition.editions(engine)["release"]]
    if not stored:
        raise UsageError("no edition is stored: compute one with `silentcrash release`")
    seen = [
        vintage
        for vintage in backtest.vintages(stored)
        if (not start or vintage.until >= pd.Timestamp(start))
        and (not end or vintage.until <= pd.Timestamp(end))
    ]
    if not seen:
        raise UsageError("no vintage lies between these months: write them as YYYY-MM")
    events = backtest.frame(backtest.replay(rules.rules, seen))
    years = max(len({vintage.until for vintage in seen}) / 12, 1 / 12)
    return backtest.summary(events, rules.rules, seen[-1], years), events
