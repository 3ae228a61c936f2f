"""What moved the index since the last release, by indicator and by cause."""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

from pipelines.index import contribute, linked, realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import rows as gauges
from pipelines.index.gauges.gauge import COMPOSITION
from pipelines.index.realtime import Readings

FIGURE = ["series", "period"]


class EditionKey(NamedTuple):
    """A published value: its month, its date of knowledge and its method."""

    month: pd.Period
    as_of: datetime
    method: Framework


def since(history: pd.DataFrame | Readings, before: EditionKey, after: EditionKey) -> pd.DataFrame:
    """The change of the index from `before` to `after`, by key and cause.

    The causes are the columns revised_data, new_data and method.

    `history` holds every version of every figure, as for `linked.compute`. Revised data: the
    figures known at `before`, with their values of today, and nothing else. New data: figures
    that were not known, and the passing of time. Method: the new one on the same figures. Rows
    are indicators, "composition", and "link" where versions of the method meet; their sums add up
    to the change. Under a method with two gauges who enters or leaves moves nothing, and a change
    of method is one row, "link". Raises ValueError where the index is withheld at either end.
    """
    source = realtime.readings(history, after.method)
    earlier = realtime.Readings(only_known(source.history, before.as_of), before.method)
    if after.method.phase is None:
        steps = [
            (source, before),
            (earlier, before._replace(as_of=after.as_of)),
            (source, after._replace(method=before.method)),
            (source, after),
        ]
        return contribute.split(*[_contributions(figures, point) for figures, point in steps])
    if before.method.version == after.method.version:
        return _by_moves(source, earlier, before, after)
    return _over_the_link(source, earlier, before, after)


def _over_the_link(
    source: Readings, earlier: Readings, before: EditionKey, after: EditionKey
) -> pd.DataFrame:
    """The change by the old method, and in one row what the new one makes of it.

    Where the old method has no index any more, the change is that by the new one.
    """
    old_after = after._replace(method=before.method)
    old, new = (_score(source, point) for point in (old_after, after))
    if pd.isna(old) or pd.isna(new):
        return _by_moves(source, None, before, after)
    published = _contributions(source, before)
    revised = _contributions(earlier, before._replace(as_of=after.as_of))
    updated = _contributions(source, old_after)
    moved = contribute.split(published, revised, updated, updated)
    moved.loc[linked.LINK] = [0.0, 0.0, new - old]
    return moved


def _by_moves(
    source: Readings, earlier: Readings | None, before: EditionKey, after: EditionKey
) -> pd.DataFrame:
    """The change of a level that depends on its path, by indicator.

    `earlier` has the figures known at `before` alone; without it nothing counts as revised.
    """
    own, months = after.method, [before.month, after.month]
    path = pd.period_range(own.rules.first_month, before.month - 1, freq="M")
    now = {before.month: before.as_of, after.month: after.as_of}
    start = realtime.indicators(source, own, path)
    ends = realtime.indicators(source, own, months, now)
    moves = gauges.moves(pd.concat([start, ends], ignore_index=True), own)
    published, added = (moves.loc[month.to_timestamp()] for month in months)
    total = _score(source, after) - _score(source, before)
    if pd.isna(total):
        raise ValueError(f"the index of {before.month} or {after.month} is withheld")
    revised: pd.Series = pd.Series(0.0, added.index)
    if earlier is not None:
        again = realtime.indicators(earlier, own, [before.month], {before.month: after.as_of})
        other = gauges.moves(pd.concat([start, again], ignore_index=True), own)
        # A month from which nothing is linked says nothing of revisions.
        revised = (other.iloc[-1] - published).fillna(0.0)
    fresh = added.fillna(0.0) - revised
    # The index ends at 0 and 100, and so does the link: what that cuts off is no indicator's.
    fresh[COMPOSITION] += total - added.fillna(0.0).sum()
    return pd.DataFrame({"revised_data": revised, "new_data": fresh, "method": 0.0})


def _score(source: Readings, point: EditionKey) -> float:
    rows = linked.compute(source, point.method, [point.month], {point.month: point.as_of}).values
    return float(rows.loc[rows["key"].eq("index"), "score"].iloc[0])


def between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Two sets of rows of one month each, side by side, with their change.

    By key: score and contribution before and after, and the change of the contribution.

    The changes of the contributions of indicators add up to the change of the index.
    """
    chosen = ["score", "contribution"]
    both = pd.concat(
        [
            rows.set_index("key")[chosen].add_suffix(f"_{name}")
            for name, rows in {"before": before, "after": after}.items()
        ],
        axis=1,
    )
    added = both[["contribution_before", "contribution_after"]].fillna(0.0)
    return both.assign(change=added["contribution_after"] - added["contribution_before"])


def only_known(history: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Every version of the figures (series, period) that had one at `as_of`."""
    figures = history.loc[history["known_from"] <= as_of, FIGURE].drop_duplicates()
    return history.merge(figures, on=FIGURE)


def _contributions(history: Readings, point: EditionKey) -> pd.Series:
    dates = {point.month: point.as_of}
    rows = linked.compute(history, point.method, [point.month], dates).values
    if rows.loc[rows["key"].eq("index"), "score"].isna().any():
        raise ValueError(f"the index of {point.month} is withheld as of {point.as_of:%Y-%m-%d}")
    parts = rows[rows["kind"].isin(["indicator", linked.LINK])]
    picked: pd.Series = parts.set_index("key")["contribution"]
    return picked
