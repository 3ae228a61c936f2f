"""What rules test of a batch besides its columns: ratios to peers and to the last good figures."""

from datetime import datetime

import pandas as pd

from sources import Source

FEW = 5
PERIODS = 3  # a list of prices may be cut by a tenth as one; its past may not
NEAR = 5e-4  # what rounding does to a factor
REVISED = 0.05  # a benchmark revision moves a whole series by less
BEGINS = {"M": 1, "Q": 3, "S": 6, "A": 1}  # months between the beginnings of periods


def add_metrics(
    frame: pd.DataFrame, source: Source, before: pd.DataFrame, at: datetime
) -> pd.DataFrame:
    """The batch with the columns that rules test: row, present, known and the ratios."""
    withdrawn = frame["status"].eq("withdrawn")
    peers = frame["value"].where(frame["series"].str.startswith(source.peers or "\0"))
    median = peers.groupby(frame["period"]).transform("median")
    dated_ahead = {series.key for series in source.series if series.frequency in "EA"}
    age = (pd.Timestamp(at).tz_localize(None) - frame["period"]).dt.days
    ratio = level_ratio(frame, source, before)
    return frame.assign(
        row=range(len(frame)),
        present=frame["value"].where(~withdrawn, 0.0),
        known=frame["known_from"].astype("int64"),
        age_days=age.where(~frame["series"].isin(dated_ahead)),
        peer_ratio=(peers / median).where(median.gt(0)),
        level_ratio=ratio,
        level_moved=level_moved(frame, ratio),
        misplaced_share=misplaced_share(frame, before),
        rescaled_share=rescaled_share(frame, before),
        vanished_share=vanished_share(frame, before),
        aligned=aligned(frame, source),
    )


def level_moved(frame: pd.DataFrame, ratio: pd.Series) -> float:
    """The median ratio to the last good figures; 1 where fewer than FEW series have one.

    Of two series, one whose price really changed is half of the payload: the doubt then falls
    on the figure, by its own ratio, and not on the payload.
    """
    compared = frame.loc[ratio.notna(), "series"].nunique()
    return float(ratio.median()) if compared >= FEW else 1.0


def aligned(frame: pd.DataFrame, source: Source) -> pd.Series:
    """1 where a period begins as its frequency does, 0 where not; null for dates of events."""
    frequency = frame["series"].map({series.key: series.frequency for series in source.series})
    months = frequency.map(BEGINS).astype("Float64")
    month, first = frame["period"].dt.month, frame["period"].dt.day.eq(1)
    begins: pd.Series = first & ((month - 1) % months.fillna(1)).eq(0)
    return begins.astype(float).where(months.notna())


def misplaced_share(frame: pd.DataFrame, before: pd.DataFrame) -> float:
    """Of the figures that changed, the share that is the last good one of a neighbour.

    A neighbour is the same series a period before or after, or another series in the same
    period. 0 where fewer than FEW figures changed: so few may agree by chance.
    """
    known = before[["series", "period", "value"]].dropna().sort_values(["series", "period"])
    known = known.astype({"period": frame["period"].dtype})
    by_series = known.groupby("series")["value"]
    beside = known.assign(earlier=by_series.shift(1), later=by_series.shift(-1))
    beside = beside.rename(columns={"value": "last"})
    joined = frame[["series", "period", "value"]].merge(beside, on=["series", "period"])
    changed = joined.loc[joined["value"].ne(joined["last"]) & joined["value"].notna()]
    if len(changed) < FEW:
        return 0.0
    shifted = changed["value"].eq(changed["earlier"]) | changed["value"].eq(changed["later"])
    elsewhere = pd.MultiIndex.from_frame(known[["period", "value"]])
    swapped = pd.MultiIndex.from_frame(changed[["period", "value"]]).isin(elsewhere)
    return float((shifted | swapped).mean())


def rescaled_share(frame: pd.DataFrame, before: pd.DataFrame) -> float:
    """Of the figures that were held, the share that is the last good one times the same factor.

    Of all figures, or of those of one series where the factor is further from 1 than a revision
    takes it. 0 where those moved by it are fewer than FEW or of fewer than PERIODS periods.
    """
    known = before[["series", "period", "value"]].rename(columns={"value": "last"})
    known = known.astype({"period": frame["period"].dtype})
    joined = frame[["series", "period", "value"]].merge(known, on=["series", "period"])
    joined = joined.loc[joined["last"].ne(0) & joined["value"].notna()]
    every = pd.Series("", index=joined.index)
    return max(_rescaled(joined, every, NEAR), _rescaled(joined, joined["series"], REVISED))


def _rescaled(joined: pd.DataFrame, group: pd.Series, least: float) -> float:
    """The greatest such share of a group, of factors that are more than `least` from 1."""
    ratio = joined["value"] / joined["last"]
    moved = ratio.where(ratio.sub(1).abs().gt(least))
    same = (moved / moved.groupby(group).transform("median")).sub(1).abs().le(NEAR)
    periods = joined["period"].where(same).groupby(group).nunique()
    many = same.groupby(group).sum().ge(FEW) & periods.ge(PERIODS)
    shares = same.groupby(group).mean().where(many, 0.0)
    return float(shares.max()) if len(shares) else 0.0


def vanished_share(frame: pd.DataFrame, before: pd.DataFrame) -> float:
    """The greatest share of a series that is gone, of its figures since the first that is served.

    0 where fewer than FEW figures are gone in all. A table cut short loses the newer part of one
    series and all of others; a publisher takes back a figure here and there. 1 where the newest
    period held is past the end of the table, which is then an old one.
    """
    if frame.empty or before.empty:
        return 0.0
    if before["period"].max() > frame["period"].max():
        return 1.0
    first = before["series"].map(frame.groupby("series")["period"].min())
    held = before.loc[before["period"].astype(first.dtype).ge(first) & before["value"].notna()]
    served = pd.MultiIndex.from_frame(frame[["series", "period"]])
    periods = held["period"].astype(frame["period"].dtype)
    gone = held.assign(gone=~pd.MultiIndex.from_arrays([held["series"], periods]).isin(served))
    shares = gone.groupby("series")["gone"].mean()
    return float(shares.max()) if gone["gone"].sum() >= FEW else 0.0


def level_ratio(frame: pd.DataFrame, source: Source, before: pd.DataFrame) -> pd.Series:
    """Each value over the last good one of its series and period.

    A price list read at an instant never has the same period twice, so there it is the
    newest earlier one. Null where there is none, where either is not positive, and for
    units in per cent, whose ratios say nothing.
    """
    if before.empty:
        return pd.Series(float("nan"), index=frame.index)
    percent = {series.key for series in source.series if "%" in series.unit}
    keyed = frame[["series", "period", "value"]].assign(at=frame.index).sort_values("period")
    known = before[["series", "period", "value"]].rename(columns={"value": "last"})
    known = known.astype({"period": keyed["period"].dtype}).sort_values("period")
    reach = None if source.stamp == "instant" else pd.Timedelta(0)
    joined = pd.merge_asof(keyed, known, on="period", by="series", tolerance=reach)
    joined = joined.set_index("at").reindex(frame.index)
    usable = joined["last"].gt(0) & joined["value"].gt(0) & ~joined["series"].isin(percent)
    return (joined["value"] / joined["last"]).where(usable)
