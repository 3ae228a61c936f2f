"""Cross-checks: stored figures of two publishers that should agree, by month.

`cross_checks.toml` declares the pairs. A disagreement says that one of the two is wrong, late or
about something else; it changes no figure, and a person decides.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd
from pydantic import Field
from sqlalchemy import Engine

from pipelines.declared import Declared
from pipelines.declared import read as read_declared
from pipelines.errors import UsageError
from sources import registry
from warehouse.observations import read

BUNDLED = Path(__file__).with_name("cross_checks.toml")
# A year: publishers restate about that much, and nobody acts on an older difference.
MONTHS = 12
COLUMNS = [
    *("check", "month", "series", "value", "other_series", "other_value"),
    *("difference", "tolerance"),
]


class CrossCheck(Declared):
    """A declared pair of series, or of families of series by a `*` in both keys."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    first: str
    second: str
    tolerance: float = Field(gt=0, lt=1)
    reading: Literal["last", "mean", "yearly"] = "last"
    days: int = Field(default=1, ge=1)
    why: str


class _File(Declared):
    pair: tuple[CrossCheck, ...] = ()


class SeriesPair(NamedTuple):
    """Two series keys that one check compares."""

    check: CrossCheck
    first: str
    second: str


@cache
def load(path: Path = BUNDLED) -> tuple[CrossCheck, ...]:
    """The declared checks. Raises UsageError for a file that cannot be used."""
    return read_declared(path, _File, UsageError).pair


def pairs(checks: Sequence[CrossCheck]) -> list[SeriesPair]:
    """The pairs of declared series that these checks compare."""
    keys = {series.key for source in registry().values() for series in source.series}
    return [
        SeriesPair(check, check.first.replace("*", middle), other)
        for check in checks
        for middle in sorted(_middles(check.first, keys))
        if (other := check.second.replace("*", middle)) in keys
    ]


def _middles(pattern: str, keys: set[str]) -> set[str]:
    """What the `*` of the pattern stands for in these keys; "" for a plain key."""
    start, star, end = pattern.partition("*")
    if not star:
        return {""} if pattern in keys else set()
    return {
        key[len(start) : len(key) - len(end)]
        for key in keys
        if key.startswith(start) and key.endswith(end) and len(key) > len(start) + len(end)
    }


def comparisons(
    engine: Engine,
    as_of: datetime | None = None,
    checks: Sequence[CrossCheck] | None = None,
) -> pd.DataFrame:
    """Every comparison of the last MONTHS months of each pair, in COLUMNS.

    `value` and `other_value` are in the unit of the series; `difference` and `tolerance` are
    shares of the larger of the two. Only months for which both have a figure are compared.
    """
    compared = pairs(load() if checks is None else checks)
    keys = sorted({key for pair in compared for key in (pair.first, pair.second)})
    if not keys:
        return pd.DataFrame(columns=COLUMNS)
    stored = read.panel(engine, series=keys, as_of=as_of, lenient=True)
    # A month that still runs is compared once it is over.
    figures = stored[stored["status"].ne("partial")]
    by_series = dict(list(figures.groupby("series")))
    frames = [
        _compare(pair, by_series[pair.first], by_series[pair.second])
        for pair in compared
        if pair.first in by_series and pair.second in by_series
    ]
    none = _compare(compared[0], figures.head(0), figures.head(0))  # the columns' types
    return pd.concat(frames or [none], ignore_index=True)


def second_readings(engine: Engine, series: Sequence[str], as_of: datetime) -> pd.DataFrame:
    """What second publishers are known to say of these series.

    Columns: series (the key that was asked for), period, value, and the tolerance of the pair.
    Means of a month are left out: they are not the figure of a day.
    """
    alike = _alike()
    rows = [(key, *other) for key in series for other in alike.get(key, ())]
    if not rows:
        return pd.DataFrame(columns=["series", "period", "value", "tolerance"])
    others = pd.DataFrame(rows, columns=["ours", "series", "tolerance"])
    stored = read.panel(engine, series=sorted(others["series"].unique()), as_of=as_of, lenient=True)
    if stored.empty:
        return pd.DataFrame(columns=["series", "period", "value", "tolerance"])
    joined = others.merge(stored[["series", "period", "value"]], on="series")
    return joined.drop(columns="series").rename(columns={"ours": "series"})


@cache
def _alike() -> dict[str, list[tuple[str, float]]]:
    """The series of other publishers with the same figures, and tolerances."""
    others: dict[str, list[tuple[str, float]]] = {}
    for pair in pairs(load()):
        if pair.check.reading == "last":
            others.setdefault(pair.first, []).append((pair.second, pair.check.tolerance))
            others.setdefault(pair.second, []).append((pair.first, pair.check.tolerance))
    return others


def disagreements(engine: Engine, as_of: datetime | None = None) -> pd.DataFrame:
    """The comparisons whose difference is beyond their tolerance, newest first."""
    table = comparisons(engine, as_of)
    beyond = table[table["difference"].gt(table["tolerance"])]
    return beyond.sort_values(["month", "difference"], ascending=False).reset_index(drop=True)


def _compare(pair: SeriesPair, first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    monthly = {
        "value": _monthly(first, pair.check),
        "other_value": _monthly(second, pair.check),
    }
    table = pd.DataFrame(monthly).dropna().tail(MONTHS)
    larger = table.abs().max(axis=1)
    gap = (table["value"] - table["other_value"]).abs()
    # Two zeros agree.
    return table.assign(
        check=pair.check.key,
        month=table.index.astype(str),
        series=pair.first,
        other_series=pair.second,
        difference=(gap / larger.where(larger.gt(0), 1.0)).astype(float),
        tolerance=pair.check.tolerance,
    )[COLUMNS]


def _monthly(figures: pd.DataFrame, check: CrossCheck) -> "pd.Series[float]":
    """The figure of each month of a series; a mean of days needs enough of them.

    A yearly one is a factor: the figure over that of the same month a year before.
    """
    values = figures.set_index("period")["value"].sort_index()
    grouped = values.groupby(pd.DatetimeIndex(values.index).to_period("M"))
    if check.reading == "yearly":
        last = grouped.last()
        before = last.reindex(last.index - 12)  # the same month a year before
        return pd.Series(last.to_numpy() / before.to_numpy(), index=last.index)
    # A monthly figure is a mean already.
    if check.reading == "last" or set(figures["series"]) <= monthly_series():
        return grouped.last()
    return grouped.mean()[grouped.size().ge(check.days)]


@cache
def monthly_series() -> frozenset[str]:
    """The declared series with one figure a month."""
    declared = (series for source in registry().values() for series in source.series)
    return frozenset(series.key for series in declared if series.frequency == "M")
