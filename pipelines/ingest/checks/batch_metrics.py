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
    by_series,
    comes_again,
    is_emptied,
    last_good_figures,
    levels,
    ratios,
    stored_at,
)
from sources import Source

# Figures of at least so many periods must move by one factor before a change of unit is
# suspected: a list of prices of today may be cut by a tenth as one, its past may not.
MIN_PERIODS = 3
# Three prices that change on one day to prices of other lines, to the cent: no chance does that.
MIN_SWAPPED = 3
LATER = np.iinfo("int64").max  # than any period, in seconds: a series that is not served at all
# A change of convention turns the sign of a group of figures, a correction that of a few.
MAX_FLIPPED = 0.2
# An annual benchmark revision moves a whole series by less.
LARGEST_REVISION = 0.05
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
    withdrawn = frame["status"].eq("withdrawn")
    last = last_figures(frame, before)
    joined = last_good_figures(frame, source, before)
    declared = {series.key for series in source.series}
    dated_ahead = {series.key for series in source.series if series.frequency in "EA"}
    age = (pd.Timestamp(at).tz_localize(None) - frame["period"]).dt.days
    metrics = {
        "row": range(len(frame)),
        "declared": by_series(frame, declared.__contains__, "float64"),
        "present": frame["value"].where(~withdrawn, 0.0),
        "known_at": frame["known_from"].astype("int64"),
        "age_days": age.mask(by_series(frame, dated_ahead.__contains__)),
        "peer_ratio": peer_ratio(frame, source),
        **ratios(frame, source, joined, evidence),
        "misplaced_share": (
            swapped_share(frame, levels(frame, source, joined["last"]))
            if source.stamp == "instant"
            else misplaced_share(frame, before, last)
        ),
        "rescaled_share": rescaled_share(frame, last),
        # Only where what is gone counts as withdrawn is there a rule about it.
        "vanished_share": vanished_share(frame, before) if source.full_snapshot else 0.0,
        "emptied": is_emptied(frame, source, before).astype(float),
        "sign_flip": sign_flip(frame, source, last["last"], evidence.repeated),
        "aligned": aligned(frame, source),
    }
    # All at once: a column that is assigned by itself costs three times as much.
    return pd.DataFrame({**frame, **metrics}, index=frame.index)


def last_figures(frame: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The stored figure of each row, as `last`, and whether there is one.

    `stored` is false where there is none; a stored figure may be null, as a withdrawn one.
    """
    position = stored_at(frame, before)
    values = np.append(before["value"].to_numpy("float64", na_value=np.nan), np.nan)
    return pd.DataFrame({"last": values[position], "stored": position >= 0}, index=frame.index)


def peer_ratio(frame: pd.DataFrame, source: Source) -> pd.Series:
    """Each figure of the declared peers over their median in its period."""
    if not source.peers:
        return pd.Series(float("nan"), index=frame.index)
    peers = frame["value"].where(frame["series"].str.startswith(source.peers))
    median = peers.groupby(frame["period"]).transform("median")
    return (peers / median).where(median.gt(0))


def aligned(frame: pd.DataFrame, source: Source) -> pd.Series:
    """1 where a period begins as its frequency does, else 0; null for events."""
    step = {series.key: MONTHS.get(series.frequency, 0) for series in source.series}
    length = by_series(frame, lambda key: step.get(key, 0), "int64")
    day = frame["period"].to_numpy("datetime64[D]")
    month = day.astype("datetime64[M]")  # counted from January 1970
    begins = (day == month) & (month.astype("int64") % np.maximum(length, 1) == 0)
    return pd.Series(np.where(length > 0, begins, np.nan), frame.index)


def misplaced_share(frame: pd.DataFrame, before: pd.DataFrame, last: pd.DataFrame) -> float:
    """The share of changed figures that equal the last good one of a neighbour.

    A neighbour is the same series a period before or after, or another series in the same
    period. 0 where fewer than MIN_FIGURES changed.
    """
    differs = _differs(frame["value"], last["last"])
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


def swapped_share(frame: pd.DataFrame, newest: pd.Series) -> float:
    """The share of changed prices of a list that another line of it had last.

    Of a list of today the past says only what each line showed before. A price counts once: where
    lines have shifted, the prices that changed are the same ones as before, at other lines; where
    prices really changed, few are. Of fewer than MIN_FIGURES, all must be prices of the list, and
    fewer than MIN_SWAPPED may be by chance: 0 then.
    """
    changed = _differs(frame["value"], newest)
    count = int(changed.sum())
    if count < MIN_SWAPPED:
        return 0.0
    small = count < MIN_FIGURES
    # The first or last line of a short list keeps its price, and another one takes it as well.
    before = newest.dropna() if small else newest[changed]
    share = (Counter(frame.loc[changed, "value"]) & Counter(before)).total() / count
    return 0.0 if small and share < 1 else share


def _differs(value: pd.Series, last: pd.Series) -> NDArray[np.bool_]:
    """Whether each figure is another one than the last; false where there is none."""
    ours, theirs = value.to_numpy("float64"), last.to_numpy("float64")
    different: NDArray[np.bool_] = (ours != theirs) & ~np.isnan(ours) & ~np.isnan(theirs)
    return different


def rescaled_share(frame: pd.DataFrame, last: pd.DataFrame) -> float:
    """The share of stored figures that are the last good ones times one factor.

    Of all figures, or of those of one series where the factor is further from 1 than a revision
    takes it. 0 where those moved by it are fewer than MIN_FIGURES, or of fewer than MIN_PERIODS
    periods.
    """
    value, then = frame["value"].to_numpy("float64"), last["last"].to_numpy("float64")
    compared = last["stored"].to_numpy() & (then != 0) & ~np.isnan(value)
    ratio = np.divide(value, then, out=np.full(len(value), np.nan), where=compared)
    if (np.abs(ratio - 1) > ROUNDING).sum() < MIN_FIGURES:
        return 0.0
    joined = frame[FIGURE].assign(last=last["last"]).loc[compared]
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


def vanished_share(frame: pd.DataFrame, before: pd.DataFrame) -> float:
    """The greatest share of a series' stored figures that are gone.

    Counted from the first period that is still served. 0 where fewer than MIN_FIGURES are gone in
    all: a publisher takes back a figure here and there, a table cut short loses the newer part of
    one series and all of others. 1 where the newest stored period is past the end of the table,
    which is then an old one.
    """
    if frame.empty or before.empty:
        return 0.0
    if before["period"].max() > frame["period"].max():
        return 1.0
    first = frame.groupby("series")["period"].min().astype("datetime64[s]").astype("int64")
    since = by_series(before, lambda key: first.get(key, LATER), "int64")
    served_since = before["period"].to_numpy("datetime64[s]").astype("int64") >= since
    stored = before.loc[served_since & before["value"].notna()]
    gone = stored_at(stored, frame) < 0
    if gone.sum() < MIN_FIGURES:
        return 0.0
    return float(stored.assign(gone=gone).groupby("series")["gone"].mean().max())


def sign_flip(
    frame: pd.DataFrame, source: Source, last: pd.Series, repeated: pd.DataFrame
) -> pd.Series:
    """1 where a figure has the other sign than its last good one, else 0.

    A ratio says nothing there. Null for units in per cent: a growth near zero is revised across.
    It may be the stored sign that is wrong: a figure that comes again on another day is right.
    """
    percent = {series.key for series in source.series if "%" in series.unit}
    flipped = (frame["value"] * last).lt(0)
    if flipped.any():
        flipped &= ~comes_again(frame, source, flipped, last.notna(), repeated, MAX_FLIPPED)
    return flipped.astype(float).mask(by_series(frame, percent.__contains__))
