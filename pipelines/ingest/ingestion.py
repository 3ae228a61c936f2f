"""Bring figures into the warehouse: shipped history, then live, and the past."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError
from pipelines.in_use import in_use, why_not_asked
from pipelines.ingest import registers
from pipelines.ingest.fetch import (
    LONGEST_DETAIL,
    fetch_concurrently,
    fetch_request,
    polite_client,
)
from pipelines.ingest.load import Record, load_fetched, load_frame
from pipelines.ingest.outcome import SHIPPED, IngestOutcome
from pipelines.ingest.store import open_for_writing as open_store
from pipelines.ingest.validate import MAX_QUARANTINED, REPEATABLE
from pipelines.settings import Settings
from sources import PastRequest, Request, Source
from sources.citations import cited_csv
from sources.http.client import CachedValidators
from sources.http.credentials import public_url
from sources.http.raw_archive import Archive
from sources.tidy import read_history
from warehouse import fetches
from warehouse import load as warehouse
from warehouse.observations import read

__all__ = [
    "IngestOutcome",
    "askable",
    "backfill",
    "fetch_and_load",
    "ingest_all",
    "missing_past",
    "open_store",
]
Stored = Callable[[list[str]], pd.DataFrame]
logger = logging.getLogger(__name__)
# A day that a publisher lacks is one failure; three in a row say that it does not answer, and
# each costs the retries of a minute or more.
MAX_FAILURES = 3


def ingest_all(
    engine: Engine, settings: Settings, sources: Sequence[Source], *, live: bool = True
) -> Iterator[IngestOutcome]:
    """Load shipped history and registers, then fetch; an outcome a payload.

    A source that fails gives an outcome that says so, and the others go on.
    """
    for source in sources:
        if source.history:
            yield from load_history(engine, source, settings.now)
        if source.register:
            yield from load_register(engine, settings, source)
            record_reviews(engine, settings, source)
    if live:
        yield from fetch_and_load(engine, settings, [s for s in sources if s.requests])


def load_history(engine: Engine, source: Source, now: datetime) -> list[IngestOutcome]:
    """Load the figures shipped with a source, once for each version of the file.

    Those that the clock says are not known yet wait for another day; where they are many, the
    clock is more likely wrong than the file, and all of it waits. A file that cannot be read, of
    an observatory's own source, is a refusal of this source and stops no other.
    """
    path = source.history
    assert path is not None  # noqa: S101
    url = f"{SHIPPED}{path.name}"  # by which stores know a history, wherever its file lies
    try:
        # With its citations: one that is corrected makes another version of the file.
        version = cited_csv(path)
        record = _file_record(version.encode(), url, now)
        if _is_loaded(engine, source, record):  # all of it: it need not be read to know
            return []
        figures = read_history(path)
    except (LookupError, ValueError, OSError) as error:
        return [_unreadable(engine, source, {"url": url, "at": now}, error)]
    present = figures[figures["known_from"] <= now]
    if len(present) < len(figures):
        record = _file_record(f"{version}first {len(present)}".encode(), url, now)
    many_ahead = len(present) < (1 - MAX_QUARANTINED) * len(figures)
    if many_ahead or _is_loaded(engine, source, record):
        return []
    return [load_frame(engine, source, present, record, at=now)]


def load_register(engine: Engine, settings: Settings, source: Source) -> list[IngestOutcome]:
    """Load the figures that a person keeps, once for each version of the file.

    A file that cannot be read is a refusal of this source and stops no other.
    """
    path = registers.path_of(settings.home, source)
    if not path.is_file():
        return []
    record = _file_record(path.read_bytes(), f"{registers.FOLDER}/{path.name}", settings.now)
    if _is_loaded(engine, source, record):
        return []
    try:
        return [load_frame(engine, source, registers.read_rows(path, source, settings.now), record)]
    except (RunError, ValueError, OSError) as error:  # a file that a person edits may hold anything
        return [_unreadable(engine, source, record, error)]


def _unreadable(engine: Engine, source: Source, record: Record, error: Exception) -> IngestOutcome:
    """Record that a file of figures was refused, and why."""
    url = str(record["url"])
    logger.warning("%s: %s cannot be read", source.key, url, exc_info=True)
    refusal = {"outcome": "refused", "detail": str(error)[:LONGEST_DETAIL], "bytes": None}
    warehouse.record(engine, source.key, **record | refusal)
    return IngestOutcome(source.key, url, "refused", str(error))


def record_reviews(engine: Engine, settings: Settings, source: Source) -> None:
    """Record each time that a person read the page of a register as a fetch of it.

    Nothing was new then: it is an answer without a change, from which what stands ages.
    """
    try:
        reviews = registers.reviews_of(settings.home, source)
    except RunError:  # `register check` says so too; figures go on
        logger.warning("%s: its reviews cannot be read", source.key, exc_info=True)
        return
    last = fetches.last_answer(engine, source.key, source.register)
    for at, reader in reviews:
        if (last is None or at > last) and at <= settings.now:
            answer = {"outcome": "unchanged", "detail": f"read by {reader}, nothing new"}
            warehouse.record(engine, source.key, url=source.register, at=at, **answer)


def _file_record(body: bytes, url: str, now: datetime) -> Record:
    """What the warehouse records of a file that was loaded."""
    digest = sha256(body).hexdigest()
    return {"url": url, "at": now, "outcome": "history", "sha256": digest, "bytes": len(body)}


def _is_loaded(engine: Engine, source: Source, record: Record) -> bool:
    """True if the store holds this version of the file."""
    last = read.last_fetch(engine, source.key, str(record["url"]))
    return last is not None and last.sha256 == record["sha256"]


def fetch_and_load(
    engine: Engine, settings: Settings, sources: Sequence[Source]
) -> Iterator[IngestOutcome]:
    """Fetch these sources at the same time and load each payload as it arrives."""
    archive = Archive(settings.archive)
    ready, missing = askable(settings, sources)
    for source, why in missing:
        logger.info("%s: skipped, %s", source.key, why)
        yield IngestOutcome(source.key, source.homepage, "skipped", why)
    ready = [ask_from_last(source, partial(read.panel, engine), settings.now) for source in ready]
    waits = fetches.waits(engine, settings.now) if ready else {}
    yield from _waiting(ready, waits)
    free = [_without_waiting(source, waits) for source in ready]
    for fetched in fetch_concurrently(settings, free, partial(_cached, engine, archive)):
        yield load_fetched(engine, archive, fetched)


def _waiting(sources: Sequence[Source], waits: Mapping[str, datetime]) -> Iterator[IngestOutcome]:
    """An outcome for each request whose host does not want to be asked yet."""
    for source in sources:
        for request in source.requests:
            if until := waits.get(request.host):
                detail = f"{request.host} asked to wait until {until:%Y-%m-%d %H:%M} UTC"
                logger.info("%s: not asked, %s", source.key, detail)
                yield IngestOutcome(source.key, public_url(request), "try later", detail)


def _without_waiting(source: Source, waits: Mapping[str, datetime]) -> Source:
    free = tuple(request for request in source.requests if request.host not in waits)
    return replace(source, requests=free)


def askable(
    settings: Settings, sources: Sequence[Source]
) -> tuple[list[Source], list[tuple[Source, str]]]:
    """The sources as they are asked here, and those that are not, each with why."""
    reasons = [(source, why_not_asked(source, settings)) for source in sources]
    ready = [in_use(source, settings) for source, why in reasons if not why]
    return ready, [(source, why) for source, why in reasons if why]


def ask_from_last(source: Source, panel: Stored, now: datetime) -> Source:
    """The source with the questions for what is not stored yet.

    `panel` gives the stored figures of series (series, period, value).
    """
    if source.windows is None:
        return source
    stored = panel([series.key for series in source.series])["period"]
    periods = {period.date() for period in stored.drop_duplicates()}
    return replace(source, requests=tuple(source.windows(periods, now.date())))


def _cached(
    engine: Engine, archive: Archive, source: Source, request: Request
) -> CachedValidators | None:
    """The validators of the last good fetch; None if its bytes must be read again."""
    last = read.last_fetch(engine, source.key, public_url(request))
    if last is None or last.parser_version != source.parser_version:
        return None
    gone = last.sha256 is None or not archive.is_intact(last.sha256)
    # Read again as figures of today, to be archived again, or for a figure that waits to come
    # again.
    if source.snapshot_dated or gone or warehouse.has_quarantined(engine, last.id, REPEATABLE):
        return CachedValidators(sha256=last.sha256)
    return CachedValidators(last.etag, last.last_modified, last.sha256)


def missing_past(
    engine: Engine, source: Source, first: date | None = None, last: date | None = None
) -> list[PastRequest]:
    """The requests for the past that are not loaded yet, oldest first.

    `first` and `last` limit the day of publication; both ends are included.
    """
    chosen = [
        past
        for past in source.past
        if (first is None or past.published.date() >= first)
        and (last is None or past.published.date() <= last)
    ]
    return [
        past
        for past in sorted(chosen, key=lambda past: past.published)
        if read.last_fetch(engine, source.key, public_url(past.request)) is None
    ]


def backfill(
    engine: Engine, settings: Settings, source: Source, pending: Sequence[PastRequest]
) -> Iterator[IngestOutcome]:
    """Fetch and load these requests one after the other; an outcome each.

    The order is that of publication, so that each figure is compared with the one before it. It
    ends early once the publisher no longer answers: another call asks for what is missing.
    """
    archive, failures = Archive(settings.archive), 0
    with polite_client(settings) as client:
        for past in pending:
            fetched = fetch_request(client, source, past.request, None)
            outcome = load_fetched(engine, archive, fetched, past.published)
            yield outcome
            failures = 0 if outcome.good or outcome.outcome == "refused" else failures + 1
            if failures == MAX_FAILURES:
                return
