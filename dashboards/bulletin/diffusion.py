"""How many indicators rise, fall, stay or are withheld, by dimension.

Moves are of the scores over a month, as they are printed: one that rounds to 0.0 stays.
"""

from typing import Any

import pandas as pd

from dashboards import once
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language

Row = dict[str, Any]
MOVES = ("up", "down", "still", "out")
DECIMALS = 1
HIGH = 50.0  # half-way between the goalposts of an indicator


@once
def counts(stats: EditionStats) -> pd.DataFrame:
    """Number of indicators of each dimension by kind of move.

    Columns: up, down, still, out (no score in one of both months), fresh, high.
    `fresh` have a figure of a newer period than a month ago, `high` a score of `HIGH` or more.
    In the order of the method.
    """
    rows = stats.readings.query("not panel")
    change = rows["change"].round(DECIMALS)
    newest, before = rows["observed"], rows["key"].map(_before(stats))
    flags = {
        "up": change.gt(0),
        "down": change.lt(0),
        "still": change.eq(0),
        "out": change.isna(),
        "fresh": pd.to_datetime(newest).gt(pd.to_datetime(before)),
        "high": rows["score"].ge(HIGH),
    }
    order = [group["key"] for group in stats.dimensions]
    return pd.DataFrame(flags).groupby(rows["dimension"]).sum().reindex(order)


def _before(stats: EditionStats) -> "pd.Series[Any]":
    """The period of the figure of each indicator a month ago, by key."""
    values = stats.edition.values
    rows = values.loc[values["period"].eq(stats.month_before)]
    return rows.set_index("key")["observed"]


def breadth(stats: EditionStats, lang: Language) -> Row:
    """The counts in a sentence and a table, a row a dimension and their total."""
    by_dimension = counts(stats)
    names = lang.names(stats.dimensions)
    totals = by_dimension.sum()
    rows = [_line(names[str(key)], line) for key, line in by_dimension.iterrows()]
    sums = {str(name): int(count) for name, count in totals.items()}
    total = sum(sums[name] for name in MOVES)
    return {
        "text": lang.say("breadth_text", count=total, **sums),
        "head": [
            str(lang.words[f"column_{name}"]) for name in ("dimension", *by_dimension.columns)
        ],
        "rows": [*rows, _line(str(lang.words["column_total"]), totals)],
    }


def _line(name: str, line: "pd.Series[int]") -> list[str]:
    return [name, *(str(int(count)) for count in line)]
