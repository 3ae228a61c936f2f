"""Published editions: store what was computed, read it back as one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine, insert, select, text

from warehouse import views
from warehouse.database import add, writing
from warehouse.fetches import status
from warehouse.gauges import repository as gauge_store
from warehouse.gauges.repository import Gauges
from warehouse.observations.encode import days
from warehouse.observations.encode import instants as seconds
from warehouse.observations.staging import stage
from warehouse.publication import identity
from warehouse.publication import repository as publication_store
from warehouse.publication.tables import IndexChange, IndexRevised
from warehouse.publication.timeline import EditionTimeline
from warehouse.row_conversion import dates, instants, plain_records, rows
from warehouse.tables import IndexValue, Release, core

FLOATS = ["value", "score", "low", "high", "weight", "contribution", "coverage"]
VALUES = [name for name in IndexValue.model_fields if name != "release_id"]
CHANGE = [name for name in IndexChange.model_fields if name != "release_id"]
REVISED = "select period, score from index_revised where release_id = :release order by period"
MOVED = "from index_change where release_id = :release order by key"
# Columns that Edition.timeline gives, and the one that chose the edition.
NOT_ITS_OWN = {"created_at", "due_at", "awaits_approval", "framework_key"}
SAME = ["month", "as_of", "framework_key", "framework_hash", "data_hash"]

SAVE_LINEAGE = """
insert into lineage (release_id, key, period, series_id, series_period, known_from, fetch_id)
select :release, t.key, t.period, s.id, t.series_period, t.known_from, t.fetch_id
from traced t left join series s on s.key = t.series
"""
LINEAGE = """
select l.key, l.period, s.key as series, l.series_period, o.value, l.known_from, l.fetch_id,
  coalesce(o.citation_id, 0) as citation_id
from lineage l join series s on s.id = l.series_id
join v_version o on o.series_id = l.series_id and o.period = l.series_period
  and o.known_from = l.known_from and o.fetch_id = l.fetch_id
where l.release_id = :release order by l.key, l.period, s.key, l.series_period
"""
# Apart from the rows above, of which thousands share each.
FETCHED = """
select id as fetch_id, url, sha256, at from "fetch"
where id in (select fetch_id from lineage where release_id = :release)
"""
CITED = """
select id as citation_id, source as cite_source, address as cite_address,
  licence as cite_licence, note as cite_note, assumed from citation
"""
QUARANTINED = """
select source, expectation, reason, count(*) as rows
from v_quarantine where not replayed and fetch_id <= :recorded_by
group by source, expectation, reason order by source, expectation, reason
"""
SERIES = """
select s.key, c.key as source, s.unit, s.frequency, s.title_fr, s.title_en
from series s join source c on c.id = s.source_id order by s.key
"""


@dataclass(frozen=True)
class Edition:
    """A release with everything that its publication needs.

    `timeline`: when it was computed, due, approved and public. `values`: the columns of IndexValue,
    period as a date. `sources`: the catalogue and newest_period, age_days, late and assumed_share
    as known at `as_of`. `series`: key, source, unit, frequency and titles. `lineage`: the
    observation, the fetch and the citation behind each indicator and month. `quarantined`: rows
    set aside by source, expectation and reason.
    `change`: what moved the index since the month before, by key, and `mean_revision` how far it
    is revised in three months in the mean, both in points; empty and None where that is not known.
    `gauges`: pressure, retreat and phase beside the index, and the method that made them.
    `alerts`: the rules on figures in force (`rules`) and what they found (`found`: rule, series,
    kind, since and value); None in an edition of before they were kept.
    """

    id: int
    month: str
    as_of: datetime
    recorded_by: int
    timeline: EditionTimeline
    framework_version: str
    framework_hash: str
    data_hash: str
    framework: dict[str, Any]
    values: pd.DataFrame
    sources: pd.DataFrame
    series: pd.DataFrame
    lineage: pd.DataFrame
    quarantined: pd.DataFrame
    change: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CHANGE))
    revised: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["period", "score"]))
    mean_revision: float | None = None
    alerts: dict[str, Any] | None = None
    gauges: Gauges = field(default_factory=Gauges)

    def titles(self, language: str) -> dict[str, str]:
        """The title of the index, of each group and of each indicator, by key."""
        method = self.framework
        titles: dict[str, str] = {"index": method["title"][language]}
        second = [method["retreat"]] if method.get("retreat") else []
        for group in [*method["dimension"], *second, *method.get("panel", ())]:
            titles[group["key"]] = group[language]
            titles |= {f"{group['key']}.{own['key']}": own[language] for own in group["indicator"]}
        return titles


def find(engine: Engine, **same: Any) -> int | None:
    """The id of the stored edition with the values of SAME, or None.

    It is one of the framework in force, as everything here that names no edition by its id.
    """
    with engine.connect() as connection:
        return _stored_id(connection, same)


def _stored_id(connection: Connection, same: Mapping[str, Any]) -> int | None:
    table = core(Release)
    values = {"framework_key": identity.framework(), **same}
    conditions = [table.c[name] == values[name] for name in SAME]
    stored: int | None = connection.scalar(select(table.c.id).where(*conditions))
    return stored


def save(
    engine: Engine,
    *,
    values: pd.DataFrame,
    lineage: pd.DataFrame,
    change: pd.DataFrame | None = None,
    revised: "pd.Series[float] | None" = None,
    gauges: Gauges | None = None,
    **release: Any,
) -> int:
    """Store an edition (columns of Release) with its values and lineage; its id.

    `values`: the columns of IndexValue but release_id, period a date. `lineage`: key, period,
    series, series_period, known_from, fetch_id. `change`: by key, revised_data, new_data and
    method since the month before. `revised`: by period, the index with the figures known at
    as_of. The same month, as_of, method and values twice is one edition.
    """
    with writing(engine) as connection, stage(connection, traced=_traced(lineage)):
        release = {"framework_key": identity.framework(), **release}
        stored = _stored_id(connection, release)
        if stored is not None:
            return stored
        number = add(connection, Release, **release)
        connection.execute(insert(core(IndexValue)), _records(values, number))
        connection.execute(text(SAVE_LINEAGE), {"release": number})
        if change is not None and len(change):
            moved = change.rename_axis("key").reset_index().assign(release_id=number)
            connection.execute(insert(core(IndexChange)), plain_records(moved))
        if revised is not None and len(revised):
            later = pd.DataFrame(
                {"period": days(revised.index.to_series()), "score": revised.array}
            )
            later = later.assign(release_id=number)
            connection.execute(insert(core(IndexRevised)), plain_records(later))
        if gauges is not None:
            gauge_store.save(connection, number, gauges)
    return number


def _traced(lineage: pd.DataFrame) -> pa.Table:
    return pa.table(
        {
            "key": pa.array(lineage["key"], pa.string()),
            "period": days(lineage["period"]),
            "series": pa.array(lineage["series"], pa.string()),
            "series_period": days(lineage["series_period"]),
            "known_from": seconds(lineage["known_from"]),
            "fetch_id": lineage["fetch_id"].to_numpy("int64"),
        }
    )


def _records(values: pd.DataFrame, number: int) -> list[dict[str, Any]]:
    return plain_records(values[VALUES].assign(period=days(values["period"]), release_id=number))


def load(
    engine: Engine,
    release: int | None = None,
    *,
    month: str | None = None,
    as_of: datetime | None = None,
) -> Edition:
    """An edition by its id, or the last stored one of a month and an as_of.

    Without any of them it is that of the newest month. Without an id it is one of the framework in
    force. Raises LookupError when there is none.
    """
    table = core(Release)
    own = identity.framework() if release is None else None
    filters = {"id": release, "month": month, "as_of": as_of, "framework_key": own}
    query = select(table).where(*[table.c[n] == v for n, v in filters.items() if v is not None])
    with engine.connect() as connection:
        newest = query.order_by(table.c.month.desc(), table.c.id.desc()).limit(1)
        row = connection.execute(newest).mappings().one_or_none()
        if row is None:
            raise LookupError("no such edition is stored: compute it with `silentcrash release`")
        parts = {name: value for name, value in row.items() if name not in NOT_ITS_OWN}
        parts |= _parts(connection, parts["id"], parts["recorded_by"])
        parts["gauges"] = gauge_store.load(connection, parts["id"])
        parts["timeline"] = publication_store.timeline(connection, parts["id"])
    freshness = status(engine, parts["as_of"], parts["recorded_by"])
    freshness = freshness[["key", "newest_period", "age_days", "late", "assumed_share"]]
    return Edition(**parts | {"sources": parts["sources"].merge(freshness, on="key")})


def _parts(connection: Connection, release: int, recorded_by: int) -> dict[str, Any]:
    of = {"release": release}
    chosen = ", ".join(VALUES)
    stored = f"select {chosen} from index_value where release_id = :release order by period, key"
    values = rows(connection, stored, of)
    later = rows(connection, REVISED, of)
    return {
        "values": values.astype(dict.fromkeys(FLOATS, "float64")).assign(
            period=dates(values["period"])
        ),
        "sources": rows(connection, "select * from source order by key").drop(columns="id"),
        "series": rows(connection, SERIES),
        "lineage": _lineage(connection, release),
        "quarantined": rows(connection, QUARANTINED, {"recorded_by": recorded_by}),
        "revised": later.assign(period=dates(later["period"])),
        "change": rows(connection, f"select {', '.join(CHANGE)} {MOVED}", of),
    }


def _lineage(connection: Connection, release: int) -> pd.DataFrame:
    """The observation, the fetch and the citation behind each indicator and month."""
    traced, fetched = (rows(connection, sql, {"release": release}) for sql in (LINEAGE, FETCHED))
    joined = traced.merge(fetched.assign(at=pd.to_datetime(fetched["at"], utc=True)), on="fetch_id")
    cited = joined.merge(rows(connection, CITED), "left", "citation_id")
    return cited.drop(columns="citation_id").assign(
        period=dates(cited["period"]),
        series_period=dates(cited["series_period"]),
        known_from=instants(cited["known_from"]),
        assumed=cited["assumed"].eq(True),  # false without a citation
    )


def editions(engine: Engine) -> pd.DataFrame:
    """Every stored edition by the framework in force: columns of v_release."""
    own = views.of_framework(engine.dialect.name, identity.framework())["v_release"]
    with engine.connect() as connection:
        return rows(connection, f"select * from ({own}) own order by month, release")
