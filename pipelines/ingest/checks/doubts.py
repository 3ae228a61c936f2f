"""Figures that moved far: their ratios, and what confirms one.

A doubt falls on a figure. It heals where a second publisher agrees, or where the figure comes
again on a later day and others of its payload stayed. One factor over all of a payload is a
unit or a currency, and nothing in place of something a page or a search that is out of order,
which may be so for days: nothing but a person heals these.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
SAME_PERIOD = pd.Timedelta(0)
# Events that are counted go from one to seven in a week; a ratio of such small numbers is noise.
COUNTS = {"articles", "filings", "items", "machines", "reports", "rules", "sites"}

# Of so many things in a period, none in the next one: e^-20 by chance.
CERTAIN_COUNT = 20
# Days since 1970 of the years 1900 to 2100 take fewer bits, with their sign.
DAY_BITS = 20
SECOND = [*FIGURE, "tolerance"]


def none(columns: list[str]) -> pd.DataFrame:
    """An empty table with these columns: there is nothing to compare with."""
    return pd.DataFrame(columns=columns)


def by_series(
    frame: pd.DataFrame, of: Callable[[str], object], dtype: str = "bool"
) -> NDArray[Any]:
    """What `of` says of the series of each row; a row without a series gets 0.

    Each series is asked about once: to map every row of a column of words costs ten times that.
    """
    position, distinct = pd.factorize(frame["series"])
    return np.array([*(of(str(key)) for key in distinct), 0], dtype)[position]


@dataclass(frozen=True)
class Evidence:
    """What else is stored or archived of the figures of a payload.

    `second`: figures of second publishers under the keys of this source (SECOND), `tolerance`
    being the share by which two that agree may differ. `repeated`: the figures of the payload
    that this address served on an earlier day (FIGURE).
    """

    second: pd.DataFrame = field(default_factory=lambda: none(SECOND))
    repeated: pd.DataFrame = field(default_factory=lambda: none(FIGURE))


def ratios(
    frame: pd.DataFrame, source: Source, joined: pd.DataFrame, evidence: Evidence
) -> dict[str, object]:
    """The ratio of each figure to the last good one, and of those confirmed.

    Args:
        frame: A tidy batch.
        source: Whose batch it is.
        joined: The last good figure that each row is compared with, by `last_good_figures`.
        evidence: What may confirm a figure.

    Returns:
        `level_ratio`, null for per cent and counts, where there is nothing to compare with,
        where the series is declared to be of something else since then, and where the figure
        is confirmed; `confirmed_ratio`, the ratio of those confirmed; `level_moved`. A price
        list read at an instant never has the same period twice, so there the last good figure
        is the newest earlier one.
    """
    own = _ratio(frame, joined)
    # A succession that moves all by one factor is a unit as well.
    if source.successions and not is_uniform(frame["series"], own):
        own = own.mask(_succeeded(frame, source, joined))
    # A series that is new here is compared with the level of its second publisher.
    theirs = _over(frame, source, evidence.second, SAME_LEVEL)
    ratio = own if theirs is None else own.fillna(theirs)
    ratio = ratio.mask(_without_level(frame, source))
    far = _is_far(ratio)
    if not far.any() or is_uniform(frame["series"], ratio):
        moved = level_moved(frame["series"], ratio)
        return {"level_ratio": ratio, "confirmed_ratio": np.nan, "level_moved": moved}
    again = comes_again(frame, source, far, ratio.notna(), evidence.repeated)
    confirmed = far & (_agrees(frame, source, evidence.second) | again)
    remaining = ratio.mask(confirmed)
    return {
        "level_ratio": remaining,
        "confirmed_ratio": ratio.where(confirmed),
        "level_moved": level_moved(frame["series"], remaining),
    }


def level_moved(series: pd.Series, ratio: pd.Series) -> float:
    """The median ratio to the last good figures; 1 where few series have one.

    Of two series, one whose price really changed is half of the payload: the doubt then falls
    on the figure, by its own ratio, and not on the payload. All by one factor is a unit.
    """
    compared = ratio.notna()
    if not compared.any():
        return 1.0
    enough = series[compared].nunique() >= MIN_FIGURES or is_uniform(series, ratio)
    return float(ratio.median()) if enough else 1.0


def is_uniform(series: pd.Series, ratio: pd.Series) -> bool:
    """Whether one same factor moved nearly all of several series."""
    compared = ratio.dropna()
    if series[compared.index].nunique() < 2:
        return False
    factor = compared.median()
    same = (compared / factor - 1).abs().le(ROUNDING).mean()
    return bool(abs(factor - 1) > ROUNDING and same >= MAX_RESCALED)


def marks(batch: pd.DataFrame) -> list[str]:
    """What a reader must know of figures that moved far and were stored."""
    is_far, is_confirmed = _is_far(batch["level_ratio"]), batch["confirmed_ratio"].notna()
    if not (is_far | is_confirmed).any():
        return []
    far, confirmed = batch.loc[is_far], batch.loc[is_confirmed]
    if len(far) and batch.loc[batch["level_ratio"].notna(), "series"].nunique() >= MIN_FIGURES:
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


def is_emptied(frame: pd.DataFrame, source: Source, before: pd.DataFrame) -> pd.Series:
    """Whether a count is zero where there cannot be none.

    The same thing was counted before for this period, or the last period had so many that chance
    does not give none: a search that is out of order answers so.
    """
    counts = {series.key for series in source.series if series.unit in COUNTS}
    zero = frame["value"].eq(0) & by_series(frame, counts.__contains__)
    if not zero.any():
        return zero
    joined = _joined(frame, before, None)
    same = joined["then"].eq(frame["period"])
    least = same.map({True: MIN_FIGURES, False: CERTAIN_COUNT})
    return zero & joined["last"].ge(least)


def _is_far(ratio: pd.Series) -> pd.Series:
    """Whether a figure moved so far that somebody must know; no ratio is not far."""
    return (ratio > LARGEST_MOVE) | (ratio < 1 / LARGEST_MOVE)


def _without_level(frame: pd.DataFrame, source: Source) -> NDArray[np.bool_]:
    """Per cent and counts, whose ratios say nothing."""
    units = {series.key: series.unit for series in source.series}

    def says_nothing(key: str) -> bool:
        unit = units.get(key, "")
        return "%" in unit or unit in COUNTS

    return by_series(frame, says_nothing)


def _succeeded(frame: pd.DataFrame, source: Source, joined: pd.DataFrame) -> pd.Series:
    """Whether a declared succession lies between a figure and the last good one."""
    series, then = frame["series"].to_numpy(object), joined["then"].to_numpy("datetime64[D]")
    period, succeeded = frame["period"].to_numpy("datetime64[D]"), np.zeros(len(frame), bool)
    for key, day in source.successions:
        since = np.datetime64(day)
        succeeded |= (series == key) & (then < since) & (period >= since)
    return pd.Series(succeeded, frame.index)


def _agrees(frame: pd.DataFrame, source: Source, second: pd.DataFrame) -> pd.Series:
    """Whether a second publisher has the same figure at the same time."""
    ratio = _over(frame, source, second, SAME_TIME)
    if ratio is None:
        return pd.Series(False, frame.index)
    tolerance = frame["series"].map(second.groupby("series")["tolerance"].max())
    larger = ratio.where(ratio.ge(1), 1 / ratio)
    return (1 - 1 / larger).le(tolerance.astype(float))


def comes_again(
    frame: pd.DataFrame,
    source: Source,
    doubted: pd.Series,
    compared: pd.Series,
    repeated: pd.DataFrame,
    most: float = MAX_RESCALED,
) -> pd.Series:
    """Whether each figure came on an earlier day too, where others stayed.

    False for all where more than the share `most` of the `compared` rows are `doubted`. Nothing,
    0 over 0, never comes again.
    """
    if doubted.sum() > most * compared.sum():
        return pd.Series(False, frame.index)
    earlier = _joined(frame, repeated, _reach(source, None))["last"]
    return (frame["value"] / earlier).sub(1).abs().le(ROUNDING)


def _over(
    frame: pd.DataFrame, source: Source, others: pd.DataFrame, most: pd.Timedelta
) -> pd.Series | None:
    if others.empty:
        return None
    return _ratio(frame, _joined(frame, others, _reach(source, most)))


def _ratio(frame: pd.DataFrame, joined: pd.DataFrame) -> pd.Series:
    """Each value over the last; null where either cannot be a level."""
    value, last = (each.to_numpy("float64") for each in (frame["value"], joined["last"]))
    usable = (last > 0) & (value >= 0)  # nothing after something is as far as can be
    ratio = np.divide(value, last, out=np.full(len(value), np.nan), where=usable)
    return pd.Series(ratio, frame.index)


def _reach(source: Source, most: pd.Timedelta | None) -> pd.Timedelta | None:
    """How much older the other figure may be: that of a period is of this period."""
    return most if source.stamp == "instant" else SAME_PERIOD


def last_good_figures(frame: pd.DataFrame, source: Source, before: pd.DataFrame) -> pd.DataFrame:
    """The stored figure that each row is compared with: `last`, and its period."""
    return _joined(frame, before, _reach(source, None))


def levels(frame: pd.DataFrame, source: Source, figures: pd.Series) -> pd.Series:
    """The figures of each row that are levels.

    Null for per cent and counts: small numbers are alike by chance.
    """
    return figures.mask(_without_level(frame, source))


def _joined(frame: pd.DataFrame, others: pd.DataFrame, reach: pd.Timedelta | None) -> pd.DataFrame:
    """`last`, the newest figure no later than each row, and `then`, its period."""
    figures = others["value"].to_numpy("float64", na_value=np.nan)
    withdrawn = np.isnan(figures)
    stored = others.loc[~withdrawn] if withdrawn.any() else others
    position = stored_at(frame, stored, reach)
    periods = np.append(stored["period"].to_numpy("datetime64[s]"), np.datetime64("NaT"))
    then = pd.Series(periods[position], frame.index).astype(frame["period"].dtype)
    values = np.append(stored["value"].to_numpy("float64"), np.nan)
    return pd.DataFrame({"last": values[position], "then": then}, index=frame.index)


def stored_at(
    frame: pd.DataFrame, stored: pd.DataFrame, reach: pd.Timedelta | None = SAME_PERIOD
) -> NDArray[np.int64]:
    """The position in `stored` of the newest figure no later than each row.

    Of the same series and at most `reach` older, None without limit; of several of one period the
    last one; -1 for none.
    """
    # Words are compared once and then stand for numbers: several rules join by the same key.
    words, _ = pd.factorize(pd.concat([frame["series"], stored["series"]], ignore_index=True))
    periods = [each["period"].to_numpy().astype("datetime64[D]") for each in (frame, stored)]
    keys = (words << DAY_BITS) + np.concatenate(periods).astype("int64") + (1 << (DAY_BITS - 1))
    own, others = keys[: len(frame)], keys[len(frame) :]
    order = np.argsort(others, kind="stable")
    nearest = np.searchsorted(others[order], own, side="right") - 1
    age = own - np.append(others[order], 0)[nearest]
    same = own >> DAY_BITS == np.append(others[order], -1)[nearest] >> DAY_BITS
    near = same if reach is None else same & (age <= reach.days)
    positions: NDArray[np.int64] = np.where(near, np.append(order, -1)[nearest], -1)
    return positions
