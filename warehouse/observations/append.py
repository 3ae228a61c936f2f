"""Append the versions of figures: a row goes in where it says something new."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine, select, text, update

from warehouse.database import add, writing
from warehouse.observations import bulk, plain
from warehouse.observations.encode import (
    UNKNOWN,
    Catalogue,
    codes,
    days,
    decode,
    encode,
    faults,
    in_order,
    order_of,
    typed,
)
from warehouse.observations.series import NAMED
from warehouse.observations.summary import Summary
from warehouse.tables import STATUS, Citation, Fetch, Series, core

# Rows of a batch up to which one INSERT … SELECT is as fast as the bulk path: docs/bulk-loading.md.
PLAIN_ROWS = 3_000
CITED = ["source", "address", "licence", "note", "assumed"]
# What the store has and the publisher no longer serves. A file that starts later than it used
# to withdraws nothing: publishers trim the old end.
WITHDRAW = """
insert into observation (series_id, period, known_from, fetch_id, value, status)
select o.series_id, o.period, :known_from, :fetch, null, :withdrawn
from observation o
join (select series_id, min(period) as first from seen group by series_id) s
  on s.series_id = o.series_id and o.period >= s.first
where o.status <> :withdrawn and o.known_from <= :known_from
  and not exists (select 1 from seen
    where seen.series_id = o.series_id and seen.period = o.period)
  and not exists (select 1 from observation n
    where n.series_id = o.series_id and n.period = o.period and n.known_from <= :known_from
      and (n.known_from, n.fetch_id) > (o.known_from, o.fetch_id))
returning series_id, period
"""


@dataclass(frozen=True)
class Loaded:
    """What a load did: versions added, rows that said nothing new, rows refused.

    `refused` holds the columns of the batch and `reason`; `withdrawn` counts the versions that
    say that the publisher withdrew a figure; `fetch_id` is the fetch that the rows are under.
    """

    added: int
    unchanged: int
    refused: pd.DataFrame
    withdrawn: int
    fetch_id: int


def append(
    engine: Engine,
    fetch_id: int,
    frames: pd.DataFrame | Iterable[pd.DataFrame],
    *,
    seen: pd.DataFrame | None = None,
) -> Loaded:
    """Add the rows that differ from the version known just before them.

    `frames`, a frame or an iterator of the frames of one batch, of which one is in memory at a
    time: series, period (datetime64), value (in the unit of the series), status, known_from
    (datetime64 UTC, filled), and for shipped history source, address, licence, note, assumed.
    A row is added where its value or its status differs. `seen` ([series, period]) is given where
    the publisher serves complete series: the stored figures of these series that are not in it are
    recorded as withdrawn, known from the fetch.
    One transaction; the same frame twice adds nothing. Rows that cannot be figures come back
    in `refused` and the rest goes in. A fetch that a later load has overtaken, or that has
    been loaded before, takes no more rows, because a release may rest on it: they come under a
    copy of it.
    """
    catalogue, at = _context(engine, fetch_id, _named(frames, seen))
    gone = _seen(seen, catalogue)
    with _batch(engine, frames, catalogue, at) as batch:
        if not batch.good and not gone.num_rows:
            return Loaded(0, 0, batch.refused, 0, fetch_id)
        path = plain if batch.good <= PLAIN_ROWS else bulk
        summary = Summary(catalogue)
        loading = path.transaction(engine, batch.rows, batch.good, summary, seen=gone)
        with loading as (connection, insert):
            fetch = _open_fetch(connection, fetch_id)
            added = insert(fetch)
            withdrawn = _insert_withdrawn(connection, fetch, at, summary) if gone.num_rows else 0
            summary.write(connection, fetch)
            fetch = _close_fetch(connection, fetch_id, fetch, added + withdrawn)
        return Loaded(added, batch.good - added, batch.refused, withdrawn, fetch)


@dataclass(frozen=True)
class _Batch:
    """The rows of a batch in the order of the key, and how many they are."""

    rows: pa.RecordBatchReader
    good: int
    refused: pd.DataFrame


@contextmanager
def _batch(
    engine: Engine,
    frames: pd.DataFrame | Iterable[pd.DataFrame],
    catalogue: Catalogue,
    at: pd.Timestamp,
) -> Iterator[_Batch]:
    if isinstance(frames, pd.DataFrame):
        coded, refused = _sound(engine, frames, catalogue, at)
        rows = in_order(coded, order_of(coded)).to_reader(bulk.PART_ROWS)
        yield _Batch(rows, len(coded), refused)
        return
    refusals: list[pd.DataFrame] = []
    counts: list[int] = []

    def parts() -> Iterator[pa.Table]:
        for frame in frames:
            coded, refused = _sound(engine, frame, catalogue, at)
            refusals.append(refused)
            counts.append(len(coded))
            yield pa.Table.from_pandas(coded, preserve_index=False)

    with bulk.sort(parts()) as batch:
        twice = decode(batch.contradicted, catalogue)
        refused = pd.concat([*refusals, twice], ignore_index=True)
        yield _Batch(batch.reader(), sum(counts) - len(twice), refused)


def _sound(
    engine: Engine, frame: pd.DataFrame, catalogue: Catalogue, at: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The encoded rows that can be figures, and the refused ones with reasons."""
    figures = typed(frame)
    coded = encode(figures, catalogue)
    reason = faults(figures, coded, order_of(coded), catalogue, at)
    broken = frame.iloc[reason.index] if len(reason) else frame.head(0)
    refused = broken.assign(reason=reason.to_numpy()).reset_index(drop=True)
    if len(refused):
        coded = coded.drop(reason.index)
    if "address" in frame:
        coded["citation_id"] = _citations(engine, figures.loc[coded.index])
    else:
        coded["citation_id"] = _none_of(len(coded))
    return coded, refused


def _none_of(rows: int) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.zeros(rows, "int32"), np.ones(rows, bool))


def _insert_withdrawn(
    connection: Connection, fetch: int, at: pd.Timestamp, summary: Summary
) -> int:
    known_from = int(at.timestamp())
    values = {"fetch": fetch, "known_from": known_from, "withdrawn": STATUS["withdrawn"]}
    rows = connection.execute(text(WITHDRAW), values).all()
    if rows:
        series, periods = np.array(rows, dtype="int32").T
        summary.add(series, periods, np.full(len(rows), known_from))
    return len(rows)


def _named(frames: object, seen: pd.DataFrame | None) -> list[str] | None:
    """The keys of the series of a small batch; None where all may be in it."""
    if not isinstance(frames, pd.DataFrame):
        return None
    tables = [frames] if seen is None else [frames, seen]
    keys = {str(key) for table in tables for key in table["series"].unique()}
    return sorted(keys) if len(keys) <= NAMED else None


def _context(
    engine: Engine, fetch_id: int, keys: list[str] | None = None
) -> tuple[Catalogue, pd.Timestamp]:
    series, fetch = core(Series).c, core(Fetch).c
    query = select(series.id, series.key, series.source_id, series.frequency)
    if keys is not None:
        query = query.where(series.key.in_(keys))
    with engine.connect() as connection:
        rows = connection.execute(query).tuples().all()
        at = connection.scalar(select(fetch.at).where(fetch.id == fetch_id))
    if at is None:
        raise LookupError(f"there is no fetch {fetch_id}: record it first")
    return Catalogue(rows), pd.Timestamp(at).tz_convert("UTC")


def _citations(engine: Engine, good: pd.DataFrame) -> "pd.Series[int]":
    cited = good[CITED].fillna(dict.fromkeys(CITED[:-1], ""))
    citations = pd.MultiIndex.from_frame(cited)
    table = core(Citation)
    columns = [table.c[name] for name in CITED]
    with writing(engine) as connection:
        stored = {tuple(row) for row in connection.execute(select(*columns))}
        new = [
            dict(zip(CITED, row, strict=True)) for row in citations.unique() if row not in stored
        ]
        if new:
            connection.execute(table.insert(), new)
        rows = connection.execute(select(table.c.id, *columns)).all()
    ids = pd.Series({tuple(row[1:]): row[0] for row in rows})
    return pd.Series(ids.reindex(citations).to_numpy(), index=good.index, dtype="Int32")


def _seen(seen: pd.DataFrame | None, catalogue: Catalogue) -> pa.Table:
    if seen is None:
        return pa.table({name: pa.array([], "int32") for name in ("series_id", "period")})
    series, period = codes(seen["series"], catalogue.ids), days(pd.to_datetime(seen["period"]))
    declared = series != UNKNOWN
    return pa.table({"series_id": series[declared], "period": period[declared]})


def _open_fetch(connection: Connection, fetch_id: int) -> int:
    table = core(Fetch)
    closed = select(table.c.id).where(table.c.id >= fetch_id, table.c.loaded).limit(1)
    if connection.scalar(closed) is None:
        return fetch_id
    row = connection.execute(select(table).where(table.c.id == fetch_id)).mappings().one()
    copy = {name: value for name, value in row.items() if name != "id"}
    return add(connection, Fetch, **copy | {"loaded": False})


def _close_fetch(connection: Connection, first: int, used: int, added: int) -> int:
    table = core(Fetch)
    if added:
        connection.execute(update(table).where(table.c.id == used).values(loaded=True))
        return used
    if used != first:
        connection.execute(table.delete().where(table.c.id == used))
    return first
