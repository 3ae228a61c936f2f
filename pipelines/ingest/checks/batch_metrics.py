"""Columns that rules test besides a batch's own: ratios to peers and the past."""

from collections import Counter
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.ingest.checks.doubts import (
    FIGURE,
    MIN_FIGURES,
    ROUNDING,
    Evidence,
    comes_again,
    is_emptied,
    last_good_figures,
    levels,
    ratios,
)
from pipelines.ingest.checks.figures import Figures, stored_at
from sources import Source

# Figures of at least so many periods must move by one factor before a change of unit is
# suspected: a list of prices of today may be cut by a tenth as one, its past may not.
MIN_PERIODS = 3
# Three prices that change on one day to prices of other lines, to the cent: no chance does that.
MIN_SWAPPED = 3
LATER = np.iinfo("int64").max  # than any day: a series that is not served at all
# A change of convention turns the sign of a group of figures, a correction that of a few.
MAX_FLIPPED = 0.2
# An annual benchmark revision moves a whole series by less.
LARGEST_REVISION = 0.05
A_DAY = np.timedelta64(1, "D")
MONTHS = {"M": 1, "Q": 3, "S": 6, "A": 1}  # between the beginnings of periods


def add_metrics(
    frame: pd.DataFrame,
    source: Source,
    before: pd.DataFrame,
    at: datetime,
    evidence: Evidence,
) -> pd.DataFrame:
    """The batch with the columns that rules test.

    Args:
        frame: A tidy batch.
        source: Whose batch it is.
        before: The last good figure of each series and period (series, period, value).
        at: When the batch was fetched.
        evidence: What may confirm figures that moved far.

    Returns:
        The batch with `row` (its position), `declared` (0 or 1), `present` (the value, 0 where
        withdrawn), `known_at` (nanoseconds), `age_days`, `aligned` (0 or 1), and the ratios and
        shares below.
    """
    own, stored = Figures.of(frame), Figures.of(before)
    position = stored_at(own, stored)
    last, is_stored = np.append(stored.value, np.nan)[position], position >= 0
    past = last_good_figures(own, source, stored)
    declared = {series.key for series in source.series}
    dated_ahead = {series.key for series in source.series if series.frequency in "EA"}
    now = pd.Timestamp(at).tz_localize(None).to_datetime64().astype("datetime64[s]")
    withdrawn = frame["status"].to_numpy(object) == "withdrawn"
    metrics = {
        "row": range(len(frame)),
        "declared": own.by_series(declared.__contains__, "float64"),
        "present": np.where(withdrawn, 0.0, own.value),
        "known_at": frame["known_from"].astype("int64"),
        "age_days": np.where(
            own.by_series(dated_ahead.__contains__), np.nan, (now - own.period) // A_DAY
        ),
        "peer_ratio": peer_ratio(frame, source),
        **ratios(own, source, past, evidence),
        "misplaced_share": (
            swapped_share(own, levels(own, source, past.last))
            if source.stamp == "instant"
            else misplaced_share(frame, before, own, last)
        ),
        "rescaled_share": rescaled_share(frame, own, last, is_stored),
        # Only where what is gone counts as withdrawn is there a rule about it.
        "vanished_share": vanished_share(own, stored) if source.full_snapshot else 0.0,
        "emptied": is_emptied(own, source, stored).astype("float64"),
        "sign_flip": sign_flip(own, source, last, evidence.repeated),
        "aligned": aligned(own, source),
    }
    # All at once: a column that is assigned by itself costs three times as much.
    return pd.DataFrame({**frame, **metrics}, index=frame.index)


def peer_ratio(frame: pd.DataFrame, source: Source) -> "pd.Series[float] | float":
    """Each figure of the declared peers over their median in its period."""
    if not source.peers:
        return float("nan")
    peers = frame["value"].where(frame["series"].str.startswith(source.peers))
    median = peers.groupby(frame["period"]).transform("median")
    return (peers / median).where(median.gt(0))


def aligned(own: Figures, source: Source) -> NDArray[np.float64]:
    """1 where a period begins as its frequency does, else 0; NaN for events."""
    step = {series.key: MONTHS.get(series.frequency, 0) for series in source.series}
    length = own.by_series(lambda key: step.get(key, 0), "int64")
    day = own.period.astype("datetime64[D]")
    month = day.astype("datetime64[M]")  # counted from January 1970
    begins = (day == month) & (month.astype("int64") % np.maximum(length, 1) == 0)
    return np.where(length > 0, begins, np.nan)


def misplaced_share(
    frame: pd.DataFrame, before: pd.DataFrame, own: Figures, last: NDArray[np.float64]
) -> float:
    """The share of changed figures that equal the last good one of a neighbour.

    A neighbour is the same series a period before or after, or another series in the same
    period. 0 where fewer than MIN_FIGURES changed.
    """
    differs = _differs(own.value, last)
    if differs.sum() < MIN_FIGURES:
        return 0.0
    stored = before[FIGURE].dropna().sort_values(["series", "period"])
    stored = stored.astype({"period": frame["period"].dtype})
    values = stored.groupby("series")["value"]
    neighbours = stored.assign(earlier=values.shift(1), later=values.shift(-1))
    neighbours = neighbours.drop(columns="value")
    changed = frame.loc[differs, FIGURE].merge(neighbours, on=["series", "period"])
    shifted = changed["value"].eq(changed["earlier"]) | changed["value"].eq(changed["later"])
    elsewhere = pd.MultiIndex.from_frame(stored[["period", "value"]])
    swapped = pd.MultiIndex.from_frame(changed[["period", "value"]]).isin(elsewhere)
    return float((shifted | swapped).mean())


def swapped_share(own: Figures, newest: NDArray[np.float64]) -> float:
    """The share of changed prices of a list that another line of it had last.

    Of a list of today the past says only what each line showed before. A price counts once: where
    lines have shifted, the prices that changed are the same ones as before, at other lines; where
    prices really changed, few are. Of fewer than MIN_FIGURES, all must be prices of the list, and
    fewer than MIN_SWAPPED may be by chance: 0 then.
    """
    changed = _differs(own.value, newest)
    count = int(changed.sum())
    if count < MIN_SWAPPED:
        return 0.0
    small = count < MIN_FIGURES
    # The first or last line of a short list keeps its price, and another one takes it as well.
    before = newest[~np.isnan(newest)] if small else newest[changed]
    both = Counter(own.value[changed].tolist()) & Counter(before.tolist())
    share = both.total() / count
    return 0.0 if small and share < 1 else share


def _differs(value: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each figure is another one than the last; false where there is none."""
    different: NDArray[np.bool_] = (value != last) & ~np.isnan(value) & ~np.isnan(last)
    return different


def rescaled_share(
    frame: pd.DataFrame, own: Figures, last: NDArray[np.float64], is_stored: NDArray[np.bool_]
) -> float:
    """The share of stored figures that are the last good ones times one factor.

    Of all figures, or of those of one series where the factor is further from 1 than a revision
    takes it. 0 where those moved by it are fewer than MIN_FIGURES, or of fewer than MIN_PERIODS
    periods.
    """
    compared = is_stored & (last != 0) & ~np.isnan(own.value)
    ratio = np.divide(own.value, last, out=np.full(len(last), np.nan), where=compared)
    if (np.abs(ratio - 1) > ROUNDING).sum() < MIN_FIGURES:
        return 0.0
    joined = frame[FIGURE].assign(last=last).loc[compared]
    together = pd.Series("", index=joined.index)
    return max(
        _rescaled(joined, together, ROUNDING),
        _rescaled(joined, joined["series"], LARGEST_REVISION),
    )


def _rescaled(joined: pd.DataFrame, group: pd.Series, least: float) -> float:
    """The greatest such share of a group, of factors more than `least` from 1."""
    ratio = joined["value"] / joined["last"]
    moved = ratio.where(ratio.sub(1).abs().gt(least))
    same = (moved / moved.groupby(group).transform("median")).sub(1).abs().le(ROUNDING)
    periods = joined["period"].where(same).groupby(group).nunique()
    enough = same.groupby(group).sum().ge(MIN_FIGURES) & periods.ge(MIN_PERIODS)
    shares = same.groupby(group).mean().where(enough, 0.0)
    return float(shares.max()) if len(shares) else 0.0


def vanished_share(own: Figures, before: Figures) -> float:
    """The greatest share of a series' stored figures that are gone.

    Counted from the first period that is still served. 0 where fewer than MIN_FIGURES are gone in
    all: a publisher takes back a figure here and there, a table cut short loses the newer part of
    one series and all of others. 1 where the newest stored period is past the end of the table,
    which is then an old one.
    """
    if not len(own.day) or not len(before.day):
        return 0.0
    if before.period.max() > own.period.max():
        return 1.0
    first = np.full(len(own.keys) + 1, LATER)  # the last one is that of a series not served
    np.minimum.at(first, own.series, own.day)
    position = before.positions_in(own)
    served_since = before.day >= first[np.where(position < 0, len(own.keys), position)]
    stored = before.where(served_since & ~np.isnan(before.value))
    gone = stored_at(stored, own) < 0
    if gone.sum() < MIN_FIGURES:
        return 0.0
    of_each = np.bincount(stored.series, minlength=1)
    return float((np.bincount(stored.series, gone) / np.maximum(of_each, 1)).max())


def sign_flip(
    own: Figures, source: Source, last: NDArray[np.float64], repeated: pd.DataFrame | None
) -> NDArray[np.float64]:
    """1 where a figure has the other sign than its last good one, else 0.

    A ratio says nothing there. NaN for units in per cent: a growth near zero is revised across.
    It may be the stored sign that is wrong: a figure that comes again on another day is right.
    """
    percent = {series.key for series in source.series if "%" in series.unit}
    flipped = np.sign(own.value) * np.sign(last) < 0
    if flipped.any():
        compared = ~np.isnan(last)
        flipped &= ~comes_again(own, source, flipped, compared, repeated, MAX_FLIPPED)
    return np.where(own.by_series(percent.__contains__), np.nan, flipped)
