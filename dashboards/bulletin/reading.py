"""What an edition may say of its month, from no reading to a revised one.

The rule is one for every method: of the weight that was due at the cut-off by the calendars of the
publishers, how much is observed. That share is the one of the pressure in the gauges; an edition
of before the gauges has the observed share of the weight of its own method.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboards import once
from dashboards.edition_stats import EditionStats
from warehouse.release_calendar import cutoff

Kind = Literal["none", "provisional", "first", "revised"]

# Shares of what is due from which a month is read, and from which the reading is not provisional:
# those of pipelines/index/gauges/due.py, which has the reasons.
READABLE, FULL = 0.5, 0.8
READINGS = {"observed": "full", "provisional": "provisional", "withheld": "none"}


@dataclass(frozen=True)
class LastReading:
    """The newest month before that of an edition that can be read, and its index."""

    month: pd.Timestamp
    score: float
    regime: str
    provisional: bool


@dataclass(frozen=True)
class Reading:
    """How much is known of the month of an edition.

    `observed` is the share (0 to 1) of the weight due that is observed, `recent` that of the
    weight of the computed index. `awaited` are the indicators whose figure is late, the heaviest
    first. `last` is None where no earlier month can be read.
    """

    kind: Kind
    observed: float
    recent: float
    awaited: tuple[str, ...]
    last: LastReading | None


@once
def months(stats: EditionStats) -> pd.DataFrame:
    """The first reading of both gauges by month, the oldest first.

    Columns: pressure and retreat with their bands (_low, _high), phase, observed and true (shares
    of the weight of the pressure),
    reading (full, provisional, none) and reconstructed. Empty without gauges.
    """
    rows = stats.edition.gauges.rows
    first = rows.sort_values("reading").drop_duplicates(["period", "key"])
    pressure, retreat = (
        first[first["key"].eq(key)].set_index("period").sort_index() for key in ("index", "retreat")
    )
    return pd.DataFrame(
        {
            "pressure": pressure["score"],
            "pressure_low": pressure["low"],
            "pressure_high": pressure["high"],
            "retreat": retreat["score"],
            "retreat_low": retreat["low"],
            "retreat_high": retreat["high"],
            "phase": pressure["regime"],
            "observed": pressure["coverage"],
            "true": pressure["true_dates"],
            "reading": pressure["state"].map(READINGS),
            "reconstructed": pressure["reconstructed"],
        }
    )


@once
def shares(stats: EditionStats) -> "pd.Series[float]":
    """The share (0 to 1) of what is due that is observed, by month of the index."""
    path = months(stats)
    periods = stats.index_scores.index
    if len(path):
        return path["observed"].reindex(periods)
    values = stats.edition.values
    seen = values[values["kind"].eq("indicator") & values["state"].eq("observed")]
    nominal = seen["key"].map(stats.indicators.set_index("key")["nominal"]).astype("float64")
    return nominal.groupby(seen["period"]).sum().reindex(periods, fill_value=0.0)


@once
def kinds(stats: EditionStats) -> "pd.Series[str]":
    """What each month of the index may be called: none, provisional or full."""
    share = shares(stats) + 1e-9  # forgives the rounding of sums of weights
    word = pd.Series("full", share.index).mask(share < FULL, "provisional")
    return word.where(share.ge(READABLE) & stats.index_scores.notna(), "none")


def readable_scores(stats: EditionStats) -> "pd.Series[float]":
    """The index by month, NaN where it is an estimate and no reading."""
    return stats.index_scores.mask(kinds(stats).eq("none"))


@once
def reading(stats: EditionStats) -> Reading:
    """What may be said of the month, and the last month that can be read."""
    by_month, month = kinds(stats), stats.month
    readable = by_month[by_month.ne("none") & (by_month.index < month)]
    last = None
    if len(readable):
        at = readable.index[-1]
        score, regime = stats.index_scores[at], str(stats.index_regimes[at])
        last = LastReading(at, float(score), regime, readable.iloc[-1] == "provisional")
    return Reading(
        _kind(stats, str(by_month[month])),
        float(shares(stats)[month]),
        float(stats.states["observed"]),
        _awaited(stats),
        last,
    )


def _kind(stats: EditionStats, word: str) -> Kind:
    if word == "none":
        return "none"
    if word == "provisional":
        return "provisional"
    usual = cutoff(stats.edition.month, stats.cutoff_day)
    return "revised" if stats.edition.as_of > usual else "first"


def _awaited(stats: EditionStats) -> tuple[str, ...]:
    """The indicators whose figure is late in the month, the heaviest first."""
    if len(stats.edition.gauges.rows):
        awaited, weights = late(stats, stats.month), _nominal(stats.edition.gauges.method)
    else:
        now = stats.readings.query("not panel")
        awaited = list(now.loc[now["state"].ne("observed"), "key"])
        weights = dict(zip(now["key"], now["nominal"], strict=True))
    return tuple(sorted(awaited, key=lambda key: (-weights.get(key, 0.0), key)))


def late(stats: EditionStats, month: pd.Timestamp) -> list[str]:
    """The indicators whose figure was late at the first reading of a month."""
    rows = stats.edition.gauges.rows
    now = rows[rows["period"].eq(month) & rows["kind"].eq("indicator") & rows["reading"].eq(1)]
    return list(now.loc[~now["state"].isin(["observed", "not due"]), "key"])


def _nominal(method: dict[str, Any]) -> dict[str, float]:
    """The weight of each indicator of a method in its index, not scaled."""
    return {
        f"{group['key']}.{leaf['key']}": group["weight"]
        * leaf["weight"]
        / sum(other["weight"] for other in group["indicator"])
        for group in method["dimension"]
        for leaf in group["indicator"]
    }
