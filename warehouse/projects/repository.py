"""Store which report is of which project, and read the table of projects."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine, insert, select

from warehouse import query
from warehouse.database import writing
from warehouse.projects.tables import ProjectReport
from warehouse.row_conversion import plain_records, rows
from warehouse.tables import core

# The states of a project, in the order of its life.
STATES = (
    "announced",
    "expanded",
    "under_construction",
    "operational",
    "cancelled",
    "delayed",
)
DECIDED = ["report", "project", "reason", "usd"]
NEWEST = """
select p.report, p.project, p.reason, p.usd from project_report p
where not exists (select 1 from project_report q where q.report = p.report and q.id > p.id)
"""
PROJECTS = "select * from v_project order by first_known, project"
REPORTS = "select * from v_event where project is not null order by known_from, report"
INSTANTS = ("known_from", "first_known", "last_reported")
FIGURES = ("power_mw", "power_low_mw", "power_high_mw", "amount", "usd")


def assign(engine: Engine, fetch_id: int, decided: pd.DataFrame) -> int:
    """Add the reports whose project, reason or amount is new; count them.

    `decided`: report and project (event ids), reason, usd.
    """
    with writing(engine) as connection:
        stored = rows(connection, NEWEST).astype({"usd": "float64"}).round({"usd": 2})
        # an amount is compared to the cent: a sum of floats is none of news
        rounded = decided[DECIDED].astype({"usd": "float64"}).round({"usd": 2})
        both = rounded.merge(stored, how="left", on=DECIDED, indicator=True)
        fresh = rounded.loc[both["_merge"].eq("left_only").to_numpy()]
        if not fresh.empty:
            connection.execute(
                insert(core(ProjectReport)), plain_records(fresh.assign(fetch_id=fetch_id))
            )
    return len(fresh)


def decided(engine: Engine) -> bool:
    """Whether any report has a project yet."""
    with engine.connect() as connection:
        return bool(connection.scalar(select(core(ProjectReport).c.id).limit(1)))


def projects(engine: Engine, *, as_of: datetime) -> pd.DataFrame:
    """Read v_project as known on `as_of`: a row for each project, oldest first."""
    return _typed(query.run(engine, PROJECTS, as_of=as_of))


def reports(engine: Engine, *, as_of: datetime) -> pd.DataFrame:
    """Read the reports of projects as known on `as_of`: v_event, oldest first."""
    return _typed(query.run(engine, REPORTS, as_of=as_of))


def by_state(listed: pd.DataFrame) -> pd.DataFrame:
    """Count projects by state, with their MW and USD; one row a state of STATES."""
    grouped = listed.groupby("state")
    counted = pd.DataFrame(
        {
            "projects": grouped.size(),
            "mw": grouped["power_mw"].sum(),
            "usd": grouped["usd"].sum(),
        }
    )
    return counted.reindex(STATES, fill_value=0).rename_axis("state")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    dated = {name: pd.to_datetime(frame[name], utc=True) for name in INSTANTS if name in frame}
    numbers = {name: frame[name].astype("float64") for name in FIGURES if name in frame}
    return frame.assign(**dated, **numbers)
