"""Monthly US producer prices as FRED repeats them, beside those of the BLS.

Where the first publisher is read as well (see bls.py), the index uses its figures; these have
keys of their own, for comparison.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, Series, Source
from sources.tidy import between, numbers, require, tidy

DATES = ("observation_date", "DATE")
MISSING = "."
SERIES = (
    Series(
        "fred.PCU334413334413",
        "index",
        "M",
        "États-Unis, prix à la production des semi-conducteurs, selon FRED",
        "United States, producer prices of semiconductors, by FRED",
    ),
    Series(
        "fred.PCU518210518210",
        "index",
        "M",
        "États-Unis, prix à la production de l'hébergement de données, selon FRED",
        "United States, producer prices of data processing and hosting, by FRED",
    ),
)


def parse(payload: Payload) -> pd.DataFrame:
    """The monthly figures of the requested series; a month without one has no row.

    Raises SchemaDrift if the dates or the series have no column, or a cell is not a number.
    """
    series_id = payload.request.params["id"]
    table = pd.read_csv(BytesIO(payload.content), dtype=str, keep_default_na=False)
    table = table.rename(columns=dict.fromkeys(DATES, "period"))
    require(table, {"period", series_id})
    rows = table[~table[series_id].isin([MISSING, ""])]
    values = numbers(rows[series_id])
    periods = pd.to_datetime(rows["period"], format="%Y-%m-%d")
    return tidy(pd.DataFrame({"series": f"fred.{series_id}", "period": periods, "value": values}))


SOURCE = Source(
    key="fred",
    publisher="Federal Reserve Bank of St. Louis (FRED)",
    fr="Prix à la production aux États-Unis, selon FRED",
    en="US producer prices, by FRED",
    homepage="https://fred.stlouisfed.org/",
    licence="public domain (figures of the BLS); FRED's terms of use",
    licence_url="https://fred.stlouisfed.org/legal/",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=15,
    stale_days=75,
    role="cross_check",
    reference="producer prices of data hosting, which no indicator reads",
    series=SERIES,
    requests=tuple(
        Request(
            "https://fred.stlouisfed.org/graph/fredgraph.csv",
            params={"id": series.key.removeprefix("fred.")},
        )
        for series in SERIES
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    rules=(between(5, 1000, reason="no index of this base was ever outside"),),
    full_snapshot=True,
    expected_format="csv",
    attribution="U.S. Bureau of Labor Statistics via FRED",
    redistribute=False,
    traps=(
        "The column of dates is called observation_date, and was called DATE.",
        "A missing figure is a full stop.",
        "Its own terms bound what may be kept: the BLS is asked first, and in its own name.",
    ),
)
