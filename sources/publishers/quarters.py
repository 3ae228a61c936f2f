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
# Two concepts of one total are equal in all 60 spans in which Alphabet, Meta and Nvidia filed both;
# a concept that is a part of a total is far below it. A quarter between the two is a choice.
SAME_TOTAL = 1.25
# How far a quarter may be from the one before it when its concept changes: a choice, as no real
# body at hand changes its concept between two quarters.
CONTINUED = 2.0
# A size of longer ago says nothing of the next one.
MEMORY = pd.Timedelta(days=370)
# A quarter that is filed as such and the difference of longer ones are apart by what was restated
# in between: 1.1 % at Alphabet in November 2016, the most of five real bodies.
ADDS_UP = 0.05


def vintages(facts: pd.DataFrame) -> pd.DataFrame:
    """The first value of each quarter and each later change, dated by its filing.

    In: `item`, `rank` (0 is the preferred concept), `start`, `end`, `filed` (dates) and `value`.
    Out: `item`, `period` (first day of the calendar quarter in whose midst the fiscal one lies),
    `known_from` and `value`. A value of a preferred concept is never replaced by one of a lesser
    concept, and a quarter filed as such is preferred to a difference. What contradicts itself
    gives no figure: two values of one concept, span and day, a quarter that does not add up to
    its year, and a concept that is no continuation of the established one.
    """
    sized = _sized(_uncontradicted(facts))
    parts = [sized[sized["length"] == 1], _differences(sized)]
    quarters = pd.concat(parts, ignore_index=True)
    period = (quarters["end"] - MID_QUARTER).dt.to_period("Q").dt.start_time
    key = ["item", "period"]
    concept = quarters["rank"] // 2
    dated = quarters.assign(period=period, known_from=quarters["filed"], concept=concept)
    dated = _established(_adding_up(dated)).sort_values([*key, "known_from", "rank"])
    best = dated[dated["rank"] == dated.groupby(key)["rank"].cummin()]
    daily = best.drop_duplicates([*key, "known_from"])
    changed = daily["value"] != daily.groupby(key)["value"].shift()
    return daily.loc[changed, [*key, "known_from", "value"]]


def _uncontradicted(facts: pd.DataFrame) -> pd.DataFrame:
    """The facts without those that two filings of one day contradict."""
    values = facts.groupby(["item", "rank", "start", "end", "filed"])["value"]
    return facts[values.transform("nunique").eq(1)]


def _adding_up(quarters: pd.DataFrame) -> pd.DataFrame:
    """The quarters without those that differ from the year less nine months."""
    values = quarters.groupby(["item", "concept", "period", "known_from"])["value"]
    low, high = values.transform("min"), values.transform("max")
    return quarters[high - low <= ADDS_UP * high.abs()]


def _established(quarters: pd.DataFrame) -> pd.DataFrame:
    """The quarters without those of a concept that is another total."""
    parts = [_continued(rows) for _, rows in quarters.groupby("item")]
    return pd.concat([quarters.head(0), *parts])


def _continued(rows: pd.DataFrame) -> pd.DataFrame:
    """The quarters of an item whose concepts agree or follow each other."""
    if rows["concept"].nunique() < 2:
        return rows
    # The value of each concept as last filed, a column a concept, the preferred one first.
    newest = rows.sort_values("known_from").groupby(["period", "concept"])["value"].last()
    last = newest.unstack()
    foreign, current, value, until = [], last.columns[0], float("nan"), last.index[0]
    for period, values in last.iterrows():
        present = values.dropna()
        value = value if period - until <= MEMORY else float("nan")
        reference, reach = (
            (present[current], SAME_TOTAL) if current in present else (value, CONTINUED)
        )
        far = [number for number, other in present.items() if _is_far(other, reference, reach)]
        foreign += [(period, number) for number in far]
        if left := [number for number in present.index if number not in far]:
            current, value, until = left[0], present[left[0]], period
    return rows[~pd.MultiIndex.from_frame(rows[["period", "concept"]]).isin(foreign)]


def _is_far(value: float, reference: float, factor: float) -> bool:
    """Whether two sizes of one sign are further apart than a factor."""
    low, high = sorted((value, reference))
    return bool(low > 0 and high / low > factor)


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
