"""Calendar quarters, in every vintage, from the periods that companies report.

Most filers report the year to date, so that a quarter is the difference of two facts with the
same start. This also leaves out twelve months that start inside a fiscal year, as in Amazon's
quarterly reports: no shorter fact has their start.
"""

from __future__ import annotations

import pandas as pd

# Days from start to end of a quarter, half, nine months and year, 52- and 53-week years included.
LENGTHS = pd.IntervalIndex.from_tuples([(80, 100), (170, 195), (260, 290), (350, 380)], "both")
MID_QUARTER = pd.Timedelta(days=45)


def vintages(facts: pd.DataFrame) -> pd.DataFrame:
    """The first value of each quarter and each later change, dated by its filing.

    In: `item`, `rank` (0 is the preferred concept), `start`, `end`, `filed` (dates) and `value`.
    Out: `item`, `period` (first day of the calendar quarter in whose midst the fiscal one lies),
    `known_from` and `value`. A value of a preferred concept is never replaced by one of a lesser
    concept, and a quarter filed as such is preferred to a difference.
    """
    sized = _sized(facts)
    quarters = pd.concat([sized[sized["length"] == 1], _differences(sized)])
    period = (quarters["end"] - MID_QUARTER).dt.to_period("Q").dt.start_time
    key = ["item", "period"]
    dated = quarters.assign(period=period, known_from=quarters["filed"])
    dated = dated.sort_values([*key, "known_from", "rank"])
    best = dated[dated["rank"] == dated.groupby(key)["rank"].cummin()]
    daily = best.drop_duplicates([*key, "known_from"])
    changed = daily["value"] != daily.groupby(key)["value"].shift()
    return daily.loc[changed, [*key, "known_from", "value"]]


def _sized(facts: pd.DataFrame) -> pd.DataFrame:
    """Facts of one to four quarters with their `length` in quarters.

    `rank` is doubled, which leaves odd ranks for quarters found by difference.
    """
    days = pd.Index((facts["end"] - facts["start"]).dt.days)
    sized = facts.assign(length=LENGTHS.get_indexer(days) + 1, rank=2 * facts["rank"])
    return sized[sized["length"] > 0]


def _differences(facts: pd.DataFrame) -> pd.DataFrame:
    """The last quarter of each longer fact: it less the next shorter fact.

    Both start on the same day. The shorter fact is the last one filed by then, so that figures
    restated together are subtracted from each other; if there was none yet, the first one filed
    later, whose filing then dates the row.
    """
    longer = facts[facts["length"] > 1].sort_values("filed")
    shorter = facts.assign(length=facts["length"] + 1, known=facts["filed"]).sort_values("filed")
    by = ["item", "rank", "start", "length"]
    then = shorter[[*by, "filed", "known", "value"]]
    backward, forward = (
        pd.merge_asof(longer, then, on="filed", by=by, suffixes=("", "_before"), direction=way)
        for way in ("backward", "forward")
    )
    pairs = backward.combine_first(forward).dropna(subset=["value_before"])
    return pairs.assign(
        value=pairs["value"] - pairs["value_before"],
        filed=pairs[["filed", "known"]].max(axis=1),
        rank=pairs["rank"] + 1,
    )[facts.columns]
