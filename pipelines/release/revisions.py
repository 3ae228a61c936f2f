"""What moved an edition, and how far the index is usually revised."""

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import change_decomposition, linked, realtime
from pipelines.index.framework import Framework
from warehouse import edition
from warehouse.edition import Edition

# Months after which a revision is counted: by then the quarterly figures of the month are in.
AFTER = 3
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
    facts: pd.DataFrame,
    point: change_decomposition.EditionKey,
    values: pd.DataFrame,
) -> pd.DataFrame:
    """What moved the index since the month before, in points by key and cause.

    Columns: revised_data, new_data, method.

    `values` are the rows of the draft and `facts` all that it could know. The month before
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
    facts: pd.DataFrame, point: change_decomposition.EditionKey, values: pd.DataFrame
) -> "pd.Series[float]":
    """The index of each month of `values` with the figures known at the key."""
    months = realtime.published_months(values)
    dates = dict.fromkeys(months, point.as_of)
    rows = linked.compute(facts, point.method, months, dates).values
    score: pd.Series[float] = rows[rows["key"].eq("index")].set_index("period")["score"].dropna()
    return score


def mean_revision(
    facts: pd.DataFrame, point: change_decomposition.EditionKey, values: pd.DataFrame
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
    later = realtime.vintages(facts, method, passed)
    then = later[later["key"].eq("index")].set_index("period")["score"]
    return float((then - first.reindex(then.index)).abs().mean())
