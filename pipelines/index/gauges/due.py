"""How much of what is due is observed, and what a month may be called.

What a punctual publisher would have out is due: `lag_months` of an indicator is the greatest age
that its newest figure then has. One whose figure is older is late, even if it is carried.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from warehouse import release_calendar

Status = Literal["none", "provisional", "full"]

# Under half of what is due, the index would say more of who is missing than of the world.
READABLE = 0.5
# At four fifths at most one dimension's worth is old or missing: if it were wrong by its whole
# scale, the index would be off by 20 points, the width of a zone. Below, it is provisional.
FULL = 0.8
# Months after a month's own cut-off at which its second and third readings are made, as the
# national accounts number theirs: after one month the monthly figures are in, after three the
# quarterly ones.
READINGS = (0, 1, 3)


class Coverage(NamedTuple):
    """Shares of the weight of the index in one month, and its status.

    `due` is the weight of the leaves that can have a figure, as a share of all; `observed`,
    `carried` and `missing` are shares of what is due and add up to one.
    """

    due: float
    observed: float
    carried: float
    missing: float
    status: Status


def coverage(states: Mapping[str, str], weights: Mapping[str, float]) -> Coverage:
    """The coverage of one month by leaf weights.

    `states` has observed, carried, estimated, withheld or "not due" (no figure can exist yet)
    by indicator; `weights` the weight of each leaf in the whole index. What is estimated is
    missing: an estimate is no figure. Raises KeyError for a leaf without a state.
    """
    total = sum(weights.values())
    by_state: dict[str, float] = {}
    for key, weight in weights.items():
        by_state[states[key]] = by_state.get(states[key], 0.0) + weight / total
    due = 1.0 - by_state.get("not due", 0.0)
    if due <= 0:
        return Coverage(0.0, 0.0, 0.0, 0.0, "none")
    # min: sums of weights such as 0.1 + 0.2 go beyond the whole by some 1e-16.
    observed, carried = (
        min(1.0, by_state.get(state, 0.0) / due) for state in ("observed", "carried")
    )
    return Coverage(due, observed, carried, 1.0 - observed - carried, status(observed))


def status(observed: float) -> Status:
    """What a month with this observed share of what is due may be called.

    "none" has no reading, "provisional" one that is shown as such, "full" a reading.
    """
    # 1e-9 forgives the rounding of sums of weights such as 0.1 + 0.2.
    if observed < READABLE - 1e-9:
        return "none"
    return "provisional" if observed < FULL - 1e-9 else "full"


def leaf_weights(dimensions: Mapping[str, tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    """Weight of each leaf in the whole index, by full key; they add up to one.

    `dimensions` has, by key, the weight of the dimension and those of its indicators.
    """
    total = sum(weight for weight, _ in dimensions.values())
    return {
        f"{key}.{leaf}": weight / total * share / sum(inside.values())
        for key, (weight, inside) in dimensions.items()
        for leaf, share in inside.items()
    }


def reading_number(month: str, as_of: datetime, cutoff_day: int) -> int:
    """Which reading of `month` (YYYY-MM) is made at `as_of`; 0 before the first.

    The third stands for every later one.
    """
    return sum(instant <= as_of for instant in reading_dates(month, cutoff_day))


def reading_dates(month: str, cutoff_day: int) -> list[datetime]:
    """The instants of the first, second and third reading of `month` (YYYY-MM)."""
    months = (release_calendar.following_month(month, lag) for lag in READINGS)
    return [release_calendar.cutoff(later, cutoff_day) for later in months]
