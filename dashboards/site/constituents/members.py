"""What each indicator is made of in the month: series and their weights.

The rules are those of `pipelines/index/transform.py`: which members have one voice each, and which
count by their amounts. All is plain rows: an archive has thousands of these small tables.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from dashboards.edition_stats import EditionStats

ROLES = ("of", "to", "less")
# One voice for each member: a mean, a median or a count.
VOICES = {
    "level",
    "ratio",
    "premium",
    "excess",
    "mean_growth",
    "growth_gap",
    "count_above",
    "relative_rise_since_2019",
}
# A change of a sum over a year: a member weighs what it was a year before, its first period.
BASES = {"growth", "growth_of_most", "doublings"}
Figures = Sequence[Mapping[Any, Any]]


@dataclass(frozen=True)
class Member:
    """A series of an indicator: its role (of, to, less) and its share of that.

    `period`, `value` and `known_from` are those of its newest figure that is read. One that is
    not used has none of them; `why` says so: none (it has no figure), old (its newest is older
    than that of the others) or unmatched. `newest` is the first day of its newest period known.
    """

    series: str
    role: str
    share: float = float("nan")
    period: pd.Timestamp | None = None
    value: float = float("nan")
    known_from: pd.Timestamp | None = None
    why: str = ""
    newest: date | None = None


def members(stats: EditionStats, newest: Mapping[str, date]) -> dict[str, list[Member]]:
    """The series of every indicator in the month by its key, used ones first.

    `newest` is the first day of the newest period known of each series.
    """
    lineage = stats.edition.lineage
    now = lineage.loc[lineage["period"].eq(stats.month)]
    chosen = ["key", "series", "series_period", "value", "known_from"]
    figures: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in now[chosen].to_dict("records"):
        figures[row["key"]].append(row)
    return {key: _members(row, figures[key], newest) for key, row in stats.fields.items()}


def declared(row: Mapping[Any, Any]) -> dict[str, str]:
    """The role of each series that an indicator of the method names."""
    lists = ((role, row.get(role)) for role in ROLES)
    return {name: role for role, names in lists if isinstance(names, list) for name in names}


def _members(row: Mapping[Any, Any], figures: Figures, newest: Mapping[str, date]) -> list[Member]:
    roles = declared(row)
    by_series = itemgetter("series")
    read = {name: list(own) for name, own in groupby(sorted(figures, key=by_series), by_series)}
    left = [name for name in roles if name not in read]
    # a series that continues another stands where the other stood
    elsewhere = roles[left[0]] if left else ROLES[0]
    used = [_used(name, roles.get(name, elsewhere), row, own) for name, own in read.items()]
    totals: dict[str, float] = defaultdict(float)
    for member in used:
        totals[member.role] += member.share
    last = max((member.period for member in used if member.period is not None), default=None)
    return [
        *(replace(member, share=member.share / totals[member.role]) for member in used),
        *(
            Member(name, roles[name], why=_why(newest.get(name), last), newest=newest.get(name))
            for name in left
        ),
    ]


def _used(series: str, role: str, row: Mapping[Any, Any], figures: Figures) -> Member:
    """A series that is read; its share is still the amount by which it weighs."""
    ordered = sorted(figures, key=itemgetter("series_period"))
    amounts = [float(figure["value"]) for figure in ordered]
    amount = amounts[0] if row["transform"] in BASES else sum(amounts)
    last = ordered[-1]
    return Member(
        series,
        role,
        share=1.0 if row["transform"] in VOICES else amount,
        period=last["series_period"],
        value=float(last["value"]),
        known_from=last["known_from"],
    )


def _why(newest: date | None, last: pd.Timestamp | None) -> str:
    if newest is None:
        return "none"
    return "old" if last is None or pd.Timestamp(newest) < last else "unmatched"
