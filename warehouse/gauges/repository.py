"""Store the gauges of an edition, and read them with what was made in time."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, insert, select

from warehouse.gauges.tables import GaugeAudit, GaugeMethod, IndexGauge
from warehouse.observations.encode import days
from warehouse.release_calendar import made_in_time
from warehouse.row_conversion import dates, plain_records, rows
from warehouse.tables import core

COLUMNS = [name for name in IndexGauge.model_fields if name != "release_id"]
AUDIT = [name for name in GaugeAudit.model_fields if name not in {"release_id", "rank"}]
FIGURES = ["value", "score", "low", "high", "weight", "contribution", "coverage", "true_dates"]
# Months whose edition with gauges was stored by then, each with the first time that it was.
FIRST_STORED = """
select month, min(created_at) as at from release r
where r.id <= :release
  and r.framework_key = (select framework_key from release where id = :release)
  and exists (select 1 from gauge_method g where g.release_id = r.id)
group by month order by month
"""


@dataclass(frozen=True)
class Gauges:
    """Pressure, retreat and phase of an edition, their method and their audit.

    `rows`: the columns of IndexGauge, period as a date, and `reconstructed`: whether the month is
    of an edition that was not made before the next cut-off. Empty in an edition of before gauges.
    `audit`: the columns of GaugeAudit, in order; empty in an edition of before audits.
    """

    method: dict[str, Any] = field(default_factory=dict)
    rows: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=[*COLUMNS, "reconstructed"])
    )
    audit: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=AUDIT))


class Unread(NamedTuple):
    """A month (YYYY-MM) after the last edition that has no reading yet.

    `observed` is the share (0 to 1) of the weight that is due, `late` the indicators without a
    figure that is due, by their keys.
    """

    month: str
    observed: float
    late: tuple[str, ...]


def save(connection: Connection, release: int, gauges: Gauges) -> None:
    """Store the gauges of a release, in the transaction that stores the release."""
    if gauges.rows.empty:
        return
    method = {"release_id": release, "method": gauges.method}
    connection.execute(insert(core(GaugeMethod)), [method])
    stored = gauges.rows[COLUMNS].assign(period=days(gauges.rows["period"]), release_id=release)
    connection.execute(insert(core(IndexGauge)), plain_records(stored))
    if len(gauges.audit):
        checks = gauges.audit[AUDIT].assign(release_id=release, rank=range(len(gauges.audit)))
        connection.execute(insert(core(GaugeAudit)), plain_records(checks))


def load(connection: Connection, release: int) -> Gauges:
    """The gauges of a release; empty where it has none."""
    table, of = core(GaugeMethod), {"release": release}
    method = connection.scalar(select(table.c.method).where(table.c.release_id == release))
    if method is None:
        return Gauges()
    stored = f"select {', '.join(COLUMNS)} from index_gauge where release_id = :release"
    stored_rows = rows(connection, f"{stored} order by period, key, reading", of)
    first_stored, cutoff_day = (
        rows(connection, FIRST_STORED, of),
        int(method["rules"]["cutoff_day"]),
    )
    in_time = {
        month
        for month, at in zip(
            first_stored["month"], pd.to_datetime(first_stored["at"], utc=True), strict=True
        )
        if made_in_time(month, at, cutoff_day)
    }
    periods = dates(stored_rows["period"])
    late = ~periods.strftime("%Y-%m").isin(in_time)
    typed = stored_rows.astype(dict.fromkeys(FIGURES, "float64"))
    checks = f"select {', '.join(AUDIT)} from gauge_audit where release_id = :release"
    audit = rows(connection, f"{checks} order by rank", of)
    figures = dict.fromkeys(["value", "low", "high"], "float64") | {"months": "Int64"}
    return Gauges(method, typed.assign(period=periods, reconstructed=late), audit.astype(figures))
