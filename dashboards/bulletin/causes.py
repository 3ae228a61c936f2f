"""What moved the index over a month, as facts: each cause with its figures.

The points are those of the stored decomposition; the figures are those of the stored values and of
the lineage. `cause_sentences` writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from dashboards import once
from dashboards.bulletin.quality import SMALL
from dashboards.edition_stats import EditionStats

Kind = Literal["enters", "leaves", "weight", "base", "moved", "link", "composition"]
Row = dict[str, Any]

NAMED = 3  # causes that a reader can hold; the table below has them all
WORTH = 0.05  # points: a cause of less is named only if it is the largest
# Transforms that compare with a year ago: they also move when a month leaves the comparison.
COMPARED = {"growth", "growth_of_most", "mean_growth", "doublings"}
# The stored figures of an indicator in a month that it has none of.
UNKNOWN: Row = {**dict.fromkeys(("value", "score", "weight"), float("nan")), "observed": ""}
DECIMALS = 2  # of points: contributions are printed to the hundredth, as the tables have them


@dataclass(frozen=True)
class Cause:
    """A row of the decomposition and what lies behind it.

    `before` and `now` are the rows of the indicator in both months, with its fields of the method;
    empty for "link" and "composition". `revised` are the points of figures that their publisher
    revised. `compared` are the months with which the latest figures were compared before and are
    now, where nothing but that has changed.
    """

    key: str
    kind: Kind
    points: float
    revised: float = 0.0
    before: Row = field(default_factory=dict)
    now: Row = field(default_factory=dict)
    compared: tuple[pd.Timestamp, pd.Timestamp] | None = None

    @property
    def weight_changed(self) -> bool:
        """True if its weight in the index is another one than a month ago."""
        before, now = (float(row.get("weight", float("nan"))) for row in (self.before, self.now))
        return abs(now - before) > 1e-4  # false where one is not known


@dataclass(frozen=True)
class Movement:
    """The change of the index over a month, in points, and its causes.

    `named` are the largest ones; `others` is the rest as printed, so that all add up to `total`
    as printed. `still` are the dimensions in which nothing moved.
    """

    before: float
    now: float
    total: float
    named: tuple[Cause, ...]
    others: float
    still: tuple[str, ...]


def movement(stats: EditionStats) -> Movement | None:
    """What moved the index since the month before; None without an index there."""
    change = stats.edition.change.set_index("key").sum(axis=1)
    before, now = stats.index_scores.reindex([stats.month_before, stats.month]).tolist()
    if change.empty or pd.isna(now - before):
        return None
    ordered = change.reindex(change.abs().sort_values(ascending=False, kind="stable").index)
    worth = ordered[ordered.abs() >= WORTH] if ordered.abs().max() >= WORTH else ordered[:1]
    named = tuple(cause(stats, str(key)) for key in worth[worth.abs() >= SMALL].index[:NAMED])
    total = round(now - before, DECIMALS)
    rest = round(total - sum(round(each.points, DECIMALS) for each in named), DECIMALS)
    by_dimension = change.abs().groupby(change.index.str.split(".").str[0]).max()
    still = [
        group["key"] for group in stats.dimensions if by_dimension.get(group["key"], 0.0) < SMALL
    ]
    return Movement(before, now, total, named, rest + 0.0, tuple(still))


@once
def cause(stats: EditionStats, key: str) -> Cause:
    """A row of the decomposition of the change, with what lies behind it."""
    change = stats.edition.change.set_index("key")
    points, revised = float(change.sum(axis=1)[key]), float(change["revised_data"][key])
    if key not in stats.fields:
        return Cause(key, "link" if key == "link" else "composition", points, revised)
    before, now = (indicator(stats, key, at) for at in (stats.month_before, stats.month))
    kind, compared = _kind(stats, before, now)
    if kind == "weight" and stats.edition.framework.get("phase"):
        # With two gauges a weight moves nothing: what is left is linking and the ends of the scale.
        return Cause(key, "composition", points, revised)
    return Cause(key, kind, points, revised, before, now, compared)


def indicator(stats: EditionStats, key: str, month: pd.Timestamp) -> Row:
    """The fields and the values of an indicator in a month of the edition."""
    stored = _stored(stats, month).get(key, UNKNOWN)
    return stats.fields[key] | {name: stored[name] for name in UNKNOWN}


@once
def _stored(stats: EditionStats, month: pd.Timestamp) -> dict[str, Mapping[Any, Any]]:
    """The stored figures of a month by key."""
    values = stats.edition.values
    rows = values.loc[values["period"].eq(month), ["key", *UNKNOWN]]
    return {str(row["key"]): row for row in rows.to_dict("records")}


def _kind(
    stats: EditionStats, before: Row, now: Row
) -> tuple[Kind, tuple[pd.Timestamp, pd.Timestamp] | None]:
    counted = [pd.notna(row["score"]) and row["weight"] > 0 for row in (before, now)]
    if counted != [True, True]:
        return ("enters" if counted[1] else "leaves"), None
    if abs(now["value"] - before["value"]) < 1e-12:
        return "weight", None
    old, new = (behind(stats, now["key"], at) for at in (stats.month_before, stats.month))
    compared = (_oldest(old), _oldest(new))
    steady = now["transform"] in COMPARED and _same(_newest(old), _newest(new))
    return ("base", compared) if steady and compared[0] != compared[1] else ("moved", None)


@once
def behind(stats: EditionStats, key: str, month: pd.Timestamp) -> pd.DataFrame:
    """The figures behind an indicator in a month, by series and period."""
    lineage = stats.edition.lineage
    rows = lineage.loc[lineage["key"].eq(key) & lineage["period"].eq(month)]
    return rows.sort_values(["series", "series_period"])


def _newest(rows: pd.DataFrame) -> "pd.Series[float]":
    return rows.groupby("series")["value"].last()


def _oldest(rows: pd.DataFrame) -> pd.Timestamp:
    """The newest of the periods with which the newest figures are compared."""
    first = rows.groupby("series")["series_period"].first()
    return pd.Timestamp(first.max())


def _same(before: "pd.Series[float]", now: "pd.Series[float]") -> bool:
    return set(before.index) == set(now.index) and bool(before.eq(now.reindex(before.index)).all())
