"""An indicator in one month, read from the figures that were known then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.asof import Figures, Ints, StepRule, rows_behind, table
from pipelines.index.framework import Indicator
from pipelines.index.inputs import successions
from pipelines.index.inputs.late_members import carry_late
from pipelines.index.transform import TRANSFORMS

NOT_DUE = "not due"  # no figure can exist yet, so that nothing is missing
NEVER: Mapping[str, int] = {}


@dataclass(frozen=True)
class Reading:
    """An indicator in one month: its value, its reference month and its age."""

    value: float
    observed: str | None
    age: int | None
    state: str
    reason: str
    rows: Ints


class Support(NamedTuple):
    """What the value of a step rests on.

    `seen` is the step that it is about, `reason` names its members where there are several.
    """

    members: Sequence[str]
    seen: int
    reason: str
    rows: Ints


@dataclass(frozen=True)
class Path:
    """The values of an indicator by step, from the figures known at one instant.

    `steps` are those with a value, in order, up to `end`; `late` the members that count with their
    last trailing year.
    """

    indicator: Indicator
    figures: Mapping[str, Figures]
    tables: Mapping[str, pd.DataFrame]
    steps: Ints
    values: NDArray[np.float64]
    end: int
    late: Sequence[str]
    supports: dict[int, Support]

    def support(self, at: int) -> Support:
        """What the value of step `at` rests on, looked up once."""
        if at not in self.supports:
            members, rows = _rests_on(self.indicator, self.tables, self.figures, at)
            seen = _seen(self.indicator, members, self.figures, at)
            reason = _matched(self.indicator, members, self.late)
            self.supports[at] = Support(members, seen, reason, rows)
        return self.supports[at]


# The path of an indicator up to a step or further: see `is_shared`.
PathOf = Callable[[Indicator, int], Path]


def read(
    indicator: Indicator,
    month: pd.Period,
    path_of: PathOf,
    read_in: Mapping[str, int] = NEVER,
) -> Reading:
    """An indicator's newest value no later than `month`.

    A series that is declared to follow another is read in its place once it gives a value; the
    reason then says what the other one would give. `read_in` is the month, from year 0, in which a
    series was last read: what a price that stands is aged by, where the indicator says so.
    """
    if indicator.public_since and month < pd.Period(indicator.public_since, "M"):
        reason = f"first published in {indicator.public_since}"
        return replace(_withheld(reason), state=NOT_DUE)
    own = _read(indicator, month, path_of, read_in)
    followed = successions.following(indicator, month)
    if followed is None:
        return own
    successor, note = followed
    reading = _read(successor, month, path_of, read_in)
    if reading.state == "withheld":
        return own
    if own.state != "withheld":
        note += f", which would give {own.value:.{indicator.decimals}f}"
    return replace(reading, reason="; ".join(filter(None, (reading.reason, note))))


def path(
    indicator: Indicator, figures: Mapping[str, Figures], end: int, first_year: int | None = None
) -> Path:
    """The values of every step up to `end`.

    Figures before `first_year` are not read.
    """
    shape = _shape(indicator)
    word = TRANSFORMS[indicator.transform]
    tables = {
        role: table(getattr(indicator, role), figures, end, shape, first_year=first_year)
        for role in word.roles
    }
    year = 12 // shape.size
    late = carry_late(tables, year, indicator.late_steps) if indicator.late_steps else {}
    values = word.function(**tables, year=year)
    cells = values.to_numpy()
    if indicator.season and len(cells):
        # Steps are months from year 0, so that the remainder is the month of the year.
        cells = cells / np.asarray(indicator.season)[values.index.to_numpy() % 12]
    present = np.flatnonzero(~np.isnan(cells))
    steps = present + values.index[0] if len(present) else present
    late_members = list(chain.from_iterable(late.values()))
    own = {key: figures[key] for key in indicator.series if key in figures}
    return Path(indicator, own, tables, steps, cells[present], end, late_members, {})


def is_shared(indicator: Indicator, month: pd.Period) -> bool:
    """Whether a path that ends later has the same values up to `month`.

    Not where late members take figures of before up to its end, or where the mean of a base year
    is not complete.
    """
    return not indicator.late_steps and month.year >= TRANSFORMS[indicator.transform].causal_from


def step_of(indicator: Indicator, month: pd.Period) -> int:
    """The step, counted from year 0, that a month is in."""
    now: int = month.year * 12 + month.month - 1
    return now // _shape(indicator).size


def _read(
    indicator: Indicator, month: pd.Period, path_of: PathOf, read_in: Mapping[str, int]
) -> Reading:
    shape, end = _shape(indicator), step_of(indicator, month)
    values = path_of(indicator, end)
    newest = int(np.searchsorted(values.steps, end, side="right")) - 1
    if newest < 0:
        return _withheld("no figure yet")
    at = int(values.steps[newest])
    support = values.support(at)
    seen = support.seen
    if indicator.ages:
        last = _last_reading(indicator, support.members, values.figures, at, read_in)
        seen = min(seen, last)
    # A quarter is as old as its last month; one that is still running has no age.
    now = month.year * 12 + month.month - 1
    age = max(0, now - (seen * shape.size + shape.size - 1))
    first = seen * shape.size
    observed = f"{first // 12}-{first % 12 + 1:02d}"
    if age > indicator.carry_months:
        what = f"last read in {observed}" if indicator.ages else f"newest figure is of {observed}"
        reason = f"{what}, over {indicator.carry_months} months old"
        return _withheld(reason, observed, age)
    return Reading(
        value=float(values.values[newest]),
        observed=observed,
        age=age,
        state="observed" if age <= indicator.lag_months else "carried",
        reason=support.reason,
        rows=support.rows,
    )


def _rests_on(
    indicator: Indicator,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figures],
    at: int,
) -> tuple[list[str], Ints]:
    """The members complete at step `at`, and the rows behind the value."""
    shape = _shape(indicator)
    year = 12 // shape.size
    members: list[str] = []
    rows = [np.empty(0, dtype="int64")]
    for role, steps_of in TRANSFORMS[indicator.transform].roles.items():
        steps = list(steps_of(at, year))
        positions = np.subtract(steps, tables[role].index[0])
        cells = tables[role].to_numpy()[np.maximum(positions, 0)]
        cells[positions < 0] = np.nan
        present = [
            key
            for key, gaps in zip(getattr(indicator, role), np.isnan(cells).T, strict=True)
            if not gaps.any()
        ]
        members += present
        for key in present:
            used = (
                steps if not indicator.late_steps else _with_stand_ins(steps, figures[key], shape)
            )
            rows.append(rows_behind(figures[key], used, shape.of(key)))
    return members, np.unique(np.concatenate(rows))


def _with_stand_ins(steps: Sequence[int], figures: Figures, shape: StepRule) -> list[int]:
    """The steps, and that of a year before for each that is not reported yet."""
    gaps = set(steps) - set((figures.month // shape.size).tolist())
    return sorted({*steps, *(step - 12 // shape.size for step in gaps)})


def _seen(
    indicator: Indicator, members: Sequence[str], figures: Mapping[str, Figures], at: int
) -> int:
    """The step that a value of step `at` is about.

    Where prices stand until the next one, that is the step of the newest one.

    Of several roles the one seen longest ago counts; what is in force until changed has no age.
    """
    shape = _shape(indicator)
    if not shape.hold:
        return at
    roles = [
        [key for key in getattr(indicator, role) if key in members and key not in shape.in_force]
        for role in TRANSFORMS[indicator.transform].roles
    ]
    last = [max(_last(figures[key], at, shape.size) for key in role) for role in roles if role]
    return min(last, default=at)


def _last_reading(
    indicator: Indicator,
    members: Sequence[str],
    figures: Mapping[str, Figures],
    at: int,
    read_in: Mapping[str, int],
) -> int:
    """The step, `at` or before, in which its standing prices were last read.

    A figure speaks for the step from which it holds, even if it was learned long before. Of several
    roles the one read longest ago counts.
    """
    shape = _shape(indicator)
    roles = [
        [key for key in getattr(indicator, role) if key in members and key in indicator.standing]
        for role in TRANSFORMS[indicator.transform].roles
    ]
    last = [
        max(max(_last(figures[key], at, shape.size), read_in.get(key, 0) // shape.size)
            for key in role)
        for role in roles if role
    ]  # fmt: skip
    return min([at, *last])


def _last(figures: Figures, at: int, size: int) -> int:
    step = figures.month // size
    return int(step.compress(step <= at).max())


def _shape(indicator: Indicator) -> StepRule:
    size = 3 if indicator.step == "quarter" else 1
    hold = None if indicator.step == "event" else indicator.hold_months
    return StepRule(size, indicator.rule, hold, indicator.in_force)


def _withheld(reason: str, observed: str | None = None, age: int | None = None) -> Reading:
    return Reading(np.nan, observed, age, "withheld", reason, np.empty(0, dtype="int64"))


def _matched(indicator: Indicator, members: Sequence[str], late: Sequence[str] = ()) -> str:
    """Who the value rests on, where several series could stand for one thing.

    Those that are `late` count with their last trailing year, and are named.
    """
    if max(len(indicator.of), len(indicator.to), len(indicator.less)) == 1:
        return ""
    missing = [key for key in indicator.series if key not in members]
    text = f"matched on {len(set(members))} of {len(indicator.series)} series"
    carried = [key for key in dict.fromkeys(late) if key in members]
    text += f"; late: {', '.join(carried)}" if carried else ""
    return text + (f"; without {', '.join(missing)}" if missing else "")
