"""Parse a payload: as it came, or as the archive gives it back."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import UnreadableBody
from pipelines.ingest.checks.doubts import FIGURE, none
from pipelines.ingest.fetch import describe_error, parse_http_date
from pipelines.ingest.validate import REPEATABLE, LastGood
from sources import Payload, Request, Source
from sources.http.credentials import public_url
from sources.http.raw_archive import Archive, DamagedBody
from sources.parser_process import bounded
from warehouse import load as warehouse
from warehouse.observations import read

logger = logging.getLogger(__name__)


def parse_payload(source: Source, payload: Payload) -> pd.DataFrame:
    """The tidy frame of a payload, every row with the date it was known.

    Raises:
        UnreadableBody: The parser does not know this form, or took too long or too much memory;
            the log has its traceback.
    """
    assert source.parse is not None  # noqa: S101
    try:
        form = source.format_of(payload.request)
        frame: pd.DataFrame = bounded(source.parse, payload, form=form, bodies=payload.pages)
    except Exception as error:  # a publisher's bytes may break a parser in any way
        logger.warning("%s: the parser failed", source.key, exc_info=True)
        raise UnreadableBody(describe_error(error)) from error
    known_from = payload.fetched_at
    if source.known_from == "last_modified" and payload.last_modified:
        known_from = min(known_from, payload.last_modified)  # a clock of theirs may run ahead
    return frame.assign(known_from=frame["known_from"].fillna(pd.Timestamp(known_from)))


def archived_payload(archive: Archive, source: Source, record: Mapping[str, Any]) -> Payload:
    """The payload of an archived fetch, with the request as it was sent.

    A source may ask for more today than it did then. Two addresses may have sent the same bytes,
    of which the archive notes the first request: the other is the one that is declared.

    Raises KeyError where its bytes are gone, DamagedBody where they have changed.
    """
    sha = record["sha256"]
    try:
        noted = Request(**archive.metadata(sha).get("request", {}))
        first = archive.get(sha)
        # What the hash of several pages names is their index.
        pages = json.loads(first)["pages"] if source.next_page else []
    except DamagedBody:  # it says which hash is wrong, and what to do
        raise
    except (TypeError, ValueError) as error:
        raise DamagedBody(f"what is noted beside the archived body {sha} is damaged") from error
    requests = (noted, *source.requests)
    request = next((each for each in requests if public_url(each) == record["url"]), noted)
    bodies = [archive.get(page) for page in pages] or [first]
    modified = parse_http_date(record["last_modified"])
    # The same bytes may have been published on several days, each at an address of its own.
    days = {public_url(past.request): past.published for past in source.past}
    at = days.get(record.get("url", public_url(request)), record["at"])
    return Payload(bodies[0], request, at, modified, tuple(bodies[1:]))


def last_good(
    engine: Engine, archive: Archive, source: Source, request: Request, sha256: object = None
) -> LastGood | None:
    """The last payload that was loaded from an address.

    One with the bytes of `sha256`, those that are being loaded, has nothing that they lack and is
    not read again.
    """
    last = read.last_fetch(engine, source.key, public_url(request))
    if last is None or not last.rows or last.newest is None:
        return None
    if sha256 and last.sha256 == sha256:
        return LastGood(last.rows, last.newest)
    record = asdict(last) | {"url": public_url(request)}
    return LastGood(last.rows, last.newest, partial(_read_again, archive, source, record))


def _read_again(archive: Archive, source: Source, record: Mapping[str, Any]) -> pd.DataFrame | None:
    try:
        return parse_payload(source, archived_payload(archive, source, record))
    except (KeyError, DamagedBody, UnreadableBody):
        logger.info("%s: the last good body is not there to compare with", source.key)
        return None


def awaits_repeat(engine: Engine, source: Source, url: str) -> bool:
    """True if a figure of the last good fetch is right if it comes again."""
    last = read.last_fetch(engine, source.key, url)
    return last is not None and warehouse.has_quarantined(engine, last.id, REPEATABLE)


def earlier_figures(
    engine: Engine, archive: Archive, source: Source, url: str, before: datetime
) -> pd.DataFrame:
    """The figures that an address served last before this instant, stored or not.

    A source that is asked for a window has another address each day.
    """
    bodies = read.last_bodies(engine, source.key, before)
    chosen = bodies if source.windows else bodies[bodies["url"].eq(url)]
    same = chosen.tail(1).to_dict("records")
    if not same:
        return none(FIGURE)
    record = {str(name): value for name, value in same[0].items()}
    try:
        return parse_payload(source, archived_payload(archive, source, record))[FIGURE]
    except (KeyError, DamagedBody, UnreadableBody):
        logger.info("%s: no earlier body can be read again", source.key, exc_info=True)
        return none(FIGURE)
