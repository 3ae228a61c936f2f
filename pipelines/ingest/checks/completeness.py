"""What a payload must still hold of the last good one, as its source declares."""

from collections.abc import Iterable

import pandas as pd

from sources import Completeness, Source

# Named in a message of one line; the rest is counted.
NAMED = 3


def objections(source: Source, frame: pd.DataFrame, last: pd.DataFrame) -> list[str]:
    """Why a payload is a cut one, in words; empty where it is complete.

    Args:
        source: Whose payload it is.
        frame: The payload as a tidy frame.
        last: The last good payload of the same address, read by the same parser; empty if there
            is none.
    """
    declared = source.completeness or Completeness()
    reasons = [_series(declared.series, frame, last), _entries(declared, frame, last)]
    return [reason for reason in reasons if reason]


def may_lack(source: Source, frame: pd.DataFrame) -> bool:
    """True if a payload has not every declared series, or counts its entries."""
    return "entries" in frame or not {each.key for each in source.series} <= set(frame["series"])


def lost_periods(frame: pd.DataFrame, before: pd.DataFrame) -> list[pd.Timestamp]:
    """The periods that two or more series had and that now none has.

    Counted from the first period that is still served: publishers trim the old ones. A publisher
    takes back a figure of a series; a month that is gone from all of them was cut out.
    """
    stored = before.dropna(subset=["value"])
    series = stored.groupby("period")["series"].nunique()
    shared = pd.DatetimeIndex(series.index[series.ge(2)])
    served = pd.DatetimeIndex(frame["period"].unique())
    if not len(served):
        return []
    return [period for period in shared.difference(served) if period >= served.min()]


def cut(source: Source, frame: pd.DataFrame, before: pd.DataFrame) -> list[str]:
    """Why a whole table lacks a part that no publisher withdraws; empty if not."""
    lost = lost_periods(frame, before) if source.full_snapshot else []
    months = _named(f"{period:%Y-%m-%d}" for period in lost)
    return [f"cut: no series has a figure of {months} any more"] if lost else []


def _series(share: float, frame: pd.DataFrame, last: pd.DataFrame) -> str:
    expected = set(last["series"])
    missing = sorted(expected - set(frame["series"]))
    if len(expected) - len(missing) >= share * len(expected):
        return ""
    return f"cut: {len(missing)} of {len(expected)} series are gone: {_named(missing)}"


def _entries(declared: Completeness, frame: pd.DataFrame, last: pd.DataFrame) -> str:
    """The first figure that was computed from too few entries of its table."""
    if "entries" not in frame:
        return ""
    counted = frame.dropna(subset=["entries"]).groupby("series")["entries"].max()
    before = last.reindex(columns=["series", "entries"]).dropna()
    expected = before.groupby("series")["entries"].max().reindex(counted.index)
    least = expected.fillna(0).clip(lower=declared.fewest) * declared.entries
    few = counted.index[counted.lt(least)]
    if not len(few):
        return ""
    key = few[0]
    return f"cut: {key} from {counted[key]:.0f} entries, where {least[key]:.0f} are the least"


def _named(words: Iterable[str]) -> str:
    every = list(words)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
