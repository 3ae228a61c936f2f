"""What an edition saw and did not use: rents of chips, series by source."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboards.edition_stats import EditionStats
from dashboards.site.constituents.members import declared

RENT = "/GPU-h"  # the end of the unit of a rent
LIST = "on_demand"


@dataclass(frozen=True)
class Rent:
    """A rent that no indicator reads, its newest period, and why it is not read.

    Why: chip (one that the method does not follow), index (made by others), basis (no list
    price), unnamed (the method names its offers, and this one is not among them) or waiting
    (named, without a figure that can be compared).
    """

    series: str
    newest: date
    why: str


@dataclass(frozen=True)
class Counts:
    """How many series of a source are used, not used, and without a figure.

    `rejected` are the rows that a check set aside.
    """

    source: str
    used: int
    unused: int
    unread: int
    rejected: int


def unused_rents(stats: EditionStats, newest: Mapping[str, date]) -> list[Rent]:
    """The rents with a figure that no indicator reads, by reason and key."""
    series = stats.edition.series
    rents = set(series.loc[series["unit"].str.endswith(RENT), "key"])
    named = {name for row in stats.fields.values() for name in declared(row)}
    chips = {chip(name) for name in named & rents}
    left = (rents & newest.keys()) - set(stats.members["series"])
    rented = [Rent(name, newest[name], _why(name, named, chips)) for name in left]
    return sorted(rented, key=lambda rent: (rent.why, rent.series))


def chip(key: str) -> str:
    """The chip in the key of a rent: "h100" of gpu.h100-sxm.aws_us-east-1.…"""
    return key.partition("gpu.")[2].partition(".")[0].partition("-")[0]


def _why(key: str, named: set[str], chips: set[str]) -> str:
    basis = key.rpartition(".")[2]
    if key in named:
        return "waiting"
    if chip(key) not in chips:
        return "chip"
    if basis.endswith("index"):
        return "index"
    return "unnamed" if basis.startswith(LIST) else "basis"


def by_source(stats: EditionStats, newest: Mapping[str, date]) -> list[Counts]:
    """What became of the series of each source that has any, in their order."""
    used = set(stats.members["series"])
    fates = Counter(
        (source, "used" if key in used else "unused" if key in newest else "unread")
        for key, source in stats.edition.series[["key", "source"]].itertuples(index=False)
    )
    with_series = {source for source, _ in fates}
    rejected = Counter[str]()
    for source, rows in stats.edition.quarantined[["source", "rows"]].itertuples(index=False):
        rejected[source] += int(rows)
    return [
        Counts(
            source,
            used=fates[source, "used"],
            unused=fates[source, "unused"],
            unread=fates[source, "unread"],
            rejected=rejected[source],
        )
        for source in stats.edition.sources["key"]
        if source in with_series
    ]
