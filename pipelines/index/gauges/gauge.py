"""A gauge: indicators linked into dimensions, dimensions into the gauge.

Pressure (five dimensions) and retreat (the signs that the build-out is being cut) are made by the
same rules; only their trees differ.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.gauges.linking import Linked, linked_mean

Array = NDArray[np.float64]

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
    columns: dict[str, Array] = {}
    for key, dimension in linked.items():
        share, leaves = top.weights[key].to_numpy(), list(dimension.weights)
        cells = np.nan_to_num(scores[leaves].to_numpy(dtype="float64"))
        points = share[:, None] * dimension.weights.to_numpy() * cells
        columns |= dict(zip(map(str, leaves), points.T, strict=True))
        columns[f"{key}.{COMPOSITION}"] = share * np.nan_to_num(dimension.shift.to_numpy())
    columns[COMPOSITION] = top.shift.to_numpy()
    withheld = top.value.isna().to_numpy()
    shown = {key: np.where(withheld, np.nan, points) for key, points in columns.items()}
    return pd.DataFrame(shown, top.value.index)


def _moves(linked: Mapping[str, Linked], dimensions: pd.DataFrame, top: Linked) -> pd.DataFrame:
    """What each indicator adds to the change of the gauge since its last value.

    A dimension may have moved in months in which the gauge was withheld: its own moves are
    added up over them.
    """
    published = top.value.notna().to_numpy()
    columns: dict[str, Array] = {}
    for key, dimension in linked.items():
        since = _changes(np.nan_to_num(dimension.moves.to_numpy()).cumsum(axis=0)[published])
        change = _changes(dimensions[key].to_numpy()[published])
        # The share with which the gauge counted the dimension's change in this link.
        counted = top.moves[key].to_numpy()[published]
        share = np.divide(counted, change, out=np.zeros(len(change)), where=change != 0)
        points = since * np.nan_to_num(share)[:, None]
        columns |= dict(zip(map(str, dimension.moves), points.T, strict=True))
    total = top.value[published].diff()
    moves = pd.DataFrame(columns, top.value.index[published])
    rest = total - moves.sum(axis=1)
    shown = moves.where(total.notna(), axis=0)
    return shown.assign(**{COMPOSITION: rest}).reindex(top.value.index)


def _changes(cells: Array) -> Array:
    """Each row less the one before it; NaN in the first."""
    changes = np.full(cells.shape, np.nan)
    changes[1:] = cells[1:] - cells[:-1]
    return changes
