"""Nominal amounts of US dollars in the prices of a month.

By the consumer prices of the United States: real = nominal * index of that month / index of the
month in which the period begins.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from silentcrash.units import UnitError, amount

# Consumer price index for all urban consumers, all items, U.S. city average, not seasonally
# adjusted, 1982-84=100, series CUUR0000SA0 of the U.S. Bureau of Labor Statistics (public domain),
# to August 2026, as the package cpi 2.1.0 carries it (cpi.db, SHA-256 28a32303…). October 2025 was
# never collected. Figures that are not seasonally adjusted are final when they are published.
SHIPPED = "us_consumer_prices.csv"
SOURCE = "U.S. Bureau of Labor Statistics, CPI-U CUUR0000SA0, {month} over {of}"
CURRENCY = "USD"
# The bureau publishes a month by the 15th of the next one, and has been a week late.
PUBLISHED_BY = 22
NEAREST = 3  # months back that a missing index is taken from: October 2025, and the newest ones


def real(rows: Sequence[Mapping[str, Any]], month: str, as_of: str = "") -> list[dict[str, Any]]:
    """The rows in the prices of a month (YYYY-MM), with the index and its source.

    `rows` have period (YYYY-MM-DD), value and unit, an amount of US dollars. Beside each figure:
    nominal_value, deflator (by what it was multiplied), deflator_period (whose index was used) and
    deflator_source. A period for which no index is held, or was on `as_of`, has no value. Raises
    UnitError for another currency and for a month without an index.
    """
    index = _published(as_of)
    if month not in index:
        raise UnitError(
            f"no consumer prices of {month!r} are held: give a month from {min(index)} to "
            f"{max(index)} as YYYY-MM"
        )
    return [_real(row, month, index) for row in rows]


@cache
def _shipped() -> Mapping[str, float]:
    text = files("silentcrash").joinpath(SHIPPED).read_text(encoding="utf-8")
    return {row["month"]: float(row["index"]) for row in csv.DictReader(text.splitlines())}


def _published(as_of: str) -> Mapping[str, float]:
    """The index of the months that were published by a day; "" is today's."""
    if not as_of:
        return _shipped()
    return {
        month: value
        for month, value in _shipped().items()
        if f"{_later(month)}-{PUBLISHED_BY}" <= as_of[:10]
    }


def _later(month: str, count: int = 1) -> str:
    number = 12 * int(month[:4]) + int(month[5:7]) - 1 + count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _real(row: Mapping[str, Any], month: str, index: Mapping[str, float]) -> dict[str, Any]:
    unit = str(row["unit"])
    if amount(unit).currency != CURRENCY:
        raise UnitError(
            f"{unit} cannot be given in prices of {month}: only US prices are held, so convert it "
            "to US dollars as well"
        )
    of = str(row["period"])[:7]
    used = next((m for back in range(NEAREST + 1) if (m := _later(of, -back)) in index), "")
    deflator = index[month] / index[used] if used else None
    value = None if row["value"] is None or deflator is None else row["value"] * deflator
    missing = f"no consumer prices of {of} or the {NEAREST} months before are held"
    return {
        **row,
        "value": None if value is None else float(f"{value:.10g}"),
        "unit": f"{unit}, prices of {month}",
        "nominal_value": row["value"],
        "deflator": None if deflator is None else float(f"{deflator:.10g}"),
        "deflator_period": used,
        "deflator_source": SOURCE.format(month=month, of=used) if used else missing,
    }
