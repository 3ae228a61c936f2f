"""The client: search, figures as known on a day, index, events, lineage.

Every method gives a frame, with dates as text (YYYY-MM-DD, YYYY-MM or ISO 8601 in UTC), so that
a site and a warehouse give the same.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from io import BytesIO
from typing import Any, TypeAlias

import pandas as pd

from silentcrash import prices, units
from silentcrash.search import fold, search
from silentcrash.source import SourceError, open_source

Keys: TypeAlias = str | Sequence[str]
When: TypeAlias = date | str
CATALOGUE, EVENTS, EDITIONS = "api/v1/series.json", "api/v1/events.json", "api/v1/editions.json"
FIGURES = ["series", "period", "value", "unit", "status", "known_from", "source"]
RATES = ["published_value", "published_unit", "rate", "rate_period", "rate_source"]
REAL = ["nominal_value", "deflator", "deflator_period", "deflator_source"]
NAMES = ["country", "country_code", "country_fr"]  # a country in English, by code, in French


class UnknownSeries(LookupError):
    """No series has this key; the message names the nearest ones."""


class Client:
    """Reads a published site, or the warehouse of an installation.

    Args:
        address: of a site (https://…) or of a warehouse (sqlite:///…); by default the warehouse
            of this machine, as `silentcrash` uses it.
    """

    def __init__(self, address: str | None = None) -> None:
        self._source = open_source(address)
        self._catalogue: list[dict[str, Any]] | None = None

    def search(self, words: str) -> pd.DataFrame:
        """The series that match words in French or English, best first."""
        rows = search(self._rows(), words)
        columns = list(self._rows()[0]) if self._rows() else []
        return pd.DataFrame([dict(row) for row in rows], columns=columns)

    def get(
        self,
        keys: Keys,
        *,
        as_of: When | None = None,
        start: When | None = None,
        vintages: bool = False,
        unit: str | None = None,
        real: str | None = None,
    ) -> pd.DataFrame:
        """The figures of series as known on a day, or all their versions.

        Args:
            keys: a key or several; one that ends in `*` is every series that begins so.
            as_of: a date or its text (its last second, UTC), or an aware datetime.
            start: the first period.
            vintages: every version known, a row each, withdrawals with an empty value.
            unit: convert to it, as USD/MWh; the rate, its month and source stand beside.
            real: US dollars in the prices of that month (YYYY-MM), with what they were multiplied
                by and its source.

        Returns:
            series, period, value, unit, status, known_from, source, in this order.

        Raises:
            UnknownSeries, SourceError (figures that may not be republished), UnitError, and
            ValueError for what is no date.
        """
        rows = [row for key in self._keys(keys) for row in self._versions(key)]
        table = pd.DataFrame(rows, columns=FIGURES)
        table["value"] = table["value"].astype("float64")
        if as_of is not None:
            table = table[table["known_from"].le(_instant(as_of))]
        if start is not None:
            table = table[table["period"].ge(f"{_parsed(start):%Y-%m-%d}")]
        if not vintages:
            table = table.drop_duplicates(["series", "period"], keep="last")
            table = table[table["status"].ne("withdrawn")]
        table = table.reset_index(drop=True)
        if unit is not None:
            table = self._converted(table, unit, as_of)
        return table if real is None else _real(table, real, as_of)

    def vintages(self, keys: Keys) -> pd.DataFrame:
        """A row a series and period, a column a date of knowledge.

        A cell is the value as known then: missing where none was known, or it was withdrawn.
        """
        versions = self.get(keys, vintages=True)
        # Infinity is never published: it marks a withdrawal while values are carried forward.
        marked = versions.assign(value=versions["value"].fillna(float("inf")))
        wide = marked.pivot_table("value", ["series", "period"], "known_from", aggfunc="last")
        carried = wide.ffill(axis=1)
        return carried.where(carried.ne(float("inf")))

    def revisions(self, keys: Keys) -> pd.DataFrame:
        """The first and the latest value of each figure, and how often it changed."""
        versions = self.get(keys, vintages=True).dropna(subset="value")
        table = versions.groupby(["series", "period"])["value"].agg(["first", "last", "size"])
        named = table.rename(columns={"last": "latest", "size": "versions"}).reset_index()
        return named.assign(revision=named["latest"] - named["first"])

    def index(self) -> pd.DataFrame:
        """The index of the newest edition: months, bounds, dimensions, regime."""
        return self._table("index")

    def indicators(self, key: str | None = None) -> pd.DataFrame:
        """Value, score, weight and state of each indicator by month, or of one."""
        table = self._table("indicators")
        if key is None:
            return table
        _check(key, table["key"].unique().tolist(), "indicator")
        return table[table["key"].eq(key)].reset_index(drop=True)

    def events(self, country: str | None = None) -> pd.DataFrame:
        """Announcements of data-centre projects, everywhere or of a country.

        The country is written in French, in English or by its code.
        """
        table = pd.DataFrame(json.loads(self._source.read(EVENTS))["events"])
        if country is None or table.empty:
            return table
        sought = fold(country)
        named = table[NAMES].fillna("").map(lambda name: fold(name) == sought)
        chosen = table[named.any(axis=1)].reset_index(drop=True)
        if chosen.empty:
            countries = sorted({*table["country"], *table["country_fr"].dropna()} - {""})
            _check(country, countries, "country with an announcement")
        return chosen

    def lineage(self, key: str, period: str) -> pd.DataFrame:
        """The figures behind an indicator in a month, and where each was read."""
        table = self._table("lineage")
        _check(key, table["key"].unique().tolist(), "indicator")
        rows = table[table["key"].eq(key) & table["period"].eq(period[:7])]
        return rows.merge(self._table("origins"), "left", "origin").drop(columns="origin")

    def _rows(self) -> list[dict[str, Any]]:
        if self._catalogue is None:
            self._catalogue = json.loads(self._source.read(CATALOGUE))["series"]
        return self._catalogue

    def _keys(self, keys: Keys) -> list[str]:
        every = [str(row["series"]) for row in self._rows()]
        chosen: dict[str, None] = {}
        for pattern in [keys] if isinstance(keys, str) else keys:
            prefix = pattern[:-1] if pattern.endswith("*") else None
            named = [key for key in every if key == pattern or (
                prefix is not None and key.startswith(prefix))]  # fmt: skip
            if not named:
                _check(pattern, every, "series")
            chosen |= dict.fromkeys(named)
        return sorted(chosen)

    def _versions(self, key: str) -> list[tuple[Any, ...]]:
        [row] = [row for row in self._rows() if row["series"] == key]
        if not row["address"]:
            raise SourceError(f"{key} may not be republished by its licence: {row['licence']}")
        document = json.loads(self._source.read(f"series/{key}.json"))
        unit, source = document["unit"], document["source"]
        return [
            (key, period, value, unit, status, known_from, source)
            for period, value, status, known_from in document["figures"]
        ]

    def _converted(self, table: pd.DataFrame, unit: str, as_of: When | None) -> pd.DataFrame:
        plain = _records(table)
        needed = {units.amount(str(row["unit"])).currency for row in plain}
        needed |= {units.amount(unit).currency}
        day = "" if as_of is None else _instant(as_of)
        stored = self._rates(needed, as_of) if len(needed) > 1 else {}
        rates = units.merged(units.shipped_rates(day), stored)
        return pd.DataFrame(units.convert(plain, unit, rates), columns=[*FIGURES, *RATES])

    def _rates(self, currencies: set[str], as_of: When | None) -> units.Rates:
        """The rates of these currencies that the series hold."""
        keys = [
            row["series"]
            for row in self._rows()
            if units.is_rate(row["unit"])
            and row["unit"][:3] in {*currencies, "EUR"}
            and row["address"]
        ]
        return units.euro_rates(_records(self.get(keys, as_of=as_of)) if keys else [])

    def _table(self, name: str) -> pd.DataFrame:
        """A table of the newest edition: figures as numbers, everything else as text."""
        editions = json.loads(self._source.read(EDITIONS))["editions"]
        body = self._source.read(f"data/{editions[-1]['name']}/{name}.csv")
        table: pd.DataFrame = pd.read_csv(BytesIO(body))
        texts = [column for column in table if table[column].dtype.kind not in "ifb"]
        cells = {str(column): table[column].fillna("").astype(str) for column in texts}
        return table.assign(**cells)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by name, None where a cell is empty."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _real(table: pd.DataFrame, month: str, as_of: When | None) -> pd.DataFrame:
    day = "" if as_of is None else _instant(as_of)
    return pd.DataFrame(prices.real(_records(table), month, day), columns=[*table.columns, *REAL])


def _check(word: str, choices: Sequence[Any], what: str) -> None:
    """Raise UnknownSeries with the nearest names where the word is none of them."""
    valid = {str(choice).casefold(): str(choice) for choice in choices}
    if word not in valid.values():
        nearest = get_close_matches(word.rstrip("*").casefold(), valid, n=3, cutoff=0.4)
        close = [valid[name] for name in nearest or list(valid)[:3]]
        raise UnknownSeries(f"no {what} is called {word!r}: did you mean {' or '.join(close)}?")


def _instant(when: When) -> str:
    """The last second of a day, or an aware instant, as ISO 8601 text in UTC."""
    when = _parsed(when)
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(23, 59, 59), UTC)
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone: add +00:00, or give the day alone")
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parsed(when: When) -> date:
    """A date where the text has no time of day, else a datetime."""
    if not isinstance(when, str):
        return when
    try:
        short = len(when) <= len("2026-01-10")
        return date.fromisoformat(when) if short else datetime.fromisoformat(when)
    except ValueError:
        raise ValueError(
            f"{when!r} is not a date: write it as YYYY-MM-DD, for example 2026-01-10"
        ) from None
