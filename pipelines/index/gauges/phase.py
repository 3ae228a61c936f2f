"""One phase from two gauges: the pressure, and the retreat that ends it.

A silent crash is the pressure itself; when builders give up, it turns loud. A bust must not read
as calm: retreat, once confirmed, is the phase whatever the pressure, and what follows it is
remembered as recovery.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.regimes import Regime, classify, every_period, windows

RETREAT, RECOVERY = "retreat", "recovery"


class PhaseRules(NamedTuple):
    """Thresholds of both gauges, and how long things must last.

    `zones` of the pressure are (name, enter, leave) from the calmest up. Retreat starts after
    `confirm` months at or above `retreat_enter` and ends after as many below `retreat_leave`.
    Recovery lasts at least `memory` months, and until `confirm` months below `recovered`.
    """

    zones: Sequence[Regime]
    retreat_enter: float
    retreat_leave: float
    recovered: float
    confirm: int
    memory: int


def phases(pressure: pd.Series, retreat: pd.Series, rules: PhaseRules) -> pd.Series:
    """The phase of each month, from nothing later than that month.

    Retreat whatever the pressure; recovery after it, unless the pressure is in its highest
    zone; else the zone of the pressure. A month without a reading confirms nothing. It is "" if
    the gauge that decides has none: retreat during a retreat, pressure otherwise. Raises
    ValueError for thresholds that do not rise, or end above where they begin.
    """
    _check(rules)
    both = pd.concat({"pressure": pressure, "retreat": retreat}, axis=1).sort_index()
    both = pd.concat([every_period(both[name]) for name in both], axis=1)
    zone = classify(both["pressure"], rules.zones, confirm=rules.confirm)
    steps = [("build-up", 0.0, 0.0), (RETREAT, rules.retreat_enter, rules.retreat_leave)]
    retreating = classify(both["retreat"], steps, confirm=rules.confirm)
    _, highest = windows(both["retreat"], rules.confirm)
    phase = _walk(zone, retreating, highest < rules.recovered, rules)
    return phase.reindex(pressure.index.union(retreat.index))


def _walk(
    zone: pd.Series, retreating: pd.Series, recovered: NDArray[np.bool_], rules: PhaseRules
) -> pd.Series:
    """Month after month, with the memory of a retreat and of its end."""
    names: list[str] = []
    in_retreat, since = False, None
    months = zip(zone.tolist(), retreating.tolist(), recovered.tolist(), strict=True)
    for level, state, low in months:
        was = in_retreat
        in_retreat = state == RETREAT if state else in_retreat
        if in_retreat:
            since = None
        elif was:
            since = 0
        elif since is not None:
            since = None if since + 1 >= rules.memory and low else since + 1
        names.append(_name(level, state, in_retreat, since is not None, rules))
    return pd.Series(names, index=retreating.index, dtype="object")


def _name(zone: str, state: str, in_retreat: bool, recovering: bool, rules: PhaseRules) -> str:
    if in_retreat:
        return RETREAT if state else ""
    if recovering and zone and zone != rules.zones[-1][0]:
        return RECOVERY
    return zone


def _check(rules: PhaseRules) -> None:
    if not rules.recovered <= rules.retreat_leave <= rules.retreat_enter:
        raise ValueError("retreat thresholds must rise: recovered, retreat_leave, retreat_enter")
    if rules.confirm < 1 or rules.memory < 1:
        raise ValueError("a phase needs at least one month to be confirmed and remembered")
