"""Continue a series whose history ends by a live one, at a declared factor."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

BUNDLED = Path(__file__).with_name("splices.toml")
# A factor is argued from months that both series have; beyond half a percent it does not follow
# from them (prices are posted in cents, so that rounding alone moves a ratio by 0.3 percent).
TOLERANCE = 0.005


class SpliceError(ValueError):
    """The declared splices cannot be used; the message names the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Overlap(_Strict):
    """A month in which both series were read, in the unit of the series."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    history: float = Field(gt=0)
    live: float = Field(gt=0)
    source: str


class Splice(_Strict):
    """A series, the live one that continues it, and why it may stand for it."""

    series: str
    continued_by: str
    since: str = Field(pattern=r"^\d{4}-\d{2}$")
    factor: float = Field(gt=0)
    why_fr: str
    why_en: str
    overlap: tuple[Overlap, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _factor_follows_from_the_overlap(self) -> "Splice":
        for shared in self.overlap:
            if abs(shared.history / shared.live / self.factor - 1) > TOLERANCE:
                raise ValueError(f"{self.series}: factor {self.factor} against {shared.month}")
            if shared.month >= self.since:
                raise ValueError(f"{self.series}: overlap {shared.month} is not before its start")
        return self


@cache
def load(path: Path = BUNDLED) -> tuple[Splice, ...]:
    """The declared splices. Raises SpliceError for a file that cannot be used."""
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8")).get("splice", [])
        return tuple(Splice.model_validate(entry) for entry in declared)
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SpliceError(f"{path.name}: {error}") from None


def apply(history: pd.DataFrame, splices: Sequence[Splice]) -> pd.DataFrame:
    """The history with live figures added under the series they continue.

    Args:
        history: every version of every figure: series, period, value, known_from and more.
        splices: which series continue which, since when, times which factor.

    Returns:
        The rows of `history` and the added ones. `origin` names the live series of an added
        row, and is missing in the others, so that lineage leads to the figure that was read.
    """
    parts = [history.assign(origin=pd.Series(None, index=history.index, dtype="object"))]
    for splice in splices:
        live = history["series"].eq(splice.continued_by)
        added = history.loc[live & history["period"].ge(pd.Timestamp(splice.since))]
        if len(added):
            value = added["value"] * splice.factor
            parts.append(added.assign(series=splice.series, value=value, origin=added["series"]))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
