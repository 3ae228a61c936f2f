"""Into which units the explorer can convert a figure, and at which rates.

The arithmetic is that of `silentcrash.units`, which is asked once a unit: the page multiplies by
the factor found here, and by the rate of the month where money changes its currency.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from silentcrash.units import Rates, UnitError, amount, convert

# What a reader may want beside the unit of a publisher; a unit that is not alike is left out.
TARGETS = (
    "USD/MWh", "EUR/MWh", "c/kWh", "DH/kWh", "EUR/kWh", "USD/GPU-h", "EUR/GPU-h", "USD/Mtok",
    "EUR/Mtok", "USD/MW-day", "EUR/MW-day", "USD", "EUR", "GWh", "TWh", "Wh",
)  # fmt: skip
DAY, MONTH = "2000-01-01", "2000-01"  # any: the rates below are 1


def conversions(units: Iterable[str], currencies: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """For each unit the others that it can be given in: unit, factor, from, to.

    `from` and `to` are currencies, "" where money stays as it is; `currencies` are those of which
    rates are held besides the euro.
    """
    priced = {"EUR", *currencies}
    table = {unit: [_into(unit, target, priced) for target in TARGETS] for unit in set(units)}
    kept_rows = {unit: [row for row in rows if row] for unit, rows in sorted(table.items())}
    return {unit: rows for unit, rows in kept_rows.items() if rows}


def _into(unit: str, target: str, priced: set[str]) -> dict[str, Any] | None:
    """How to convert, or None where it cannot be done."""
    ours, theirs = amount(unit).currency, amount(target).currency
    crossing = ours != theirs
    if unit == target or (crossing and not {ours, theirs} <= priced):
        return None
    even: Rates = {currency: {MONTH: (1.0, "")} for currency in priced}
    try:
        [row] = convert([{"period": DAY, "value": 1.0, "unit": unit}], target, even)
    except UnitError:
        return None
    codes = {"from": ours, "to": theirs} if crossing else {"from": "", "to": ""}
    return {"unit": target, "factor": row["value"], **codes}


def used(
    table: Mapping[str, list[dict[str, Any]]], rates: Rates
) -> dict[str, dict[str, tuple[float, str]]]:
    """The rates of the currencies that a conversion needs."""
    needed = {row[end] for rows in table.values() for row in rows for end in ("from", "to")}
    return {code: dict(rates[code]) for code in sorted(needed & set(rates))}
