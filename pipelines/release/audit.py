"""The audit of both gauges: made with each edition, and shown by a command."""

from dataclasses import replace
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError
from pipelines.index import realtime
from pipelines.index.audit import material, realtime_checks, report
from pipelines.index.framework import Framework
from pipelines.release import gauges as release_gauges
from pipelines.release.facts import figures
from warehouse.gauges.repository import Gauges

# Of the replicates behind the bands; see `compute.SEED`, whose number this is.
SEED = 1
# Fewest months with a reading: under a year, no correlation and no onset says anything.
LEAST = 12
NOTHING = (
    "no audit yet: it needs {least} months with a reading of the pressure, and there are {count}"
)


def with_audit(gauges: Gauges, facts: pd.DataFrame, as_of: datetime) -> Gauges:
    """The gauges of an edition with their audit; without one under LEAST months.

    `facts` is every version of every figure that the edition could know at `as_of`.
    """
    own = Framework.model_validate(gauges.method)
    rows = gauges.rows.sort_values("reading").drop_duplicates(["period", "key"])
    read = rows[rows["key"].isin(own.indicators)].sort_values(["period", "key"])
    months = _months(rows)
    if len(months) < LEAST:
        return gauges
    return replace(gauges, audit=_audit(read[realtime.READ], months[0], own, facts, as_of))


def table(engine: Engine, now: datetime) -> pd.DataFrame:
    """The audit with the figures known at `now`: columns of `report.COLUMNS`.

    Raises RunError with too few months.
    """
    own = material.without_panels(release_gauges.method())
    facts = figures(engine, as_of=now)
    read = realtime.indicators(facts, own, realtime.closed_months(own, now))
    months = _months(realtime.assembled(read, own))
    if len(months) < LEAST:
        raise RunError(NOTHING.format(least=LEAST, count=len(months)))
    return _audit(read, months[0], own, facts, now)


def summary(audit: pd.DataFrame) -> pd.DataFrame:
    """How many figures have a limit and are beyond it, by topic and gauge."""
    limited = audit[audit["verdict"].ne("")]
    counts = limited.groupby(["topic", "gauge"], sort=False)["verdict"]
    return pd.DataFrame(
        {"limited": counts.size(), "beyond": counts.agg(lambda verdict: verdict.eq("beyond").sum())}
    ).reset_index()


def _audit(
    read: pd.DataFrame, first: pd.Timestamp, own: Framework, facts: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """The audit of indicators as first read, against the same months as known now.

    Months before the first reading are in neither path of the pressure, and stay as they were.
    """
    bare = material.without_panels(own)
    months = list(pd.period_range(first, read["period"].max(), freq="M"))
    later = realtime.indicators(facts, bare, months, dict.fromkeys(months, now))
    known_now = pd.concat([read[read["period"] < first], later], ignore_index=True)
    ready = material.prepare(read, known_now, bare)
    return report.audit(ready, realtime_checks.shifted_bands(ready, seed=SEED))


def _months(rows: pd.DataFrame) -> list[pd.Timestamp]:
    own = rows[rows["key"].eq("index") & rows["score"].notna()]
    return sorted(own["period"])
