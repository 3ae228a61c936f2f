"""A gauge: indicators linked into dimensions, dimensions into the gauge.

Pressure (five dimensions) and retreat (the signs that the build-out is being cut) are made by the
same rules; only their trees differ.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from pipelines.index.gauges.linking import Linked, linked_mean

# By dimension, its weight and those of its indicators.
Tree = Mapping[str, tuple[float, Mapping[str, float]]]
COMPOSITION = "composition"


class Gauge(NamedTuple):
    """A gauge by period and what it is made of; tables are period x key.

    `contributions` has the points of each indicator ("dimension.indicator"), of the shift inside
    each dimension ("dimension.composition") and of that between dimensions ("composition"); a
    row adds up to `value`. `weights` are those of the indicators in the gauge, `shares` those of
    the dimensions, `coverage` the present share of each dimension. `moves` has the points that
    each indicator adds to the change since the last value; "composition" there is what no
    indicator made: zero, but where nothing links two months.
    """

    value: pd.Series
    dimensions: pd.DataFrame
    contributions: pd.DataFrame
    weights: pd.DataFrame
    shares: pd.DataFrame
    coverage: pd.DataFrame
    moves: pd.DataFrame


def gauge(
    scores: pd.DataFrame,
    tree: Tree,
    *,
    floor_dimension: float,
    floor: float,
    readable: pd.Series | None = None,
) -> Gauge:
    """The gauge of scores (period x "dimension.indicator", 0 calm to 100).

    A dimension needs `floor_dimension` of the weight of its indicators, the gauge `floor` of
    that of its dimensions and a row that is `readable`. Causal: a row sees no later one.
    """
    leaves = {key: _leaves(key, inside) for key, (_, inside) in tree.items()}
    linked = {
        key: linked_mean(scores[list(inside.index)], inside, floor=floor_dimension)
        for key, inside in leaves.items()
    }
    dimensions = pd.DataFrame({key: dimension.value for key, dimension in linked.items()})
    nominal = pd.Series({key: weight for key, (weight, _) in tree.items()})
    shown = dimensions if readable is None else dimensions.where(readable, axis=0)
    top = linked_mean(shown, nominal, floor=floor)
    inside = [linked[key].weights.mul(top.weights[key], axis=0) for key in linked]
    return Gauge(
        top.value,
        dimensions,
        _contributions(scores, linked, top),
        pd.concat(inside, axis=1).where(top.value.notna(), axis=0),
        top.weights,
        pd.DataFrame({key: dimension.coverage for key, dimension in linked.items()}),
        _moves(linked, dimensions, top),
    )


def _leaves(key: str, inside: Mapping[str, float]) -> pd.Series:
    return pd.Series({f"{key}.{leaf}": weight for leaf, weight in inside.items()})


def _contributions(scores: pd.DataFrame, linked: Mapping[str, Linked], top: Linked) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for key, dimension in linked.items():
        share = top.weights[key]
        for leaf in dimension.weights:
            columns[str(leaf)] = share * dimension.weights[leaf] * scores[leaf].fillna(0.0)
        columns[f"{key}.{COMPOSITION}"] = share * dimension.shift.fillna(0.0)
    columns[COMPOSITION] = top.shift
    return pd.DataFrame(columns).where(top.value.notna())


def _moves(linked: Mapping[str, Linked], dimensions: pd.DataFrame, top: Linked) -> pd.DataFrame:
    """What each indicator adds to the change of the gauge since its last value.

    A dimension may have moved in months in which the gauge was withheld: its own moves are
    added up over them.
    """
    published = top.value.notna()
    change = dimensions[published].diff()
    columns: dict[str, pd.Series] = {}
    for key, dimension in linked.items():
        since = dimension.moves.fillna(0.0).cumsum()[published].diff()
        # The share with which the gauge counted the dimension's change in this link.
        share = (top.moves.loc[published, key] / change[key]).where(change[key].ne(0.0), 0.0)
        columns |= {str(leaf): since[leaf] * share.fillna(0.0) for leaf in since}
    moves = pd.DataFrame(columns)
    total = top.value[published].diff()
    rest = total - moves.sum(axis=1)
    return moves.where(total.notna()).assign(**{COMPOSITION: rest}).reindex(top.value.index)
