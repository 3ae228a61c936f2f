"""Try the live sources and load nothing: what an operator runs when something looks wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from os import environ

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest import fetch
from pipelines.ingest.ingestion import Unreadable, parse_payload
from pipelines.ingest.validate import check
from pipelines.settings import Settings
from sources import Request, Source
from sources.http.client import CachedValidators
from warehouse.observations import read


@dataclass(frozen=True)
class Found:
    """What one question to a source gave: `seconds` on the way, `size` in bytes, `age` in days."""

    source: str
    outcome: str
    seconds: float | None = None
    size: int | None = None
    rows: int | None = None
    aside: int | None = None
    newest: str = ""
    age: int | None = None
    cadence: str = ""
    detail: str = ""


def probe(engine: Engine, settings: Settings, sources: Sequence[Source]) -> Iterator[Found]:
    """Ask, parse and validate every question of these sources; one result each, nothing stored."""
    live = [source for source in sources if source.requests]
    ready = [source for source in live if not source.needs or environ.get(source.needs)]
    for source in live:
        if source not in ready:
            yield Found(source.key, "skipped", detail=f"needs {source.needs}")
    for asked in fetch.fetch_concurrently(settings, ready, _nothing_held):
        yield _judged(engine, settings, asked)


def _nothing_held(source: Source, request: Request) -> CachedValidators | None:
    return None


def _judged(engine: Engine, settings: Settings, asked: fetch.FetchedPayload) -> Found:
    source, size = asked.source, sum(map(len, asked.bodies)) or None
    told = partial(Found, source.key, seconds=asked.seconds, size=size, cadence=source.cadence)
    if asked.answer.outcome != "new":
        return told(asked.answer.outcome, detail=asked.answer.detail)
    try:
        frame = parse_payload(source, asked.payload)
    except Unreadable as fault:
        return told("refused", detail=str(fault))
    before = read.panel(engine, series=sorted(frame["series"].unique()), as_of=settings.now)
    checked = check(frame, source, at=settings.now, before=before)
    reasons = checked.blocked or checked.warnings or tuple(checked.rejected["reason"].unique())
    newest, age = _newest(source, frame, settings)
    late = age is not None and age > source.stale_days
    return told(
        "refused" if checked.blocked else "late" if late else "good",
        rows=len(frame),
        aside=len(checked.rejected),
        newest=newest,
        age=age,
        detail="; ".join(reasons)[:300],
    )


def _newest(source: Source, frame: pd.DataFrame, settings: Settings) -> tuple[str, int | None]:
    """The newest period, and the days since its end of the series that has the newest figure."""
    if frame.empty:
        return "", None
    frequency = {series.key: series.frequency for series in source.series}
    last = frame.groupby("series", as_index=False)["period"].max()
    known = last.loc[last["series"].isin(frequency)]
    ages = read.ages(known["period"], known["series"].map(frequency), settings.now)
    return f"{last['period'].max():%Y-%m-%d}", int(ages.min()) if len(ages) else None
