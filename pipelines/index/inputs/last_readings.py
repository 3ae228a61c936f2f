"""Rows that say when a price that stands was read, beside its figures.

A posted price or a tariff stands until it is changed, so that its figures alone never say whether
anybody still looks. A reading is a row of the history with the status `read`: series, when it was
known, and no period and no value. Figures are readings of their own; these are the others.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from pipelines.index.asof import READ
from pipelines.index.framework import Indicator

# The first year that any version of the method reads.
FIRST = "2014-01-01"
COLUMNS = ["series", "period", "value", "status", "known_from", "fetch_id"]


def aged(indicators: Iterable[Indicator]) -> set[str]:
    """The series of these indicators that are as old as their last reading."""
    return {name for own in indicators if own.ages for name in own.standing}


def declared(through: Iterable[tuple[str, date]], now: pd.Timestamp | None = None) -> pd.DataFrame:
    """A reading a month of each series, up to its declared day.

    A shipped history holds every change up to that day. `now` leaves out what lies ahead of it.
    """
    rows = []
    for series, day in through:
        last = pd.Timestamp(day, tz="UTC")
        months = pd.date_range(pd.Timestamp(FIRST, tz="UTC"), last, freq="MS")
        rows += [(series, at, 0) for at in months.union([last]) if now is None or at <= now]
    return _rows(rows)


def fetched(fetches: pd.DataFrame, owners: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """The readings that successful fetches were.

    `fetches` has source, at (UTC) and fetch_id; `owners` the standing series of each source.
    """
    return _rows(
        (series, at, fetch_id)
        for source, at, fetch_id in fetches[["source", "at", "fetch_id"]].itertuples(index=False)
        for series in owners.get(source, ())
    )


def _rows(readings: Iterable[tuple[str, pd.Timestamp, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(readings), columns=["series", "known_from", "fetch_id"])
    return frame.assign(
        period=pd.Series(pd.NaT, frame.index, dtype="datetime64[s]"),
        value=float("nan"),
        status=READ,
        known_from=pd.to_datetime(frame["known_from"], utc=True).astype("datetime64[s, UTC]"),
        fetch_id=frame["fetch_id"].astype("int64"),
    )[COLUMNS]
