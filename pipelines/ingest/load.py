"""Load a payload: archive its bytes, parse them, validate, store what passes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache, partial

import pandas as pd
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import UnreadableBody
from pipelines.ingest.checks.doubts import FIGURE, SECOND, Evidence, none
from pipelines.ingest.cross_check import second_readings
from pipelines.ingest.fetch import (
    LONGEST_DETAIL,
    FetchedPayload,
    page_index,
)
from pipelines.ingest.fields import added_fields
from pipelines.ingest.outcome import IngestOutcome
from pipelines.ingest.parse import awaits_repeat, earlier_figures, last_good, parse_payload
from pipelines.ingest.validate import LastGood, Validated, check, distinct
from sources import Payload, Source
from sources.http.client import FetchResult
from sources.http.mirrors import Listed
from sources.http.raw_archive import Archive
from warehouse import load as warehouse
from warehouse.database import WarehouseError
from warehouse.database.errors import first_line
from warehouse.observations import read

logger = logging.getLogger(__name__)

ACCEPTED = "accepted: "  # how the detail of a fetch begins that a person has accepted
Record = dict[str, object]
Figures = Callable[[], pd.DataFrame]


def load_fetched(
    engine: Engine,
    archive: Archive,
    fetched: FetchedPayload,
    published: datetime | None = None,
) -> IngestOutcome:
    """Archive what was fetched, parse it, validate and load what passes.

    Whatever its bytes or the disk of the archive do is its outcome, with a traceback in the log,
    and stops no other source. A fault of the warehouse is raised: it is everybody's. A payload
    of the past was `published` before it was fetched, and is read as of then.
    """
    record = fetch_record(fetched)
    try:
        # Words as Python objects: of the few rows of a payload, Arrow takes longer to open and
        # close its arrays than to do the work, a sixth of a load.
        with pd.option_context("mode.string_storage", "python"):
            return _load_fetched(engine, archive, fetched, record, published)
    except (SQLAlchemyError, WarehouseError):
        raise
    except Exception as error:
        source, url = fetched.source, fetched.result.url
        logger.exception("%s: %s cannot be loaded", source.key, url)
        detail = f"cannot be loaded: {first_line(error)}"[:LONGEST_DETAIL]
        warehouse.record(engine, source.key, **record | {"outcome": "failed", "detail": detail})
        return IngestOutcome(source.key, url, "failed", detail)


def _load_fetched(
    engine: Engine,
    archive: Archive,
    fetched: FetchedPayload,
    record: Record,
    published: datetime | None,
) -> IngestOutcome:
    source, result = fetched.source, fetched.result
    for listed in fetched.lists:
        _keep_list(engine, archive, source, listed)
    headers = {"source": source.key, "request": asdict(fetched.request), **record}
    stored = [archive.put(body, headers) for body in fetched.bodies]
    if source.next_page and result.outcome in {"new", "unchanged"}:
        archive.put(page_index(fetched.bodies), headers)
    if published is None and (why := frozen(engine, fetched)):
        warehouse.record(engine, source.key, **record | {"outcome": "frozen", "detail": why})
        return IngestOutcome(source.key, result.url, "frozen", why)
    # The same price list on another day is another price: those of that day. A figure that was
    # doubted may be confirmed by coming again.
    same_bytes = result.outcome == "unchanged" and bool(fetched.bodies)
    read_anew = same_bytes and (source.snapshot_dated or awaits_repeat(engine, source, result.url))
    if result.outcome != "new" and not read_anew:
        warehouse.record(engine, source.key, **record)
        return IngestOutcome(source.key, result.url, result.outcome, result.detail)
    # Parsed from the archive and not from memory: what is loaded can be loaded again.
    archived = replace(fetched, bodies=tuple(archive.get(sha) for sha in stored))
    payload = archived.payload
    if source.snapshot_dated:
        first_seen = read.first_seen(engine, source.key, result.url, result.sha256)
        payload = replace(payload, first_seen=first_seen)
    if published is not None:
        payload = replace(payload, fetched_at=published, first_seen=published)
    return load_payload(engine, source, payload, record, archive)


def _keep_list(engine: Engine, archive: Archive, source: Source, listed: Listed) -> None:
    """Archive and record the answer to a question for the newest edition."""
    record = result_record(listed.result)
    if listed.result.outcome == "new":
        record["outcome"] = "listed"  # no figure is read of it
    if listed.result.body:
        headers = {"source": source.key, "request": asdict(listed.request), **record}
        archive.put(listed.result.body, headers)
    warehouse.record(engine, source.key, **record)


def frozen(engine: Engine, fetched: FetchedPayload) -> str:
    """Why a file of today's prices is no longer kept up; "" if it is.

    Where no list dates its last change, it is when its bytes first came here.
    """
    source, result, edition = fetched.source, fetched.result, fetched.edition
    if not source.frozen_days or result.outcome not in {"new", "unchanged"}:
        return ""
    changed = edition.changed if edition else None
    changed = changed or read.first_seen(engine, source.key, result.url, result.sha256)
    if changed is None or (result.at - changed).days <= source.frozen_days:
        return ""
    moved = edition.moved if edition else None
    beside = f"; other files there changed on {moved:%Y-%m-%d}" if moved else ""
    return (
        f"this file has been frozen since {changed:%Y-%m-%d}{beside}: its prices are not those "
        "of today, so none was stored; look for its successor"
    )


def fetch_record(fetched: FetchedPayload) -> Record:
    """What the warehouse records of a fetch, and the archive beside its bytes."""
    size = sum(map(len, fetched.bodies)) or None
    return result_record(fetched.result) | {"bytes": size}


def result_record(result: FetchResult) -> Record:
    """The columns of a fetch that one answer fills."""
    return {
        "url": result.url,
        "at": result.at,
        "outcome": result.outcome,
        "detail": result.detail,
        "http_status": result.status,
        "sha256": result.sha256,
        "bytes": len(result.body) if result.body else None,
        "etag": result.etag,
        "last_modified": result.last_modified,
        "retry_at": result.retry_at,
    }


def load_payload(
    engine: Engine,
    source: Source,
    payload: Payload,
    record: Record,
    archive: Archive | None = None,
    accepted: str = "",
) -> IngestOutcome:
    """Parse, validate and load stored bytes; unreadable ones are refused.

    With an archive, they are compared with the last good payload of their address, and with that
    of an earlier day. A body that was validated when it arrived, and is parsed again, is not
    compared with later ones. `accepted` is the reason for which a person has accepted what
    differs from the past.
    """
    try:
        frame = parse_payload(source, payload)
    except UnreadableBody as error:
        why = {"detail": str(error), "parser_version": source.parser_version}
        warehouse.record(engine, source.key, **record | {"outcome": "refused"} | why)
        return IngestOutcome(source.key, str(record["url"]), "refused", str(error))
    sha = record.get("sha256")
    last = last_good(engine, archive, source, payload.request, sha) if archive else None
    day = payload.fetched_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    url = str(record["url"])
    earlier = partial(earlier_figures, engine, archive, source, url, day) if archive else None
    notices = list(source.notices(payload) if source.notices else ())
    if record["outcome"] == "new":
        notices.append(str(record.get("detail", "")))  # such as that the address has moved
    if archive:
        notices += added_fields(engine, archive, source, payload, url)
    return load_frame(
        engine,
        source,
        frame,
        record,
        last,
        notices,
        at=payload.fetched_at,
        earlier=earlier,
        accepted=accepted,
    )


def load_frame(
    engine: Engine,
    source: Source,
    frame: pd.DataFrame,
    record: Record,
    last: LastGood | None = None,
    notices: Sequence[str] = (),
    *,
    at: datetime | None = None,
    earlier: Figures | None = None,
    accepted: str = "",
) -> IngestOutcome:
    """Validate a tidy frame, record its fetch, and load what passes.

    `record` has the columns of the fetch; `last` is the last good payload of the same address,
    `earlier` gives the figures that it served on an earlier day; `notices` are said with the
    outcome. The frame is compared with what was known `at` the instant as of which it was read:
    that of the fetch, if no other is given.
    """
    at = at or record["at"]  # type: ignore[assignment]
    assert isinstance(at, datetime)  # noqa: S101
    frame = distinct(frame)
    live = record["outcome"] != "history"
    keys = sorted(frame["series"].unique())
    before = read.panel(engine, series=keys, as_of=at, lenient=True) if live else none(FIGURE)
    validate = partial(
        check, frame, source, at=at, before=before, last=last, accepted=bool(accepted)
    )
    # Read once, and only where figures are new or have moved far: most payloads need none.
    second = cache(partial(second_readings, engine, keys, at) if live else partial(none, SECOND))
    checked = validate(evidence=Evidence(second))
    # Only a doubt is worth reading an earlier body again.
    repeated = earlier() if checked.doubted and earlier is not None else None
    if repeated is not None and len(repeated):
        checked = validate(evidence=Evidence(second, repeated))
    detail = describe(source, checked, notices, accepted)
    outcome = str(record["outcome"]) if checked.passed else "refused"
    record = record | {"outcome": outcome, "detail": detail} | _parsed(source, frame, checked)
    counts = _store(engine, source, frame, record, checked, live=live)
    loaded = IngestOutcome(source.key, str(record["url"]), outcome, detail, len(frame), *counts)
    level = logging.INFO if checked.passed and not loaded.quarantined else logging.WARNING
    line = "%s: %s %s: %d rows, %d added, %d quarantined, %d withdrawn %s"
    word = "loaded" if checked.passed else "refused"
    logger.log(level, line, source.key, word, loaded.url, loaded.rows, *counts, detail)
    return loaded


def describe(
    source: Source, checked: Validated, notices: Sequence[str] = (), accepted: str = ""
) -> str:
    """Why a payload was refused, or what a person should see of a stored one."""
    reasons = list(checked.blocked or (*checked.warnings, *notices))
    if checked.blocked and checked.doubted:
        reasons.append(f"if it is right: silentcrash accept {source.key} --reason …")
    if accepted and checked.passed:
        reasons.insert(0, f"{ACCEPTED}{accepted}")
    return "; ".join(filter(None, reasons))[:LONGEST_DETAIL]


def _parsed(source: Source, frame: pd.DataFrame, checked: Validated) -> Record:
    """What the fetch records of a parse: rows, newest period, parser version.

    A period that was set aside, as one a year ahead is, must not be the newest: every later payload
    would end before it and be refused for ever.
    """
    loaded = checked.accepted if checked.passed else frame
    newest = loaded["period"].max() if len(loaded) else None
    return {"rows": len(frame), "newest": newest, "parser_version": source.parser_version}


def _store(
    engine: Engine,
    source: Source,
    frame: pd.DataFrame,
    record: Record,
    checked: Validated,
    *,
    live: bool,
) -> tuple[int, int, int]:
    """Write a fetch and its rows; how many were added, quarantined and withdrawn."""
    fetch_id = warehouse.record(engine, source.key, **record)
    if len(checked.rejected):  # to group no rows takes as long as to group many
        for (expectation, reason), rows in checked.rejected.groupby(["expectation", "reason"]):
            columns = rows[frame.columns]
            warehouse.quarantine(engine, fetch_id, columns, str(expectation), str(reason))
    complete = source.full_snapshot and live and checked.passed
    served = frame[["series", "period"]] if complete else None
    loaded = warehouse.append(engine, fetch_id, checked.accepted, seen=served)
    if len(loaded.refused):
        for reason, rows in loaded.refused.groupby("reason"):
            warehouse.quarantine(engine, fetch_id, rows, "load", str(reason))
    # A fetch whose figures went in under its own number was marked with them.
    if checked.passed and not (loaded.added + loaded.withdrawn and loaded.fetch_id == fetch_id):
        warehouse.mark_loaded(engine, fetch_id)
    return loaded.added, len(checked.rejected) + len(loaded.refused), loaded.withdrawn
