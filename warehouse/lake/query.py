"""Read-only SQL on the files of the lake, and on no other file, by DuckDB."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd

from warehouse.database.query_limits import LimitError, seconds, too_long
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
            return _answer(connection, statements[0].query, limit, seconds(timeout))
        except LimitError as fault:
            raise QueryError(str(fault)) from None
        except TimeoutError:
            raise QueryError(too_long(timeout)) from None
        except duckdb.Error as fault:
            raise QueryError(_why(fault)) from None


def _answer(connection: Any, sql: str, limit: int | None, seconds: float) -> pd.DataFrame:
    """The rows of a query; it is ended after so many seconds, or by a Ctrl-C."""

    def ask() -> pd.DataFrame:
        rows = connection.sql(sql)
        frame: pd.DataFrame = (rows if limit is None else rows.limit(limit)).df()
        return frame

    # In a thread: DuckDB looks for signals only between the steps of a query, which may be long.
    with ThreadPoolExecutor(1) as worker:
        answer = worker.submit(ask)
        try:
            return answer.result(seconds)
        except (TimeoutError, KeyboardInterrupt):
            connection.interrupt()
            raise


def _why(fault: Exception) -> str:
    line = (str(fault).splitlines() or [""])[0]
    kind = type(fault).__name__
    if kind == "PermissionException":
        return f"the query was refused, the lake is read-only here: {line}"
    if kind == "CatalogException":
        return (
            f"{line}; there are observations, v_observation, v_series and observations_as_of(day)"
        )
    return f"the query cannot be run: {line}"
