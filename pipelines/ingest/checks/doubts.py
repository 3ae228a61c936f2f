"""Figures that moved far: their ratios, and what confirms one.

A doubt falls on a figure. It heals where a second publisher agrees, or where the figure comes
again on a later day and others of its payload stayed. One factor over all of a payload is a
unit or a currency, and nothing in place of something a page or a search that is out of order,
which may be so for days: nothing but a person heals these.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.ingest.checks.figures import SAME_PERIOD, Figures, Joined, joined
from sources import Source

FIGURE = ["series", "period", "value"]
# A revision moves a figure by less than a factor of five, a shift of the decimal point by ten.
LARGEST_RATIO = 5.0
# The median of a table does not double between two fetches; a change of unit does that and more.
LARGEST_MOVE = 2.0
# A change of unit scales every figure; new and corrected ones may hide a fifth of them.
MAX_RESCALED = 0.8
# Fewer figures than this may agree with a neighbour, or with one factor, by chance; and of fewer
# series than this, one whose price really changed moves the median.
MIN_FIGURES = 5
# Two factors this close are one: a figure printed with four digits is rounded by up to as much.
ROUNDING = 5e-4
# Prices are read weekly or monthly: a second publisher's of so many days ago is of the same time.
SAME_TIME = pd.Timedelta(days=45)
# A first fetch has nothing else to be compared with than what was known within a year. Prices of
# chips have halved in one; a decimal point moves them by ten.
SAME_LEVEL = pd.Timedelta(days=366)
# Events that are counted go from one to seven in a week; a ratio of such small numbers is noise.
COUNTS = {"articles", "filings", "items", "machines", "reports", "rules", "sites"}

# Of so many things in a period, none in the next one: e^-20 by chance.
CERTAIN_COUNT = 20
SECOND = [*FIGURE, "tolerance"]


def none(columns: list[str]) -> pd.DataFrame:
    """An empty table with these columns: there is nothing to compare with."""
    return pd.DataFrame(columns=columns)


@dataclass(frozen=True)
class Evidence:
    """What else is stored or archived of the figures of a payload.

    `second` reads the figures of second publishers under the keys of this source (SECOND),
    `tolerance` being the share by which two that agree may differ: few payloads need them.
    `repeated`: the figures of the payload that this address served on an earlier day (FIGURE).
    """

    second: Callable[[], pd.DataFrame] = lambda: none(SECOND)
    repeated: pd.DataFrame | None = None


def ratios(
    own: Figures, source: Source, past: Joined, evidence: Evidence
) -> dict[str, float | NDArray[np.float64]]:
    """The ratio of each figure to the last good one, and of those confirmed.

    Args:
        own: A batch.
        source: Whose batch it is.
        past: The last good figure that each row is compared with, by `last_good_figures`.
        evidence: What may confirm a figure.

    Returns:
        `level_ratio`, null for per cent and counts, where there is nothing to compare with,
        where the series is declared to be of something else since then, and where the figure
        is confirmed; `confirmed_ratio`, the ratio of those confirmed; `level_moved`. A price
        list read at an instant never has the same period twice, so there the last good figure
        is the newest earlier one.
    """
    ratio = _ratio(own, past.last)
    # A succession that moves all by one factor is a unit as well.
    if source.successions and not is_uniform(own, ratio):
        ratio[_succeeded(own, source, past)] = np.nan
    without = _without_level(own, source)
    # A series that is new here is compared with the level of its second publisher.
    unknown = np.isnan(ratio) & ~without
    theirs = _over(own, source, evidence.second(), SAME_LEVEL) if unknown.any() else None
    ratio = ratio if theirs is None else np.where(unknown, theirs, ratio)
    ratio[without] = np.nan
    far = _is_far(ratio)
    if not far.any() or is_uniform(own, ratio):
        moved = level_moved(own, ratio)
        return {"level_ratio": ratio, "confirmed_ratio": np.nan, "level_moved": moved}
    again = comes_again(own, source, far, ~np.isnan(ratio), evidence.repeated)
    confirmed = far & (_agrees(own, source, evidence.second()) | again)
    remaining = np.where(confirmed, np.nan, ratio)
    return {
        "level_ratio": remaining,
        "confirmed_ratio": np.where(confirmed, ratio, np.nan),
        "level_moved": level_moved(own, remaining),
    }


def level_moved(own: Figures, ratio: NDArray[np.float64]) -> float:
    """The median ratio to the last good figures; 1 where few series have one.

    Of two series, one whose price really changed is half of the payload: the doubt then falls
    on the figure, by its own ratio, and not on the payload. All by one factor is a unit.
    """
    compared = ~np.isnan(ratio)
    if not compared.any():
        return 1.0
    enough = _number_of_series(own, compared) >= MIN_FIGURES or is_uniform(own, ratio)
    return float(np.median(ratio[compared])) if enough else 1.0


def is_uniform(own: Figures, ratio: NDArray[np.float64]) -> bool:
    """Whether one same factor moved nearly all of several series."""
    compared = ~np.isnan(ratio)
    if _number_of_series(own, compared) < 2:
        return False
    factor = np.median(ratio[compared])
    with np.errstate(all="ignore"):  # nothing over nothing is no factor
        same = (np.abs(ratio[compared] / factor - 1) <= ROUNDING).mean()
    return bool(abs(factor - 1) > ROUNDING and same >= MAX_RESCALED)


def _number_of_series(own: Figures, compared: NDArray[np.bool_]) -> int:
    return len(np.unique(own.series[compared]))


def marks(batch: pd.DataFrame) -> list[str]:
    """What a reader must know of figures that moved far and were stored."""
    ratio = batch["level_ratio"].to_numpy("float64")
    is_far = _is_far(ratio)
    is_confirmed = ~np.isnan(batch["confirmed_ratio"].to_numpy("float64"))
    if not (is_far | is_confirmed).any():
        return []
    far, confirmed = batch.loc[is_far], batch.loc[is_confirmed]
    if len(far) and batch.loc[~np.isnan(ratio), "series"].nunique() >= MIN_FIGURES:
        far = far.head(0)  # the rest of the table speaks for them
    return [
        *(f"{key} moved by a factor of {ratio:.3g}" for key, ratio in _named(far, "level_ratio")),
        *(
            f"{key} moved by a factor of {ratio:.3g}, which was confirmed"
            for key, ratio in _named(confirmed, "confirmed_ratio")
        ),
    ]


def _named(rows: pd.DataFrame, column: str) -> list[tuple[str, float]]:
    """The largest moves; what a line still shows."""
    if rows.empty:
        return []
    furthest = rows.loc[rows[column].sub(1).abs().nlargest(3).index]
    return list(zip(furthest["series"], furthest[column], strict=True))


def is_emptied(own: Figures, source: Source, before: Figures) -> NDArray[np.bool_]:
    """Whether a count is zero where there cannot be none.

    The same thing was counted before for this period, or the last period had so many that chance
    does not give none: a search that is out of order answers so.
    """
    counts = {series.key for series in source.series if series.unit in COUNTS}
    zero: NDArray[np.bool_] = (own.value == 0) & own.by_series(counts.__contains__)
    if not zero.any():
        return zero
    before_it = joined(own, before, None)
    least = np.where(before_it.then == own.period, MIN_FIGURES, CERTAIN_COUNT)
    return zero & (before_it.last >= least)


def _is_far(ratio: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a figure moved so far that somebody must know; no ratio is not far."""
    return (ratio > LARGEST_MOVE) | (ratio < 1 / LARGEST_MOVE)


def _without_level(own: Figures, source: Source) -> NDArray[np.bool_]:
    """Per cent and counts, whose ratios say nothing."""
    units = {series.key: series.unit for series in source.series}

    def says_nothing(key: str) -> bool:
        unit = units.get(key, "")
        return "%" in unit or unit in COUNTS

    return own.by_series(says_nothing)


def _succeeded(own: Figures, source: Source, past: Joined) -> NDArray[np.bool_]:
    """Whether a declared succession lies between a figure and the last good one."""
    succeeded = np.zeros(len(own.value), bool)
    for key, day in source.successions:
        since = np.datetime64(day)
        crossed = (past.then < since) & (own.period >= since)
        succeeded |= own.by_series(key.__eq__) & crossed
    return succeeded


def _agrees(own: Figures, source: Source, second: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a second publisher has the same figure at the same time."""
    ratio = _over(own, source, second, SAME_TIME)
    if ratio is None:
        return np.zeros(len(own.value), bool)
    tolerances = second.groupby("series")["tolerance"].max().to_dict()
    tolerance = own.by_series(lambda key: tolerances.get(key, np.nan), "float64")
    with np.errstate(divide="ignore"):
        smaller = np.where(ratio >= 1, 1 / ratio, ratio)
    return 1 - smaller <= tolerance


def comes_again(
    own: Figures,
    source: Source,
    doubted: NDArray[np.bool_],
    compared: NDArray[np.bool_],
    repeated: pd.DataFrame | None,
    most: float = MAX_RESCALED,
) -> NDArray[np.bool_]:
    """Whether each figure came on an earlier day too, where others stayed.

    False for all where more than the share `most` of the `compared` rows are `doubted`. Nothing,
    0 over 0, never comes again.
    """
    if repeated is None or doubted.sum() > most * compared.sum():
        return np.zeros(len(own.value), bool)
    earlier = joined(own, Figures.of(repeated), _reach(source, None)).last
    with np.errstate(all="ignore"):
        return np.abs(own.value / earlier - 1) <= ROUNDING


def _over(
    own: Figures, source: Source, others: pd.DataFrame, most: pd.Timedelta
) -> NDArray[np.float64] | None:
    if others.empty:
        return None
    return _ratio(own, joined(own, Figures.of(others), _reach(source, most)).last)


def _ratio(own: Figures, last: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each value over the last; NaN where either cannot be a level."""
    usable = (last > 0) & (own.value >= 0)  # nothing after something is as far as can be
    ratio: NDArray[np.float64] = np.divide(
        own.value, last, out=np.full(len(last), np.nan), where=usable
    )
    return ratio


def _reach(source: Source, most: pd.Timedelta | None) -> pd.Timedelta | None:
    """How much older the other figure may be: that of a period is of this period."""
    return most if source.stamp == "instant" else SAME_PERIOD


def last_good_figures(own: Figures, source: Source, before: Figures) -> Joined:
    """The stored figure that each row is compared with, and its period."""
    return joined(own, before, _reach(source, None))


def levels(own: Figures, source: Source, figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """The figures of each row that are levels.

    NaN for per cent and counts: small numbers are alike by chance.
    """
    return np.where(_without_level(own, source), np.nan, figures)
