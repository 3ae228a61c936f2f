"""Parse the archived bytes of a source again, with today's parser."""

import logging
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from pipelines.ingest.load import load_payload
from pipelines.ingest.outcome import IngestOutcome
from pipelines.ingest.parse import archived_payload
from sources import Source
from sources.http.raw_archive import Archive, DamagedBody
from warehouse.observations import read

logger = logging.getLogger(__name__)


def reparse(engine: Engine, archive: Archive, source: Source) -> Iterator[IngestOutcome]:
    """Parse every body that this source's parser ever read, oldest first.

    A figure that is now read differently becomes a new version with the same date, and the one
    that was stored stays. A body that is gone or damaged is an outcome that says so.
    """
    for row in read.parsed_bodies(engine, source.key).to_dict("records"):
        record = {str(name): value for name, value in row.items()}
        yield load_again(engine, archive, source, record)


def load_again(
    engine: Engine,
    archive: Archive,
    source: Source,
    record: dict[str, Any],
    accepted: str = "",
    **changed: Any,
) -> IngestOutcome:
    """Load the archived body of a recorded fetch, under its record so `changed`.

    `accepted` is the reason for which a person has accepted what differs from the past.
    """
    try:
        payload = archived_payload(archive, source, record)
    except (KeyError, DamagedBody) as error:
        logger.warning("%s: %s cannot be read again", source.key, record["url"], exc_info=True)
        return IngestOutcome(source.key, str(record["url"]), "failed", str(error.args[0]))
    again = record | {"outcome": "new"} | changed
    return load_payload(engine, source, payload, again, accepted=accepted)
