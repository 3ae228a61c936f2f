"""What moved the index since the last release, by indicator and by cause."""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

from pipelines.index import contribute, linked
from pipelines.index.framework import Framework

FIGURE = ["series", "period"]


class EditionKey(NamedTuple):
    """A published value: its month, its date of knowledge and its method."""

    month: pd.Period
    as_of: datetime
    method: Framework


def since(history: pd.DataFrame, before: EditionKey, after: EditionKey) -> pd.DataFrame:
    """The change of the index from `before` to `after`, by key and cause.

    The causes are the columns revised_data, new_data and method.

    `history` holds every version of every figure, as for `linked.compute`. Revised data: the
    figures known at `before`, with their values of today, and nothing else. New data: figures
    that were not known, and the passing of time. Method: the new one on the same figures. Rows
    are indicators, and "link" where versions of the method meet; their sums add up to the
    change. Raises ValueError where the index is withheld at either end.
    """
    steps = [
        (history, before),
        (only_known(history, before.as_of), before._replace(as_of=after.as_of)),
        (history, after._replace(method=before.method)),
        (history, after),
    ]
    return contribute.split(*[_contributions(figures, point) for figures, point in steps])


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


def _contributions(history: pd.DataFrame, point: EditionKey) -> pd.Series:
    dates = {point.month: point.as_of}
    rows = linked.compute(history, point.method, [point.month], dates).values
    if rows.loc[rows["key"].eq("index"), "score"].isna().any():
        raise ValueError(f"the index of {point.month} is withheld as of {point.as_of:%Y-%m-%d}")
    parts = rows[rows["kind"].isin(["indicator", linked.LINK])]
    picked: pd.Series = parts.set_index("key")["contribution"]
    return picked
