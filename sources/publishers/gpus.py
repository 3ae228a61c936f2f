"""What is rented: one GPU for one hour, told apart by chip, form, memory, basis and place.

A series key is PROVIDER.gpu.CHIP-FORM-MEMORY.PLACE.BASIS. A machine's price is divided by the
GPUs that `gpu_machines.csv` counts in it. One machine type stands for a GPU at a provider, so
that the arrival of another type moves nothing.
"""

from __future__ import annotations

from datetime import UTC
from functools import cache
from pathlib import Path

import pandas as pd

from sources import Payload, SchemaDrift, Series
from sources.tidy import between, tidy

MACHINES = Path(__file__).with_name("gpu_machines.csv")
LARGEST_GAP_GB = 3
BASES = {
    "on_demand": ("à la demande", "on-demand"),
    "spot": ("préemptible", "spot"),
    "community": ("à la demande chez un hôte tiers", "on-demand from a third-party host"),
}
DRIFT = between(
    0.6,
    1.4,
    column="level_ratio",
    severity="warn",
    reason="a price moved by over 40 %, seldom one price: look at machine and unit",
)
RULES = (
    between(0.05, 100, reason="no GPU of a data centre was ever rented out of these bounds in USD"),
    DRIFT,
)


def series(provider: str, gpu: str, place: str, basis: str, currency: str = "USD") -> Series:
    """The declaration of one price, per GPU and hour."""
    fr, en = BASES[basis]
    where = f"{provider}, {gpu.upper()}, {place.replace('_', ' ')}"
    key = f"{provider}.gpu.{gpu}.{place}.{basis}"
    return Series(key, f"{currency}/GPU-h", "W", f"{where}, prix {fr}", f"{where}, {en} price")


@cache
def machines(provider: str) -> pd.DataFrame:
    """The machine types that are read at a provider: machine, gpu, count."""
    table = pd.read_csv(MACHINES)
    return table[table["provider"].eq(provider)].drop(columns="provider")


def gpus(provider: str) -> list[str]:
    """The GPUs that are read at a provider."""
    return machines(provider)["gpu"].tolist()


def memory_matches(gpu: str, gigabytes: pd.Series[float]) -> pd.Series[bool]:
    """Whether a stated memory is that of this GPU: it is rounded in many ways."""
    named = int(gpu.rpartition("-")[2].removesuffix("gb"))
    return (gigabytes - named).abs().le(LARGEST_GAP_GB)


def by_gpu(rows: pd.DataFrame, provider: str) -> pd.DataFrame:
    """Prices of machines as prices of one GPU: `machine` and `price` become gpu, count, value.

    Machines that are not in the table are left out. Raises SchemaDrift where none is known.
    """
    known = rows.merge(machines(provider), on="machine")
    if known.empty:
        found = rows["machine"].drop_duplicates().head(5).tolist()
        raise SchemaDrift(f"a machine of {provider} in {MACHINES.name}", found)
    return known.assign(value=pd.to_numeric(known["price"]) / known["count"])


def drop_duplicate_spot(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without the spot prices that only repeat the on-demand one (gpu, place, value)."""
    listed = rows[rows["basis"].eq("on_demand")][["gpu", "place", "value"]]
    paired = rows.merge(listed.drop_duplicates(), "left", ["gpu", "place"], suffixes=("", "_list"))
    repeats = paired["basis"].eq("spot") & paired["value"].ge(paired["value_list"])
    return paired[~repeats].drop(columns="value_list")


def date_as_today(rows: pd.DataFrame, provider: str, payload: Payload) -> pd.DataFrame:
    """The tidy frame of prices (gpu, place, basis, value) in force when they were asked for."""
    where = rows["gpu"] + "." + rows["place"] + "." + rows["basis"]
    day = payload.fetched_at.astimezone(UTC).date()
    return tidy(rows.assign(series=f"{provider}.gpu." + where, period=day))
