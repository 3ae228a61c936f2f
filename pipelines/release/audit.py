"""The audit of both gauges: made with each edition, and shown by a command."""

from dataclasses import replace
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError
from pipelines.index import realtime
from pipelines.index.audit import material, report
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands, retreat_band
from pipelines.index.gauges.rows import RETREAT
from pipelines.release import gauges as release_gauges
from pipelines.release.facts import figures
from warehouse.gauges.repository import Gauges

# Fewest months with a reading: under a year, no correlation and no onset says anything.
LEAST = 12
NOTHING = (
    "no audit yet: it needs {least} months with a reading of the pressure, and there are {count}"
)


def with_audit(gauges: Gauges, source: realtime.Readings, as_of: datetime) -> Gauges:
    """The gauges of an edition with their audit; without one under LEAST months.

    `source` has what the edition could know at `as_of`.
    """
    own = Framework.model_validate(gauges.method)
    months = _months(gauges.rows)
    if len(months) < LEAST:
        return gauges
    dates = release_gauges.path_dates(own, pd.Period(months[-1], "M"), as_of)
    read = realtime.indicators(source, own, dates, dates)
    return replace(gauges, audit=_audit(read, months[0], own, source, as_of))


def table(engine: Engine, now: datetime) -> pd.DataFrame:
    """The audit with the figures known at `now`: columns of `report.COLUMNS`.

    Raises RunError with too few months.
    """
    own = material.without_panels(release_gauges.method())
    source = realtime.readings(figures(engine, own, as_of=now), own)
    read = realtime.indicators(source, own, realtime.closed_months(own, now))
    months = _months(realtime.assembled(read, own))
    if len(months) < LEAST:
        raise RunError(NOTHING.format(least=LEAST, count=len(months)))
    return _audit(read, months[0], own, source, now)


def summary(audit: pd.DataFrame) -> pd.DataFrame:
    """How many figures have a limit and are beyond it, by topic and gauge."""
    limited = audit[audit["verdict"].ne("")]
    counts = limited.groupby(["topic", "gauge"], sort=False)["verdict"]
    return pd.DataFrame(
        {"limited": counts.size(), "beyond": counts.agg(lambda verdict: verdict.eq("beyond").sum())}
    ).reset_index()


def _audit(
    read: pd.DataFrame,
    first: pd.Timestamp,
    own: Framework,
    source: realtime.Readings,
    now: datetime,
) -> pd.DataFrame:
    """The audit of indicators as first read, against the same months as known now.

    Months before the first reading are in neither path of the pressure, and stay as they were.
    """
    bare = material.without_panels(own)
    months = list(pd.period_range(first, read["period"].max(), freq="M"))
    later = realtime.indicators(source, bare, months, dict.fromkeys(months, now))
    known_now = pd.concat([read[read["period"] < first], later], ignore_index=True)
    ready = material.prepare(read, known_now, bare)
    pressure = ready.gauges[material.PRESSURE].gauge
    scores = pressure.dimensions.assign(index=pressure.value)
    retreat = ready.gauges[RETREAT].gauge.value
    ends = pd.concat(
        [
            bands.intervals(scores, bands.settled(source, bare, months[-1], now)),
            retreat_band.first_bands(source, bare, retreat, read, months[-1], now),
        ]
    )
    # Before its third reading, what is known of a month is what was first read of it.
    last = realtime.closed_months(bare, now)[-1] - bands.SETTLED
    return report.audit(ready, ends[ends["period"] <= last.to_timestamp()])


def _months(rows: pd.DataFrame) -> list[pd.Timestamp]:
    own = rows[rows["key"].eq("index") & rows["score"].notna()]
    return sorted(own["period"])
