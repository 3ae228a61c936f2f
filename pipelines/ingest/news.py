"""What publishers name and no parser reads: machines, economies, columns."""

import logging
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest.fields import fields_of
from pipelines.ingest.parse import archived_payload
from sources import Payload, Source
from sources.http.raw_archive import Archive, DamagedBody
from warehouse import fetches
from warehouse.observations import read

logger = logging.getLogger(__name__)
SILENT = "series without a new figure"
ADDED = "column, key or sheet added"
COLUMNS = ["source", "kind", "name", "first_seen", "last_seen"]


def table(engine: Engine, archive: Archive, sources: Sequence[Source]) -> pd.DataFrame:
    """What the archived bodies of these sources name and no parser reads.

    A row a name in COLUMNS, the days being those on which a body with it was served. Refused
    bodies count too. What a parser has learnt to read since is no longer news. Declared series
    that have fallen silent, or never spoke, are named as well.
    """
    rows = [row for source in sources for row in _rows(engine, archive, source)]
    rows += [row for source in sources if source.requests for row in _silent(engine, source)]
    seen = pd.DataFrame(rows, columns=COLUMNS)
    ends = {"first_seen": ("first_seen", "min"), "last_seen": ("last_seen", "max")}
    by_name = seen.groupby(COLUMNS[:3], as_index=False).agg(**ends)
    order = ["last_seen", "source", "kind", "name"]
    ranked = by_name.sort_values(order, ascending=[False, True, True, True])
    return ranked.reset_index(drop=True)


def _rows(engine: Engine, archive: Archive, source: Source) -> list[tuple[object, ...]]:
    named: list[tuple[object, ...]] = []
    oldest: dict[str, set[str]] = {}  # fields by address: what the first body lacks was added
    for body in fetches.served_bodies(engine, source.key).to_dict("records"):
        record = {str(name): value for name, value in body.items()}
        try:
            payload = archived_payload(archive, source, record | {"at": record["first_at"]})
        except (KeyError, DamagedBody):
            logger.warning("%s: %s is not in the archive", source.key, record["url"], exc_info=True)
            continue
        # What was published earlier than it was fetched was seen on that earlier day.
        first = min(payload.fetched_at, record["first_at"])
        last = first if first < record["first_at"] else record["last_at"]
        days = f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"
        there = fields_of(source, payload)
        before = oldest.setdefault(str(record["url"]), there)
        items = _unread(source, payload) if source.unread else []
        items += [(ADDED, name) for name in sorted(there - before) if before]
        named += [(source.key, *item, *days) for item in items]
    return named


def _silent(engine: Engine, source: Source) -> list[tuple[object, ...]]:
    """The declared series without a figure while others of their source go on.

    `first_seen` is empty; `last_seen` is the newest period, or empty where there never was one.
    """
    newest = read.latest(engine, [series.key for series in source.series], lenient=True)
    periods = newest.set_index("series")["period"]
    if periods.empty:
        return []
    begun = periods.max() - pd.Timedelta(days=source.stale_days)
    current = set(periods.index[periods.ge(begun)])
    silent = [series.key for series in source.series if series.key not in current]
    days = [f"{periods[key]:%Y-%m-%d}" if key in periods else "" for key in silent]
    return [(source.key, SILENT, key, "", day) for key, day in zip(silent, days, strict=True)]


def _unread(source: Source, payload: Payload) -> list[tuple[str, str]]:
    assert source.unread is not None  # noqa: S101
    try:
        return sorted(set(source.unread(payload)))
    except Exception:  # a refused body may break it in any way, as it broke the parser
        logger.warning("%s: a body cannot be looked through", source.key, exc_info=True)
        return []
