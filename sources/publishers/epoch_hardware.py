"""Release prices of AI chips and the best computing per dollar, from Epoch AI.

The frontier of a year is the highest tensor performance in 16 bits (FLOP/s) per dollar of
release price among the chips released until its end, consumer cards included. Few chips have
a published price: 53 of 170 in December 2025.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

ALIASES = {
    "name": ("Hardware name", "Name"),
    "released": ("Release date",),
    "price": ("Release price (USD)", "Price (USD)"),
    "flops": ("Tensor-FP16/BF16 performance (FLOP/s)", "Tensor-FP16/BF16 (FLOP/s)"),
}
PRICED = {
    "NVIDIA A100 SXM4 40 GB": "a100-sxm-40gb",
    "NVIDIA H100 SXM5 80GB": "h100-sxm-80gb",
    "NVIDIA HGX H20": "h20-sxm-96gb",
    "NVIDIA B100": "b100",
    "AMD Instinct MI300X": "mi300x-oam-192gb",
    "Huawei Ascend 910B": "ascend-910b",
}
FRONTIER = "epoch_hardware.flops_per_usd"


def parse(payload: Payload) -> pd.DataFrame:
    """Release prices in USD by date, and the yearly frontier in FLOP/s per USD.

    The current year is partial. Raises SchemaDrift if a column has none of its known names or
    no followed chip has a price.
    """
    table = pd.read_csv(BytesIO(payload.content))
    columns = {meaning: _column(table, names) for meaning, names in ALIASES.items()}
    chips = pd.DataFrame({meaning: table[column] for meaning, column in columns.items()})
    released = pd.to_datetime(chips["released"], format="%Y-%m-%d", errors="coerce")
    chips = chips.assign(period=released).dropna(subset=["period", "price"])
    chips = chips.assign(price=pd.to_numeric(chips["price"]), flops=pd.to_numeric(chips["flops"]))
    followed = chips.assign(chip=chips["name"].map(PRICED)).dropna(subset=["chip"])
    if followed.empty:
        raise SchemaDrift(f"a price of {sorted(PRICED)}", chips["name"].head(5).tolist())
    prices = followed.assign(
        series="epoch_hardware.price." + followed["chip"], value=followed["price"]
    )
    year = payload.fetched_at.year
    rows = pd.concat([prices[["series", "period", "value"]], _frontier(chips)])
    running = rows["series"].eq(FRONTIER) & rows["period"].dt.year.eq(year)
    return tidy(rows.assign(status=np.where(running, "partial", "final"), entries=len(table)))


def _column(table: pd.DataFrame, names: tuple[str, ...]) -> str:
    present = [name for name in names if name in table]
    if len(present) != 1:
        raise SchemaDrift(f"one column of {list(names)}", sorted(map(str, table.columns))[:20])
    return present[0]


def _frontier(chips: pd.DataFrame) -> pd.DataFrame:
    """By year, from the first with a price to the last: series, period, value."""
    bought = chips["flops"] / chips["price"]
    usable = bought[np.isfinite(bought)]
    yearly = usable.groupby(chips["period"].dt.year).max()
    years = range(int(yearly.index.min()), int(yearly.index.max()) + 1)
    best = yearly.reindex(years).cummax().ffill()
    periods = pd.to_datetime([f"{year}-01-01" for year in best.index])
    return pd.DataFrame({"series": FRONTIER, "period": periods, "value": best.to_numpy()})


SOURCE = Source(
    key="epoch_hardware",
    publisher="Epoch AI",
    fr="Prix de lancement des puces d'IA",
    en="Release prices of AI chips",
    homepage="https://epoch.ai/data/machine-learning-hardware",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=30,
    stale_days=730,
    role="reference",
    reference="release prices of chips and the frontier of computing per dollar, yearly",
    series=(
        Series(
            FRONTIER,
            "FLOP/s/USD",
            "A",
            "Calcul en 16 bits par dollar de prix de lancement, meilleur à ce jour",
            "16-bit computing per dollar of release price, best so far",
        ),
        *(
            Series(
                f"epoch_hardware.price.{chip}",
                "USD",
                "E",
                f"{name}, prix de lancement",
                f"{name}, release price",
            )
            for name, chip in PRICED.items()
        ),
    ),
    requests=(Request("https://epoch.ai/data/ml_hardware.csv"),),
    completeness=Completeness(rows=0.9, series=0.8, entries=0.9, fewest=170),
    parse=parse,
    rules=(
        between(100, 200_000, series="epoch_hardware.price.", reason="no such chip was so priced"),
        between(1e8, 1e14, series=FRONTIER, reason="no dollar ever bought so little or so much"),
    ),
    expected_format="csv",
    attribution="Epoch AI, Machine Learning Hardware",
    traps=(
        "The order of the columns and some of their names change between exports.",
        "Its own price-performance is infinite where there is no price; it is not read.",
        "Most chips have no price: 53 of 170 had one in December 2025.",
        "A cell may hold line breaks.",
        "A price or a date found later changes the frontier of past years.",
    ),
)
