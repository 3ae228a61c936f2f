"""Ask a source all of one question: its pages, its mirror, without what must never be stored."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import perf_counter

from pipelines.settings import Settings
from sources import Payload, Redact, Request, SchemaDrift, Source
from sources.http.client import CachedValidators, FetchResult, PoliteClient
from sources.http.credentials import public_url

MOST_PAGES = 200

Remember = Callable[[Source, Request], CachedValidators | None]


@dataclass(frozen=True)
class FetchedPayload:
    """One question of a source and all that came back.

    `answer` is the first page, or the page at which the others failed. `bodies` are all that
    arrived and may be kept, in order. Several pages are known by the SHA-256 of `contents`.
    `seconds` is how long it took.
    """

    source: Source
    request: Request
    answer: FetchResult
    bodies: tuple[bytes, ...] = ()
    seconds: float = 0.0

    @property
    def payload(self) -> Payload:
        """What the parser reads; only for an answer that is new."""
        return _payload(self.request, self.answer, self.bodies)


def _payload(request: Request, answer: FetchResult, bodies: Sequence[bytes]) -> Payload:
    modified = parse_http_date(answer.last_modified)
    return Payload(bodies[0], request, answer.at, modified, tuple(bodies[1:]))


def polite_client(settings: Settings) -> PoliteClient:
    """The way out, as this installation configures it."""
    return PoliteClient(
        contact=settings.contact,
        gateway=settings.gateway,
        allow_loopback=settings.allow_loopback,
        clock=lambda: settings.now,
    )


def fetch_concurrently(
    settings: Settings, sources: Sequence[Source], remember: Remember
) -> Iterator[FetchedPayload]:
    """Ask every question of these sources at once; each as it comes.

    `remember` gives what is held of the last good answer to a question.
    """
    with (
        polite_client(settings) as shared,
        ThreadPoolExecutor(max_workers=max(len(sources), 1)) as pool,
    ):
        asked = [
            pool.submit(fetch_request, shared, source, request, remember(source, request))
            for source in sources
            for request in source.requests
        ]
        for done in as_completed(asked):
            yield done.result()


def fetch_request(
    shared: PoliteClient, source: Source, request: Request, previous: CachedValidators | None
) -> FetchedPayload:
    """Ask a question and its further pages; one page that fails fails the whole of it.

    The pages of a source that follows are asked for without conditions: that the first has not
    changed says nothing of the others. Whether they have is told by their hashes.
    """
    held, started = (
        CachedValidators() if source.next_page or previous is None else previous,
        perf_counter(),
    )
    answer = _served(shared, source, request, held)
    bodies: list[bytes] = []
    try:
        answer = _all_pages(shared, source, request, answer, bodies)
    except Exception as fault:  # the publisher's bytes may break the reading in any way
        answer = _refused(answer, describe_error(fault))
    if answer.outcome == "new":
        answer = _known_by(answer, contents(bodies) if source.next_page else bodies[0], previous)
    return FetchedPayload(source, request, answer, tuple(bodies), perf_counter() - started)


def _served(
    shared: PoliteClient, source: Source, request: Request, previous: CachedValidators
) -> FetchResult:
    looks = request.expected_format or source.expected_format
    answer = shared.fetch(request, expected_format=looks, previous=previous)
    if request.mirror and answer.outcome in {"failed", "try later"}:
        again = replace(request, url=request.mirror, mirror="")
        second = shared.fetch(
            again, expected_format=looks, previous=CachedValidators(sha256=previous.sha256)
        )
        answer = second if second.outcome in {"new", "unchanged"} else answer
    return _discreet(source.redact, answer) if source.redact else answer


def _discreet(redact: Redact, answer: FetchResult) -> FetchResult:
    """The answer without what must never be stored, which a refusal may quote."""
    if answer.body is None:
        return answer
    if answer.outcome != "new":
        return replace(answer, detail=answer.detail.split(": ")[0], body=None, sha256=None)
    try:
        return replace(answer, body=redact(answer.body))
    except Exception:  # what it says may hold what must not be stored
        why = "what must not be stored cannot be taken out of it, so it was not kept"
        return replace(answer, outcome="refused", detail=why, body=None, sha256=None)


def _all_pages(
    shared: PoliteClient, source: Source, request: Request, first: FetchResult, bodies: list[bytes]
) -> FetchResult:
    """Fill `bodies` page by page; the first answer, or that of the page which failed."""
    asked, answer = {public_url(request)}, first
    while True:
        if answer.body is not None:
            bodies.append(answer.body)
        if answer.outcome != "new":
            page = f"page {len(asked)}: " if answer is not first else ""
            return replace(answer, url=first.url, detail=page + answer.detail)
        wanted = source.next_page(_payload(request, first, bodies)) if source.next_page else None
        if wanted is None:
            return first
        if public_url(wanted) in asked:
            return _refused(first, f"page {len(asked) + 1} is one that was asked for already")
        if len(asked) >= MOST_PAGES:
            return _refused(first, f"more than {MOST_PAGES} pages")
        asked.add(public_url(wanted))
        answer = _served(shared, source, wanted, CachedValidators())


def contents(bodies: Sequence[bytes]) -> bytes:
    """The table of contents of several pages: the SHA-256 of each, in order, as JSON."""
    return json.dumps({"pages": [sha256(body).hexdigest() for body in bodies]}).encode()


def parse_http_date(header: str | None) -> datetime | None:
    """The moment that a Last-Modified names, UTC; None where it names none."""
    try:
        found = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    # A zone of -0000 says nothing of the zone and is read as naive.
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _known_by(answer: FetchResult, body: bytes, previous: CachedValidators | None) -> FetchResult:
    digest = sha256(body).hexdigest()
    if previous is not None and digest == previous.sha256:
        return replace(answer, outcome="unchanged", detail="the same bytes", sha256=digest)
    return replace(answer, sha256=digest)


def _refused(answer: FetchResult, why: str) -> FetchResult:
    return replace(answer, outcome="refused", detail=why)


def describe_error(fault: Exception) -> str:
    """In one line, why the bytes of a publisher cannot be read."""
    kind = "" if isinstance(fault, SchemaDrift) else f"{type(fault).__name__}: "
    return f"cannot be read: {kind}{fault}".splitlines()[0][:500]
