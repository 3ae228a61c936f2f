"""The views that people query: readable names and dates over integer keys.

They contain no data. A migration drops them first and creates them again at its end, so that they
are always the ones of this file.
"""

from sqlalchemy import Connection, Engine, text

from warehouse.database import writing
from warehouse.projects import views as announced
from warehouse.roles import grant
from warehouse.tables import STATUS

DAY = {
    "sqlite": "date({0} * 86400, 'unixepoch')",
    "postgresql": "(date '1970-01-01' + {0})",
}
SECOND = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, 'unixepoch')",
    "postgresql": "to_timestamp({0})",
}
STAMP = {"sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {0})", "postgresql": "{0}"}

# What the method of a release does with what is missing; releases from before the choice carried.
MISSING = {
    "sqlite": "coalesce(json_extract(r.framework, '$.rules.missing'), 'carry')",
    "postgresql": "coalesce(r.framework::jsonb -> 'rules' ->> 'missing', 'carry')",
}

# Which editions the views show: those of the first framework, or on PostgreSQL those of the one
# that a session names (`set silentcrash.framework = 'regional'`).
CHOSEN = {
    "sqlite": "r.framework_key = ''",
    "postgresql": "r.framework_key = coalesce(current_setting('silentcrash.framework', true), '')",
}

CITED = """{c}.source as citation_source, {c}.address as citation_address,
  {c}.licence as citation_licence, {c}.note as citation_note, {c}.assumed as known_from_assumed"""

# The integers of the store, for who may not read the table: what observations/read.py needs.
VERSION = """select series_id, period, known_from, fetch_id, value, status, citation_id
from observation"""

# A row for each two months of an edition and each part of its index; the same on what has v_index.
BETWEEN = """
select e.release, e.month, e.as_of, e.period as earlier, l.period as later, k.key, k.kind,
  a.contribution as before, b.contribution as after,
  coalesce(b.contribution, 0) - coalesce(a.contribution, 0) as change
from (select distinct release, month, as_of, period from v_index) e
join (select distinct release, period from v_index) l
  on l.release = e.release and l.period > e.period
join (select distinct release, key, kind from v_index) k on k.release = e.release
left join v_index a on a.release = e.release and a.key = k.key and a.period = e.period
left join v_index b on b.release = e.release and b.key = k.key and b.period = l.period
where a.contribution is not null or b.contribution is not null"""

# PostgreSQL only. They run as their owner, so that an analyst needs no right on the tables.
KNOWN_BY = """
create function observations_known_by(second bigint) returns setof v_observation
language sql stable security definer set search_path = {schema}, pg_temp as $$ {body} $$"""
AS_OF = """
create function observations_as_of(day date) returns setof v_observation
language sql stable security definer set search_path = {schema}, pg_temp as $$
select * from observations_known_by(extract(epoch from day + 1)::bigint - 1) $$"""
FUNCTIONS = ("observations_as_of(date)", "observations_known_by(bigint)")


def drop(connection: Connection) -> None:
    """Drop what `create` creates."""
    if connection.dialect.name == "postgresql":
        for name in FUNCTIONS:
            connection.exec_driver_sql(f"drop function if exists {name}")
    for name in reversed(bodies(connection.dialect.name)):  # one may read another
        connection.exec_driver_sql(f"drop view if exists {name}")


def create(connection: Connection) -> None:
    """Create every view; on PostgreSQL also the functions and the rights of roles."""
    dialect = connection.dialect.name
    for name, body in bodies(dialect).items():
        connection.exec_driver_sql(f"create view {name} as {body}")
    if dialect == "postgresql":
        schema = connection.scalar(text("select quote_ident(current_schema())"))
        body = observation(dialect, as_of="second")
        connection.exec_driver_sql(KNOWN_BY.format(schema=schema, body=body))
        connection.exec_driver_sql(AS_OF.format(schema=schema))
        grant(connection, str(schema), bodies(dialect), FUNCTIONS)


def rebuild(engine: Engine) -> None:
    """Drop and create the views again, after work on the tables by hand."""
    from warehouse import dictionary  # which describes the views of this module

    with writing(engine) as connection:
        drop(connection)
        create(connection)
        dictionary.comment(connection)


def observation(dialect: str, as_of: str | None = None) -> str:
    """The latest known version of each figure, as SQL.

    `as_of` is an SQL expression in seconds since 1970-01-01 UTC.
    """
    until = f"and {{0}}.known_from <= {as_of}" if as_of else ""
    return f"""{_versions(dialect)}
where o.status <> {STATUS["withdrawn"]} {until.format("o")} and not exists (
  select 1 from observation n
  where n.series_id = o.series_id and n.period = o.period {until.format("n")}
    and (n.known_from, n.fetch_id) > (o.known_from, o.fetch_id))"""


def bodies(dialect: str) -> dict[str, str]:
    """The query of each view, in an order in which they can be created."""
    return {
        "v_source": _source(),
        "v_series": _series(),
        "v_observation": observation(dialect),
        "v_observation_history": _versions(dialect),
        "v_provenance": _provenance(dialect),
        "v_fetch": _fetch(dialect),
        "v_quarantine": _quarantine(dialect),
        "v_release": _release(dialect),
        "v_index": _index(dialect),
        "v_index_revised": _index_revised(dialect),
        "v_index_state": _index_state(dialect),
        "v_index_change": _index_change(dialect),
        "v_index_between": BETWEEN,
        "v_index_gauge": _index_gauge(dialect),
        "v_gauge_audit": _gauge_audit(dialect),
        "v_lineage": _lineage(dialect),
        "v_country": "select code, name_en, name_fr from country",
        "v_event": announced.event(SECOND[dialect]),
        "v_project": announced.project(),
        "v_review": announced.review(SECOND[dialect]),
        "v_version": VERSION,
    }


def of_framework(dialect: str, key: str) -> dict[str, str]:
    """The queries of the views of editions, for those of one framework alone.

    `key` is made of small letters, as a folder may name one.
    """
    chosen = CHOSEN[dialect]
    return {
        name: body.replace(chosen, f"r.framework_key = '{key}'")
        for name, body in bodies(dialect).items()
        if chosen in body or name == "v_index_between"  # which reads v_index
    }


def _status() -> str:
    cases = " ".join(f"when {code} then '{name}'" for name, code in STATUS.items())
    return f"case o.status {cases} end"


def _source() -> str:
    return """select key as source, publisher, title_fr, title_en, homepage, licence, licence_url,
  attribution, redistribute, cadence, lag_days, stale_days from source"""


def _series() -> str:
    return """select s.key as series, c.key as source, s.unit, s.frequency, s.title_fr, s.title_en
from series s join source c on c.id = s.source_id"""


def _versions(dialect: str) -> str:
    day, second = DAY[dialect].format("o.period"), SECOND[dialect].format("o.known_from")
    return f"""select s.key as series, {day} as period, o.value, {_status()} as status,
  {second} as known_from, c.key as source, s.unit, o.fetch_id
from observation o join series s on s.id = o.series_id join source c on c.id = s.source_id"""


def _provenance(dialect: str) -> str:
    day, second = DAY[dialect].format("o.period"), SECOND[dialect].format("o.known_from")
    return f"""select s.key as series, {day} as period, o.value, {_status()} as status,
  {second} as known_from, o.fetch_id, f.url, f.sha256,
  {STAMP[dialect].format("f.at")} as fetched_at, {CITED.format(c="z")}
from observation o join series s on s.id = o.series_id join "fetch" f on f.id = o.fetch_id
left join citation z on z.id = o.citation_id"""


def _fetch(dialect: str) -> str:
    return f"""select f.id as fetch_id, c.key as source, f.url,
  {STAMP[dialect].format("f.at")} as at, f.outcome, f.detail, f.http_status, f.sha256, f.bytes,
  f.etag, f.last_modified, {STAMP[dialect].format("f.retry_at")} as retry_at,
  f.parser_version, f.rows,
  {DAY[dialect].format("f.newest")} as newest_period, f.loaded
from "fetch" f join source c on c.id = f.source_id"""


def _quarantine(dialect: str) -> str:
    return f"""select q.id, c.key as source, q.fetch_id, f.url,
  {STAMP[dialect].format("f.at")} as fetched_at, q.expectation, q.reason,
  q."row" as content, q.replayed
from quarantine q join "fetch" f on f.id = q.fetch_id join source c on c.id = f.source_id"""


def _release(dialect: str) -> str:
    stamp = STAMP[dialect].format
    return f"""select r.id as release, r.month, {stamp("r.as_of")} as as_of, r.recorded_by,
  r.framework_version, r.framework_hash, r.data_hash, {stamp("r.created_at")} as created_at,
  r.mean_revision, {stamp("r.due_at")} as due_at, r.awaits_approval,
  {stamp("a.at")} as approved_at, a.by as approved_by, a.note as approval_note, r.framework_key
from release r left join approval a on a.release_id = r.id where {CHOSEN[dialect]}"""


def _index(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of,
  {DAY[dialect].format("i.period")} as period, i.key, i.kind, i.value, i.score, i.low, i.high,
  i.weight, i.contribution, i.coverage, i.observed, i.age_months, i.state, i.regime, i.reason
from index_value i join release r on r.id = i.release_id where {CHOSEN[dialect]}"""


def _index_state(dialect: str) -> str:
    shares = ", ".join(
        f"sum(case when i.state = '{state}' then i.weight else 0 end) as {state}"
        for state in ("observed", "carried", "estimated")
    )
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of,
  {DAY[dialect].format("i.period")} as period, {MISSING[dialect]} as policy, {shares}
from index_value i join release r on r.id = i.release_id
where {CHOSEN[dialect]} and i.kind = 'indicator' and i.weight is not null group by r.id, i.period"""


def _index_change(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of, m.key,
  m.revised_data, m.new_data, m.method
from index_change m join release r on r.id = m.release_id where {CHOSEN[dialect]}"""


def _index_gauge(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of,
  {DAY[dialect].format("g.period")} as period, g.key, g.reading, g.kind, g.value, g.score,
  g.low, g.high, g.weight, g.contribution, g.coverage, g.true_dates, g.observed,
  g.age_months, g.state, g.regime as phase, g.reason
from index_gauge g join release r on r.id = g.release_id where {CHOSEN[dialect]}"""


def _gauge_audit(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of,
  a.rank, a.topic, a.gauge, a.key, a.against, a.measure, a.value, a.month as at_month, a.months,
  a.low, a.high, a.verdict
from gauge_audit a join release r on r.id = a.release_id where {CHOSEN[dialect]}"""


def _index_revised(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of,
  {DAY[dialect].format("i.period")} as period, i.score
from index_revised i join release r on r.id = i.release_id where {CHOSEN[dialect]}"""


def _lineage(dialect: str) -> str:
    return f"""select r.id as release, r.month, {STAMP[dialect].format("r.as_of")} as as_of, l.key,
  {DAY[dialect].format("l.period")} as period, s.key as series,
  {DAY[dialect].format("l.series_period")} as series_period, o.value,
  {SECOND[dialect].format("l.known_from")} as known_from, l.fetch_id, f.url, f.sha256,
  {STAMP[dialect].format("f.at")} as fetched_at, {CITED.format(c="z")}
from lineage l join release r on r.id = l.release_id join series s on s.id = l.series_id
join observation o on o.series_id = l.series_id and o.period = l.series_period
  and o.known_from = l.known_from and o.fetch_id = l.fetch_id
join "fetch" f on f.id = l.fetch_id left join citation z on z.id = o.citation_id
where {CHOSEN[dialect]}"""
