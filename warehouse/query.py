"""Read-only SQL for analysts: it can write, attach, set or open nothing."""

import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from warehouse import roles, views
from warehouse.database.sqlite import read_only
from warehouse.days import When, instant

READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
STEPS = 10_000  # of SQLite's machine between two looks at the clock: about 0.1 ms
SELECTS = re.compile(r"(?:\s|--[^\n]*\n)*(select|with|values)\b", re.IGNORECASE)
# Privileges guard the tables and files; this guards the limits of the transaction itself, the
# lock that loads wait for, and other people's sessions: anybody may call these functions.
ACTS = re.compile(
    r'set_config|u&"|_to_xml|ts_stat|ts_rewrite|pg_(try_)?advisory|pg_(notify|terminate|cancel)',
    re.IGNORECASE,
)
MAY_BE_ANALYST = "select 1 from pg_roles where rolname = %s and pg_has_role(oid, 'set')"
REFUSALS = (
    "not authorized",
    "prohibited",
    "readonly",
    "read-only",
    "one statement",
    "multiple commands",
    "permission denied",
    "must not contain",
)
# The column by which each view is limited to what was known on a day: of figures when they
# could be known, of editions what entered them, of fetches when they were made.
DATED = {
    "v_observation_history": "known_from",
    "v_provenance": "known_from",
    "v_event": "known_from",
    "v_fetch": "at",
    "v_quarantine": "fetched_at",
    "v_release": "as_of",
    "v_index": "as_of",
    "v_index_revised": "as_of",
    "v_index_state": "as_of",
    "v_index_change": "as_of",
    "v_index_gauge": "as_of",
    "v_lineage": "as_of",
}
# The catalogue holds no figure and has no date: it is the one of today, whatever the day.
UNDATED = ("v_source", "v_series", "v_country")
LIMITED = {*DATED, *UNDATED, "v_observation", "v_version"}


class QueryError(ValueError):
    """The query was refused or failed; the message says why in one line."""


def run(
    engine: Engine,
    sql: str,
    *,
    as_of: When | None = None,
    limit: int | None = None,
    timeout: float = 30.0,
) -> pd.DataFrame:
    """The rows of one SELECT on the views, at most `limit`, in `timeout` s.

    With `as_of`, every view of figures, events, fetches and editions holds what was known then;
    v_source, v_series and v_country are the catalogue of today. Raises QueryError for anything
    that is not one SELECT, for what the database refuses, and for what `as_of` could not limit.
    """
    if not SELECTS.match(sql):
        raise QueryError("only one SELECT can be run: the warehouse is read-only here")
    second = None if as_of is None else int(instant(as_of).timestamp())
    if second is not None:
        _check_limited(engine, sql)
    ask = _sqlite if engine.dialect.name == "sqlite" else _postgresql
    try:
        columns, rows = ask(engine, sql.strip().rstrip("; "), second, limit, timeout)
    except (engine.dialect.loaded_dbapi.Error, sqlite3.Warning) as fault:
        raise QueryError(_why(fault, timeout)) from None
    return pd.DataFrame.from_records(rows, columns=columns)


Rows = tuple[list[str], Sequence[Any]]


def _sqlite(
    engine: Engine, sql: str, second: int | None, limit: int | None, timeout: float
) -> Rows:
    with closing(read_only(Path(str(engine.url.database)))) as connection:
        connection.execute("pragma query_only = off")  # which temporary views would also meet
        for name, body in _as_of("sqlite", second).items():
            connection.execute(f"create temp view {name} as {body}")
        connection.execute("pragma query_only = on")
        connection.set_authorizer(_authorise)
        ends = time.monotonic() + timeout
        connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
        cursor = connection.execute(sql)
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        return [column[0] for column in cursor.description or ()], rows


def _authorise(action: int, _: str | None, name: str | None, *__: object) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and name == "load_extension"
    return sqlite3.SQLITE_OK if action in READS and not loads else sqlite3.SQLITE_DENY


def _postgresql(
    engine: Engine, sql: str, second: int | None, limit: int | None, timeout: float
) -> Rows:
    import psycopg

    if ACTS.search(sql):
        raise QueryError(
            "the query was refused: it may only read, not set, lock, notify or end anything"
        )
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        for name, body in _as_of("postgresql", second).items():
            connection.execute(f"create temp view {name} as {body}")
            connection.execute(f"grant select on {name} to public")
        connection.execute("begin read only")
        connection.execute(f"set local statement_timeout = {int(timeout * 1000)}")
        if connection.execute(MAY_BE_ANALYST, [roles.ANALYST]).fetchone():
            connection.execute(f"set local role {roles.ANALYST}")
        # A server-side cursor takes one SELECT and nothing else.
        with connection.cursor(name="asked") as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
            return [column.name for column in cursor.description or ()], rows


def _as_of(dialect: str, second: int | None) -> dict[str, str]:
    """The temporary views that stand before the stored ones, as known at a second."""
    if second is None:
        return {}
    until = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    schema = "main." if dialect == "sqlite" else ""
    dated = {
        name: f"select * from {schema}{name} where {column} <= '{until}'"
        for name, column in DATED.items()
    }
    dated["v_version"] = f"select * from {schema}v_version where known_from <= {second}"
    if dialect == "sqlite":
        return dated | {"v_observation": views.observation(dialect, str(second))}
    return dated | {"v_observation": f"select * from observations_known_by({second})"}


def _check_limited(engine: Engine, sql: str) -> None:
    """Raise QueryError where the query reads what no day can limit."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgres"
    try:
        query = parse_one(sql, read=dialect)
    except SqlglotError:
        raise QueryError("the query cannot be read, so that no day could limit it") from None
    own = {str(part.alias).lower() for part in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        name = table.name.lower()
        if table.db or name not in LIMITED | own or not isinstance(table.this, exp.Identifier):
            raise QueryError(
                f"{table.sql()} cannot be limited to a day: name {', '.join(sorted(LIMITED))}"
            )


def _why(fault: Exception, timeout: float) -> str:
    line = (str(fault).splitlines() or [type(fault).__name__])[0]
    if "interrupted" in line or "statement timeout" in line:
        return f"the query took over {timeout:g} s: narrow it, or allow it more time"
    if any(word in line for word in REFUSALS):
        return f"the query was refused, the warehouse is read-only here: {line}"
    if "no such table" in line or "does not exist" in line:
        return f"{line}; the views are {', '.join(views.bodies('sqlite'))}"
    return f"the query cannot be run: {line}"
