"""The last fetch of each source, its outcome, and how fresh the source is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

import pandas as pd
from sqlalchemy import Engine, bindparam, text
from sqlmodel.sql.sqltypes import UTCDateTime

from warehouse.catalogue import freshness
from warehouse.row_conversion import dates, rows

INSTANTS = ["at", "retry_at"]
# From the end of the table: the greatest id that is loaded is one of the last rows.
NEWEST = 'select id from "fetch" where loaded order by id desc limit 1'


TEXTS = ("key", "last_outcome", "last_detail", "accepted")


@dataclass(frozen=True)
class LastFetch:
    """The last fetch of an address whose rows are stored."""

    id: int
    at: datetime
    etag: str | None
    last_modified: str | None
    sha256: str | None
    parser_version: int
    rows: int | None
    newest: pd.Timestamp | None


@dataclass(frozen=True)
class State:
    """How much the store has of a source; it changes with every version added."""

    rows: int
    newest_fetch: int


def last_fetch(engine: Engine, source: str, url: str | None = None) -> LastFetch | None:
    """The last loaded fetch of this source, or of one of its addresses, or None."""
    query = text(
        "select f.id, f.at, f.etag, f.last_modified, f.sha256, f.parser_version, f.rows, f.newest "
        'from "fetch" f join source c on c.id = f.source_id '
        "where c.key = :source and f.loaded and f.url = coalesce(:url, f.url) "
        "order by f.id desc limit 1"
    ).columns(at=UTCDateTime())
    with engine.connect() as connection:
        row = connection.execute(query, {"source": source, "url": url}).one_or_none()
    if row is None:
        return None
    newest = None if row.newest is None else dates(pd.Series([row.newest]))[0]
    return LastFetch(**dict(row._mapping) | {"newest": newest})


def waits(engine: Engine, now: datetime) -> dict[str, datetime]:
    """Until when each host wants us to wait, by host, of those that still do."""
    query = (
        text('select url, retry_at from "fetch" where retry_at > :now order by retry_at')
        .bindparams(bindparam("now", type_=UTCDateTime()))
        .columns(retry_at=UTCDateTime())
    )
    with engine.connect() as connection:
        pending = connection.execute(query, {"now": now}).all()
    # In order: the longest wait of a host is the last one.
    return {urlsplit(row.url).hostname or "": row.retry_at for row in pending}


def attempts(engine: Engine, since: datetime) -> pd.DataFrame:
    """Every fetch since then, in order: source, url, at, outcome, retry_at (UTC)."""
    query = (
        text(
            "select c.key as source, f.url, f.at, f.outcome, f.retry_at "
            'from "fetch" f join source c on c.id = f.source_id where f.at >= :since order by f.id'
        )
        .bindparams(bindparam("since", type_=UTCDateTime()))
        .columns(at=UTCDateTime(), retry_at=UTCDateTime())
    )
    with engine.connect() as connection:
        table = rows(connection, query, {"since": since})
    return table.assign(**{name: pd.to_datetime(table[name], utc=True) for name in INSTANTS})


def first_seen(engine: Engine, source: str, url: str, sha256: str | None) -> datetime | None:
    """When these bytes first came from this address, None if they are new."""
    query = text(
        'select min(f.at) as at from "fetch" f join source c on c.id = f.source_id '
        "where c.key = :source and f.url = :url and f.sha256 = :sha256"
    ).columns(at=UTCDateTime())
    values = {"source": source, "url": url, "sha256": sha256}
    with engine.connect() as connection:
        return cast("datetime | None", connection.scalar(query, values))


def parsed_bodies(engine: Engine, source: str) -> pd.DataFrame:
    """The bodies that the parser of a source has read, each once, oldest first.

    Columns: url, at, outcome, http_status, sha256, bytes, etag, last_modified.
    """
    query = text(
        "select f.url, f.at, f.outcome, f.http_status, f.sha256, f.bytes, f.etag, f.last_modified "
        'from "fetch" f where f.id in (select min(n.id) from "fetch" n '
        "  join source c on c.id = n.source_id where c.key = :source "
        "  and n.parser_version > 0 and n.outcome in ('new', 'refused') "
        "  and n.sha256 is not null group by n.url, n.sha256) order by f.at, f.id"
    ).columns(at=UTCDateTime())
    with engine.connect() as connection:
        return rows(connection, query, {"source": source})


def served_bodies(engine: Engine, source: str) -> pd.DataFrame:
    """The bodies that a source served, refused ones too, each once, oldest first.

    Columns: url, sha256, first_at, last_at and last_modified. A fetch without a body of its own
    (304) saw the body that its address had served before.
    """
    query = text(
        'select f.url, f.at, f.sha256, f.last_modified from "fetch" f '
        "join source c on c.id = f.source_id "
        "where c.key = :source and f.outcome in ('new', 'unchanged', 'refused') order by f.id"
    ).columns(at=UTCDateTime())
    with engine.connect() as connection:
        served = rows(connection, query, {"source": source})
    served["sha256"] = served.groupby("url")["sha256"].ffill()
    return (
        served.dropna(subset="sha256")
        .groupby(["url", "sha256"], as_index=False, sort=False)
        .agg(first_at=("at", "min"), last_at=("at", "max"), last_modified=("last_modified", "last"))
    )


def last_bodies(engine: Engine, source: str, before: datetime | None = None) -> pd.DataFrame:
    """The newest body of each address of a source, oldest first.

    Stored or refused. `before` limits when it was asked for. Columns: id and those of
    `parsed_bodies`.
    """
    query = text(
        "select f.id, f.url, f.at, f.outcome, f.http_status, f.sha256, f.bytes, f.etag, "
        'f.last_modified from "fetch" f where f.id in (select max(n.id) from "fetch" n '
        "  join source c on c.id = n.source_id where c.key = :source and n.sha256 is not null "
        "  and n.outcome in ('new', 'unchanged', 'refused') and n.at < :before group by n.url) "
        "order by f.id"
    ).bindparams(bindparam("before", type_=UTCDateTime()))
    with engine.connect() as connection:
        values = {"source": source, "before": before or datetime.max.replace(tzinfo=UTC)}
        return rows(connection, query.columns(at=UTCDateTime()), values)


def last_answer(engine: Engine, source: str, url: str) -> datetime | None:
    """When this address of a source last answered, None if it never did."""
    query = text(
        'select max(f.at) as at from "fetch" f join source c on c.id = f.source_id '
        "where c.key = :source and f.url = :url and f.outcome in ('new', 'unchanged')"
    ).columns(at=UTCDateTime())
    with engine.connect() as connection:
        return cast("datetime | None", connection.scalar(query, {"source": source, "url": url}))


def successful(
    engine: Engine, sources: Collection[str], as_of: datetime, recorded_by: int | None = None
) -> pd.DataFrame:
    """The first answer of each source in each month: source, at, fetch_id.

    An unchanged one counts; a shipped file asks nobody. `recorded_by` is the greatest fetch.
    """
    query = text(
        'select c.key as source, f.at, f.id as fetch_id from "fetch" f '
        "join source c on c.id = f.source_id where c.key in :sources "
        "and f.outcome in ('new', 'unchanged') and f.url like 'http%' "
        "and f.at <= :at and f.id <= :recorded_by order by f.at, f.id"
    ).bindparams(bindparam("at", type_=UTCDateTime()), bindparam("sources", expanding=True))
    values = {"sources": sorted(sources), "at": as_of, "recorded_by": recorded_by or 2**31 - 1}
    with engine.connect() as connection:
        every = rows(connection, query.columns(at=UTCDateTime()), values)
    dated = every.assign(at=pd.to_datetime(every["at"], utc=True))
    return dated[~dated.assign(at=dated["at"].dt.strftime("%Y-%m")).duplicated(["source", "at"])]


def newest_fetch(engine: Engine) -> int:
    """The greatest id of a loaded fetch, or 0 when there is none.

    A release pins it. Nothing is ever added to the store at or below it, so a read with this
    `recorded_by` gives the same rows for ever.
    """
    with engine.connect() as connection:
        newest = connection.scalar(text(NEWEST))
    return int(newest or 0)


def state(engine: Engine, source: str) -> State:
    """Count the versions of a source and give the newest fetch that added one."""
    query = text(
        "select cast(coalesce(sum(m.rows), 0) as bigint), coalesce(max(m.fetch_id), 0) "
        "from fetch_summary m join source c on c.id = m.source_id where c.key = :source"
    )
    with engine.connect() as connection:
        return State(*connection.execute(query, {"source": source}).one())


def status(engine: Engine, as_of: datetime, recorded_by: int | None = None) -> pd.DataFrame:
    """The freshness of each source as known at `as_of`, with its last fetch.

    The rows of `freshness.status`, with newest_period and last_at as times.
    """
    fresh = freshness.status(engine, pd.Timestamp(as_of).to_pydatetime(), recorded_by)
    columns = {name: [row[name] for row in fresh] for name in freshness.STATUS}
    table = pd.DataFrame(columns)
    missing = table["age_days"].isna().any()
    texts = {name: pd.Series(columns[name], dtype="str") for name in TEXTS}
    return table.assign(
        **texts,
        newest_period=pd.Series(columns["newest_period"], dtype="datetime64[s]"),
        age_days=pd.Series(columns["age_days"], dtype="float64" if missing else "int64"),
        assumed_share=pd.Series(columns["assumed_share"], dtype="float64"),
        late=table["late"].astype(bool),
        rows=table["rows"].astype("int64"),
        last_at=pd.to_datetime(table["last_at"], utc=True),
    )


def ages(
    periods: "pd.Series[pd.Timestamp]", frequency: "pd.Series[str]", as_of: datetime
) -> "pd.Series[int]":
    """Days from the end of each period to `as_of`, never negative.

    A period is given by its first day and its frequency (a letter of LENGTH).
    """
    cells = zip(periods, frequency, strict=True)
    days = [freshness.age(period.date(), letter, as_of) for period, letter in cells]
    return pd.Series(days, index=periods.index, dtype="int64")
