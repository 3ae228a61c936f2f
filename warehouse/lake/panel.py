"""The figures of the lake as known on a day: one query for DuckDB and Spark.

The query is written once, in DuckDB's SQL; SQLGlot gives it in the words of another engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa

from warehouse.lake import catalogue
from warehouse.lake.extract import SCHEMA
from warehouse.lake.sync import manifest

LATEST = """
select series, period, value, status, known_from, fetch_id
from (
  select *, row_number() over (
    partition by series, period order by known_from desc, fetch_id desc) as newest
  from observations where {conditions}) versions
where newest = 1 and status <> 'withdrawn'
"""
WITH_UNIT = """
select f.series, f.period, f.value, f.status, f.known_from, s.source, s.unit, f.fetch_id
from ({figures}) f left join v_series s using (series)
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
    """The query on `observations` in the SQL of "duckdb" or "spark".

    Its rows are in the order of series and period.
    """
    from sqlglot import transpile

    conditions = ["true"]
    if as_of is not None:
        conditions.append(SINCE.format(at=as_of.astimezone(UTC)))
    if recorded_by is not None:
        conditions.append(f"fetch_id <= {recorded_by:d}")
    figures = LATEST.format(conditions=" and ".join(conditions))
    query = MONTHLY.format(figures=figures) if monthly else figures
    return transpile(f"{query} order by series, period", read="duckdb", write=dialect)[0]


def panel(
    root: str,
    as_of: datetime | None = None,
    recorded_by: int | None = None,
    *,
    monthly: bool = False,
) -> pd.DataFrame:
    """The figures as known at `as_of`, computed by DuckDB, as `read.panel` gives.

    `monthly` gives each series at most one figure a month, the last one, at the month's first day.
    """
    query = statement("duckdb", as_of, recorded_by, monthly=monthly)
    with connect(root) as connection:
        return readable(connection.sql(query).to_arrow_table())


def readable(answer: pa.Table) -> pd.DataFrame:
    """The answer of an engine, in the types of read.panel."""
    frame: pd.DataFrame = answer.to_pandas()
    return frame.astype(TYPES)


@contextmanager
def connect(root: str) -> Iterator[Any]:
    """A DuckDB connection with the views of the lake.

    `observations` has every version, `v_observation` the latest one of each figure with its unit
    and source, `v_series` the catalogue, and the macro `observations_as_of(day)` the latest
    version known on a day.
    """
    import duckdb

    files, _ = fsspec.core.url_to_fs(root)
    # What memory does not hold goes to a folder of this connection alone: by default DuckDB takes
    # `.tmp` in the working directory, which other observatories may work in too.
    with (
        TemporaryDirectory(prefix="silentcrash-") as folder,
        duckdb.connect(config={"temp_directory": folder}) as connection,
    ):
        if "file" not in files.protocol:
            connection.register_filesystem(files)
        connection.execute("set timezone = 'UTC'")
        connection.from_arrow(SCHEMA.empty_table()).create("nothing")
        locations = paths(root)
        source = f"read_parquet({locations})" if locations else "nothing"
        connection.execute(f"create view observations as select * from {source}")
        connection.from_arrow(catalogue.SCHEMA.empty_table()).create("no_series")
        series = series_path(root)
        titled = f"read_parquet('{series}')" if series else "no_series"
        connection.execute(f"create view v_series as select * from {titled}")
        newest = LATEST.format(conditions="true")
        connection.execute(f"create view v_observation as {WITH_UNIT.format(figures=newest)}")
        latest = LATEST.format(conditions=WHOLE_DAY)
        connection.execute(f"create macro observations_as_of(day) as table {latest}")
        yield connection


def paths(root: str) -> list[str]:
    """Where DuckDB finds each file of observations that counts."""
    return [_location(root, str(file["path"])) for file in manifest(root).files]


def series_path(root: str) -> str:
    """Where DuckDB finds the catalogue; empty in a lake that has none."""
    path = manifest(root).series.get("path")
    return _location(root, str(path)) if path else ""


def _location(root: str, path: str) -> str:
    files, folder = fsspec.core.url_to_fs(root)
    return str(files.unstrip_protocol(f"{folder}/{path}")).removeprefix("file://")
