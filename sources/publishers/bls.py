"""US labour statistics: semiconductor and transformer prices, productivity.

Version 1 of the public API of the Bureau of Labor Statistics needs no key and gives the last
three years by default. It answers errors with HTTP 200, so its own status is read. The
semiconductor index fell while memory and rental prices rose in 2026: it is the official series,
not a gauge of scarcity.
"""

import json
from typing import Any

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

PPI, YOY = "PCU334413334413", "PRS85006091"
TRANSFORMERS = "PCU335311335311"
OUTPUT_PER_HOUR, UNIT_LABOUR_COST = "PRS85006093", "PRS85006113"
FAMILIES = {"PCU": "ppi", "PRS": "productivity"}

SERIES = (
    Series(
        f"bls.ppi.{PPI}",
        "index",
        "M",
        "États-Unis, prix à la production des semi-conducteurs",
        "United States, producer prices of semiconductors",
    ),
    Series(
        f"bls.ppi.{TRANSFORMERS}",
        "index",
        "M",
        "États-Unis, prix à la production des transformateurs électriques",
        "United States, producer prices of power and distribution transformers",
    ),
    Series(
        f"bls.productivity.{YOY}",
        "% yoy",
        "Q",
        "États-Unis, productivité horaire non agricole, sur un an",
        "United States, nonfarm output per hour, change on a year",
    ),
    Series(
        f"bls.productivity.{OUTPUT_PER_HOUR}",
        "index 2017=100",
        "Q",
        "États-Unis, productivité horaire non agricole",
        "United States, nonfarm output per hour",
    ),
    Series(
        f"bls.productivity.{UNIT_LABOUR_COST}",
        "index 2017=100",
        "Q",
        "États-Unis, coût salarial unitaire non agricole",
        "United States, nonfarm unit labour cost",
    ),
)


def parse(payload: Payload) -> pd.DataFrame:
    """The monthly and quarterly figures of every requested series.

    Missing values ("-") and annual averages (M13, Q05, A01) are left out; preliminary figures
    are marked. Raises SchemaDrift if the request was not processed or a requested series came
    back without figures.
    """
    body = json.loads(payload.content)
    if body.get("status") != "REQUEST_SUCCEEDED":
        messages = "; ".join(body.get("message", []))
        raise SchemaDrift("REQUEST_SUCCEEDED", f"{body.get('status')}: {messages}"[:300])
    rows = pd.DataFrame(
        [
            {"id": series["seriesID"], **point}
            for series in body["Results"].get("series", [])
            for point in series["data"]
        ],
        columns=["id", "year", "period", "value", "footnotes"],
    )
    if missing := _requested(payload.request) - set(rows["id"]):
        raise SchemaDrift("figures of every requested series", f"none of {sorted(missing)}")
    return _figures(rows)


def _requested(request: Request) -> set[str]:
    requested = (request.json or {}).get("seriesid")
    return set(requested) if isinstance(requested, list) else set()


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    parts = rows["period"].str.extract(r"^(?P<kind>[MQ])(?P<number>\d\d)$")
    number = pd.to_numeric(parts["number"])
    month = number.where(parts["kind"].eq("M"), number * 3 - 2)
    dated = month.between(1, 12) & rows["value"].ne("-")
    dated_rows = rows[dated]
    days = dated_rows["year"] + "-" + month[dated].astype(int).astype(str)
    return tidy(
        dated_rows.assign(
            series="bls."
            + dated_rows["id"].str[:3].map(FAMILIES).fillna("other")
            + "."
            + dated_rows["id"],
            period=pd.to_datetime(days, format="%Y-%m"),
            status=dated_rows["footnotes"].map(_status),
        )
    )


def _status(footnotes: list[dict[str, Any]]) -> str:
    preliminary = any(note.get("code") == "P" for note in footnotes)
    return "preliminary" if preliminary else "final"


SOURCE = Source(
    key="bls",
    publisher="U.S. Bureau of Labor Statistics",
    fr="Prix des semi-conducteurs et productivité aux États-Unis",
    en="US semiconductor prices and productivity",
    homepage="https://www.bls.gov/developers/",
    licence="public domain",
    licence_url="https://www.bls.gov/bls/linksite.htm",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=15,
    stale_days=75,
    role="reference",
    reference="output per hour as a level, beside the yearly change that the index reads",
    series=SERIES,
    requests=(
        Request(
            "https://api.bls.gov/publicAPI/v1/timeseries/data/",
            json={"seriesid": [PPI, TRANSFORMERS, YOY, OUTPUT_PER_HOUR, UNIT_LABOUR_COST]},
        ),
    ),
    # A window of three calendar years: it falls from 104 figures to 68 when a year ends.
    completeness=Completeness(rows=0.6, series=1.0),
    parse=parse,
    rules=(
        between(5, 1000, series="bls.ppi.", reason="no index of this base was ever outside"),
        between(-15, 15, series=f"bls.productivity.{YOY}", reason="no yearly change was so large"),
    ),
    expected_format="json",
    attribution="U.S. Bureau of Labor Statistics",
    traps=(
        "An exhausted quota is answered with HTTP 200 and a status of its own.",
        "A request that succeeds may hold no series.",
        "A missing figure is a hyphen; M13, Q05 and A01 are averages of a year.",
        "Producer prices are revised for four months; preliminary ones carry a note.",
        "The index of semiconductors falls while memory and rental prices rise.",
    ),
)
