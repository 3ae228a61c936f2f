"""The index across versions of its method, linked where they meet.

What was published stays as it was. In the last month before a new version publishes in which both
have an index, both are computed; the index of the new one is moved by their difference there, so
that a change of method never shows as a change of pressure. The shift is a row of its own, "link",
and the contributions of indicators with it add up to the index. Dimensions are not moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import pandas as pd

from pipelines.errors import MethodError
from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import rows as gauges
from pipelines.index.realtime import Readings, Result
from pipelines.index.regimes import classify

LINK = "link"


def compute(
    history: pd.DataFrame | Readings,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> Result:
    """`realtime.compute` by the version in force in each month.

    A method whose level depends on its path is read from its first month on, the months that are
    not asked for at their cut-offs. Versions are linked in the last month in which both have an
    index. Raises MethodError where there is none and the new version has one.
    """
    span, source = sorted(months), realtime.readings(history, framework)
    if framework.succeeds is None:
        return realtime.compute(source, framework, span, as_of)
    since = pd.Period(framework.succeeds.since, "M")
    before = [month for month in span if month < since]
    after = [month for month in span if month >= since]
    old = [compute(source, framework.succeeds.method, before, as_of)] if before else []
    if not after:
        return old[0]
    new = realtime.compute(source, framework, _path(framework, after), as_of)
    at, shift = _link(source, framework, new, after, as_of)
    values = _shifted(_of(new.values, after), shift, at)
    joined = pd.concat([*(part.values for part in old), values], ignore_index=True)
    traced = [part for part in (*(o.lineage for o in old), _of(new.lineage, after)) if len(part)]
    return Result(
        _regimes(joined, new.values, framework, since),
        pd.concat(traced or [new.lineage], ignore_index=True),
    )


def _path(framework: Framework, after: list[pd.Period]) -> list[pd.Period]:
    """The months that a version is computed over to give those of `after`."""
    assert framework.succeeds is not None  # noqa: S101
    link = pd.Period(framework.succeeds.since, "M") - 1
    first = pd.Period(framework.rules.first_month, "M")
    if framework.phase:
        return list(pd.period_range(min(first, link), after[-1], freq="M"))
    return [link, *after]


def _of(rows: pd.DataFrame, months: list[pd.Period]) -> pd.DataFrame:
    return rows[rows["period"].isin([month.to_timestamp() for month in months])]


def _link(
    source: Readings,
    framework: Framework,
    new: Result,
    after: list[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None,
) -> tuple[pd.Period, float]:
    """The month of the link, and the points by which the index is moved."""
    assert framework.succeeds is not None  # noqa: S101
    last = pd.Period(framework.succeeds.since, "M") - 1
    scores = new.values[new.values["key"].eq("index")].set_index("period")["score"]
    shown = scores.reindex([month.to_timestamp() for month in after])
    earlier = scores[: last.to_timestamp()].dropna()
    for month in (pd.Period(period, "M") for period in earlier.index[::-1]):
        rows = compute(source, framework.succeeds.method, [month], as_of).values
        old = rows.loc[rows["key"].eq("index"), "score"]
        if old.notna().all():
            return month, float(old.iloc[0]) - float(earlier[month.to_timestamp()])
    if shown.notna().any():
        raise MethodError(f"no version can be linked in {last} or before: an index is withheld")
    return last, 0.0


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


def _shifted(values: pd.DataFrame, shift: float, at: pd.Period) -> pd.DataFrame:
    """The rows with the index moved by `shift` points, and a link row a month.

    The scale ends at 0 and 100: the link is then smaller.
    """
    index = values["key"].eq("index")
    moved = values["score"].where(~index, (values["score"] + shift).clip(0.0, 100.0))
    points = values["contribution"].where(~index, moved)
    months = index & values["score"].notna()
    link = pd.DataFrame(
        {
            "period": values.loc[months, "period"],
            "key": LINK,
            "kind": LINK,
            "contribution": (moved - values["score"])[months],
            "state": "observed",
            "regime": "",
            "reason": f"moves the index to where the version before left it in {at}",
        }
    )
    rows = values.assign(score=moved, contribution=points)
    return pd.concat([rows, link.reindex(columns=values.columns).astype(values.dtypes)])


def _regimes(
    values: pd.DataFrame, path: pd.DataFrame, framework: Framework, since: pd.Period
) -> pd.DataFrame:
    """The rows with the regimes of the new months taken from the joined index.

    `path` has the retreat of the months before, which the phase remembers.
    """
    index = values["key"].eq("index")
    if framework.phase:
        retreat = path[path["key"].eq(gauges.RETREAT)]
        both = pd.concat([values[index], retreat], ignore_index=True)
        named = gauges.phases_of(both, framework)
    else:
        scores = values[index].set_index("period")["score"].sort_index()
        steps = [(zone.key, zone.enter, zone.leave) for zone in framework.regimes]
        named = classify(scores, steps, confirm=framework.rules.confirm)
    joined = values["period"].map(named)
    new = index & (values["period"] >= since.to_timestamp())
    return values.assign(regime=values["regime"].mask(new, joined.fillna("")))
