"""Add a large batch to the store: compare it in parts, write what is new."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from warehouse.database import writing
from warehouse.observations.bulk.diff import changed
from warehouse.observations.bulk.reading import ReadVersions, parallel_readers, read_versions
from warehouse.observations.bulk.side_file import attached
from warehouse.observations.encode import KEY
from warehouse.observations.staging import copy, stage
from warehouse.observations.summary import Summary

STORED = [*KEY, "fetch_id", "value", "status", "citation_id"]
INSERT = f"""
insert into observation ({", ".join(STORED)})
select series_id, period, known_from, :fetch, value, status, citation_id from batch
"""
# Bytes of a SQLite store for each row of a batch. Above it the batch is so small a part of the
# store that copying the file, to read it in bulk, takes longer than reading it row by row.
SMALL = 250

Insert = Callable[[int], int]


@contextmanager
def transaction(
    engine: Engine, batch: pa.RecordBatchReader, count: int, summary: Summary, **tables: pa.Table
) -> Iterator[tuple[Connection, Insert]]:
    """A write transaction, and the function that adds the changed rows.

    `batch` has its `count` rows in the order of the key. `summary` counts what goes in. The
    transaction sees the other tables under their names.
    """
    if engine.dialect.name == "sqlite":
        new = pa.RecordBatchReader.from_batches(
            batch.schema, _changed_in_file(engine, batch, count, summary)
        )
        with attached(engine, batch=new, **tables) as connection:
            yield connection, partial(_insert, connection)
    else:
        with writing(engine) as connection, stage(connection, **tables):
            yield connection, partial(_send, connection, batch, summary)


def _insert(connection: Connection, fetch: int) -> int:
    return connection.execute(text(INSERT), {"fetch": fetch}).rowcount


def _changed_in_file(
    engine: Engine, batch: Iterable[pa.RecordBatch], count: int, summary: Summary
) -> Iterator[pa.RecordBatch]:
    with _reader_for(engine, count) as read_part:
        for new in changed(batch, "sqlite", read_part):
            _count(summary, new)
            yield new


@contextmanager
def _reader_for(engine: Engine, count: int) -> Iterator[ReadVersions]:
    with engine.connect() as connection:
        pages, size = (
            connection.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("page_count", "page_size")
        )
        if pages * size > SMALL * count:
            yield partial(read_versions, connection)
            return
    with parallel_readers(engine, 1) as read_part:
        yield read_part


def _count(summary: Summary, new: pa.RecordBatch) -> None:
    names = ("series_id", "period", "known_from", "citation_id")
    summary.add(*(new[name].to_numpy(zero_copy_only=False) for name in names))


def _send(
    connection: Connection, batch: Iterable[pa.RecordBatch], summary: Summary, fetch: int
) -> int:
    added = 0
    for new in changed(batch, "postgresql", partial(read_versions, connection)):
        _count(summary, new)
        fetches = pa.array(np.full(new.num_rows, fetch, "int32"))
        rows = pa.Table.from_batches([new]).append_column("fetch_id", fetches)
        copy(connection, "observation", rows.select(STORED))
        added += new.num_rows
    return added
