"""Editions of earlier months, cut from the values of a later one."""

from dataclasses import replace

import pandas as pd

from dashboards.edition_stats import EditionStats
from warehouse.edition import Edition


def months(edition: Edition) -> list[str]:
    """The months of an edition that have an index in the month before, too."""
    index = edition.values[edition.values["key"].eq("index")].set_index("period")["score"]
    scores = index.sort_index()
    return [f"{month:%Y-%m}" for month in scores[scores.notna() & scores.shift().notna()].index]


def of_month(edition: Edition, month: str, change: pd.DataFrame | None = None) -> EditionStats:
    """The edition of an earlier month.

    Contributions add up to the index, so that their changes by indicator are the sums of the
    decomposition of a method without links; `change` gives it with its causes.
    """
    until = pd.Timestamp(f"{month}-01")
    upto = {
        name: frame[frame["period"].le(until)]
        for name in ("values", "lineage", "revised")
        for frame in [getattr(edition, name)]
    }
    gauges = replace(
        edition.gauges, rows=edition.gauges.rows[lambda rows: rows["period"].le(until)]
    )
    moved = _moved(upto["values"], until) if change is None else change
    return EditionStats(replace(edition, month=month, change=moved, gauges=gauges, **upto))


def _moved(values: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    parts = values[values["kind"].eq("indicator")]
    table = parts.pivot(index="period", columns="key", values="contribution").fillna(0.0)
    new = table.loc[until] - table.loc[until - pd.DateOffset(months=1)]
    rows = {"key": new.index, "revised_data": 0.0, "new_data": new.to_numpy(), "method": 0.0}
    return pd.DataFrame(rows)
