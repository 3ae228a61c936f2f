"""ALFRED: every vintage of US figures that the index reads, with its day.

The Bureau of Labor Statistics revises its producer prices for four months and its productivity
for years, and its own service gives today's values alone. ALFRED keeps what each day showed.
"""

from __future__ import annotations

import json

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, numbers, tidy

FIRST = "2014-01-01"  # the first year that the method reads
MISSING = "."
MOST = 100_000  # rows of an answer, the cap of the service
NEEDED = {"realtime_start", "date", "value"}
# A vintage is out by the end of its day in Washington; that of today, when it is seen.
END_OF_DAY = pd.Timedelta(hours=23, minutes=59)
SERIES = (
    Series(
        "alfred.PCU334413334413",
        "index",
        "M",
        "États-Unis, prix à la production des semi-conducteurs, tous les millésimes",
        "United States, producer prices of semiconductors, every vintage",
    ),
    Series(
        "alfred.PCU335311335311",
        "index",
        "M",
        "États-Unis, prix à la production des transformateurs, tous les millésimes",
        "United States, producer prices of transformers, every vintage",
    ),
    Series(
        "alfred.PRS85006091",
        "% yoy",
        "Q",
        "États-Unis, productivité horaire sur un an, tous les millésimes",
        "United States, output per hour on a year, every vintage",
    ),
)


def parse(payload: Payload) -> pd.DataFrame:
    """A row for each value that a figure had, known from its first day.

    Raises SchemaDrift for an answer without rows, one that was cut, and a cell that is no number.
    """
    body = json.loads(payload.content)
    rows = body.get("observations") if isinstance(body, dict) else None
    if not rows:
        raise SchemaDrift("observations", sorted(body) if isinstance(body, dict) else body)
    if int(body.get("count", len(rows))) != len(rows):
        raise SchemaDrift(f"{body['count']} observations", len(rows))
    table = pd.DataFrame(rows)
    if missing := NEEDED - set(table.columns):
        raise SchemaDrift(sorted(NEEDED), f"without {sorted(missing)}")
    filled = table[table["value"].ne(MISSING)]
    days = pd.to_datetime(filled["realtime_start"], format="%Y-%m-%d", utc=True)
    ends, seen = days + END_OF_DAY, pd.Timestamp(payload.fetched_at)
    return tidy(
        pd.DataFrame(
            {
                "series": f"alfred.{payload.request.params['series_id']}",
                "period": pd.to_datetime(filled["date"], format="%Y-%m-%d"),
                "value": numbers(filled["value"]),
                "known_from": ends.mask(ends > seen, seen),
            }
        )
    )


SOURCE = Source(
    key="alfred",
    publisher="Federal Reserve Bank of St. Louis (ALFRED)",
    fr="Millésimes des statistiques américaines",
    en="Vintages of US statistics",
    homepage="https://alfred.stlouisfed.org/",
    licence="public domain (figures of the BLS); FRED's terms of use",
    licence_url="https://fred.stlouisfed.org/docs/api/terms_of_use.html",
    confirmed="independent public clients ask the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=15,
    stale_days=130,
    series=SERIES,
    needs="FRED_API_KEY",
    requests=tuple(
        Request(
            "https://api.stlouisfed.org/fred/series/observations",
            params={
                "series_id": series.key.removeprefix("alfred."),
                "api_key": "${FRED_API_KEY}",
                "file_type": "json",
                "observation_start": FIRST,
                "realtime_start": "1776-07-04",
                "realtime_end": "9999-12-31",
                "limit": str(MOST),
            },
        )
        for series in SERIES
    ),
    # Vintages are only added.
    completeness=Completeness(rows=1.0, series=1.0),
    parse=parse,
    rules=(
        between(5, 1000, series="alfred.PCU", reason="no index of this base was ever outside"),
        between(-15, 15, series="alfred.PRS", reason="no yearly change was so large"),
    ),
    expected_format="json",
    attribution="U.S. Bureau of Labor Statistics via ALFRED",
    redistribute=False,
    traps=(
        "A value that was not changed has one row, from the day on which it first appeared.",
        "A missing figure is a full stop.",
        "The first day of the oldest vintage held is that of the archive, not of the figure.",
        "Data-centre construction and the bond distress index are in no series of it.",
    ),
)
