"""Alerts: told once, told surely, told why.

Ordered by the way of an alert: `rules` (what to watch), `signals` (what an edition says of it),
`state_machine` (pure: is there something to tell?), `record` (record and queue in one transaction),
`deliver` and `channels` (send), `feed` (public), `backtest` (what the rules would have told).
"""
