"""What parsers' tests share: payloads over a real socket, and their values."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pandas as pd

from pipelines.ingest import fetch
from pipelines.ingest.validate import Validated, check
from pipelines.settings import SECRETS
from sources import Payload, Request, Source, find_source
from sources.citations import cited_csv
from sources.http.client import PoliteClient
from sources.http.credentials import public_url
from tests.server import Reply, Site

AT = datetime(2026, 10, 1, 6, tzinfo=UTC)


def fetch_bodies(
    site: Site, source: Source, *bodies: bytes | Reply, at: datetime = AT, question: int = 0
) -> fetch.FetchedPayload:
    """Fetch a request of a source, answered with these bodies from loopback."""
    request = source.requests[question]
    site.serve(public_url(request).split("?")[0], *bodies)
    usual = {"gateway": site.url, "sleep": lambda _: None, "clock": lambda: at, "keys": SECRETS}
    with PoliteClient(**usual) as client:
        return fetch.fetch_request(client, source, request, None)


def fetch_payload(
    site: Site, source: Source, *bodies: bytes | Reply, at: datetime = AT, question: int = 0
) -> Payload:
    """The payload of such a question, which must have been answered."""
    answered = fetch_bodies(site, source, *bodies, at=at, question=question)
    assert answered.result.outcome == "new", answered.result.detail
    return answered.payload


def archived_payload(source: Source, body: bytes, request: Request | None = None) -> Payload:
    """A payload as the archive gives it back."""
    return Payload(body, request or source.requests[0], AT)


def shipped_rows(key: str, **options: Any) -> pd.DataFrame:
    """The rows of a shipped history file with their citations, read by pandas."""
    path = find_source(key).history
    assert path is not None
    return pd.read_csv(StringIO(cited_csv(path)), **options)


def values(source: Source, payload: Payload) -> dict[str, float]:
    """The value of each series in a payload."""
    assert source.parse is not None
    frame = source.parse(payload)
    assert set(frame["series"]) <= {series.key for series in source.series}
    assert not frame.duplicated(["series", "period"]).any()
    return dict(zip(frame["series"], frame["value"], strict=True))


def checked(source: Source, payload: Payload, before: pd.DataFrame | None = None) -> Validated:
    """The verdict of the source's rules on a payload after earlier figures."""
    assert source.parse is not None
    frame = source.parse(payload)
    frame = frame.assign(known_from=frame["known_from"].fillna(pd.Timestamp(payload.fetched_at)))
    earlier = frame.head(0) if before is None else before
    return check(frame, source, at=payload.fetched_at, before=earlier)
