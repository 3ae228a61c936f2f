"""Append the events of data-centre projects once, and read them as of a day."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine, insert, select

from warehouse.database import writing
from warehouse.projects import views
from warehouse.row_conversion import instants, rows
from warehouse.tables import Event, core

KEY = ["address", "title", "version"]
_COLUMNS = ", ".join(f"{sql} as {name}" for name, sql in views.facts().items())
AS_OF = f"""
select {_COLUMNS}, f.url as fetched_from, e.event_type as reader_said,
  (select min(o.id) from event o where o.address = e.address and o.title = e.title) as report
{views.joined("{0}.fetch_id <= :recorded_by")}
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

    An answer that a person gave takes the place of the reading. Columns of Event, `known_from`
    as datetime64 UTC, `fetched_from`, `reader_said` (the kind before an answer) and `report`
    (the id of the first reading of the item).
    """
    values = {"as_of": int(as_of.timestamp()), "recorded_by": recorded_by}
    with engine.connect() as connection:
        result = rows(connection, AS_OF, values)
    return result.assign(known_from=instants(result["known_from"]))


def links(engine: Engine) -> pd.DataFrame:
    """The stored items, oldest first: address, title, known_from (datetime64 UTC)."""
    query = (
        "select address, title, min(known_from) as known_from from event group by address, title"
    )
    with engine.connect() as connection:
        result = rows(connection, f"{query} order by min(id)")
    return result.assign(known_from=instants(result["known_from"]))
