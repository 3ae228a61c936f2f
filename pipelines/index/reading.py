"""An indicator in one month, read from the figures that were known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from pipelines.index.asof import Figures, Ints, StepRule, rows_behind, table
from pipelines.index.framework import Indicator
from pipelines.index.inputs import successions
from pipelines.index.transform import TRANSFORMS, carry_late

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


def read(
    indicator: Indicator,
    figures: Mapping[str, Figures],
    month: pd.Period,
    *,
    first_year: int | None = None,
    read_in: Mapping[str, int] = NEVER,
) -> Reading:
    """An indicator's newest value no later than `month`.

    Figures before `first_year` are not read. A series that is declared to follow another is read
    in its place once it gives a value; the reason then says what the other one would give.
    `read_in` is the month, from year 0, in which a series was last read: what a price that stands
    is aged by, where the indicator says so.
    """
    if indicator.public_since and month < pd.Period(indicator.public_since, "M"):
        reason = f"first published in {indicator.public_since}"
        return replace(_withheld(reason), state=NOT_DUE)
    own = _read(indicator, figures, month, first_year, read_in)
    followed = successions.following(indicator, month)
    if followed is None:
        return own
    successor, note = followed
    reading = _read(successor, figures, month, first_year, read_in)
    if reading.state == "withheld":
        return own
    if own.state != "withheld":
        note += f", which would give {own.value:.{indicator.decimals}f}"
    return replace(reading, reason="; ".join(filter(None, (reading.reason, note))))


def _read(
    indicator: Indicator,
    figures: Mapping[str, Figures],
    month: pd.Period,
    first_year: int | None,
    read_in: Mapping[str, int],
) -> Reading:
    shape = _shape(indicator)
    word = TRANSFORMS[indicator.transform]
    now = month.year * 12 + month.month - 1
    tables = {
        role: table(
            getattr(indicator, role), figures, now // shape.size, shape, first_year=first_year
        )
        for role in word.roles
    }
    year = 12 // shape.size
    late = carry_late(tables, year, indicator.late_steps) if indicator.late_steps else {}
    values = word.function(**tables, year=year)
    present = np.flatnonzero(values.notna().to_numpy())
    if not len(present):
        return _withheld("no figure yet")
    newest = present[-1]
    at = int(values.index[newest])
    members, rows = _rests_on(indicator, tables, figures, at)
    seen = _seen(indicator, members, figures, at)
    if indicator.ages:
        seen = min(seen, _last_reading(indicator, members, figures, at, read_in))
    # A quarter is as old as its last month; one that is still running has no age.
    age = max(0, now - (seen * shape.size + shape.size - 1))
    observed = f"{seen * shape.size // 12}-{seen * shape.size % 12 + 1:02d}"
    if age > indicator.carry_months:
        what = f"last read in {observed}" if indicator.ages else f"newest figure is of {observed}"
        reason = f"{what}, over {indicator.carry_months} months old"
        return _withheld(reason, observed, age)
    return Reading(
        value=float(values.to_numpy()[newest]),
        observed=observed,
        age=age,
        state="observed" if age <= indicator.lag_months else "carried",
        reason=_matched(indicator, members, list(chain.from_iterable(late.values()))),
        rows=rows,
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
