"""Continue a series whose history ends by live ones, at a declared factor.

Where a second publisher tabulates the same posted price, it is a fallback: it stands in for the
months in which the first one was silent, as long as the two agreed when both were last read.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import Field, model_validator

from pipelines.declared import Declared, read
from pipelines.errors import MethodError

BUNDLED = Path(__file__).with_name("splices.toml")
# A factor is argued from months that both series have; beyond half a percent it does not follow
# from them (prices are posted in cents, so that rounding alone moves a ratio by 0.3 percent).
TOLERANCE = 0.005
# Two tabulations of one posted price differ by the day on which they are read, and by no more. A
# fallback that has come further apart reads another price, or an old one: a gap is better.
MAX_APART = 0.02


class SpliceError(MethodError):
    """The declared splices cannot be used; the message names the place."""


class Overlap(Declared):
    """A month in which both series were read, in the unit of the series."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    history: float = Field(gt=0)
    live: float = Field(gt=0)
    source: str


class Agreement(Declared):
    """One price as two publishers gave it; the day is that of the later reading."""

    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    live: float = Field(gt=0)
    fallback: float = Field(gt=0)
    source: str

    @model_validator(mode="after")
    def _both_are_one_price(self) -> "Agreement":
        if abs(self.fallback / self.live - 1) > MAX_APART:
            raise ValueError(f"{self.fallback} is not {self.live} on {self.day}")
        return self


class Fallback(Declared):
    """Another tabulation of the same posted price, and where the two agree."""

    series: str
    why_fr: str
    why_en: str
    agreement: tuple[Agreement, ...] = Field(min_length=1)


class Splice(Declared):
    """A series, the live one that continues it, and why it may stand for it.

    The factor holds for the fallbacks too, which give the same price in the same unit. They are
    in order of preference.
    """

    series: str
    continued_by: str
    since: str = Field(pattern=r"^\d{4}-\d{2}$")
    factor: float = Field(gt=0)
    why_fr: str
    why_en: str
    overlap: tuple[Overlap, ...] = Field(min_length=1)
    fallback: tuple[Fallback, ...] = ()

    @property
    def live(self) -> tuple[str, ...]:
        """Every live series that may continue it, in order of preference."""
        return (self.continued_by, *(other.series for other in self.fallback))

    @model_validator(mode="after")
    def _factor_follows_from_the_overlap(self) -> "Splice":
        for shared in self.overlap:
            if abs(shared.history / shared.live / self.factor - 1) > TOLERANCE:
                raise ValueError(f"{self.series}: factor {self.factor} against {shared.month}")
            if shared.month >= self.since:
                raise ValueError(f"{self.series}: overlap {shared.month} is not before its start")
        return self


class Gap(Declared):
    """A series of the method that nothing continues, and what was tried."""

    series: str
    why_fr: str
    why_en: str


class _File(Declared):
    splice: tuple[Splice, ...] = ()
    gap: tuple[Gap, ...] = ()


def load(path: Path = BUNDLED) -> tuple[Splice, ...]:
    """The declared splices. Raises SpliceError for a file that cannot be used."""
    return _read(path).splice


def gaps(path: Path = BUNDLED) -> tuple[Gap, ...]:
    """The series that are left without a splice. Raises SpliceError as `load`."""
    return _read(path).gap


@cache
def _read(path: Path) -> _File:
    return read(path, _File, SpliceError)


def apply(history: pd.DataFrame, splices: Sequence[Splice]) -> pd.DataFrame:
    """The history with live figures added under the series they continue.

    Args:
        history: every version of every figure: series, period, value, known_from and more.
        splices: which series continue which, since when, times which factor.

    Returns:
        The rows of `history` and the added ones. `origin` names the live series of an added
        row, and is missing in the others, so that lineage leads to the figure that was read.
    """
    names = {name for splice in splices for name in splice.live}
    live = history.loc[history["series"].isin(names)]
    parts = [history.assign(origin=pd.Series(None, index=history.index, dtype="object"))]
    for splice in splices:
        added = _continuing(live.loc[live["period"].ge(pd.Timestamp(splice.since))], splice)
        if len(added):
            value = added["value"] * splice.factor
            parts.append(added.assign(series=splice.series, value=value, origin=added["series"]))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _continuing(live: pd.DataFrame, splice: Splice) -> pd.DataFrame:
    """The live figures that stand for a series: in each month those of one source."""
    months = live["period"].dt.to_period("M")
    chosen = live.loc[live["series"].eq(splice.continued_by)]
    for other in splice.fallback:
        spare = live.loc[live["series"].eq(other.series)]
        if _agree(chosen, spare):
            taken = months[chosen.index[chosen["value"].notna()]]
            chosen = pd.concat([chosen, spare.loc[~months[spare.index].isin(taken)]])
    return chosen


def _agree(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Whether two tabulations gave one price when both were last read.

    Compared in the last month with figures of both. Without one, the declared agreement holds.
    """
    last = pd.DataFrame({"first": _monthly(first), "second": _monthly(second)}).dropna().tail(1)
    return bool((last["second"] / last["first"] - 1).abs().le(MAX_APART).all())


def _monthly(figures: pd.DataFrame) -> "pd.Series[float]":
    """The last figure of each month."""
    dated = figures.dropna(subset="value").sort_values(["period", "known_from"])
    return dated.groupby(dated["period"].dt.to_period("M"))["value"].last()
