"""Read the archived bytes of a source again, with the parser of today and no network."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from pipelines.ingest.fetch import parse_http_date
from pipelines.ingest.ingestion import IngestOutcome, load_payload
from sources import Payload, Request, Source
from sources.http.raw_archive import Archive, DamagedBody
from warehouse.observations import read


def reparse(engine: Engine, archive: Archive, source: Source) -> Iterator[IngestOutcome]:
    """Read every body that this source's parser was ever shown, oldest first; an outcome each.

    A figure that is read otherwise than before becomes a new version of the same date, and what
    was stored stays. A body that is gone or damaged is an outcome that says so.
    """
    for row in read.parsed_bodies(engine, source.key).to_dict("records"):
        about = {str(name): value for name, value in row.items()} | {"outcome": "new"}
        try:
            payload = stored(archive, source, about)
        except (KeyError, DamagedBody) as fault:
            yield IngestOutcome(source.key, str(about["url"]), "failed", str(fault.args[0]))
        else:
            yield load_payload(engine, source, payload, about, against_last_good=False)


def stored(archive: Archive, source: Source, about: dict[str, Any]) -> Payload:
    """The payload of an archived fetch (a row of `read.parsed_bodies`). KeyError, DamagedBody."""
    sha = about["sha256"]
    request = Request(**archive.metadata(sha)["request"])
    first = archive.get(sha)
    bodies = [first]
    if source.next_page:
        bodies = [archive.get(page) for page in json.loads(first)["pages"]]
    return Payload(
        bodies[0], request, about["at"], parse_http_date(about["last_modified"]), tuple(bodies[1:])
    )
