"""Of a batch, add the versions that say something new, on each engine in its fastest way.

A row goes in where it differs from the version known just before it, which is the later one of
what is stored and of what comes before it in the batch. At one date of knowledge, the batch
comes after what is stored.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from warehouse.batch import FIGURE, KEY
from warehouse.bulk import copy

STORED = [*KEY, "fetch_id", "value", "status", "citation_id"]
NEVER = np.iinfo("int32").max  # after every fetch
INSERT = f"""
insert into observation ({", ".join(STORED)})
select series_id, period, known_from, :fetch, value, status, citation_id from batch b
where not coalesce((
    select o.status = b.status and o.value is b.value from observation o
    where o.series_id = b.series_id and o.period = b.period
      and o.known_from <= b.known_from and o.known_from > b.after
    order by o.known_from desc, o.fetch_id desc limit 1), b.repeats)
"""

# PostgreSQL sends a message a row, which Python reads more slowly than a million look-ups take.
# One message a series, packed, is four times faster than to stage the batch and compare there.
HELD = """
select series_id, string_agg(int4send(period) || int8send(known_from) || int4send(fetch_id)
  || float8send(coalesce(value, 'nan')) || int2send(status), '')
from observation
where series_id = any(:ids) and period between :first and :last and known_from <= :known
group by series_id
"""
HERE = {"period": "i4", "known_from": "i8", "fetch_id": "i4", "value": "f8", "status": "i2"}
PACKED = np.dtype([(name, f">{kind}") for name, kind in HERE.items()])

Columns = Mapping[str, NDArray[Any]]


def insert(connection: Connection, fetch: int) -> int:
    """Add what is new of the staged table `batch` to a SQLite store; how many rows."""
    return connection.execute(text(INSERT), {"fetch": fetch}).rowcount


def send(connection: Connection, batches: Iterable[pa.RecordBatch], fetch: int) -> int:
    """Add what is new of the batches, in the order of the key, to PostgreSQL; how many rows.

    Held in memory: one batch, and the versions that the store has of its figures.
    """
    added = 0
    for batch in filter(len, batches):
        new = news(batch, _held(connection, batch))
        copy(connection, "observation", _versions(new, fetch))
        added += new.num_rows
    return added


def news(batch: pa.RecordBatch, held: Columns) -> pa.RecordBatch:
    """The rows of a batch that differ from the version just before them, in it or held."""
    ours = {name: batch[name].to_numpy(zero_copy_only=False) for name in [*KEY, "value", "status"]}
    ours["fetch_id"] = np.full(batch.num_rows, NEVER)
    both = {name: np.concatenate([held[name], ours[name]]) for name in ours}
    order = np.lexsort([both[name] for name in ("fetch_id", *reversed(KEY))])
    same = np.ones(len(order) - 1, dtype=bool)
    for name in ("value", "status", *FIGURE):
        said = both[name][order]
        same &= (said[1:] == said[:-1]) | ((said[1:] != said[1:]) & (said[:-1] != said[:-1]))
    place = order[~np.append(False, same)] - len(held["period"])
    return batch.take(np.sort(place[place >= 0]))


def _held(connection: Connection, batch: pa.RecordBatch) -> Columns:
    """The stored versions of the figures of a batch, and of what lies between them."""
    ids = np.unique(batch["series_id"].to_numpy())
    period, known = batch["period"].to_numpy(), batch["known_from"].to_numpy()
    bounds = {"first": period.min(), "last": period.max(), "known": known.max()}
    values = {"ids": ids.tolist()} | {name: int(bound) for name, bound in bounds.items()}
    packed = connection.execute(text(HELD), values).all()
    rows = np.frombuffer(b"".join(row for _, row in packed), PACKED)
    counts = [len(row) // PACKED.itemsize for _, row in packed]
    series = np.repeat(np.array([number for number, _ in packed], dtype="int32"), counts)
    return {"series_id": series} | {name: rows[name].astype(kind) for name, kind in HERE.items()}


def _versions(new: pa.RecordBatch, fetch: int) -> pa.Table:
    fetches = pa.array(np.full(new.num_rows, fetch, "int32"))
    return pa.Table.from_batches([new]).append_column("fetch_id", fetches).select(STORED)
