"""Encode a batch of figures as the integers of the store, and refuse bad rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.tables import STATUS

SECONDS = 86_400
KEY = ["series_id", "period", "known_from"]
COLUMNS = [*KEY, "value", "status"]
UNKNOWN = -1
TWICE = "one batch gives it two values"
# What a packed key has bits for: see bulk/packing.py.
FIRST, LAST = np.datetime64("1900-01-01"), np.datetime64("2100-12-31")

Order = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Catalogue:
    """The declared series: id, key, source_id and frequency of each."""

    series: Sequence[tuple[int, str, int, str]]

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each key."""
        return {key: number for number, key, _, _ in self.series}

    @cached_property
    def owners(self) -> dict[int, tuple[int, str]]:
        """The source and the frequency of each id."""
        return {number: (source, frequency) for number, _, source, frequency in self.series}

    @cached_property
    def ahead(self) -> list[int]:
        """The series of events, which are announced before they happen."""
        return [number for number, *_, frequency in self.series if frequency == "E"]


def days(periods: "pd.Series[pd.Timestamp]") -> NDArray[np.int32]:
    """Days since 1970-01-01 of each date."""
    seconds = periods.to_numpy().astype("datetime64[s]").astype("int64")
    return (seconds // SECONDS).astype("int32")


def instants(aware: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    """Seconds since 1970-01-01 UTC of each aware instant."""
    return aware.to_numpy("datetime64[s]").astype("int64")


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with typed columns and numbered rows.

    `naive` marks a known_from without a zone. What is not a date becomes NaT, not a number NaN.
    """
    frame = frame.reset_index(drop=True)
    period, value, known_from = (frame[name] for name in ("period", "value", "known_from"))
    columns: dict[str, pd.Series] = {"naive": _naive(known_from)}
    # Most frames come from a parser, typed: to convert a column to what it is takes as long.
    if period.dtype != "datetime64[s]":
        columns["period"] = pd.to_datetime(period, errors="coerce").astype("datetime64[s]")
    if value.dtype != "float64":
        columns["value"] = pd.to_numeric(value, errors="coerce").astype("float64")
    if not isinstance(known_from.dtype, pd.DatetimeTZDtype):
        columns["known_from"] = pd.to_datetime(known_from, utc=True, errors="coerce")
    return frame.assign(**columns)


def _naive(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    if instants.dtype == object:
        return instants.map(lambda instant: getattr(instant, "tzinfo", None) is None).astype(bool)
    return pd.Series(not isinstance(instants.dtype, pd.DatetimeTZDtype), index=instants.index)


def encode(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The integers of a typed frame: series_id, period, known_from, value, status.

    A series or a status that is not known is -1.
    """
    return pd.DataFrame(
        {
            "series_id": codes(frame["series"], catalogue.ids),
            "period": days(frame["period"]),
            "known_from": instants(frame["known_from"]),
            "value": frame["value"],
            "status": codes(frame["status"], STATUS).astype("int16"),
        }
    )


def codes(words: "pd.Series[str]", code_of: Mapping[str, int]) -> NDArray[np.int32]:
    """The number of each word; a missing or unknown one is -1."""
    position, distinct = pd.factorize(words.to_numpy(object))
    numbers = [*(code_of.get(str(word), UNKNOWN) for word in distinct), UNKNOWN]
    return np.take(
        np.array(numbers, "int32"), position
    )  # a missing word has position -1, the last one


def faults(
    frame: pd.DataFrame, coded: pd.DataFrame, order: Order, catalogue: Catalogue, at: pd.Timestamp
) -> "pd.Series[str]":
    """Why a row cannot be a figure, with series and period; only rows that cannot."""
    value, period = frame["value"].to_numpy("float64"), frame["period"].to_numpy("datetime64[s]")
    known_from = frame["known_from"].to_numpy("datetime64[us]")
    series, status, seconds = (
        coded[name].to_numpy() for name in ("series_id", "status", "known_from")
    )
    ahead = np.isin(series, catalogue.ahead)
    after = known_from > at.to_datetime64()
    tests = {
        "the series is not declared": series == UNKNOWN,
        # A missing date is in no order with another one.
        "the period is no date in 1900 to 2100": ~((period >= FIRST) & (period <= LAST)),
        "the status is unknown": status == UNKNOWN,
        "the value is missing": np.isnan(value) & (status != STATUS["withdrawn"]),
        "the value is infinite": np.isinf(value),
        "known_from is missing": np.isnat(known_from),
        "known_from has no time zone": frame["naive"].to_numpy(bool),
        f"known_from is after the fetch of {at:%Y-%m-%d %H:%M} UTC": after,
        "known_from is before the period": ~ahead
        & (seconds < (coded["period"].to_numpy("int64") - 1) * SECONDS),
        TWICE: _contradicted(coded, order),
    }
    if not any(failed.any() for failed in tests.values()):
        return pd.Series(dtype="str")
    failed = pd.DataFrame(tests, index=frame.index).astype(bool)
    failed = failed.loc[failed.any(axis=1)]
    rows = frame.loc[failed.index]
    day: pd.Series[str] = rows["period"].dt.strftime("%Y-%m-%d").fillna("(no date)")
    return rows["series"].astype("str") + " " + day + ": " + failed.idxmax(axis=1).astype("str")


def decode(coded: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Encoded rows as they came, with TWICE as the reason of their refusal."""
    keys = {number: key for key, number in catalogue.ids.items()}
    series = coded["series_id"].map(keys).astype("str")
    period = pd.to_datetime(coded["period"].astype("int64") * SECONDS, unit="s")
    return pd.DataFrame(
        {
            "series": series,
            "period": period,
            "value": coded["value"],
            "status": coded["status"].map(dict(enumerate(STATUS))).astype("str"),
            "known_from": pd.to_datetime(coded["known_from"], unit="s", utc=True),
            "reason": series + " " + period.dt.strftime("%Y-%m-%d") + ": " + TWICE,
        }
    )


def _contradicted(coded: pd.DataFrame, order: Order) -> Mask:
    """The rows whose key has another value or status elsewhere in the batch."""
    repeats = _repeats(coded, order)
    if not repeats.any():
        return np.zeros(len(coded), dtype=bool)
    contradicted = pd.Series(False, index=coded.index)
    rows = coded.iloc[order[repeats | np.append(repeats, False)[1:]]]
    distinct = rows.drop_duplicates(COLUMNS)
    twice = distinct.loc[distinct.duplicated(KEY, keep=False), KEY].drop_duplicates()
    contradicted.loc[rows.index] = pd.MultiIndex.from_frame(rows[KEY]).isin(
        pd.MultiIndex.from_frame(twice)
    )
    return contradicted.to_numpy()


def order_of(coded: pd.DataFrame) -> Order:
    """The places of the rows in the order of the store's key."""
    return np.lexsort([coded[name].to_numpy() for name in reversed(KEY)])


def _repeats(coded: pd.DataFrame, order: Order) -> Mask:
    """Which rows, in that order, have the key of the row before them."""
    same = np.ones(len(order), dtype=bool)
    same[:1] = False
    for name in KEY:
        values = coded[name].to_numpy()[order]
        same[1:] &= values[1:] == values[:-1]
    return same


def in_order(coded: pd.DataFrame, order: Order) -> pa.Table:
    """The coded rows in this order, each key once."""
    once = order[~_repeats(coded, order)]
    # An array of Arrow takes its cells in a tenth of the time that a column of pandas does.
    columns = {name: pa.array(column, from_pandas=True) for name, column in coded.items()}
    return pa.table(columns).take(once)
