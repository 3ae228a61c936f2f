"""Rows of the store as frames, with dates in place of its integers."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Executable, text

from warehouse.days import When, calendar_day
from warehouse.tables import STATUS

Integers: TypeAlias = "pd.Series[int] | NDArray[np.integer[Any]]"
SECONDS = 86_400
NAMES = np.array(list(STATUS), dtype=object)  # the code of a status is its place


def rows(
    connection: Connection, sql: str | Executable, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The rows of a query, in its columns."""
    result = connection.execute(text(sql) if isinstance(sql, str) else sql, dict(values or {}))
    names = list(result.keys())
    # as tuples: of each row of SQLAlchemy, pandas would ask whether it is a dataclass; those of
    # plain SQL are the driver's own, which nothing converts
    plain = result.cursor if isinstance(sql, str) else None
    cells = list(map(tuple, result.all())) if plain is None else plain.fetchall()
    result.close()
    return pd.DataFrame.from_records(cells, columns=names)


def dates(days: Integers) -> pd.DatetimeIndex:
    """The date of each number of days since 1970-01-01."""
    seconds = np.asarray(days, "int64") * SECONDS
    return pd.DatetimeIndex(seconds.astype("datetime64[s]"))


def instants(seconds: Integers) -> pd.DatetimeIndex:
    """The instant, UTC, of each number of seconds since 1970-01-01."""
    return pd.DatetimeIndex(np.asarray(seconds, "int64").astype("datetime64[s]"), tz="UTC")


def statuses(codes: Integers) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """The name of each status code."""
    names: np.ndarray[tuple[int], np.dtype[np.object_]] = NAMES[np.asarray(codes, "int64")]
    return names


def day(when: "When") -> int:
    """Days since 1970-01-01 of what `calendar_day` takes."""
    return (calendar_day(when) - date(1970, 1, 1)).days


def plain_cells(column: pd.Series) -> list[Any]:
    """The cells of a column for JSON: None where a value is missing."""
    cells = zip(column.tolist(), column.isna(), strict=True)
    return [None if gone else cell for cell, gone in cells]


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame for an insert: None where a value is missing."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
