"""What moved an edition, and how far the index is usually revised."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import change_decomposition, linked, realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import rows as two_gauges
from pipelines.index.realtime import Readings
from warehouse import edition
from warehouse.edition import Edition

# Months after which a revision is counted: by then the quarterly figures of the month are in.
AFTER = 3
# Months before one in which the one that it is linked to is looked for: a year without a reading
# would leave nothing to link.
WINDOW = 12
# Fewest months behind a mean revision: under half a year it is an anecdote.
LEAST = 6


def before(engine: Engine, point: change_decomposition.EditionKey) -> Edition | None:
    """The stored edition of the month before at its cut-off, if there is one."""
    month = point.month - 1
    try:
        usual = realtime.cutoff(month, point.method)
        return edition.load(engine, month=str(month), as_of=usual)
    except LookupError:
        return None


def change(
    earlier: Edition | None,
    facts: Readings,
    point: change_decomposition.EditionKey,
    values: pd.DataFrame,
) -> pd.DataFrame:
    """What moved the index since the month before, in points by key and cause.

    Columns: revised_data, new_data, method.

    `values` are the rows of the draft and `facts` what it read. The month before
    follows the method of its stored edition, `held`, if there is one. Empty where it has no index.
    """
    month = point.month - 1
    if month not in realtime.published_months(values):
        return pd.DataFrame(columns=["revised_data", "new_data", "method"], dtype="float64")
    usual = realtime.cutoff(month, point.method)
    own = point.method if earlier is None else Framework.model_validate(earlier.framework)
    return change_decomposition.since(
        facts, change_decomposition.EditionKey(month, min(usual, point.as_of), own), point
    )


def known_now(
    facts: Readings, point: change_decomposition.EditionKey, values: pd.DataFrame
) -> "pd.Series[float]":
    """The index of each month of `values` with the figures known at the key."""
    months = realtime.published_months(values)
    dates = dict.fromkeys(months, point.as_of)
    rows = linked.compute(facts, point.method, months, dates).values
    score: pd.Series[float] = rows[rows["key"].eq("index")].set_index("period")["score"].dropna()
    return score


def mean_revision(
    facts: Readings, point: change_decomposition.EditionKey, values: pd.DataFrame
) -> float | None:
    """Mean absolute revision of the index after `AFTER` months, in points.

    Over the months of `values` for which that has passed at the point; None with too few.
    """
    *_, (method, rows) = linked.versions(values, point.method)
    if method.rules.missing == "estimate":
        return None
    index = rows[rows["key"].eq("index")].set_index("period")["score"].dropna()
    first = index - linked.shifts(rows).reindex(index.index)
    cells = [(pd.Period(month, "M"), pd.Period(month, "M") + AFTER) for month in index.index]
    dated = [(month, realtime.cutoff(later, method)) for month, later in cells]
    passed = [(month, instant) for month, instant in dated if instant <= point.as_of]
    if len(passed) < LEAST:
        return None
    if method.phase:
        moved = [_revision(facts, method, *cell) for cell in passed]
        return float(pd.Series(moved).abs().mean())
    later = realtime.vintages(facts, method, passed)
    then = later[later["key"].eq("index")].set_index("period")["score"]
    return float((then - first.reindex(then.index)).abs().mean())


def _revision(facts: Readings, method: Framework, month: pd.Period, later: datetime) -> float:
    """Points from the first reading of a month to the one at `later`.

    Both are linked to the same month before, so that their difference is that of what moved them.
    """
    start = realtime.indicators(facts, method, pd.period_range(month - WINDOW, month - 1, freq="M"))
    ends = [realtime.indicators(facts, method, [month], dates) for dates in ({}, {month: later})]
    first, again = (
        two_gauges.moves(pd.concat([start, end], ignore_index=True), method).iloc[-1].sum()
        for end in ends
    )
    return float(again - first)
