"""Add a small batch to the store by one INSERT … SELECT of what is new."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from warehouse.database import writing
from warehouse.observations.staging import stage
from warehouse.observations.summary import Summary

DIFFERS = {"sqlite": "is not", "postgresql": "is distinct from"}
# Both spellings keep the engine to this order: from the few figures of the batch into the key of
# the store, and not, as PostgreSQL may estimate it, through all of the store into a hash.
STORED = {
    "sqlite": "observation o where o.series_id = f.series_id and o.period = f.period",
    "postgresql": "lateral (select * from observation "
    "where series_id = f.series_id and period = f.period offset 0) o",
}
# A row goes in where it differs from the version just before it: the later one of what is stored
# and of what comes before in the batch. At one date of knowledge, the batch comes after the store.
INSERT = """
insert into observation (series_id, period, known_from, fetch_id, value, status, citation_id)
select series_id, period, known_from, :fetch, value, status, citation_id from (
  select versions.*, lag(value) over earlier as last_value, lag(status) over earlier as last_status
  from (
    select series_id, period, known_from, value, status, citation_id, 2147483647 as fetch_id
    from batch
    union all
    select o.series_id, o.period, o.known_from, o.value, o.status, null, o.fetch_id
    from (select distinct series_id, period from batch) f cross join {stored}) versions
  window earlier as (partition by series_id, period order by known_from, fetch_id)) compared
where fetch_id = 2147483647
  and (last_status is null or last_status <> status or last_value {differs} value)
returning series_id, period, known_from, citation_id
"""

Insert = Callable[[int], int]


@contextmanager
def transaction(
    engine: Engine, batch: pa.RecordBatchReader, count: int, summary: Summary, **tables: pa.Table
) -> Iterator[tuple[Connection, Insert]]:
    """The same as `bulk.transaction`, by a temporary table with the batch."""
    with writing(engine) as connection, stage(connection, batch=batch.read_all(), **tables):
        yield connection, partial(_insert, connection, summary)


def _insert(connection: Connection, summary: Summary, fetch: int) -> int:
    dialect = connection.dialect.name
    insert = INSERT.format(differs=DIFFERS[dialect], stored=STORED[dialect])
    rows = connection.execute(text(insert), {"fetch": fetch}).all()
    if rows:
        series, periods, known_from, citations = zip(*rows, strict=True)
        cited = np.array(citations, dtype="float64")
        summary.add(np.array(series), np.array(periods), np.array(known_from), cited)
    return len(rows)
