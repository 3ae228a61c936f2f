"""The bits in which each engine gives a version: see docs/bulk-loading.md."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Columns: TypeAlias = Mapping[str, NDArray[Any]]

# SQLite hands a row over cell by cell, and a cell costs the same however much is in it: the six
# integers of a version share two cells. Periods are signed there, so the sum borrows from the
# series where a period is before 1970, and HALF is added before it is taken apart.
STATUS_BITS, PERIOD_BITS, FETCH_BITS = 4, 32, 30
SERIES_SHIFT = STATUS_BITS + PERIOD_BITS
HALF = 2 ** (SERIES_SHIFT - 1)
# SQLite has no NaN, and infinity is never a figure: it stands for a value that is not there.
CELLS = f"""ifnull(value, 9e999),
  series_id * {2**SERIES_SHIFT} + period * {2**STATUS_BITS} + status,
  {{newest}}(known_from * {2**FETCH_BITS} + fetch_id)"""
CELL = np.dtype([("value", "f8"), ("figure", "i8"), ("version", "i8")])

# PostgreSQL sends a message for every row, which costs more than finding the row: the versions of
# a series come as one string of 20 bytes each. DAYS makes every period of 1900 to 2100 positive.
MESSAGE_STATUS_BITS, MESSAGE_PERIOD_BITS = 3, 17
KNOWN_SHIFT = MESSAGE_STATUS_BITS + MESSAGE_PERIOD_BITS
DAYS = 2 ** (MESSAGE_PERIOD_BITS - 1)
PACKED = f"""select series_id, string_agg(
  int8send((known_from << {KNOWN_SHIFT})
    | ((period + {DAYS})::bigint << {MESSAGE_STATUS_BITS}) | status)
  || float8send(coalesce(value, 'nan')) || int4send(fetch_id), null)
from {{versions}} group by series_id"""
MESSAGE = np.dtype([("when", ">i8"), ("value", ">f8"), ("fetch_id", ">i4")])

# SQLite gives the other columns of the row that has the maximum; PostgreSQL reads its primary
# key backwards. Both are several times faster than a window function.
# `table` is observation, or the view v_version, which an analyst may read too.
VERSIONS = {
    "sqlite": f"select {CELLS.format(newest='')} from {{table}} where {{where}} "
    "order by series_id, period, known_from, fetch_id",
    "postgresql": PACKED.format(versions="{table} where {where}"),
}
LATEST = {
    "sqlite": f"select {CELLS.format(newest='max')} from {{table}} where {{where}} "
    "group by series_id, period",
    "postgresql": PACKED.format(
        versions="(select distinct on (series_id, period) * from {table} where {where} "
        "order by series_id desc, period desc, known_from desc, fetch_id desc) latest"
    ),
}


def unpack_cells(
    value: NDArray[np.float64], figure: NDArray[np.int64], version: NDArray[np.int64]
) -> Columns:
    """The columns of the rows that SQLite packed into these cells."""
    figure = figure + HALF
    period = ((figure & (2**SERIES_SHIFT - 1)) - HALF) >> STATUS_BITS
    return {
        "series_id": (figure >> SERIES_SHIFT).astype("int32"),
        "period": period.astype("int32"),
        "known_from": version >> FETCH_BITS,
        "fetch_id": (version & (2**FETCH_BITS - 1)).astype("int32"),
        "value": np.where(np.isinf(value), np.nan, value),
        "status": (figure & (2**STATUS_BITS - 1)).astype("int16"),
    }


def unpack_messages(messages: Iterable[tuple[int, bytes]]) -> Columns:
    """The columns of the rows that PostgreSQL packed, one string a series."""
    ordered = sorted(messages)
    rows = np.frombuffer(b"".join(packed for _, packed in ordered), MESSAGE)
    counts = [len(packed) // MESSAGE.itemsize for _, packed in ordered]
    when = rows["when"].astype("int64")
    period = (when >> MESSAGE_STATUS_BITS & (2**MESSAGE_PERIOD_BITS - 1)) - DAYS
    return {
        "series_id": np.repeat(np.array([series for series, _ in ordered], dtype="int32"), counts),
        "period": period.astype("int32"),
        "known_from": when >> KNOWN_SHIFT,
        "fetch_id": rows["fetch_id"].astype("int32"),
        "value": rows["value"].astype("float64"),
        "status": (when & (2**MESSAGE_STATUS_BITS - 1)).astype("int16"),
    }


def in_order(versions: Columns) -> Columns:
    """The versions in the order of series, period, known_from and fetch."""
    keys = [versions[name] for name in ("fetch_id", "known_from", "period", "series_id")]
    later = np.zeros(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        later = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & later)
    if later.all():  # as SQLite gives them: sorting millions again would take a second
        return versions
    order = np.lexsort(keys)
    return {name: column[order] for name, column in versions.items()}
