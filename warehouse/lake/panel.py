"""The figures of the lake as known on a day: one query, for DuckDB and for Spark.

The query is written once, in DuckDB's SQL; SQLGlot gives it in the words of another engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa

from warehouse.lake.extract import SCHEMA
from warehouse.lake.sync import manifest

KNOWN = """
select series, period, value, status, known_from, fetch_id
from (
  select *, row_number() over (
    partition by series, period order by known_from desc, fetch_id desc) as newest
  from observations where {known}) versions
where newest = 1 and status <> 'withdrawn'
"""
# The last figure of a month, not a mean: it is one that was published, and no engine rounds it.
MONTHLY = """
select series, cast(date_trunc('month', period) as date) as period, value, status, known_from,
  fetch_id
from (
  select *, row_number() over (
    partition by series, date_trunc('month', period) order by period desc) as last_of_month
  from ({figures}) figures) months
where last_of_month = 1
"""
# A literal, not an expression: Parquet's statistics then spare the files that came later.
SINCE = "known_from <= timestamptz '{at:%Y-%m-%d %H:%M:%S}+00:00'"
WHOLE_DAY = "known_from < (day + 1)::timestamp at time zone 'UTC'"
TYPES = {
    "series": "str",
    "status": "str",
    "period": "datetime64[s]",
    "known_from": "datetime64[s, UTC]",
    "fetch_id": "int64",
}


def statement(
    dialect: str,
    as_of: datetime | None = None,
    recorded_by: int | None = None,
    *,
    monthly: bool = False,
) -> str:
    """The query on `observations`, in the SQL of "duckdb" or "spark", ordered by its key."""
    from sqlglot import transpile

    known = ["true"]
    if as_of is not None:
        known.append(SINCE.format(at=as_of.astimezone(UTC)))
    if recorded_by is not None:
        known.append(f"fetch_id <= {recorded_by:d}")
    figures = KNOWN.format(known=" and ".join(known))
    query = MONTHLY.format(figures=figures) if monthly else figures
    return transpile(f"{query} order by series, period", read="duckdb", write=dialect)[0]


def panel(
    root: str,
    as_of: datetime | None = None,
    recorded_by: int | None = None,
    *,
    monthly: bool = False,
) -> pd.DataFrame:
    """The figures as known at `as_of` by DuckDB, in the columns and the order of read.panel.

    `monthly` gives each series at most one figure a month, the last one, at the month's first day.
    """
    asked = statement("duckdb", as_of, recorded_by, monthly=monthly)
    with connect(root) as connection:
        return readable(connection.sql(asked).to_arrow_table())


def readable(found: pa.Table) -> pd.DataFrame:
    """The answer of an engine, in the types of read.panel."""
    frame: pd.DataFrame = found.to_pandas()
    return frame.astype(TYPES)


@contextmanager
def connect(root: str) -> Iterator[Any]:
    """A DuckDB connection on the lake: `observations`, `v_observation`, `observations_as_of(day)`.

    `observations` holds every version; the other two the latest known, now and on a day.
    """
    import duckdb

    files, _ = fsspec.core.url_to_fs(root)
    with duckdb.connect() as connection:
        if "file" not in files.protocol:
            connection.register_filesystem(files)
        connection.execute("set timezone = 'UTC'")
        connection.from_arrow(SCHEMA.empty_table()).create("nothing")
        held = paths(root)
        source = f"read_parquet({held})" if held else "nothing"
        connection.execute(f"create view observations as select * from {source}")
        connection.execute(f"create view v_observation as {KNOWN.format(known='true')}")
        macro = f"create macro observations_as_of(day) as table {KNOWN.format(known=WHOLE_DAY)}"
        connection.execute(macro)
        yield connection


def paths(root: str) -> list[str]:
    """Where DuckDB finds each file of the lake that counts."""
    files, folder = fsspec.core.url_to_fs(root)
    held = [f"{folder}/{file['path']}" for file in manifest(root).files]
    return [str(files.unstrip_protocol(path)).removeprefix("file://") for path in held]
