"""What an audit calls too much, by topic and measure.

They are conventions, and none is fitted to what came out: where the field has one (zero for a
sign, 0.92 for a pair, 0.7 for alpha) it is taken, and the others are said in the words of the
scale, whose narrowest zone is 15 points wide.
"""

import pandas as pd

NONE = float("-inf"), float("inf")
# Half of the narrowest zone (watch, 35 to 50): what a single member or choice may move before a
# month in the middle of a zone could end up in another one.
POINTS = 7.5
# By (topic, measure): the lowest and highest value that is not remarked upon.
LIMITS: dict[tuple[str, str], tuple[float, float]] = {
    # An indicator that falls while what it is part of rises says the contrary of it.
    ("conflict", "correlation"): (0.0, 1.0),
    # It drives the gauge twice as much as its weight says.
    ("importance", "ratio"): (0.0, 2.0),
    # The JRC's limit: two indicators that say the same are one, counted twice.
    ("redundancy", "correlation"): (-0.92, 0.92),
    # Nunnally's usual floor for parts that are to measure one thing.
    ("consistency", "alpha"): (0.7, 1.0),
    # A goalpost that is reached in a quarter of the months no longer measures.
    ("saturation", "at_calm"): (0.0, 0.25),
    ("saturation", "at_crash"): (0.0, 0.25),
    # Rule of COINr and the JRC: a shape that needs extremes pulled in.
    ("outliers", "points"): (0.0, 0.0),
    ("removal", "last"): (-POINTS, POINTS),
    ("removal", "largest"): (0.0, POINTS),
    ("choice", "last"): (-POINTS, POINTS),
    ("choice", "largest"): (0.0, POINTS),
    # A quarter: the time between two accounts of a company.
    ("removal", "onset_shift"): (-3.0, 3.0),
    ("choice", "onset_shift"): (-3.0, 3.0),
    # Ranks of months without any compensation between dimensions.
    ("ranking", "rank_correlation"): (0.9, 1.0),
    # One alarm in five that was not one is the most that a reader will forgive.
    ("false_alarm", "false_share"): (0.0, 0.2),
    # The bands promise nine months in ten; one that holds all of them says too little.
    ("coverage", "inside"): (0.85, 0.95),
    # Above zero, a nowcast would have been nearer than the last figure carried forward.
    ("nowcast", "gain"): (float("-inf"), 0.0),
}


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their limits and a verdict.

    Within, beyond, or "" without a limit. A row that comes with a
    verdict keeps it. A missing value has none.
    """
    pairs = [
        LIMITS.get((str(topic), str(measure)), NONE)
        for topic, measure in zip(rows["topic"], rows["measure"], strict=True)
    ]
    low, high = (pd.Series(side, rows.index) for side in zip(*pairs, strict=True))
    # Of a sign of retreat, nothing is more usual than to show none.
    silent = rows["gauge"].eq("retreat") & rows["measure"].eq("at_calm")
    limited = (low.gt(NONE[0]) | high.lt(NONE[1])) & ~silent
    # 1e-9 forgives the rounding of sums
    beyond = (rows["value"] < low - 1e-9) | (rows["value"] > high + 1e-9)
    verdict = pd.Series("within", rows.index).mask(beyond, "beyond")
    verdict = verdict.where(limited & rows["value"].notna(), "")
    own = rows["verdict"] if "verdict" in rows else pd.Series("", rows.index)
    return rows.assign(
        low=low.where(limited & low.gt(NONE[0])),
        high=high.where(limited & high.lt(NONE[1])),
        verdict=own.where(own.fillna("").ne(""), verdict),
    )
