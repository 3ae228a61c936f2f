"""Live series read in the place of others, where no factor could link them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import Field, model_validator

from pipelines.declared import Declared, read
from pipelines.index.framework import Indicator
from pipelines.index.inputs import splices

BUNDLED = Path(__file__).with_name("successions.toml")
MONTH = r"^\d{4}-\d{2}$"
ROLES = ("of", "to", "less", "in_force")


class Change(Declared):
    """What both series did over the same months, each as a factor."""

    start: str = Field(pattern=MONTH)
    end: str = Field(pattern=MONTH)
    history: float = Field(gt=0)
    live: float = Field(gt=0)
    source: str


class SeriesSuccession(Declared):
    """A series, the live one that is read in its place, from when, and why."""

    series: str
    followed_by: str
    since: str = Field(pattern=MONTH)
    why_fr: str
    why_en: str
    overlap: tuple[Change, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_factor_would_do(self) -> "SeriesSuccession":
        ratios = [change.history / change.live for change in self.overlap]
        if all(abs(ratio - 1) <= splices.TOLERANCE for ratio in ratios):
            raise ValueError(f"{self.series}: both change alike, so that a splice can be declared")
        return self


class _File(Declared):
    succession: tuple[SeriesSuccession, ...] = ()


@cache
def load(path: Path = BUNDLED) -> tuple[SeriesSuccession, ...]:
    """The declared successions. Raises MethodError for a file that cannot be used."""
    return read(path, _File).succession


def with_followers(series: Iterable[str]) -> set[str]:
    """These series, and those that are read in their place."""
    names = set(series)
    return names | {step.followed_by for step in load() if step.series in names}


def following(indicator: Indicator, month: pd.Period) -> tuple[Indicator, str] | None:
    """The indicator on the series in force in `month`, and a note that says so.

    None where it reads its own series.
    """
    steps = [
        step
        for step in load()
        if step.series in indicator.series and pd.Period(step.since, "M") <= month
    ]
    if not steps:
        return None
    names = {step.series: step.followed_by for step in steps}
    roles = {role: tuple(names.get(key, key) for key in getattr(indicator, role)) for role in ROLES}
    note = "; ".join(
        f"{step.followed_by} in the place of {step.series} since {step.since}" for step in steps
    )
    return indicator.model_copy(update=roles), note
