"""The rights on PostgreSQL: two roles without login, for people and programs.

Roles belong to the server. A store in a schema of its own has roles of its own, whose names end
with that of the schema: who reads one store of a database reads no other.

`silentcrash_analyst` reads the published views, and a login as itself has a limit of time (a
member's login does not take it on: PostgreSQL gives settings to whom one logs in as).
`silentcrash_loader` loads: it reads, adds, and changes what is not history, but can drop nothing,
and of an observation change or delete nothing.
Neither owns a table, so that an everyday run needs no superuser and no owner.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from warehouse.catalogue.collection import Collection
from warehouse.database import address
from warehouse.projects.tables import ProjectReport, Review
from warehouse.publication.tables import Approval, IndexChange, IndexRevised
from warehouse.tables import (
    Citation,
    Event,
    Fetch,
    FetchSummary,
    IndexValue,
    Lineage,
    Observation,
    Release,
    Series,
    Source,
    core,
)

ANALYST = "silentcrash_analyst"
LOADER = "silentcrash_loader"
# What is on every status page anyway, what opening a store reads, and the editions, which
# `Client` reads whole. Never a figure of a publisher: those are read through the views.
OPEN = [
    "alembic_version",
    *(core(model).name for model in (Source, Series, Fetch, FetchSummary, Collection, Citation)),
    *(core(model).name for model in (Release, IndexValue, IndexChange, IndexRevised, Lineage)),
    core(Approval).name,
    # by name: every short question imports this module, and each model costs it milliseconds
    *("gauge_method", "index_gauge", "gauge_audit"),
]
HISTORY = [
    core(m).name
    for m in (
        *(Observation, Citation, Event, ProjectReport, Review),
        *(Release, IndexValue, Lineage, Approval),
    )
]

MAY_MAKE = "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
LOADS = """
grant usage on schema {schema} to {role};
grant select, insert, update on all tables in schema {schema} to {role};
grant usage on all sequences in schema {schema} to {role};
grant delete on "fetch", fetch_summary to {role};
revoke update on {history} from {role};
revoke insert, update on alembic_version from {role};
grant execute on function {functions} to {role};
"""
READS = """
grant usage on schema {schema} to {role};
grant select on {views}, {open} to {role};
grant execute on function {functions} to {role};
"""
# What PostgreSQL lets anybody call, and what fills the disk: the log, snapshots that hold back its
# cleaning, large objects. Only a superuser can take it from the public; pg_dump runs as the owner.
FILL_THE_DISK = """
select oid::regprocedure::text from pg_proc where pronamespace = 'pg_catalog'::regnamespace
and proname in ('pg_logical_emit_message', 'pg_export_snapshot', 'txid_current',
  'pg_current_xact_id', 'lo_creat', 'lo_create', 'lo_from_bytea')
"""
MAY_TAKE = "select rolsuper from pg_roles where rolname = current_user"
# The same as the default of `silentcrash query`.
LIMIT = "alter role {role} set statement_timeout = '30s'"


def analyst(target: URL) -> str:
    """The role of the analysts of the store at this parsed address."""
    return ANALYST + _suffix(target)


def loader(target: URL) -> str:
    """The role of the programs that load into the store at this parsed address."""
    return LOADER + _suffix(target)


def _suffix(target: URL) -> str:
    name = address.schema(target)
    return f"_{name}" if name not in ("", address.DEFAULT) else ""


def grant(
    connection: Connection, schema: str, views: Iterable[str], functions: Iterable[str]
) -> None:
    """Give both roles their rights on what exists.

    `schema` is quoted. A role that is missing is created, where the owner may create roles;
    otherwise an administrator creates them first.
    """
    named = {"schema": schema, "views": ", ".join(views), "functions": ", ".join(functions)}
    named |= {"history": ", ".join(HISTORY), "open": ", ".join(f'"{name}"' for name in OPEN)}
    connection.exec_driver_sql(f"revoke execute on function {named['functions']} from public")
    if connection.scalar(text(MAY_TAKE)):
        for function in connection.scalars(text(FILL_THE_DISK)).all():
            connection.exec_driver_sql(f"revoke execute on function {function} from public")
    target = connection.engine.url
    for role, rights in {analyst(target): READS, loader(target): LOADS}.items():
        if _ensure(connection, role):
            connection.exec_driver_sql(rights.format(role=role, **named))


def _ensure(connection: Connection, role: str) -> bool:
    query = text("select 1 from pg_roles where rolname = :role")
    exists = connection.scalar(query, {"role": role})
    if not exists and connection.scalar(text(MAY_MAKE)):
        connection.exec_driver_sql(f"create role {role} nologin")
        connection.exec_driver_sql(f"grant {role} to current_user")
        if role == analyst(connection.engine.url):
            connection.exec_driver_sql(LIMIT.format(role=role))
        return True
    return bool(exists)
