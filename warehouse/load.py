"""Write the catalogue, fetches, versions of figures and quarantined rows."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine, Table, insert, select, update

from warehouse.catalogue.collection import Collection
from warehouse.catalogue.country import Country
from warehouse.database import add, writing
from warehouse.observations import summary
from warehouse.observations.append import Loaded, append
from warehouse.observations.encode import days
from warehouse.tables import Fetch, Quarantine, Series, Source, core


class Change(NamedTuple):
    """A stored row of the catalogue, and the columns that a declaration changes."""

    stored: Mapping[str, Any]
    columns: Mapping[str, Any]


INFINITE = {math.inf: "inf", -math.inf: "-inf"}  # JSON has no word for them

__all__ = [
    "Loaded",
    "append",
    "has_quarantined",
    "mark_loaded",
    "mark_replayed",
    "quarantine",
    "quarantined",
    "record",
    "register",
]


def register(
    engine: Engine,
    sources: Iterable[Mapping[str, Any]],
    series: Iterable[Mapping[str, Any]],
    countries: Iterable[Mapping[str, Any]] = (),
    collections: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Bring the catalogue in line with the declared sources and series.

    Args:
        engine: The store.
        sources: The columns of Source.
        series: The columns of Series, with `source`, its key, in place of `source_id`.
        countries: The columns of Country.
        collections: The columns of Collection.
    """
    owner = core(Source)
    with writing(engine) as connection:
        _upsert(connection, owner, sources)
        _upsert(connection, core(Country), countries, key="code")
        _upsert(connection, core(Collection), collections, key="source")
        ids = dict(connection.execute(select(owner.c.key, owner.c.id)).tuples().all())
        rows = [
            {name: value for name, value in row.items() if name != "source"}
            | {"source_id": ids[row["source"]]}
            for row in series
        ]
        changes = _upsert(connection, core(Series), rows)
        moved = [change for change in changes if {"source_id", "frequency"} & {*change.columns}]
        owners = {change.stored["source_id"] for change in moved}
        owners |= {change.columns["source_id"] for change in moved if "source_id" in change.columns}
        if owners:
            summary.rebuild(connection, owners)


def _upsert(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], key: str = "key"
) -> list[Change]:
    """Insert the rows with a new key, update the other ones; what was updated."""
    declared = {row[key]: row for row in rows}
    # At each start of a command nearly all of them are as they were: those are left out at once.
    names = [key, *sorted({name for row in declared.values() for name in row} - {key})]
    columns = [table.c[name] for name in names]
    stored_rows = set(map(tuple, connection.execute(select(*columns))))
    declared = {
        name: row for name, row in declared.items() if tuple(map(row.get, names)) not in stored_rows
    }
    if not declared:
        return []
    stored = {row[key]: dict(row) for row in connection.execute(select(table)).mappings()}
    new = [dict(row) for name, row in declared.items() if name not in stored]
    if new:
        connection.execute(insert(table), new)
    both = [(stored[name], declared[name]) for name in declared.keys() & stored.keys()]
    compared = [Change(old, _differing(old, row)) for old, row in both]
    changes = [change for change in compared if change.columns]
    for change in changes:
        own = table.c[key] == change.stored[key]
        connection.execute(update(table).where(own).values(change.columns))
    return changes


def _differing(stored: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in declared.items() if stored[name] != value}


def record(engine: Engine, source: str, **fetch: Any) -> int:
    """Record one attempt to read a source (columns of Fetch) and give its id.

    `newest` may be a date. Raises LookupError for a source that is not registered.
    """
    if isinstance(fetch.get("newest"), pd.Timestamp):
        fetch["newest"] = int(days(pd.Series([fetch["newest"]]))[0])
    with writing(engine) as connection:
        owner = connection.scalar(select(core(Source).c.id).where(core(Source).c.key == source))
        if owner is None:
            raise LookupError(f"the source {source!r} is not registered")
        return add(connection, Fetch, **fetch, source_id=owner)


def mark_loaded(engine: Engine, fetch_id: int) -> None:
    """Record that everything of this fetch is in the store, new or not."""
    table = core(Fetch)
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == fetch_id).values(loaded=True))


def quarantine(
    engine: Engine, fetch_id: int, rows: pd.DataFrame, expectation: str, reason: str
) -> int:
    """Store rows that failed an expectation apart from the figures; count them."""
    dated = rows.select_dtypes(["datetime", "datetimetz"]).columns
    text = rows.assign(**{name: rows[name].astype("str") for name in dated})
    same = {"fetch_id": fetch_id, "expectation": expectation, "reason": reason, "replayed": False}
    plain = text.astype(object).where(rows.notna(), None).replace(INFINITE).to_dict("records")
    if plain:
        with writing(engine) as connection:
            connection.execute(insert(core(Quarantine)), [{"row": row, **same} for row in plain])
    return len(plain)


def quarantined(engine: Engine, source: str | None = None) -> pd.DataFrame:
    """The rows in quarantine that no replay has accepted.

    Columns: id, fetch_id, source, row, expectation, reason.
    """
    rejected, fetch, owner = core(Quarantine), core(Fetch), core(Source)
    columns = [rejected.c.id, rejected.c.fetch_id, owner.c.key.label("source")]
    columns += [rejected.c.row, rejected.c.expectation, rejected.c.reason]
    query = select(*columns).select_from(rejected.join(fetch).join(owner))
    query = query.where(rejected.c.replayed.is_(False)).order_by(rejected.c.id)
    if source is not None:
        query = query.where(owner.c.key == source)
    with engine.connect() as connection:
        result = connection.execute(query)
        return pd.DataFrame.from_records(result.tuples().all(), columns=list(result.keys()))


def has_quarantined(engine: Engine, fetch_id: int, reasons: Sequence[str]) -> bool:
    """True if a row of this fetch is in quarantine for one of these reasons."""
    table = core(Quarantine)
    with engine.connect() as connection:
        query = select(table.c.id).where(table.c.fetch_id == fetch_id, table.c.reason.in_(reasons))
        return connection.scalar(query.where(table.c.replayed.is_(False)).limit(1)) is not None


def mark_replayed(engine: Engine, ids: Sequence[int]) -> None:
    """Record that a replay accepted these rows."""
    table = core(Quarantine)
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(replayed=True))
