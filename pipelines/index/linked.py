"""The index across versions of its method, linked where they meet.

What was published stays as it was. In the month before a new version publishes, both are
computed; the index of the new one is moved by their difference there, so that a change of method
never shows as a change of pressure. The shift is a row of its own, "link", and the contributions
of indicators with it add up to the index. Dimensions are not moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import pandas as pd

from pipelines.errors import MethodError
from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import rows as gauges
from pipelines.index.realtime import Result
from pipelines.index.regimes import classify

LINK = "link"


def compute(
    history: pd.DataFrame,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> Result:
    """`realtime.compute` by the version in force in each month.

    Raises MethodError where the index of either version is withheld in the month of the link.
    """
    span = sorted(months)
    if framework.succeeds is None:
        return realtime.compute(history, framework, span, as_of)
    since = pd.Period(framework.succeeds.since, "M")
    before = [month for month in span if month < since]
    after = [month for month in span if month >= since]
    overlap = since - 1
    old_months = sorted({*before, *([overlap] if after else [])})
    old = compute(history, framework.succeeds.method, old_months, as_of)
    if not after:
        return old
    new = realtime.compute(history, framework, [overlap, *after], as_of)
    shift = _score(old, overlap) - _score(new, overlap)
    values = _shifted(new.values[new.values["period"] > overlap.to_timestamp()], shift)
    unchanged = old.values[old.values["period"].isin([month.to_timestamp() for month in before])]
    joined = pd.concat([unchanged, values], ignore_index=True)
    return Result(_regimes(joined, framework, since), _lineage(old, new, before, after))


def versions(
    values: pd.DataFrame, framework: Framework
) -> Iterator[tuple[Framework, pd.DataFrame]]:
    """The rows of `compute` by the version that made them, oldest first."""
    if framework.succeeds is None:
        yield framework, values
        return
    old = values["period"] < pd.Timestamp(framework.succeeds.since)
    if old.any():
        yield from versions(values[old], framework.succeeds.method)
    if not old.all():
        yield framework, values[~old]


def shifts(values: pd.DataFrame) -> pd.Series:
    """Points by which the index of each month was moved by links, by period."""
    index = values.loc[values["key"].eq("index"), "period"]
    moved = values[values["key"].eq(LINK)].set_index("period")["contribution"]
    return moved.reindex(index, fill_value=0.0).astype("float64")


def _score(result: Result, month: pd.Period) -> float:
    rows = result.values
    here = rows["key"].eq("index") & rows["period"].eq(month.to_timestamp())
    score = float(rows.loc[here, "score"].iloc[0])
    if pd.isna(score):
        raise MethodError(f"no version can be linked in {month}: an index is withheld there")
    return score


def _shifted(values: pd.DataFrame, shift: float) -> pd.DataFrame:
    """The rows with the index moved by `shift` points, and a link row a month."""
    index = values["key"].eq("index")
    moved = values["score"].where(~index, values["score"] + shift)
    points = values["contribution"].where(~index, values["contribution"] + shift)
    months = values[index & values["score"].notna()]
    link = pd.DataFrame(
        {
            "period": months["period"],
            "key": LINK,
            "kind": LINK,
            "contribution": shift,
            "state": "observed",
            "regime": "",
            "reason": "moves the index to where the version before left it",
        }
    )
    rows = values.assign(score=moved, contribution=points)
    return pd.concat([rows, link.reindex(columns=values.columns).astype(values.dtypes)])


def _regimes(values: pd.DataFrame, framework: Framework, since: pd.Period) -> pd.DataFrame:
    """The rows with the regimes of the new months taken from the joined index."""
    index = values["key"].eq("index")
    if framework.phase:
        named = gauges.phases_of(values, framework)
    else:
        scores = values[index].set_index("period")["score"].sort_index()
        steps = [(zone.key, zone.enter, zone.leave) for zone in framework.regimes]
        named = classify(scores, steps, confirm=framework.rules.confirm)
    joined = values["period"].map(named)
    new = index & (values["period"] >= since.to_timestamp())
    return values.assign(regime=values["regime"].mask(new, joined.fillna("")))


def _lineage(
    old: Result, new: Result, before: list[pd.Period], after: list[pd.Period]
) -> pd.DataFrame:
    parts = [
        result.lineage[result.lineage["period"].isin([month.to_timestamp() for month in months])]
        for result, months in ((old, before), (new, after))
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
