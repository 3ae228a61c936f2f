"""Alerts: each event is recorded once, delivered at least once, and says why.

In the order of an alert: `rules` (what to watch), `signals` (what an edition says of it),
`state_machine` (which events that makes; pure), `findings` (the same for sources, checks and
channels), `record` (store and queue in one transaction), `deliver` with `channels` and `webhook`
(send), `reminders`, `feed` (public), `backtest` (what the rules would have sent).
"""
