"""The sampling error that a publisher states, in points of a gauge.

A share of firms in a survey is an estimate, and later figures of other fortnights never say by how
much it was off: the errors of first readings do not hold it.
"""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from pipelines.index.asof import Figures
from pipelines.index.framework import Framework, Indicator
from pipelines.index.gauges.due import leaf_weights
from pipelines.index.gauges.rows import tree_of
from pipelines.index.realtime import Readings


def deviations(
    source: Readings, framework: Framework, dates: Mapping[pd.Period, datetime]
) -> pd.DataFrame:
    """The standard deviation by sampling: month x "index" and dimensions.

    In points, of the figures as known at the date of each month; 0 where no error is stated.
    Indicators are taken as independent of each other.
    """
    tree = tree_of(framework.dimension)
    weights = leaf_weights(tree)
    stated = {
        f"{group.key}.{own.key}": own
        for group in framework.dimension
        for own in group.indicator
        if own.errors
    }
    variances = {key: dict.fromkeys(dates, 0.0) for key in ("index", *tree)}
    for month, instant in dates.items():
        read, figures = dict(source.at(framework, month, instant)), source.figures(instant)
        for key, own in stated.items():
            observed = read[key].observed
            if observed is None or read[key].state == "withheld":
                continue
            points = 100 / abs(own.high - own.low)
            variance = points**2 * _variance(own, figures, pd.Period(observed, "M"))
            dimension, leaf = key.split(".")
            inside = tree[dimension][1]
            shares = {"index": weights[key], dimension: inside[leaf] / sum(inside.values())}
            for name, share in shares.items():
                variances[name][month] += share**2 * variance
    index = pd.DatetimeIndex([month.to_timestamp() for month in dates])
    table = pd.DataFrame({key: list(own.values()) for key, own in variances.items()}, index)
    return table.pow(0.5)


def _variance(indicator: Indicator, figures: Mapping[str, Figures], month: pd.Period) -> float:
    """The sampling variance of an indicator in its own unit, in one month.

    That of a mean of `n` figures is the sum of theirs over n²: each fortnight asks another panel.
    The same firms answer both questions of a difference; their covariance is not published, and
    without it the variance of the difference is too large rather than too small.
    """
    number = month.year * 12 + month.month - 1
    total = 0.0
    for series in indicator.errors or ():
        if series in figures:
            own = figures[series].value[figures[series].month == number]
            used = own if indicator.rule == "mean" else own[-1:]
            total += float(np.sum(used**2)) / max(len(used), 1) ** 2
    return total
