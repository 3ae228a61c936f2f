"""The index under other reasonable choices: a vectorised Monte Carlo.

A point is seven numbers in [0, 1), one a factor of `FACTORS`; each picks one choice, so that
the same model serves random points (bands) and a Sobol design (sensitivity). The point of
zeros is what is published. Everything is causal: no month of a replicate sees a later one.
Method: Saisana, Saltelli and Tarantola, JRSS-A 168, 2005.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.robustness import replicate
from pipelines.index.robustness.choices import Aggregation, Choices, ScoringChoice, scorer

FACTORS = ("normalisation", "window", "winsor", "weights", "aggregation", "width", "leave_out")
# Weights are drawn once and picked by number: 4,096 sets of 23 weights take 0.8 MB, and 10,000
# replicates then share a set at most a few times.
POOL = 4096
# 5 dimensions x 40 months x 128 replicates of 8 bytes fit the second-level cache of one core.
CHUNK = 128
# The machines that publish have two cores; more threads gain nothing on chunks this small.
THREADS = 2

Array = NDArray[np.float64]
Picks = NDArray[np.intp]


class Model(NamedTuple):
    """Figures and choices, ready to be evaluated at any points.

    `members` are the columns of each dimension in `names`; `keys` and `above` the `POOL` drawn
    sets of weights of indicators and of dimensions.
    """

    values: pd.DataFrame
    indicators: pd.DataFrame
    choices: Choices
    names: list[str]
    members: list[Picks]
    keys: Array
    above: Array


class Replicates(NamedTuple):
    """Replicates of the index and of its dimensions.

    `whole` is period x replicate, `parts` dimension x period x replicate.
    """

    periods: pd.Index
    names: list[str]
    overall: NDArray[np.float32]
    parts: NDArray[np.float32]


def prepare(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    weights: pd.Series,
    choices: Choices | None = None,
    *,
    seed: int,
) -> Model:
    """A model of figures (period x key), before normalisation.

    `indicators` is by key: `low`, `high`, `log`, `weight` and `dimension`; `weights` is by
    dimension. `seed` fixes the perturbed weights. Raises KeyError for a column that
    `indicators` lacks.
    """
    picked, chosen = indicators.loc[list(values.columns)], choices or Choices()
    names = [str(name) for name in weights.index if (picked["dimension"] == name).any()]
    members = [np.flatnonzero(picked["dimension"] == name) for name in names]
    rng = np.random.default_rng(seed)
    keys = _perturbed(picked["weight"].to_numpy(float), chosen.noise, rng)
    above = _perturbed(weights[names].to_numpy(float), chosen.noise, rng)
    return Model(values, picked, chosen, names, members, keys, above)


def simulate(model: Model, n: int, *, seed: int) -> Replicates:
    """`n` replicates at random points, the same for the same seed."""
    return evaluate(model, np.random.default_rng(seed).random((n, len(FACTORS))))


def evaluate(model: Model, points: Array) -> Replicates:
    """The replicates of the model at `points`, runs x factors."""
    picks = _picks(model, points)
    periods, runs = len(model.values), len(points)
    overall = np.empty((periods, runs), np.float32)
    parts = np.empty((len(model.names), periods, runs), np.float32)
    score = scorer(model.values, model.indicators)
    for cell, runs_of in _groups(model, picks):
        scores = score(cell)
        for same in _split(runs_of):
            keys = _weights(model, picks[same])
            parts[:, :, same] = replicate.dimensions(scores, model.members, keys)

    def fill(chunk: tuple[Aggregation, Picks]) -> None:
        aggregation, same = chunk
        above = model.above[:, picks[same, 3]]
        overall[:, same] = replicate.index(parts[:, :, same].astype(float), above, aggregation)

    # Chunks touch no common column, and NumPy lets go of the interpreter while it computes.
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(fill, _chunks(model, picks)):
            pass
    return Replicates(model.values.index, model.names, overall, parts)


def _chunks(model: Model, picks: Picks) -> Iterator[tuple[Aggregation, Picks]]:
    """The runs of each aggregation, `CHUNK` at a time."""
    for number, aggregation in enumerate(model.choices.aggregations):
        for same in _split(np.flatnonzero(picks[:, 4] == number)):
            yield aggregation, same


def _split(runs: Picks) -> list[Picks]:
    """Runs, `CHUNK` at a time, so that the BLAS stays on one thread."""
    return np.split(runs, range(CHUNK, len(runs), CHUNK))


def _perturbed(nominal: Array, noise: float, rng: np.random.Generator) -> Array:
    """`POOL` sets of weights, each weight up to `noise` above or below.

    Weight x set; the first set is the nominal one.
    """
    factors = 1 + noise * rng.uniform(-1, 1, (len(nominal), POOL))
    factors[:, 0] = 1.0
    return nominal[:, None] * factors


def _picks(model: Model, points: Array) -> Picks:
    """Which choice each point makes, runs x factors."""
    c = model.choices
    left_out = model.values.shape[1] if c.leave_one_out else 0
    sizes = [
        *(len(options) for options in (c.normalisations, c.windows, c.tails)),
        *(POOL, len(c.aggregations), len(c.widths), left_out + 1),
    ]
    picks: Picks = (points * np.array(sizes)).astype(np.intp)
    return picks


def _groups(model: Model, picks: Picks) -> Iterator[tuple[ScoringChoice, Picks]]:
    """Each way of scoring that is drawn, with its runs."""
    c = model.choices
    fixed = np.array([name == "goalposts" for name in c.normalisations])[picks[:, 0]]
    used = picks[:, [0, 1, 2, 5]].copy()
    used[fixed, 1] = 0  # goalposts look back on nothing,
    used[~fixed, 3] = 0  # and the others keep the published width
    cells, where = np.unique(used, axis=0, return_inverse=True)
    for number, (norm, window, tail, width) in enumerate(cells):
        cell = ScoringChoice(
            c.normalisations[norm], c.windows[window], c.tails[tail], c.widths[width]
        )
        yield cell, np.flatnonzero(where == number)


def _weights(model: Model, picks: Picks) -> Array:
    """The drawn weights of indicators, zero for the one that is left out."""
    keys = model.keys[:, picks[:, 3]].copy()
    runs = np.flatnonzero(picks[:, 6])
    keys[picks[runs, 6] - 1, runs] = 0.0
    return keys
