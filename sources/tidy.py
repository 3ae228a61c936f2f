"""The tidy frame that every parser returns, and the rules that it must pass."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sources.citations import cited_csv

STATUSES = (
    "final",
    "preliminary",
    "partial",
    "estimated",
    "interpolated",
    "capped",
    "withdrawn",
)
Severity = Literal["quarantine", "block", "warn"]

COLUMNS = ["series", "period", "value", "status", "known_from"]
CITATION_COLUMNS = ["assumed", "source", "address", "licence", "note"]


class SchemaDrift(ValueError):
    """The payload no longer has the form that its parser was written for."""

    def __init__(self, expected: object, actual: object) -> None:
        super().__init__(f"expected {expected}, found {actual}")
        self.expected, self.actual = expected, actual

    def __reduce__(self) -> tuple[type[SchemaDrift], tuple[str, str]]:
        return type(self), (str(self.expected), str(self.actual))


@dataclass(frozen=True)
class Completeness:
    """What a payload must still hold of the last good one, in shares.

    `rows` of its figures, `series` of its series, and `entries` of the rows of the publisher's
    table that an aggregate was computed from (the column `entries` of the tidy frame). `fewest`
    is how many entries a real body had, for tables that only grow: it also judges a first fetch.
    A period gone from every series of a `full_snapshot` is a cut, whatever these say.
    """

    rows: float = 0.5
    series: float = 0.0
    entries: float = 0.0
    fewest: int = 0


@dataclass(frozen=True)
class ValidationRule:
    """An expectation of Great Expectations on a batch, and what a failure does.

    `expectation` is the class name in `great_expectations.expectations`; `kwargs` go to it.
    `series` limits the rule to series keys that start with this prefix ("" is all of them).
    Besides the tidy columns, a rule may test these, which validation adds to the batch:
    `peer_ratio` (value / median of the same `peers` group and period), `level_ratio`
    (value / last good value of the series; null where there is none) and `age_days`
    (fetch date - period). A null in a tested column passes.
    """

    expectation: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "quarantine"
    series: str = ""
    reason: str = ""


def between(
    low: float | None,
    high: float | None,
    *,
    column: str = "value",
    series: str = "",
    severity: Severity = "quarantine",
    reason: str = "",
) -> ValidationRule:
    """A rule that `column` lies in [low, high], in the unit of the series."""
    kwargs = {"column": column, "min_value": low, "max_value": high}
    return ValidationRule("ExpectColumnValuesToBeBetween", kwargs, severity, series, reason)


def require(frame: pd.DataFrame, columns: set[str]) -> None:
    """Raises SchemaDrift if one of these columns is missing; others may be there."""
    if missing := columns - set(frame.columns):
        present = sorted(map(str, frame.columns))[:20]
        raise SchemaDrift(f"columns {sorted(columns)}", f"no {sorted(missing)} in {present}")


def numbers(cells: pd.Series[Any], expected: str = "numbers") -> pd.Series[Any]:
    """The cells as numbers; SchemaDrift names the first that is not one."""
    values: pd.Series[Any] = pd.to_numeric(cells, errors="coerce")
    if values.isna().any():
        raise SchemaDrift(expected, cells[values.isna()].iloc[0])
    return values


def sizes(cells: pd.Series[Any]) -> pd.Series[float]:
    """The cells as numbers from zero up, null where blank.

    For columns that are added up, where a sum would hide a cell that is not a size. Raises
    SchemaDrift for text, negative and infinite numbers.
    """
    expected = f"sizes from zero up in {cells.name}"
    values = numbers(cells.dropna(), expected).astype("float64")
    wrong = ~values.between(0, sys.float_info.max)
    if wrong.any():
        raise SchemaDrift(expected, values[wrong].iloc[0])
    return values.reindex(cells.index)


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a tidy frame: typed, sorted by series, period and known_from.

    In: `series`, `period` and `value`; `status` defaults to "final", `known_from` to NaT
    (the loader then takes the publisher's or the fetch date). Extra citation columns are kept,
    and `entries`: of how many rows of the publisher's table a figure was computed. Out: series
    str, period datetime64 (naive, first day), value float64, status str, known_from datetime64
    UTC. Raises SchemaDrift if a required column is missing, or a period.
    """
    missing = {"series", "period", "value"} - set(rows.columns)
    if missing:
        raise SchemaDrift("series, period, value", sorted(map(str, rows.columns)))
    extra = [column for column in [*CITATION_COLUMNS, "entries"] if column in rows]
    # All at once: a column that is assigned by itself costs three times as much.
    frame = pd.DataFrame(
        {
            "series": rows["series"].astype(str),
            "period": pd.to_datetime(rows["period"]).astype("datetime64[s]"),
            "value": pd.to_numeric(rows["value"]).astype("float64"),
            "status": rows.get("status", "final"),
            "known_from": _known_from(rows),
            **{column: rows[column] for column in extra},
        },
        index=rows.index,
    )
    if frame["period"].isna().any():
        raise SchemaDrift("a period for every figure", frame.loc[frame["period"].isna()].iloc[0])
    if len(frame) > 1:
        frame = frame.take(_order(frame))
    return frame.reset_index(drop=True)


def _known_from(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    if "known_from" not in rows:
        return pd.Series(pd.NaT, rows.index, "datetime64[s, UTC]")
    return pd.to_datetime(rows["known_from"], utc=True).astype("datetime64[s, UTC]")


def _order(frame: pd.DataFrame) -> NDArray[np.int64]:
    """The places of the rows by series, period and known_from, missing ones last.

    Rows with the same three stay as they came. `sort_values` takes three times as long for the
    few rows of most payloads.
    """
    words, distinct = pd.factorize(frame["series"], sort=True)
    series = np.where(words < 0, len(distinct), words)
    dates = [frame[name].to_numpy("datetime64[s]") for name in ("known_from", "period")]
    return np.lexsort([*dates, series])


def read_history(path: Path) -> pd.DataFrame:
    """The figures of a shipped history file: a tidy frame with citation columns."""
    text = StringIO(cited_csv(path))
    rows = pd.read_csv(text, dtype={"note": str}, keep_default_na=False, na_values={"value": [""]})
    known_from = pd.to_datetime(rows["known_from"], utc=True)
    assumed = rows["assumed"].astype(str).str.lower().eq("true")
    return tidy(rows.assign(known_from=known_from, assumed=assumed))
