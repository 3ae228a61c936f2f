"""Read-only SQL on the lake by DuckDB: no other file is read, nothing is written or set."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

import pandas as pd

from warehouse.lake.panel import connect, paths
from warehouse.query import QueryError

# In this order: the last one makes that the others cannot be taken back.
CLOSED = (
    "set allowed_paths = {files}",
    "set enable_external_access = false",
    "set python_enable_replacements = false",
    "set lock_configuration = true",
)


def run(root: str, sql: str, *, limit: int = 1000, timeout: float = 30.0) -> pd.DataFrame:
    """At most `limit` rows of one SELECT on the lake, within `timeout` seconds.

    It may name `observations`, `v_observation` and `observations_as_of(day)`. Raises QueryError
    for anything that is not one SELECT, and for what DuckDB refuses.
    """
    import duckdb

    with connect(root) as connection:
        for order in CLOSED:
            connection.execute(order.format(files=paths(root)))
        try:
            asked = duckdb.extract_statements(sql)
            if [one.type for one in asked] != [duckdb.StatementType.SELECT]:
                raise QueryError("only one SELECT can be run: the lake is read-only here")
            with _within(connection, timeout):
                found: pd.DataFrame = connection.sql(asked[0].query).limit(limit).df()
        except duckdb.Error as fault:
            raise QueryError(_why(fault, timeout)) from None
    return found


@contextmanager
def _within(connection: Any, seconds: float) -> Iterator[None]:
    watch = Timer(seconds, connection.interrupt)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        watch.join()


def _why(fault: Exception, timeout: float) -> str:
    said = (str(fault).splitlines() or [""])[0]
    kind = type(fault).__name__
    if kind == "InterruptException":
        return f"the query took over {timeout:g} s: narrow it, or allow it more time"
    if kind == "PermissionException":
        return f"the query was refused, the lake is read-only here: {said}"
    if kind == "CatalogException":
        return f"{said}; there are observations, v_observation and observations_as_of(day)"
    return f"the query cannot be run: {said}"
