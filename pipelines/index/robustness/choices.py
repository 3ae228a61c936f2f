"""The choices that a Monte Carlo draws from, and the scores of each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.normalise import goalposts

Array = NDArray[np.float64]
Normalisation = Literal["goalposts", "zscore", "ecdf"]
Aggregation = Literal["arithmetic", "geometric", "ciss"]
# Rows seen before a tail or a correlation is estimated: a year, as in the CISS.
LEAST = 12
# Months at which a learned score counts as much as the goalposts. A convention, not an estimate:
# five years are about one cycle of capital spending. It matters: on the history shipped in 2026
# the 90 % band is 15 points wide with it and 35 without.
HALF = 60


@dataclass(frozen=True)
class Choices:
    """What may vary; the first of each is the choice that is published.

    The others are the ranges that audits of composite indicators usually try (Saisana, Saltelli
    and Tarantola, 2005; JRC audits): weights by a quarter, tails of up to 5 %, goalposts by 20 %.

    `windows` are months that z-scores and ECDF look back on (None is all of the past), `tails`
    the share winsorised at each end of what was seen so far, `widths` factors of the distance
    between goalposts around their middle, `noise` the greatest relative change of a weight.
    """

    normalisations: tuple[Normalisation, ...] = ("goalposts", "zscore", "ecdf")
    windows: tuple[int | None, ...] = (None, 60, 36)
    tails: tuple[float, ...] = (0.0, 0.01, 0.025, 0.05)
    noise: float = 0.25
    aggregations: tuple[Aggregation, ...] = ("arithmetic", "geometric", "ciss")
    widths: tuple[float, ...] = (1.0, 0.8, 0.9, 1.1, 1.2)
    leave_one_out: bool = True


@dataclass(frozen=True)
class ScoringChoice:
    """One way from figures to scores."""

    normalisation: Normalisation
    window: int | None
    tail: float
    width: float


def score(values: pd.DataFrame, indicators: pd.DataFrame, cell: ScoringChoice) -> Array:
    """Scores in 0..100 by period and key, NaN where the figure is missing.

    `indicators` is by key: `low` and `high` goalposts (low > high is inverted) and `log`.
    A score that is learned from n figures counts n / (n + `HALF`), and the goalpost score the
    rest: a short past says little of where calm and crash lie, and no score then jumps in the
    month in which learning starts (credibility weighting; Buhlmann, ASTIN Bulletin 4, 1967).
    """
    return scorer(values, indicators)(cell)


def scorer(values: pd.DataFrame, indicators: pd.DataFrame) -> Callable[[ScoringChoice], Array]:
    """`score` of one table under many choices: each tail is cut off once."""
    rows = indicators.loc[values.columns]
    log, turn = rows["log"].to_numpy(bool), np.where(rows["low"] > rows["high"], -1.0, 1.0)
    logged, ends = _logged(values, log), _logged(rows[["low", "high"]].T, log)

    @cache
    def cut(tail: float) -> pd.DataFrame:
        return winsorise(logged, tail)

    def scores(cell: ScoringChoice) -> Array:
        figures = cut(cell.tail)
        fixed = _fixed(figures.to_numpy(), ends, cell.width)
        if cell.normalisation == "goalposts":
            return fixed
        learned, credibility = _learned(figures * turn, cell)
        return np.asarray(credibility * learned + (1 - credibility) * fixed, dtype=np.float64)

    return scores


def _learned(figures: pd.DataFrame, cell: ScoringChoice) -> tuple[Array, Array]:
    """Scores learned from the window up to each row, and their credibility.

    More is more pressure.

    z-scores become 100 times their normal probability; where nothing varied, nothing is learned.
    """
    window = figures.rolling(cell.window, 2) if cell.window else figures.expanding(2)
    if cell.normalisation == "ecdf":
        shares = window.rank(method="max", pct=True).to_numpy()
    else:
        shares = _probability(((figures - window.mean()) / window.std()).to_numpy())
    seen = window.count().to_numpy()
    credibility = np.where(np.isfinite(shares), seen / (seen + HALF), 0.0)
    return 100.0 * np.nan_to_num(shares, posinf=0.0, neginf=0.0), credibility


def winsorise(values: pd.DataFrame, tail: float) -> pd.DataFrame:
    """Figures pulled to the quantiles of what was seen up to each row.

    The quantiles are `tail` and 1 - `tail`.
    """
    if tail == 0:
        return values
    seen = values.expanding(LEAST)
    low, high = seen.quantile(tail), seen.quantile(1 - tail)
    return values.clip(low.fillna(-np.inf), high.fillna(np.inf))


def _fixed(figures: Array, ends: pd.DataFrame, width: float) -> Array:
    """Goalpost scores, the two rows of `ends` taken `width` times as far apart."""
    low, high = ends.to_numpy(dtype="float64")
    middle, half = (low + high) / 2, (high - low) / 2 * width
    return goalposts(figures, middle - half, middle + half)


def _logged(values: pd.DataFrame, log: NDArray[np.bool_]) -> pd.DataFrame:
    """Natural logarithms in the columns where `log` is true."""
    if not log.any():
        return values
    table = values.to_numpy(dtype="float64", copy=True)
    table[:, log] = np.log(table[:, log])
    return pd.DataFrame(table, values.index, values.columns)


def _probability(z: Array) -> Array:
    """The standard normal distribution function at `z`."""
    from scipy.special import ndtr

    return np.asarray(ndtr(z), dtype=np.float64)
