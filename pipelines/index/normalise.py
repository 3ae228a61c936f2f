"""Raw figures on one scale, by frozen, expanding or full-sample parameters.

`goalposts` are fixed. The others learn from a `base`: a frame of other observations (frozen:
nothing rewrites it), "expanding" (each row sees itself and the rows above it, at least `least`
of them: two years by default, so that no season is taken for a level) or "full_sample" (every
row sees the future: for cross-sections, and for series that are labelled as such). Frames are
months or units by indicators; the shape is kept, and NaN stays where a figure is missing.
"""

from typing import Any, Literal, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = TypeVar("Values", pd.Series, pd.DataFrame, NDArray[np.float64])
Bound = float | NDArray[np.float64]
Base = pd.DataFrame | Literal["expanding", "full_sample"]
Ties = Literal["min", "max", "average"]
Statistic = Literal["min", "max", "mean", "std", "count"]


def goalposts(
    values: Values,
    low: Bound,
    high: Bound,
    *,
    log: bool = False,
    scale: float = 100.0,
    cap: bool = True,
) -> Values:
    """Share of the way from `low` to `high`, times `scale`.

    Figures outside are capped at 0 and `scale` unless `cap` is false.

    Goalposts are numbers, or arrays with one for each column. `low` > `high` inverts the
    direction: high figures score low. `log` measures the way on logarithms. Raises ValueError
    for equal goalposts, or a logarithm of zero or less.
    Source: UNDP, Human Development Report, technical note 1.
    """
    if isinstance(values, pd.Series):  # as an array: an edition scores 700 of them
        cells = values.to_numpy(dtype="float64")
        scores = goalposts(cells, low, high, log=log, scale=scale, cap=cap)
        return pd.Series(scores, values.index, name=values.name)
    if np.any(np.equal(low, high)):
        raise ValueError(f"goalposts must differ, both are {low}")
    if log:
        if min(np.min(low), np.min(high), np.nanmin(np.asarray(values), initial=np.inf)) <= 0:
            raise ValueError("a logarithmic goalpost needs figures and goalposts above zero")
        values = cast(Values, np.log(values))
        low, high = np.log(low), np.log(high)
    span: Any = np.subtract(high, low)
    share: Values = (values - low) / span + 0.0  # no negative zero
    return (share.clip(0, 1) if cap else share) * scale


def zscore(
    values: pd.DataFrame, base: Base, *, mean: float = 0.0, sd: float = 1.0, least: int = 24
) -> pd.DataFrame:
    """Distance from the mean of the base in its standard deviations.

    It is then rescaled to a mean of `mean` and a standard deviation of `sd`.
    """
    centre, spread = (_learn(values, base, name, least) for name in ("mean", "std"))
    return (values - centre) / spread * sd + mean


def minmax(
    values: pd.DataFrame,
    base: Base,
    *,
    low: float = 0.0,
    high: float = 100.0,
    least: int = 24,
) -> pd.DataFrame:
    """From the smallest of the base at `low` to its greatest at `high`."""
    bottom, top = (_learn(values, base, name, least) for name in ("min", "max"))
    return (values - bottom) / (top - bottom) * (high - low) + low


def rank(values: pd.DataFrame, base: Base, *, ties: Ties = "min", least: int = 24) -> pd.DataFrame:
    """Rank from 1 upwards, the smallest first.

    In a frozen base, one more than the number of its figures that are smaller.
    """
    if isinstance(base, pd.DataFrame):
        return _count(values, base, "left") + 1
    if base == "full_sample":
        return values.rank(method=ties)
    return values.expanding(least).rank(method=ties).where(values.notna())


def borda(values: pd.DataFrame, base: Base, *, least: int = 24) -> pd.DataFrame:
    """Borda points: how many figures of the base are smaller."""
    return rank(values, base, least=least) - 1


def percentile_rank(values: pd.DataFrame, base: Base, *, least: int = 24) -> pd.DataFrame:
    """Borda points over the greatest possible number of them, in 0..1."""
    other = 0 if isinstance(base, pd.DataFrame) else 1
    return borda(values, base, least=least) / (_learn(values, base, "count", least) - other)


def ecdf(values: pd.DataFrame, base: Base = "expanding", *, least: int = 24) -> pd.DataFrame:
    """Empirical distribution function: share of the base that is not greater.

    Expanding, it is the recursive transformation of the CISS (Hollo, Kremer and Lo Duca, ECB
    Working Paper 1426, section 2.2).
    """
    if isinstance(base, pd.DataFrame):
        below = _count(values, base, "right")
    else:
        below = rank(values, base, ties="max", least=least)
    return below / _learn(values, base, "count", least)


def distance_to_maximum(values: pd.DataFrame, base: Base, *, least: int = 24) -> pd.DataFrame:
    """One less the distance to the maximum, as a share of the range of the base.

    1 is the maximum itself.
    """
    return distance_to(values, _learn(values, base, "max", least), base, least=least)


def distance_to(
    values: pd.DataFrame,
    target: pd.Series | pd.DataFrame,
    base: Base,
    *,
    cap: bool = False,
    least: int = 24,
) -> pd.DataFrame:
    """Share of the way from the minimum of the base to a target or a row.

    `target` is a figure a column, such as `values.loc["2019-12"]` for a reference period; 1 is
    reached, more is beyond it unless `cap`. Turn columns where less is better round first.
    """
    bottom = _learn(values, base, "min", least)
    share = 1 - (target - values) / (target - bottom)
    return share.clip(upper=1) if cap else share


def fraction_of_maximum(values: pd.DataFrame, base: Base, *, least: int = 24) -> pd.DataFrame:
    """Figure over the maximum of the base; a maximum of zero gives an infinity."""
    return values / _learn(values, base, "max", least)


def fixed_base(
    values: pd.DataFrame, base: pd.Series | pd.DataFrame, *, scale: float = 100.0
) -> pd.DataFrame:
    """Figure over that of a base period, where it is `scale`: an index number.

    `base` is a figure a column, such as `values.loc["2015-01-01"]`, or the rows of a longer
    period, such as `values.loc["2015"]`, whose mean counts.
    """
    ground = base.mean() if isinstance(base, pd.DataFrame) else base
    return values / ground * scale


def _learn(
    values: pd.DataFrame, base: Base, statistic: Statistic, least: int
) -> pd.Series | pd.DataFrame:
    """The statistic by column, or by row and column where the base is expanding."""
    if isinstance(base, pd.DataFrame):
        return base[values.columns].agg(statistic)
    if base == "full_sample":
        return values.agg(statistic)
    if base != "expanding":
        raise ValueError(f'the base must be a frame, "expanding" or "full_sample", not {base!r}')
    return cast(pd.DataFrame, getattr(values.expanding(least), statistic)())


def _count(
    values: pd.DataFrame, base: pd.DataFrame, side: Literal["left", "right"]
) -> pd.DataFrame:
    """How many of the base lie below each figure, or not above it.

    `side` is "left" for below and "right" for not above.
    """

    def column(figures: pd.Series) -> pd.Series:
        ordered = np.sort(base[figures.name].dropna().to_numpy())
        below = pd.Series(np.searchsorted(ordered, figures.to_numpy(), side), figures.index)
        return below.where(figures.notna())

    return values.apply(column)
