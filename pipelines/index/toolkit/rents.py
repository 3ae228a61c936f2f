"""One rental price of a GPU from many offers, moved only by their prices.

An offer is a GPU (chip, form and memory), a basis, a currency, a provider and a place. The level
is a median of provider medians. The index chains the geometric mean over providers of what each
one's offers changed (a median), over the offers present at both ends: a provider that comes or
goes moves the level and never the index. A ratio of medians would leap whenever the middle of a
market split between neoclouds and hyperscalers changes hands; a median of changes would rest
while a minority moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Who tabulates the prices of others: the provider of such a price is its place.
TABULATORS = ("skypilot", "dstack")
# Keys of one publisher, and keys of histories of several: GPU, provider, place, basis.
KEYS = (
    r"^(?P<provider>[a-z]+)\.gpu\.(?P<gpu>[^.]+)\.(?P<place>[^.]+)\.(?P<basis>on_demand|spot)$",
    r"^gpu\.(?P<gpu>[^.]+)\.(?:neocloud_)?(?P<provider>[a-z]+)_?(?P<place>[^.]*)"
    r"\.(?P<basis>on_demand)_(?:list|normalised)$",
)
# The same chip, form and memory where a key leaves part of them to the provider's only machine.
# "a100-80" stays apart: several forms of it stand in the histories.
SAME = {
    "a100-40": "a100-sxm-40gb",
    "a100-40gb": "a100-sxm-40gb",
    "a100-80gb": "a100-sxm-80gb",
    "h100-sxm": "h100-sxm-80gb",
    "h100-80gb": "h100-sxm-80gb",
    "h100-nvl": "h100-nvl-94gb",
    "h200": "h200-sxm-141gb",
    "b200": "b200-sxm-180gb",
    "b300": "b300-sxm-288gb",
    "mi300x": "mi300x-oam-192gb",
}
OFFER = ["gpu", "basis", "currency", "provider", "place"]


@dataclass(frozen=True)
class Gates:
    """Fewest providers, and greatest ratio of dearest to cheapest, to publish.

    Two providers give no median of their own; ten times the cheapest is another product.
    """

    providers: int = 3
    spread: float = 10.0


def offers(keys: pd.Series, units: Mapping[str, str]) -> pd.DataFrame:
    """What each series key offers, by key: gpu, basis, currency, provider, place.

    `units` gives the unit of each key, CURRENCY/GPU-h. Keys that are no price of a GPU, and
    indices of others, have no row.
    """
    distinct = pd.Series(keys.unique(), dtype=object)
    parts = pd.concat([distinct.str.extract(pattern) for pattern in KEYS])
    parts = parts.assign(series=distinct).dropna(subset=["gpu"]).set_index("series")
    tabulated = parts["provider"].isin(TABULATORS)
    return pd.DataFrame(
        {
            "gpu": parts["gpu"].replace(SAME),
            "basis": parts["basis"],
            "currency": parts.index.map(lambda key: units[key].partition("/")[0]),
            "provider": parts["provider"].mask(tabulated, parts["place"]),
            "place": parts["place"],
        }
    )


def monthly(observations: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """Prices by month and offer: the median of those read in the month.

    None is carried into the next month.

    In: series, period, value. Out: a row a month, a column an offer (levels OFFER).
    """
    described = observations.merge(offers(observations["series"], units), on="series")
    months = described["period"].dt.to_period("M").dt.to_timestamp()
    grouped = described.groupby([months.rename("month"), *OFFER])["value"].median()
    return grouped.unstack(OFFER).sort_index()


def of_kind(
    prices: pd.DataFrame, gpu: str, basis: str = "on_demand", currency: str = "USD"
) -> pd.DataFrame:
    """The offers of one GPU, basis and currency, by provider and region.

    Empty months are left out.
    """
    all_ = prices.columns.to_frame()
    same = all_["gpu"].eq(gpu) & all_["basis"].eq(basis) & all_["currency"].eq(currency)
    chosen = prices.loc[:, same.to_numpy()]
    return chosen.droplevel(["gpu", "basis", "currency"], axis=1).dropna(how="all")


def administered(
    spot: pd.DataFrame, listed: pd.DataFrame, *, window: int = 12, slack: float = 0.002
) -> pd.DataFrame:
    """Where a spot price has long been one fixed share of the list price.

    Both are a row a period and a column an offer. Such a price says nothing of scarcity. A year
    (`window`) covers every revision of a list price; `slack` forgives rounding to a cent.
    Looks back only.
    """
    share = spot / listed.reindex(index=spot.index, columns=spot.columns)
    past = share.rolling(window, min_periods=window)
    return (past.max() / past.min() - 1).le(slack)


def level(prices: pd.DataFrame) -> pd.DataFrame:
    """The median of provider medians by period: level, providers, spread.

    In: a row a period, a column an offer with a level `provider`. `spread` is the dearest
    provider over the cheapest.
    """
    by_provider = prices.T.groupby(level="provider").median().T
    return pd.DataFrame(
        {
            "level": by_provider.median(axis=1),
            "providers": by_provider.notna().sum(axis=1),
            "spread": by_provider.max(axis=1) / by_provider.min(axis=1),
        }
    )


def composite(prices: pd.DataFrame, gates: Gates = Gates()) -> pd.DataFrame:
    """Level and chained index (first published period = 100) of one GPU.

    Columns: level, providers, spread, matched (providers at both ends of the link), index,
    withheld (which gate failed; level and index are then null). A link reaches back to the last
    period that was said, so that one withheld period does not end the chain.
    """
    levels = level(prices)
    links, last = [], None
    for period in prices.index:
        link = _link(prices, last, period, levels.loc[period], gates)
        links.append(link)
        last = period if link["withheld"] == "" else last
    table = levels.join(pd.DataFrame(links, index=prices.index))
    open_ = table["withheld"].eq("")
    chained = 100 * table["change"].where(open_, 1.0).cumprod()
    return table.assign(level=table["level"].where(open_), index=chained.where(open_)).drop(
        columns="change"
    )


def _link(
    prices: pd.DataFrame,
    last: pd.Timestamp | None,
    period: pd.Timestamp,
    now: pd.Series,
    gates: Gates,
) -> dict[str, object]:
    """The change since the last published period, over offers present in both."""
    if now["providers"] < gates.providers:
        return _withheld(f"{now['providers']:.0f} of {gates.providers} providers")
    if now["spread"] > gates.spread:
        return _withheld(f"the dearest is {now['spread']:.1f} times the cheapest")
    if last is None:
        return {"change": 1.0, "matched": int(now["providers"]), "withheld": ""}
    both = prices.loc[[last, period]].dropna(axis=1)
    relatives = (both.iloc[1] / both.iloc[0]).map(np.log).groupby(level="provider").median()
    matched = len(relatives)
    if matched < gates.providers:
        return _withheld(f"{matched} of {gates.providers} providers in both periods", matched)
    change = float(np.exp(relatives.mean()))
    return {"change": change, "matched": matched, "withheld": ""}


def _withheld(why: str, matched: int = 0) -> dict[str, object]:
    return {"change": np.nan, "matched": matched, "withheld": why}
