"""What an index rests on in each month: how much of its weight is observed, carried, estimated."""

import pandas as pd

SHARES = ("observed", "carried", "estimated")


def shares(values: pd.DataFrame) -> pd.DataFrame:
    """Shares (0..1) of the weight of the index by state, from rows of `realtime.compute`.

    A row a month in which the index is published; the three add up to one.
    """
    parts = values[values["kind"].eq("indicator") & values["weight"].gt(0)]
    weights = parts.groupby(["period", "state"])["weight"].sum().unstack("state")
    return weights.reindex(columns=list(SHARES)).fillna(0.0).rename_axis(columns=None)
