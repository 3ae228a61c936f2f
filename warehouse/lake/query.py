"""Read-only SQL on the files of the lake, and on no other file, by DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

import pandas as pd

from warehouse.database.query_limits import LimitError, seconds
from warehouse.lake.panel import connect, paths, series_path
from warehouse.query import QueryError

# In this order: the last one makes that the others cannot be taken back.
CLOSED = (
    "set allowed_paths = {files}",
    "set enable_external_access = false",
    "set python_enable_replacements = false",
    "set lock_configuration = true",
)


def run(root: str, sql: str, *, limit: int | None = None, timeout: float = 30.0) -> pd.DataFrame:
    """The rows of one SELECT on the lake, at most `limit`, in `timeout` seconds.

    It may name `observations`, `v_observation`, `v_series` and `observations_as_of(day)`. Raises
    QueryError for anything that is not one SELECT, and for what DuckDB refuses.
    """
    import duckdb

    with connect(root) as connection:
        for order in CLOSED:
            connection.execute(order.format(files=[*paths(root), series_path(root)]))
        try:
            statements = duckdb.extract_statements(sql)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise QueryError("only one SELECT can be run: the lake is read-only here")
            with _within(connection, seconds(timeout)):
                rows = connection.sql(statements[0].query)
                answer: pd.DataFrame = (rows if limit is None else rows.limit(limit)).df()
        except LimitError as fault:
            raise QueryError(str(fault)) from None
        except duckdb.Error as fault:
            raise QueryError(_why(fault, timeout)) from None
    return answer


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
    line = (str(fault).splitlines() or [""])[0]
    kind = type(fault).__name__
    if kind == "InterruptException":
        return f"the query took over {timeout:g} s: narrow it, or allow it more time"
    if kind == "PermissionException":
        return f"the query was refused, the lake is read-only here: {line}"
    if kind == "CatalogException":
        return (
            f"{line}; there are observations, v_observation, v_series and observations_as_of(day)"
        )
    return f"the query cannot be run: {line}"
