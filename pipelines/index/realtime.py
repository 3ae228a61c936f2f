"""The index in real time: each month from what was known at its cut-off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from pipelines.index import assemble as one_gauge
from pipelines.index import missing
from pipelines.index.asof import Figures, FiguresAsOf
from pipelines.index.framework import Framework
from pipelines.index.gauges import rows as two_gauges
from pipelines.index.inputs import successions
from pipelines.index.reading import Reading, read
from warehouse import release_calendar

READ = ["period", "key", "value", "observed", "age_months", "state", "reason"]
SINGLE = ["key", "kind", "value", "score", "weight", "contribution", "coverage", "observed",
          "age_months"]  # fmt: skip
TRACED = ["key", "period", "series", "series_period", "known_from", "fetch_id"]


@dataclass(frozen=True)
class Result:
    """Computed rows by month and key, and the observations they rest on."""

    values: pd.DataFrame
    lineage: pd.DataFrame


def cutoff(month: pd.Period, framework: Framework) -> datetime:
    """The last second, UTC, that the edition of a month may know."""
    return release_calendar.cutoff(str(month), framework.rules.cutoff_day)


def closed_months(framework: Framework, now: datetime) -> list[pd.Period]:
    """The months of the method whose cut-off is not after `now`."""
    last = pd.Period(framework.rules.last_month or now.replace(tzinfo=None), "M")
    span = pd.period_range(framework.rules.first_month, last, freq="M")
    return [month for month in span if cutoff(month, framework) <= now]


def published_months(values: pd.DataFrame) -> list[pd.Period]:
    """The months of computed values that have an index, in order."""
    index = values.loc[values["key"].eq("index") & values["score"].notna(), "period"]
    return sorted(pd.Period(period, "M") for period in index)


def compute(
    history: pd.DataFrame,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> Result:
    """The index of each month from the rows known at its cut-off.

    Where `as_of` names an instant for a month, that replaces the cut-off.

    `history` holds every version: series, period, value, status, known_from, fetch_id. A
    dimension or an index under its coverage is withheld: null with its reason. `values` has
    the columns of `assemble.COLUMNS`, `lineage` those of TRACED.
    """
    versions = _as_of(history, framework)
    readings = _readings(versions, framework, months, as_of or {})
    return Result(assembled(_table(readings), framework), _lineage(readings, versions.rows))


def indicators(
    history: pd.DataFrame,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> pd.DataFrame:
    """Every indicator of each month, dated as for `compute`: columns of READ."""
    return _table(_readings(_as_of(history, framework), framework, months, as_of or {}))


def assembled(read_rows: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows of the index, with one gauge or two, from the indicators read."""
    filled = missing.apply(read_rows, framework.rules.missing)
    assemble = two_gauges.assemble if framework.phase else one_gauge.assemble
    return assemble(filled, framework)


def vintages(
    history: pd.DataFrame, framework: Framework, cells: Sequence[tuple[pd.Period, datetime]]
) -> pd.DataFrame:
    """Single months, each as known at an instant of its own.

    Columns: period, as_of and those of SINGLE.

    The figures of `compute` for that month and that instant. Regimes, and what is said of
    members that enter or leave, need the months before and are not given. Raises ValueError
    where the method estimates what is missing, which needs them too.
    """
    if framework.rules.missing == "estimate":
        raise ValueError("a month alone cannot be estimated from the months before it")
    versions = _as_of(history, framework)
    figures = {instant: versions.at(instant) for instant in {instant for _, instant in cells}}
    rows = [
        _row(position, key, reading)
        for position, (month, instant) in enumerate(cells)
        for key, reading in _read(framework, figures[instant], month)
    ]
    values = assembled(pd.DataFrame(rows, columns=READ), framework)
    where = values.pop("period").to_numpy()
    months = pd.DatetimeIndex([month.to_timestamp() for month, _ in cells])
    instants = pd.DatetimeIndex([instant for _, instant in cells])
    values.insert(0, "period", months[where])
    values.insert(1, "as_of", instants[where])
    return values[["period", "as_of", *SINGLE]]


def _readings(
    versions: FiguresAsOf,
    framework: Framework,
    months: Iterable[pd.Period],
    dates: Mapping[pd.Period, datetime],
) -> list[tuple[pd.Period, str, Reading]]:
    known_at = lru_cache(maxsize=1)(versions.at)  # months as known now share one instant
    return [
        (month, key, reading)
        for month in months
        for figures in [known_at(dates.get(month, cutoff(month, framework)))]
        for key, reading in _read(framework, figures, month)
    ]


def _table(readings: Iterable[tuple[pd.Period, str, Reading]]) -> pd.DataFrame:
    rows = [_row(month.to_timestamp(), key, reading) for month, key, reading in readings]
    return pd.DataFrame(rows, columns=READ)


def _as_of(history: pd.DataFrame, framework: Framework) -> FiguresAsOf:
    keys = {key for indicator in framework.indicators.values() for key in indicator.series}
    return FiguresAsOf(history, successions.with_followers(keys))


def _read(
    framework: Framework, figures: Mapping[str, Figures], month: pd.Period
) -> Iterable[tuple[str, Reading]]:
    for key, indicator in framework.indicators.items():
        yield key, read(indicator, figures, month, first_year=framework.rules.reads_from)


def _row(period: object, key: str, reading: Reading) -> tuple[object, ...]:
    return (
        period,
        key,
        reading.value,
        reading.observed,
        reading.age,
        reading.state,
        reading.reason,
    )


def _lineage(
    readings: Sequence[tuple[pd.Period, str, Reading]], rows: pd.DataFrame
) -> pd.DataFrame:
    sizes = [len(reading.rows) for _, _, reading in readings]
    if not sum(sizes):
        return pd.DataFrame(columns=TRACED)
    picked = rows.iloc[np.concatenate([reading.rows for _, _, reading in readings])]
    traced = picked.rename(columns={"period": "series_period"}).reset_index(drop=True)
    if (
        "origin" in traced
    ):  # a figure that stands for another series leads to the one it was read as
        traced["series"] = traced["origin"].where(traced["origin"].notna(), traced["series"])
    traced["key"] = np.repeat([key for _, key, _ in readings], sizes)
    traced["period"] = np.repeat([month.to_timestamp() for month, _, _ in readings], sizes)
    return traced[TRACED].drop_duplicates(ignore_index=True)
