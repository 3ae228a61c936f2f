"""Pressure, retreat and phase by the next method, as tables for people."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import framework, realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import scenario as scenarios
from pipelines.index.gauges.rows import RETREAT
from pipelines.release import compute

SHOWN = 12  # months under a shock: a year, the longest of the shipped scenarios


def method() -> Framework:
    """The method with two gauges that follows the one in force."""
    return framework.load(framework.NEXT)


def table(engine: Engine, now: datetime) -> pd.DataFrame:
    """Both gauges, their phase, and the share of what is due that is observed."""
    own = method()
    facts = compute.figures(engine, as_of=now)
    values = realtime.compute(facts, own, realtime.closed_months(own, now)).values
    return by_month(values)


def by_month(values: pd.DataFrame) -> pd.DataFrame:
    """A row a month: pressure, retreat, phase, coverage in per cent and states."""
    rows = {
        name: values[values["key"].eq(key)].set_index("period")
        for name, key in {"pressure": "index", "retreat": RETREAT}.items()
    }
    wide = pd.DataFrame(
        {
            "pressure": rows["pressure"]["score"].round(2),
            "retreat": rows["retreat"]["score"].round(2),
            "phase": rows["pressure"]["regime"],
            "pressure_observed": (100 * rows["pressure"]["coverage"]).round(1),
            "retreat_observed": (100 * rows["retreat"]["coverage"]).round(1),
            "reading": rows["pressure"]["state"].map(
                {"withheld": "none", "provisional": "provisional", "observed": "full"}
            ),
        }
    )
    return wide.reset_index().assign(period=lambda frame: frame["period"].dt.strftime("%Y-%m"))


def scenario(engine: Engine, now: datetime, name: str) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The path under a shock, what moved, and whether that was expected.

    Raises MethodError for a scenario that does not exist or meets nothing.
    """
    declared, own = scenarios.load(name), method()
    facts = compute.figures(engine, as_of=now)
    read = realtime.indicators(facts, own, realtime.closed_months(own, now))
    outcome = scenarios.run(facts, own, read, declared)
    path = outcome.after.join(outcome.before.add_suffix("_as_is")).tail(SHOWN).round(1)
    dated = path.reset_index().assign(period=lambda frame: frame["period"].dt.strftime("%Y-%m"))
    moved = outcome.moved[outcome.moved["sign"].ne("still")].round(1)
    wrong = scenarios.surprises(declared, outcome)
    verdict = (
        f"Otherwise than expected: {'; '.join(wrong)}."
        if wrong
        else f"As expected: phase {outcome.phase}, and every sign."
    )
    return dated, moved.rename_axis("key").reset_index(), f"{declared.en}. {verdict}"
