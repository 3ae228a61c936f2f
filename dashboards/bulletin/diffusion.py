"""How widely the index moves: its indicators that rise, fall, stay or are withheld, by dimension.

Moves are of the scores over a month, as they are printed: one that rounds to 0.0 stays.
"""

from typing import Any

import pandas as pd

from dashboards import edition_stats
from dashboards.i18n import Language
from warehouse.edition import Edition

Row = dict[str, Any]
MOVES = ("up", "down", "still", "out")
DECIMALS = 1
HIGH = 50.0  # half-way between the goalposts of an indicator


def counts(edition: Edition) -> pd.DataFrame:
    """Indicators of each dimension: up, down, still, out (no score in both months), fresh, high.

    `fresh` have a figure of a newer period than a month ago, `high` a score of `HIGH` or more.
    In the order of the method.
    """
    found = edition_stats.readings(edition).query("not panel")
    change = found["change"].round(DECIMALS)
    newest, before = found["observed"], found["key"].map(_before(edition))
    told = {
        "up": change.gt(0),
        "down": change.lt(0),
        "still": change.eq(0),
        "out": change.isna(),
        "fresh": pd.to_datetime(newest).gt(pd.to_datetime(before)),
        "high": found["score"].ge(HIGH),
    }
    order = [one["key"] for one in edition_stats.groups(edition)]
    return pd.DataFrame(told).groupby(found["dimension"]).sum().reindex(order)


def _before(edition: Edition) -> "pd.Series[Any]":
    """The period of the figure of each indicator a month ago, by key."""
    ago = edition_stats.month(edition) - pd.DateOffset(months=1)
    rows = edition.values.loc[edition.values["period"].eq(ago)]
    return rows.set_index("key")["observed"]


def breadth(edition: Edition, lang: Language) -> Row:
    """The counts in a sentence and a table, a row a dimension and their total."""
    found = counts(edition)
    names = {one["key"]: lang.of(one) for one in edition_stats.groups(edition)}
    whole = found.sum()
    rows = [_line(names[str(key)], line) for key, line in found.iterrows()]
    sums = {str(name): int(count) for name, count in whole.items()}
    total = sum(sums[name] for name in MOVES)
    return {
        "text": lang.say("breadth_text", count=total, **sums),
        "head": [str(lang.words[f"column_{name}"]) for name in ("dimension", *found.columns)],
        "rows": [*rows, _line(str(lang.words["column_total"]), whole)],
    }


def _line(name: str, line: "pd.Series[int]") -> list[str]:
    return [name, *(str(int(count)) for count in line)]
