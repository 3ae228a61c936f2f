"""GPU-hours: what the parsers of rental prices share.

A price is of one GPU for one hour, by chip, form, memory, basis and region. A series key is
PROVIDER.gpu.CHIP-FORM-MEMORY.REGION.BASIS. A machine's price is divided by the number of GPUs
that `gpu_machines.csv` gives. One machine type represents a GPU at a provider, so that the
arrival of another type moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from sources import Payload, SchemaDrift, Series
from sources.tidy import between, tidy

# Cards for graphics and small inference, and those older than the A100: not followed on purpose,
# so that they are no news in a price list.
NOT_FOLLOWED = re.compile(
    r"(?:nvidia |tesla |quadro |geforce )*"
    r"(?:[TPKML]\d|V100|A(?:10|16|30|40)G?\b|A\d000|RTX|GTX|TITAN|Radeon Pro).*",
    re.I,
)
# As providers write their names; a key has them in small letters.
PROVIDERS = {
    "aws": "Amazon (AWS)",
    "azure": "Microsoft Azure",
    "coreweave": "CoreWeave",
    "gix": "GIX",
    "hyperstack": "Hyperstack",
    "lambda": "Lambda",
    "nebius": "Nebius",
    "oci": "Oracle Cloud",
    "runpod": "RunPod",
    "skypilot": "SkyPilot",
    "vast": "Vast.ai",
    "verda": "Verda",
}
ANYWHERE = {"world": ("monde", "world"), "global": ("monde", "world")}  # no region of its own
MACHINES = Path(__file__).with_name("gpu_machines.csv")
# Providers round memory in their own ways, in GB or GiB: an H200 NVL of 141 GB is given as 143.
# The closest sizes of one chip that are read, 80 and 94 GB, are 14 apart.
MAX_MEMORY_GAP_GB = 3
BASES = {
    "on_demand": ("à la demande", "on-demand"),
    "spot": ("spot", "spot"),
    "community": ("à la demande chez un hôte tiers", "on-demand from a third-party host"),
}
# A posted price rarely moves by more than 40 % from one week to the next; a machine counted with
# a wrong number of GPUs moves it by a factor of two at least.
DRIFT = between(
    0.6,
    1.4,
    column="level_ratio",
    severity="warn",
    reason="a price moved by over 40 %: check the machine and the unit",
)
# USD or CNY per GPU and hour: the cheapest old card and the dearest new one are well inside.
LEAST_PRICE, MOST_PRICE = 0.05, 100
RULES = (
    between(
        LEAST_PRICE,
        MOST_PRICE,
        reason="no data-centre GPU was ever rented outside these bounds in USD",
    ),
    DRIFT,
)


def series(provider: str, gpu: str, region: str, basis: str, currency: str = "USD") -> Series:
    """The declaration of one price, per GPU and hour."""
    fr, en = BASES[basis]
    where = f"{named(provider)}, {chip(gpu)}"
    place_fr, place_en = ANYWHERE.get(region) or [named(region.replace("_", " "))] * 2
    key = f"{provider}.gpu.{gpu}.{region}.{basis}"
    title_fr, title_en = f"{where}, {place_fr}, prix {fr}", f"{where}, {place_en}, {en} price"
    return Series(key, f"{currency}/GPU-h", "W", title_fr, title_en)


def chip(gpu: str) -> str:
    """The GPU of a key as a title writes it."""
    return gpu.upper().replace("-", " ")


def named(words: str) -> str:
    """Words that may begin with the key of a provider, with its name there."""
    first, space, rest = words.partition(" ")
    return PROVIDERS.get(first, first) + space + rest


@cache
def machines(provider: str) -> pd.DataFrame:
    """The machine types that are read at a provider: machine, gpu, count."""
    table = pd.read_csv(MACHINES)
    return table[table["provider"].eq(provider)].drop(columns="provider")


def gpus(provider: str) -> list[str]:
    """The GPUs that are read at a provider."""
    return machines(provider)["gpu"].tolist()


def memory_matches(gpu: str, gigabytes: pd.Series[float]) -> pd.Series[bool]:
    """Whether a stated memory is that of this GPU, however it is rounded."""
    named = int(gpu.rpartition("-")[2].removesuffix("gb"))
    return (gigabytes - named).abs().le(MAX_MEMORY_GAP_GB)


def by_gpu(rows: pd.DataFrame, provider: str) -> pd.DataFrame:
    """Prices of machines as prices of one GPU.

    `machine` and `price` become gpu, count and value. Machines that are not in the table are
    left out. Raises SchemaDrift if none is in it.
    """
    table = machines(provider)
    position = pd.Index(table["machine"]).get_indexer(rows["machine"])
    is_read = position >= 0
    if not is_read.any():
        unmatched = rows["machine"].drop_duplicates().head(5).tolist()
        raise SchemaDrift(f"a machine of {provider} in {MACHINES.name}", unmatched)
    read = table.take(position[is_read])
    matched: pd.DataFrame = rows[is_read].reset_index(drop=True)
    count = read["count"].to_numpy()
    value = pd.to_numeric(matched["price"]) / count
    return matched.assign(gpu=read["gpu"].array, count=count, value=value)


def unread_machines(
    names: pd.Series[str], chips: pd.Series[str], provider: str
) -> Iterator[tuple[str, str]]:
    """The machines with a chip of which the table reads none at this provider.

    `names` and `chips` are those of each row. Other sizes of a machine that is read are left
    out: one machine represents its GPU.
    """
    listed = pd.DataFrame({"name": names, "chip": chips}).replace("", None).dropna()
    listed = listed[~not_followed(listed["chip"])].drop_duplicates()
    followed = set(listed.loc[listed["name"].isin(machines(provider)["machine"]), "chip"])
    for name, chip in listed.loc[~listed["chip"].isin(followed)].itertuples(index=False):
        yield "machine", name if chip.lower() in name.lower() else f"{name} ({chip})"


def not_followed(chips: pd.Series[str]) -> pd.Series[bool]:
    """Whether each chip is of a kind that is left out on purpose."""
    return chips.str.fullmatch(NOT_FOLLOWED)


def plausible(prices: pd.Series[float]) -> pd.Series[bool]:
    """Whether each price of a GPU-hour can be one: a median hides the others."""
    return pd.to_numeric(prices, errors="coerce").between(LEAST_PRICE, MOST_PRICE)


def sound(prices: pd.DataFrame, offer: list[str]) -> pd.DataFrame:
    """The rows of `prices` whose `value` can be one: what comes before any median.

    `offer` names the columns that tell one offer from another. Raises SchemaDrift for an offer
    with two prices, of which a median would make a third.
    """
    possible = prices[plausible(prices["value"])]
    same = possible.groupby(offer)["value"].nunique()
    if same.gt(1).any():
        raise SchemaDrift("one price of a machine in a region", list(same[same.gt(1)].index[0]))
    return possible


def drop_duplicate_spot(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without spot prices that are not below the on-demand price."""
    offers = list(zip(rows["gpu"], rows["region"], rows["basis"], rows["value"], strict=True))
    # Of an offer with two list prices, a spot price that is below one of them is kept.
    listed: dict[tuple[str, str], float] = {}
    for gpu, region, basis, value in offers:
        if basis == "on_demand":
            listed[gpu, region] = max(value, listed.get((gpu, region), value))
    repeats = [
        basis == "spot" and value >= listed.get((gpu, region), float("inf"))
        for gpu, region, basis, value in offers
    ]
    return rows[~np.array(repeats, dtype=bool)].reset_index(drop=True)


def date_as_today(rows: pd.DataFrame, provider: str, payload: Payload) -> pd.DataFrame:
    """The tidy frame of prices (gpu, region, basis, value) of the fetch day."""
    where = rows["gpu"] + "." + rows["region"] + "." + rows["basis"]
    day = payload.fetched_at.astimezone(UTC).date()
    return tidy(rows.assign(series=f"{provider}.gpu." + where, period=day))
