"""Read-only SQL for analysts: it can write, attach, set or open nothing."""

import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from warehouse import roles, views
from warehouse.database import query_limits
from warehouse.database.query_limits import LONGEST_VALUE, MIB
from warehouse.database.sqlite import read_only
from warehouse.days import When, instant
from warehouse.publication import identity

if TYPE_CHECKING:
    import pandas as pd

SELECTS = re.compile(r"(?:\s|--[^\n]*\n)*(select|with|values)\b", re.IGNORECASE)
# Privileges guard the tables and files; this guards the limits of the transaction itself, the
# lock that loads wait for, other people's sessions, the log and the snapshots, which make the disk
# grow: anybody may call these functions. An escaped name would hide one.
ACTS = re.compile(
    r'u&"|_to_xml|ts_stat|ts_rewrite|pg_(try_)?advisory|txid_current|pg_current_xact_id',
    re.IGNORECASE,
)
# All that PostgreSQL itself calls volatile: that does something, or differs from call to call.
VOLATILE = (
    "select distinct proname from pg_proc where provolatile = 'v' "
    "and pronamespace = 'pg_catalog'::regnamespace and prokind = 'f'"
)
HARMLESS = {"random", "random_normal", "clock_timestamp", "timeofday", "statement_timestamp"}
WORD = re.compile(r"\w+")
# Before version 16 every member of a role may take it on, and there is no privilege of that name.
MAY_BE_ANALYST = "select 1 from pg_roles where rolname = %s and pg_has_role(oid, %s)"
PRIVILEGE_SET = 160_000
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
    "v_project": "first_known",
    "v_review": "reviewed_at",
    "v_fetch": "at",
    "v_quarantine": "fetched_at",
    "v_release": "as_of",
    "v_index": "as_of",
    "v_index_revised": "as_of",
    "v_index_state": "as_of",
    "v_index_change": "as_of",
    "v_index_between": "as_of",
    "v_index_gauge": "as_of",
    "v_gauge_audit": "as_of",
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
) -> "pd.DataFrame":
    """The answer of `rows` as a frame, with the same arguments and errors."""
    import pandas as pd

    columns, answer = rows(engine, sql, as_of=as_of, limit=limit, timeout=timeout)
    return pd.DataFrame.from_records(answer, columns=columns)


Rows = tuple[list[str], list[tuple[Any, ...]]]


def rows(
    engine: Engine,
    sql: str,
    *,
    as_of: When | None = None,
    limit: int | None = None,
    timeout: float = 30.0,
) -> Rows:
    """The columns and rows of one SELECT on the views, or the first `limit`.

    It may take `timeout` seconds. The values are those of the database, without a frame between:
    pandas alone takes half a second to import.

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
    began = time.monotonic()
    try:
        statement = sql.strip().rstrip("; ")
        return ask(engine, statement, second, limit, query_limits.seconds(timeout))
    except query_limits.LimitError as fault:
        raise QueryError(str(fault)) from None
    except (engine.dialect.loaded_dbapi.Error, sqlite3.Warning) as fault:
        if "interrupted" in str(fault) and time.monotonic() - began < timeout:
            raise KeyboardInterrupt from None  # SQLite was asking for the time when it came
        raise QueryError(_why(fault, timeout)) from None


def _sqlite(
    engine: Engine, sql: str, second: int | None, limit: int | None, timeout: float
) -> Rows:
    with closing(read_only(Path(str(engine.url.database)))) as connection:
        connection.execute("pragma query_only = off")  # which temporary views would also meet
        for name, body in _as_of("sqlite", second).items():
            connection.execute(f"create temp view {name} as {body}")
        connection.execute("pragma query_only = on")
        query_limits.limit_sqlite(connection, timeout)
        cursor = connection.execute(sql)
        rows = query_limits.fetch(cursor, limit)
        return [column[0] for column in cursor.description or ()], rows


def _postgresql(
    engine: Engine, sql: str, second: int | None, limit: int | None, timeout: float
) -> Rows:
    import psycopg

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        volatile = {row[0] for row in connection.execute(VOLATILE)} - HARMLESS
        if ACTS.search(sql) or volatile & {word.lower() for word in WORD.findall(sql)}:
            raise QueryError(
                "the query was refused: it may only read, not set, lock, notify or end anything"
            )
        if chosen := identity.framework():
            connection.execute("select set_config('silentcrash.framework', %s, false)", [chosen])
        for name, body in _as_of("postgresql", second).items():
            connection.execute(f"create temp view {name} as {body}")
            connection.execute(f"grant select on {name} to public")
        connection.execute("begin read only")
        connection.execute(f"set local statement_timeout = {int(timeout * 1000)}")
        privilege = "set" if connection.info.server_version >= PRIVILEGE_SET else "member"
        analyst = roles.analyst(engine.url)
        if connection.execute(MAY_BE_ANALYST, [analyst, privilege]).fetchone():
            connection.execute(f"set local role {analyst}")
        # A server-side cursor takes one SELECT and nothing else.
        with connection.cursor(name="asked") as cursor:
            cursor.execute(sql)
            rows = query_limits.fetch(cursor, limit)
            return [column.name for column in cursor.description or ()], rows


def _as_of(dialect: str, second: int | None) -> dict[str, str]:
    """The temporary views that stand before the stored ones, as known at a second.

    On SQLite also those of the editions of a framework beside the first; a session of PostgreSQL
    is told its name.
    """
    own = _of_framework(dialect)
    if second is None:
        return own
    until = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    schema = "main." if dialect == "sqlite" else ""
    dated = {
        name: f"select * from {_stored_view(name, schema, own)} where {column} <= '{until}'"
        for name, column in DATED.items()
    }
    dated["v_project"] = views.bodies(dialect)["v_project"]  # of the events limited above
    dated["v_version"] = f"select * from {schema}v_version where known_from <= {second}"
    if dialect == "sqlite":
        return dated | {"v_observation": views.observation(dialect, str(second))}
    return dated | {"v_observation": f"select * from observations_known_by({second})"}


def _of_framework(dialect: str) -> dict[str, str]:
    """The views of editions, where SQLite has to show those beside the first."""
    key = identity.framework()
    return views.of_framework(dialect, key) if key and dialect == "sqlite" else {}


def _stored_view(name: str, schema: str, own: dict[str, str]) -> str:
    return f"({own[name]})" if name in own else f"{schema}{name}"


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
        return query_limits.too_long(timeout)
    if "too big" in line:
        return f"a value has over {LONGEST_VALUE // MIB} MiB: ask for less at once"
    if "out of memory" in line:
        return "the query needs too much memory: narrow it"
    if any(word in line for word in REFUSALS):
        return f"the query was refused, the warehouse is read-only here: {line}"
    if "no such table" in line or "does not exist" in line:
        return f"{line}; the views are {', '.join(views.bodies('sqlite'))}"
    return f"the query cannot be run: {line}"
