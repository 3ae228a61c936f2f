"""From a publisher's bytes to observations: ask, archive, parse, validate, load."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from os import environ

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError
from pipelines.ingest import fetch, registers
from pipelines.ingest.validate import LastGood, check
from pipelines.settings import Settings
from sources import Payload, Request, Source, registry
from sources.citations import cited_csv
from sources.http.client import CachedValidators
from sources.http.credentials import public_url
from sources.http.raw_archive import Archive
from sources.tidy import read_history
from warehouse import load, tables
from warehouse.database import open_for_writing
from warehouse.observations import read

SHIPPED = "sources/history/"


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one payload: an outcome of the fetch, and the counts of its load."""

    source: str
    url: str
    outcome: str
    detail: str = ""
    rows: int = 0
    added: int = 0
    quarantined: int = 0
    withdrawn: int = 0

    @property
    def good(self) -> bool:
        """Whether the store now holds what the publisher serves."""
        return self.outcome in {"new", "unchanged", "history"}

    @property
    def shipped(self) -> bool:
        """Whether it is that of the history shipped with the source: nobody was asked."""
        return self.url.startswith(SHIPPED)


def verdict(outcomes: Sequence[IngestOutcome]) -> str:
    """What became of the questions of one source, in a word or two.

    `partial: N of M` where some were answered well and some were not; the good ones are kept.
    """
    asked = [one for one in outcomes if not one.shipped] or list(outcomes)
    good = sum(one.good for one in asked)
    said = ", ".join(dict.fromkeys(one.outcome for one in asked))
    return f"partial: {good} of {len(asked)} ({said})" if 0 < good < len(asked) else said


def open_store(settings: Settings) -> Engine:
    """The warehouse of this installation to write, with every declared source registered."""
    engine = open_for_writing(settings.warehouse)
    declared = registry().values()
    load.register(
        engine, [_catalogue(s) for s in declared], [r for s in declared for r in _series(s)]
    )
    return engine


def _catalogue(source: Source) -> dict[str, object]:
    same = set(tables.Source.model_fields) & {field.name for field in fields(source)}
    titles = {"title_fr": source.fr, "title_en": source.en}
    return {key: getattr(source, key) for key in same} | titles


def _series(source: Source) -> list[dict[str, object]]:
    return [
        {
            "key": series.key,
            "source": source.key,
            "unit": series.unit,
            "frequency": series.frequency,
            "title_fr": series.fr,
            "title_en": series.en,
        }
        for series in source.series
    ]


def ingest_all(
    engine: Engine, settings: Settings, sources: Sequence[Source], *, live: bool = True
) -> Iterator[IngestOutcome]:
    """Load the shipped history and the registers, then ask every source; one outcome a payload.

    A source that fails gives an outcome that says so, and the others go on.
    """
    for source in sources:
        if source.history:
            yield from load_history(engine, source, settings.now)
        if source.register:
            yield from load_register(engine, settings, source)
    if live:
        yield from fetch_and_load(engine, settings, [s for s in sources if s.requests])


def load_history(engine: Engine, source: Source, now: datetime) -> list[IngestOutcome]:
    """Load the figures that are shipped with the source, once for each version of the file."""
    path = source.history
    assert path is not None  # noqa: S101
    # With its citations: one that is corrected makes another version of the file.
    body = cited_csv(path).encode()
    url = f"{SHIPPED}{path.name}"
    last = read.last_fetch(engine, source.key, url)
    if last is not None and last.sha256 == sha256(body).hexdigest():
        return []
    frame = read_history(path)
    about = {"url": url, "at": now, "outcome": "history", "sha256": sha256(body).hexdigest()}
    return [_store(engine, source, frame, about | {"bytes": len(body)})]


def load_register(engine: Engine, settings: Settings, source: Source) -> list[IngestOutcome]:
    """Load the figures that a person keeps for this source, once for each version of the file.

    A file that cannot be read is a refusal of this source and stops no other.
    """
    path = registers.path_of(settings.home, source)
    if not path.is_file():
        return []
    body = path.read_bytes()
    url, digest = f"{registers.FOLDER}/{path.name}", sha256(body).hexdigest()
    last = read.last_fetch(engine, source.key, url)
    if last is not None and last.sha256 == digest:
        return []
    about: dict[str, object] = {"url": url, "at": settings.now, "sha256": digest}
    try:
        frame = registers.read_rows(path, source, settings.now)
    except RunError as error:
        load.record(engine, source.key, **about, outcome="refused", detail=str(error)[:500])
        return [IngestOutcome(source.key, url, "refused", str(error))]
    return [_store(engine, source, frame, about | {"outcome": "history", "bytes": len(body)})]


def fetch_and_load(
    engine: Engine, settings: Settings, sources: Sequence[Source]
) -> Iterator[IngestOutcome]:
    """Ask these sources at once and take each answer as it comes."""
    archive = Archive(settings.archive)
    ready = [source for source in sources if not source.needs or environ.get(source.needs)]
    for source in sources:
        if source not in ready:
            yield IngestOutcome(source.key, source.homepage, "skipped", f"needs {source.needs}")
    for asked in fetch.fetch_concurrently(settings, ready, partial(_previous, engine)):
        yield load_fetched(engine, archive, asked)


def _previous(engine: Engine, source: Source, request: Request) -> CachedValidators | None:
    last = read.last_fetch(engine, source.key, public_url(request))
    if last is None or last.parser_version != source.parser_version:
        return None
    if source.snapshot_dated:  # the body is read again, so it must come again
        return CachedValidators(sha256=last.sha256)
    return CachedValidators(last.etag, last.last_modified, last.sha256)


def load_fetched(engine: Engine, archive: Archive, asked: fetch.FetchedPayload) -> IngestOutcome:
    """Archive what came, parse the archived bytes, validate and load what passes."""
    source, answer = asked.source, asked.answer
    about = fetch_record(asked)
    kept = {"source": source.key, "request": asdict(asked.request), **about}
    held = [archive.put(body, kept) for body in asked.bodies]
    if answer.outcome != "new" and not (source.snapshot_dated and answer.outcome == "unchanged"):
        load.record(engine, source.key, **about)
        return IngestOutcome(source.key, answer.url, answer.outcome, answer.detail)
    if source.next_page:
        archive.put(fetch.contents(asked.bodies), kept)
    archived = replace(asked, bodies=tuple(archive.get(sha) for sha in held))
    seen = read.first_seen(engine, source.key, answer.url, answer.sha256)
    return load_payload(engine, source, replace(archived.payload, first_seen=seen), about)


def load_payload(
    engine: Engine,
    source: Source,
    payload: Payload,
    about: dict[str, object],
    *,
    against_last_good: bool = True,
) -> IngestOutcome:
    """Parse, validate and load stored bytes; a payload that cannot be read is refused.

    A body that was vetted when it came, and is read again, is not compared with later ones.
    """
    try:
        frame = parse_payload(source, payload)
    except Unreadable as fault:
        why = {"detail": str(fault), "parser_version": source.parser_version}
        load.record(engine, source.key, **about | {"outcome": "refused"} | why)
        return IngestOutcome(source.key, str(about["url"]), "refused", str(fault))
    url = public_url(payload.request)
    last = _last_good(engine, source, url) if against_last_good else None
    return _store(engine, source, frame, about, last)


class Unreadable(ValueError):
    """The bytes have no form that the parser knows; the message is one line."""


def parse_payload(source: Source, payload: Payload) -> pd.DataFrame:
    """The tidy frame of a payload, every row with the date it was known. Raises Unreadable."""
    assert source.parse is not None  # noqa: S101
    try:
        frame = source.parse(payload)
    except Exception as fault:  # the publisher's bytes may break a parser in any way
        raise Unreadable(fetch.describe_error(fault)) from fault
    known = payload.fetched_at
    if source.known_from == "last_modified" and payload.last_modified:
        known = min(known, payload.last_modified)
    return frame.assign(known_from=frame["known_from"].fillna(pd.Timestamp(known)))


def _store(
    engine: Engine,
    source: Source,
    frame: pd.DataFrame,
    about: dict[str, object],
    last: LastGood | None = None,
) -> IngestOutcome:
    at = about["at"]
    assert isinstance(at, datetime)  # noqa: S101
    frame = frame.drop_duplicates(ignore_index=True)
    live, keys = about["outcome"] != "history", sorted(frame["series"].unique())
    before = read.panel(engine, series=keys, as_of=at) if live else _no_figures()
    checked = check(frame, source, at=at, before=before, last=last)
    newest = frame["period"].max() if len(frame) else None
    read_as = {"rows": len(frame), "newest": newest, "parser_version": source.parser_version}
    detail = "; ".join(checked.blocked or checked.warnings)[:500]
    outcome = str(about["outcome"]) if checked.passed else "refused"
    fetch_id = load.record(
        engine, source.key, **about | read_as | {"outcome": outcome, "detail": detail}
    )
    for (expectation, reason), rows in checked.rejected.groupby(["expectation", "reason"]):
        load.quarantine(engine, fetch_id, rows[frame.columns], str(expectation), str(reason))
    served = (
        frame[["series", "period"]] if source.full_snapshot and live and checked.passed else None
    )
    loaded = load.append(engine, fetch_id, checked.accepted, seen=served)
    for reason, rows in loaded.refused.groupby("reason"):
        load.quarantine(engine, fetch_id, rows, "load", str(reason))
    if checked.passed:
        load.mark_loaded(engine, fetch_id)
    return IngestOutcome(
        source.key,
        str(about["url"]),
        outcome,
        detail,
        rows=len(frame),
        added=loaded.added,
        quarantined=len(checked.rejected) + len(loaded.refused),
        withdrawn=loaded.withdrawn,
    )


def fetch_record(asked: fetch.FetchedPayload) -> dict[str, object]:
    """What the warehouse records of an answer, and the archive beside its bytes."""
    answer = asked.answer
    return {
        "url": answer.url,
        "at": answer.at,
        "outcome": answer.outcome,
        "detail": answer.detail,
        "http_status": answer.status,
        "sha256": answer.sha256,
        "bytes": sum(map(len, asked.bodies)) or None,
        "etag": answer.etag,
        "last_modified": answer.last_modified,
    }


def _last_good(engine: Engine, source: Source, url: str) -> LastGood | None:
    last = read.last_fetch(engine, source.key, url)
    if last is None or not last.rows or last.newest is None:
        return None
    return LastGood(last.rows, last.newest)


def _no_figures() -> pd.DataFrame:
    return pd.DataFrame(columns=["series", "period", "value"])
