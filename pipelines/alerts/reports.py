"""What an operator reads of alerts: where they stand, why, and the backtest."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.alerts import backtest, channels, findings, signals
from pipelines.alerts.rules import Rule, RuleSet
from pipelines.alerts.service import find_rule
from pipelines.alerts.state_machine import Signal, evaluate_series
from pipelines.errors import UsageError
from pipelines.settings import SECRETS
from warehouse import edition
from warehouse.alerts import repository
from warehouse.alerts.tables import Ack, AlertEvent, AlertState, ChannelHealth, Outbox

SAME = ["rule", "series"]


def rule_table(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """Where every rule stands: state, last period, last event, who has it in hand.

    What fires comes first.
    """
    stands = repository.frame(engine, AlertState)
    events = repository.frame(engine, AlertEvent)
    last = events.drop_duplicates(["rule", "series"], keep="last")
    on = [*SAME, "crossing"]
    latest = last.merge(_in_hand(engine, events), how="left", on=on).fillna({"in_hand": ""})
    columns = ["rule", "series", "kind", "period", "muted", "in_hand"]
    table = stands.merge(
        latest[columns].rename(columns={"kind": "last_event", "period": "about"}),
        on=SAME,
        how="left",
    )
    severity = {rule.id: rule.severity for rule in rules.rules}
    shown = [*SAME, "severity", "state", "period", "last_event", "about", "muted", "in_hand"]
    ordered = table.assign(severity=table["rule"].map(severity))[shown]
    quiet = ordered["state"].isin(["ok", "no_data"])
    return ordered.loc[quiet.sort_values(kind="stable").index].reset_index(drop=True)


def _in_hand(engine: Engine, events: pd.DataFrame) -> pd.DataFrame:
    """Who has each breach in hand: columns rule, series, crossing, in_hand."""
    acks = repository.frame(engine, Ack)
    until = pd.to_datetime(acks["until"], utc=True).dt.strftime(" until %Y-%m-%d").fillna("")
    labelled = acks.assign(in_hand=acks["by"] + until + ": " + acks["why"])
    mine = labelled[["event_id", "in_hand"]].merge(events, left_on="event_id", right_on="id")
    newest = mine.drop_duplicates([*SAME, "crossing"], keep="last")
    return newest[[*SAME, "crossing", "in_hand"]]


def channel_table(engine: Engine, rules: RuleSet) -> pd.DataFrame:
    """The state of every channel, and how many messages wait for it."""
    in_use = {channel.id for channel in channels.in_use(rules, SECRETS)}
    health = repository.frame(engine, ChannelHealth).set_index("channel")
    box = repository.frame(engine, Outbox)
    waiting = box.loc[box["state"].ne("sent")].groupby("channel").size()
    return pd.DataFrame(
        {
            "channel": channel.id,
            "type": channel.type,
            "state": health["state"].get(channel.id, "ok") if channel.id in in_use else "not set",
            "waiting": int(waiting.get(channel.id, 0)),
            "last_success": health["last_success"].get(channel.id),
            "last_error": health["last_error"].get(channel.id, ""),
            "variables": ", ".join(channels.variables(channel)),
        }
        for channel in rules.channels
    )


def health(engine: Engine, rules: RuleSet, now: datetime) -> pd.DataFrame:
    """What must run every day, and every channel in use: name, ok, last, detail."""
    signs = findings.last_signs(repository.heartbeats(engine))
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
    if last is None:
        return [name, False, None, "never seen: `silentcrash run` evaluates the rules"]
    ok = now - last <= findings.SILENT_AFTER
    hours = f"{(now - last).total_seconds() / 3600:.0f} hours ago"
    return [name, ok, last, hours if ok else f"{hours}: what runs it has stopped"]


def explain(engine: Engine, rules: RuleSet, name: str, as_of: datetime | None) -> pd.DataFrame:
    """A rule month by month in the edition known on that day: figure and tests."""
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


def _explained(rule: Rule, series: str, signal: Signal) -> pd.DataFrame:
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
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The backtest on every stored vintage: a summary by rule, and the events."""
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
