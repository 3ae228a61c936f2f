"""How the index itself was revised: first figure against now, by age; pure."""

import pandas as pd

# Months since the reference month. The statistics offices report revisions after a quarter and
# after a year; what is older moves by late benchmarks only.
AGES = (0, 3, 6, 12, 24)


def against_now(first: "pd.Series[float]", now: "pd.Series[float]") -> pd.DataFrame:
    """The months with both figures: first, now, revision (points), age (months).

    Args:
        first: The index of each month as published or reconstructed at its cut-off; its last
            month is that of the edition.
        now: The index of each month with the figures known to the edition.
    """
    month = first.index.max()
    both = pd.DataFrame({"first": first, "now": now}).dropna()
    both = both.loc[both.index < month]
    age = (month.year - both.index.year) * 12 + month.month - both.index.month
    revised: pd.DataFrame = both.assign(revision=both["now"] - both["first"], age=age)
    return revised


def by_age(revised: pd.DataFrame) -> pd.DataFrame:
    """The revisions by age: from, to (months), months, absolute, bias (points).

    Args:
        revised: As of `against_now`.
    """
    edges = [*AGES, float("inf")]
    groups = pd.cut(revised["age"], edges)
    revision = revised["revision"]
    table = pd.DataFrame(
        {
            "months": revision.groupby(groups, observed=False).size(),
            "absolute": revision.abs().groupby(groups, observed=False).mean(),
            "bias": revision.groupby(groups, observed=False).mean(),
        }
    ).reset_index(drop=True)
    spans = pd.DataFrame({"from": [edge + 1 for edge in AGES], "to": edges[1:]})
    return spans.join(table).query("months > 0")
