"""How fresh each source is and what its last fetch came to, as plain rows.

Nothing here needs pandas, which takes longer to import than such a question takes to answer.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Engine, bindparam, text
from sqlmodel.sql.sqltypes import UTCDateTime

from warehouse.tables import STATUS as STATUSES

Row: TypeAlias = dict[str, Any]
# Months and days from the first day of a period to its end, by frequency; an event has no length.
LENGTH = {"W": (0, 7), "B": (0, 14), "M": (1, 0), "Q": (3, 0), "S": (6, 0), "A": (12, 0)}
STATUS = [
    "key",
    "newest_period",
    "age_days",
    "late",
    "rows",
    "assumed_share",
    "last_at",
    "last_outcome",
    "last_detail",
    "accepted",
]
EPOCH = date(1970, 1, 1)

FRESHNESS = """
select c.key, c.stale_days, m.frequency, max(m.newest) as newest,
  cast(sum(m.rows) as bigint) as rows, cast(sum(m.assumed) as bigint) as assumed
from fetch_summary m join source c on c.id = m.source_id
where m.known_from <= :as_of and m.fetch_id <= :recorded_by
group by c.key, c.stale_days, m.frequency
order by c.key
"""
# From the end of the clustered key: one row a series, whatever its length.
NEWEST = """
select s.key, (select o.period from observation o where o.series_id = s.id
  and o.known_from <= :as_of and o.fetch_id <= :recorded_by and o.status <> :withdrawn
  order by o.period desc limit 1) as newest
from series s order by s.key
"""
# A run asks every question of a source within minutes; the next run comes hours later.
ROUND = timedelta(hours=1)
# From the end of the table, for a source has a few questions and many fetches. Where the last ones
# of a source begin is worked out once a source: within the join, PostgreSQL works it out for each
# pair of a source and a fetch, which took minutes after half a year of operation.
LAST_FETCHES = (
    text("""
with began as materialized (
  select c.id, c.key, c.needs, exists(select 1 from series s where s.source_id = c.id) as counted,
    coalesce((select a.detail from "fetch" a where a.source_id = c.id and a.at <= :at
      and a.detail like 'accepted: %' order by a.id desc limit 1), '') as accepted,
    coalesce((select min(n.id) from (select id from "fetch" where source_id = c.id and at <= :at
      order by id desc limit 64) n), 0) as first
  from source c
)
select c.key, c.needs, f.id, f.url, f.at as last_at, f.outcome as last_outcome,
  f.detail as last_detail, c.counted, c.accepted
from began c left join "fetch" f on f.source_id = c.id and f.id >= c.first and f.at <= :at
order by c.key, f.id
""")
    .bindparams(bindparam("at", type_=UTCDateTime()))
    .columns(last_at=UTCDateTime())
)
# How bad an outcome is: what a publisher sent and nobody could use comes first.
BADNESS = {
    "refused": 3,
    "frozen": 3,
    "failed": 2,
    **dict.fromkeys(("new", "unchanged", "listed", "history"), 0),
}


def status(engine: Engine, as_of: datetime, recorded_by: int | None = None) -> list[Row]:
    """The freshness of each source as known at `as_of`, with its last fetch.

    One row a source, by key. Keys: key, newest_period (its first day), age_days (from the end of
    that period, never negative), late (older than its `stale_days`, or nothing stored of its
    series), rows (stored versions), assumed_share (of them, those whose known_from is a declared
    lag), last_at, last_outcome, last_detail: of several questions those of the worst answer;
    accepted: what a person accepted last, with the reason. A source that was never asked because
    it needs something is "skipped", and not late. None stands for what there is not.
    """
    pinned = {"as_of": int(as_of.timestamp()), "recorded_by": recorded_by or 2**31 - 1}
    with engine.connect() as connection:
        stored = [dict(row) for row in connection.execute(text(FRESHNESS), pinned).mappings()]
        fetched = connection.execute(LAST_FETCHES, {"at": as_of}).mappings()
        recent = [dict(row) for row in fetched]
    by_key = itemgetter("key")
    fresh = {key: _freshest(list(rows), as_of) for key, rows in groupby(stored, by_key)}
    last = {key: _worst_open(list(rows)) for key, rows in groupby(recent, by_key)}
    return [_status(last[key], fresh.get(key, {})) for key in sorted(last)]


def newest_periods(
    engine: Engine, as_of: datetime, recorded_by: int | None = None
) -> dict[str, date]:
    """The first day of the newest period known of each series that has one."""
    pinned = {"as_of": int(as_of.timestamp()), "recorded_by": recorded_by or 2**31 - 1}
    with engine.connect() as connection:
        every = connection.execute(text(NEWEST), pinned | {"withdrawn": STATUSES["withdrawn"]})
        return {key: EPOCH + timedelta(day) for key, day in every if day is not None}


def _status(last: Mapping[str, Any], fresh: Mapping[str, Any]) -> Row:
    age, skipped = fresh.get("age_days"), last["last_at"] is None and last["needs"] != ""
    never = age is None and not skipped and bool(last["counted"])
    return {
        "key": last["key"],
        "newest_period": fresh.get("newest_period"),
        "age_days": age,
        "late": never or (age is not None and age > fresh["stale_days"]),
        "rows": fresh.get("rows", 0),
        "assumed_share": fresh.get("assumed_share"),
        "last_at": last["last_at"],
        "last_outcome": "skipped" if skipped else last["last_outcome"],
        "last_detail": f"needs {last['needs']}" if skipped else last["last_detail"],
        "accepted": last["accepted"],
    }


def _worst_open(recent: list[Row]) -> Row:
    """The worst of the last answers to the questions of one source.

    A question that was not asked in the last round, as an address that moved on, is closed.
    """
    if recent[0]["id"] is None:  # it was never asked
        return recent[0]
    newest = max(row["last_at"] for row in recent)
    answers = {row["url"]: row for row in recent if row["last_at"] > newest - ROUND}
    return max(answers.values(), key=lambda row: (BADNESS.get(row["last_outcome"], 1), row["id"]))


def _freshest(stored: list[Row], as_of: datetime) -> Row:
    ages = [age(EPOCH + timedelta(row["newest"]), row["frequency"], as_of) for row in stored]
    rows, assumed = (_total(stored, name) for name in ("rows", "assumed"))
    return {
        "stale_days": stored[0]["stale_days"],
        "newest_period": EPOCH + timedelta(max(row["newest"] for row in stored)),
        "age_days": min(ages),
        "rows": rows,
        "assumed_share": assumed / rows if rows else None,
    }


def _total(rows: Iterable[Row], name: str) -> int:
    return sum(int(row[name]) for row in rows)


def age(period: date, frequency: str, as_of: datetime) -> int:
    """Days from the end of a period to `as_of`, never negative.

    A period is given by its first day and its frequency (a letter of LENGTH).
    """
    months, days = LENGTH.get(frequency, (0, 0))
    later = _months_after(period, months) + timedelta(days)
    end = datetime(later.year, later.month, later.day, tzinfo=UTC)
    return max(0, (as_of - end).days)


def _months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    from calendar import monthrange

    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
