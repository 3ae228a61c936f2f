"""Parse the archived bytes of a source again, with today's parser."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from pipelines.ingest.fetch import parse_http_date
from pipelines.ingest.load import load_payload
from pipelines.ingest.outcome import IngestOutcome
from sources import Payload, Request, Source
from sources.http.raw_archive import Archive, DamagedBody
from warehouse.observations import read

logger = logging.getLogger(__name__)


def reparse(engine: Engine, archive: Archive, source: Source) -> Iterator[IngestOutcome]:
    """Parse every body that this source's parser ever read, oldest first.

    A figure that is now read differently becomes a new version with the same date, and the one
    that was stored stays. A body that is gone or damaged is an outcome that says so.
    """
    for row in read.parsed_bodies(engine, source.key).to_dict("records"):
        record = {str(name): value for name, value in row.items()} | {"outcome": "new"}
        try:
            payload = archived_payload(archive, source, record)
        except (KeyError, DamagedBody) as error:
            logger.warning("%s: %s cannot be read again", source.key, record["url"], exc_info=True)
            yield IngestOutcome(source.key, str(record["url"]), "failed", str(error.args[0]))
        else:
            yield load_payload(engine, source, payload, record, against_last_good=False)


def archived_payload(archive: Archive, source: Source, record: dict[str, Any]) -> Payload:
    """The payload of an archived fetch, a row of `read.parsed_bodies`.

    Raises KeyError where its bytes are gone, DamagedBody where they have changed.
    """
    sha = record["sha256"]
    request = Request(**archive.metadata(sha)["request"])
    first = archive.get(sha)
    bodies = [first]
    if source.next_page:  # what the hash names is then the index of the pages
        bodies = [archive.get(page) for page in json.loads(first)["pages"]]
    modified = parse_http_date(record["last_modified"])
    return Payload(bodies[0], request, record["at"], modified, tuple(bodies[1:]))
