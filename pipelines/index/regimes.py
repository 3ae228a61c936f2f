"""Regimes of an index: thresholds with hysteresis and confirmation."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Regime = tuple[str, float, float]


def classify(
    index: pd.Series, regimes: Sequence[Regime], confirm: int = 1, dwell: int = 1
) -> pd.Series:
    """The regime of each period, from nothing later than that period.

    `regimes` is (name, enter, leave) from the calmest up; the calmest is where it starts, and
    its two thresholds are not used. A higher regime starts when the last `confirm` values are
    all >= its `enter`; one ends, once it has lasted `dwell` periods, when they are all below
    its `leave`. Rising is never delayed by `dwell`. A missing value is "" and confirms
    nothing, nor does a period without a row: dates are months, and numbers are periods in a
    row. Raises ValueError where thresholds do not rise or `leave` is above `enter`.
    """
    _check(regimes)
    ordered = every_period(index.sort_index())
    lows, highs = windows(ordered, confirm)
    states, since, state = [], 0, 0
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        target = _next(state, low, high, regimes, may_fall=since >= dwell)
        since = since + 1 if target == state else 1
        state = target
        states.append(regimes[state][0])
    names = np.where(ordered.isna().to_numpy(), "", np.array(states, dtype="object"))
    return pd.Series(names, index=ordered.index, dtype="object").reindex(index.index)


def windows(ordered: pd.Series, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and greatest of the last `size` values; NaN where one lacks.

    As `rolling(size, min_periods=size)` gives them: an audit asks hundreds of times, and pandas
    takes twenty times as long for so few values.
    """
    values = ordered.to_numpy(dtype="float64")
    ends = np.full((2, len(values)), np.nan)
    if size <= len(values):
        of_each = np.lib.stride_tricks.sliding_window_view(values, size)
        ends[:, size - 1 :] = of_each.min(axis=1), of_each.max(axis=1)
    return ends[0], ends[1]


def every_period(ordered: pd.Series) -> pd.Series:
    """The series with a missing value for each period that has no row.

    Dates that are not one a month, and labels that are no time, are taken as they stand.
    """
    labels = ordered.index
    dated = isinstance(labels, pd.DatetimeIndex)
    if isinstance(labels, pd.DatetimeIndex) and _has_every_month(labels):
        return ordered
    periods = labels.to_period("M") if isinstance(labels, pd.DatetimeIndex) else labels
    if ordered.empty or not periods.is_unique:
        return ordered
    if isinstance(periods, pd.PeriodIndex):
        every: pd.Index = pd.period_range(periods[0], periods[-1], freq=periods.freq)
    elif pd.api.types.is_integer_dtype(periods):
        numbers = periods.to_numpy(dtype="int64")
        every = pd.RangeIndex(int(numbers[0]), int(numbers[-1]) + 1)
    else:
        return ordered
    extra = every.difference(periods)
    extra = extra.to_timestamp() if dated and isinstance(extra, pd.PeriodIndex) else extra
    return ordered.reindex(labels.append(extra)).sort_index()


def _has_every_month(labels: pd.DatetimeIndex) -> bool:
    months = 12 * labels.year.to_numpy() + labels.month.to_numpy()
    return bool((np.diff(months) == 1).all())


def _next(state: int, low: float, high: float, regimes: Sequence[Regime], may_fall: bool) -> int:
    """The regime after a window of values between `low` and `high`."""
    if math.isnan(low):
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
