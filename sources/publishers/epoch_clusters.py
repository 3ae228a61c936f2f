"""Shares of the computing of known AI clusters by country, from Epoch AI.

Only clusters that exist and whose country is known count, in H100 equivalents. The file covers
only what is publicly known.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.economies import names
from sources.tidy import between, require, sizes, tidy

# The series of a country ends in its English name, which is that of the file too, but for one.
NAMES = {"us": names("USA")} | {names(code)[1].lower(): names(code) for code in ("CHN", "MAR")}
COUNTRIES = {key: en for key, (_, en) in NAMES.items()} | {"us": "United States of America"}
FEWEST = 400  # existing clusters with a country; a file with fewer was cut: copies have 507


def parse(payload: Payload) -> pd.DataFrame:
    """Per cent of known existing computing by country, in the month of the fetch.

    Raises SchemaDrift if a column is lost or under FEWEST clusters are left.
    """
    table = pd.read_csv(BytesIO(payload.content))
    require(table, {"Status", "Country", "H100 equivalents"})
    there = table["Status"].eq("Existing") & table["Country"].notna()
    size = sizes(table["H100 equivalents"]).where(there & table["Country"].ne("")).dropna()
    if len(size) < FEWEST or size.sum() <= 0:
        raise SchemaDrift(f"{FEWEST} existing clusters with a country", len(size))
    by_country = size.groupby(table["Country"]).sum() / size.sum() * 100
    shares = {key: float(by_country.get(country, 0.0)) for key, country in COUNTRIES.items()}
    shares["non_us"] = 100 - shares["us"]
    return tidy(
        pd.DataFrame(
            {
                "series": [f"epoch_clusters.share.{key}" for key in shares],
                "period": pd.Timestamp(f"{payload.fetched_at:%Y-%m}-01"),
                "value": list(shares.values()),
                "entries": len(size),
            }
        )
    )


SOURCE = Source(
    key="epoch_clusters",
    publisher="Epoch AI",
    fr="Pays des grappes de puces d’IA connues",
    en="Countries of the known clusters of AI chips",
    homepage="https://epoch.ai/data/gpu-clusters",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution="Epoch AI, GPU Clusters",
    shows="present",
    confirmed="independent public code asks the same address, 304 KB in 2026-09",
    cadence="yearly",
    lag_days=30,
    stale_days=460,
    role="reference",
    reference="shares of other countries, beside the one that the index reads",
    series=(
        *(
            Series(
                f"epoch_clusters.share.{key}",
                "%",
                "E",
                f"Part du calcul des grappes connues, {fr}",
                f"Share of the computing of known clusters, {en}",
            )
            for key, (fr, en) in NAMES.items()
        ),
        Series(
            "epoch_clusters.share.non_us",
            "%",
            "E",
            "Part du calcul des grappes connues, hors des États-Unis",
            "Share of the computing of known clusters, outside the United States",
        ),
    ),
    requests=(Request("https://epoch.ai/data/gpu_clusters.csv"),),
    completeness=Completeness(rows=0.95, series=1.0, entries=0.8),
    parse=parse,
    expected_format="csv",
    snapshot_dated=True,
    rules=(
        between(0, 100, reason="a share"),
        between(40, 95, series="epoch_clusters.share.us", reason="it has been 77 % since 2025"),
    ),
    traps=(
        "Three copies from November 2025 to August 2026 give the same shares: nearly annual.",
        "Planned and decommissioned clusters are in the same table as those that exist.",
        "One twentieth of the computing has no country; shares leave it out.",
        "A country without a known cluster is not in the file: its share is zero of what is known.",
    ),
)
