"""What renting a GPU costs over time, from every provider held: `silentcrash gpu`."""

from datetime import datetime

import pandas as pd

from pipelines.cli.commands import filled_store
from pipelines.index.toolkit import rents
from pipelines.settings import Settings, UsageFault
from sources import registry
from warehouse.observations import read

PRICE = "/GPU-h"


def market(settings: Settings, gpu: str, basis: str, as_of: datetime | None) -> pd.DataFrame:
    """Level (USD per GPU and hour), providers and chained index of one kind of GPU, by month.

    Spot prices that have long been a fixed share of the list price are left out. Raises
    UsageFault naming the kinds that are held where there is none of this.
    """
    prices = _prices(settings, as_of)
    chosen = rents.of_kind(prices, gpu, basis)
    if chosen.empty:
        held = prices.columns.to_frame()[["gpu", "basis"]].drop_duplicates()
        kinds = ", ".join(sorted(held["gpu"] + " " + held["basis"]))
        raise UsageFault(f"no {basis} price of {gpu!r} is held; there are: {kinds}")
    if basis == "spot":
        listed = rents.of_kind(prices, gpu)
        chosen = chosen.mask(rents.administered(chosen, listed)).dropna(how="all")
    table = rents.composite(chosen).round(3)
    months = table.index.to_series().dt.strftime("%Y-%m")
    return table.assign(month=months)[["month", *table.columns]].reset_index(drop=True)


def _prices(settings: Settings, as_of: datetime | None) -> pd.DataFrame:
    declared = (series for source in registry().values() for series in source.series)
    units = {series.key: series.unit for series in declared if series.unit.endswith(PRICE)}
    known = min(as_of or settings.now, settings.now)
    return rents.monthly(
        read.panel(filled_store(settings), series=sorted(units), as_of=known), units
    )
