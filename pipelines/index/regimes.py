"""Regimes of an index: thresholds with hysteresis and confirmation."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

Regime = tuple[str, float, float]


def classify(
    index: pd.Series, regimes: Sequence[Regime], confirm: int = 1, dwell: int = 1
) -> pd.Series:
    """The regime of each period, from nothing later than that period.

    `regimes` is (name, enter, leave) from the calmest up; the calmest is where it starts, and
    its two thresholds are not used. A higher regime starts when the last `confirm` values are
    all >= its `enter`; one ends, once it has lasted `dwell` periods, when they are all below
    its `leave`. Rising is never delayed by `dwell`. A missing value is "" and confirms
    nothing. Raises ValueError where thresholds do not rise or `leave` is above `enter`.
    """
    _check(regimes)
    ordered = index.sort_index()
    window = ordered.rolling(confirm, min_periods=confirm)
    lows, highs = window.min().to_numpy(), window.max().to_numpy()
    states, since, state = [], 0, 0
    for low, high in zip(lows, highs, strict=True):
        target = _next(state, low, high, regimes, may_fall=since >= dwell)
        since = since + 1 if target == state else 1
        state = target
        states.append(regimes[state][0])
    names = pd.Series(states, index=ordered.index, dtype="object")
    return names.where(ordered.notna(), "").reindex(index.index)


def _next(state: int, low: float, high: float, regimes: Sequence[Regime], may_fall: bool) -> int:
    """The regime after a window of values between `low` and `high`."""
    if np.isnan(low):
        return state
    risen = max((i for i, (_, enter, _) in enumerate(regimes) if i and low >= enter), default=0)
    if risen > state:
        return risen
    if state and may_fall and high < regimes[state][2]:
        return max((i for i in range(1, state) if high >= regimes[i][2]), default=0)
    return state


def _check(regimes: Sequence[Regime]) -> None:
    above = regimes[1:]
    enters, leaves = [r[1] for r in above], [r[2] for r in above]
    if not regimes or enters != sorted(enters) or leaves != sorted(leaves):
        raise ValueError("regimes must be given from the calmest up, with rising thresholds")
    for name, enter, leave in above:
        if leave > enter:
            raise ValueError(f"regime {name}: leave ({leave}) must not be above enter ({enter})")
