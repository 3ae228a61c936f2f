"""Append the events of data-centre projects once, and read them as of a day."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine, insert, select

from warehouse.database import writing
from warehouse.observations import read as figures
from warehouse.row_conversion import instants, rows
from warehouse.tables import Event, core

KEY = ["address", "title", "version"]
STATES = (
    "announced",
    "expanded",
    "under_construction",
    "operational",
    "cancelled",
    "delayed",
)
MEASURES = ["projects", "mw", "usd"]

AS_OF = """
select e.*, f.url as fetched_from from event e join "fetch" f on f.id = e.fetch_id
where e.known_from <= :as_of and e.fetch_id <= :recorded_by
  and not exists (select 1 from event n where n.address = e.address and n.title = e.title
    and n.version > e.version and n.fetch_id <= :recorded_by)
order by e.known_from, e.id
"""


def append(engine: Engine, fetch_id: int, events: pd.DataFrame) -> int:
    """Add the events that are not stored yet, and count them.

    `events`: the columns of Event but id and fetch_id, with `known_from` as datetime64 UTC.
    """
    table = core(Event)
    once = events.drop_duplicates(KEY)
    with writing(engine) as connection:
        stored = connection.execute(select(*(table.c[name] for name in KEY))).all()
        stored_keys = pd.MultiIndex.from_tuples([tuple(row) for row in stored] or [("", "", -1)])
        fresh = once.loc[~pd.MultiIndex.from_frame(once[KEY]).isin(stored_keys)]
        if fresh.empty:
            return 0
        seconds = fresh["known_from"].astype("datetime64[s, UTC]").astype("int64")
        coded = fresh.assign(known_from=seconds, fetch_id=fetch_id).astype(object)
        filled = coded.where(coded.notna(), None)
        columns = list(map(str, filled))
        records = [dict(zip(columns, row, strict=True)) for row in filled.to_numpy()]
        connection.execute(insert(table), records)
    return len(fresh)


def read(engine: Engine, *, as_of: datetime, recorded_by: int = 2**31 - 1) -> pd.DataFrame:
    """The newest reading of each event known on `as_of`, oldest first.

    Columns of Event, `known_from` as datetime64 UTC, and `fetched_from`.
    """
    values = {"as_of": int(as_of.timestamp()), "recorded_by": recorded_by}
    with engine.connect() as connection:
        result = rows(connection, AS_OF, values)
    return result.assign(known_from=instants(result["known_from"]))


def fate(
    engine: Engine, view: str, *, as_of: datetime, recorded_by: int | None = None
) -> pd.DataFrame:
    """The state of the announced projects of a view, as known on `as_of`.

    `view`: world, africa or a country as in a series key (morocco). One row a state of STATES, in
    the order of a project's life. Columns: projects (count), mw (MW), usd (USD), period (the
    month that the figures are of, the newest one). Empty where no project of the view is known.
    """
    prefix = f"announcements.{view}.state."
    panel = figures.panel(
        engine, series=[f"{prefix}*"], as_of=as_of, recorded_by=recorded_by, lenient=True
    )
    newest = panel.loc[panel["period"].eq(panel["period"].max())]
    parts = newest["series"].str.removeprefix(prefix).str.split(".", expand=True)
    if newest.empty:
        return pd.DataFrame(columns=[*MEASURES, "period"])
    table = newest.assign(state=parts[0], measure=parts[1]).pivot_table("value", "state", "measure")
    return table.reindex(index=STATES, columns=MEASURES).assign(period=newest["period"].iloc[0])
