"""Fetch a request of a source: its pages, its mirror, its redaction."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import perf_counter

from pipelines.settings import FILE, SECRETS, Settings
from sources import Edition, Payload, Redact, Request, SchemaDrift, Source
from sources.http.client import CachedValidators, FetchResult, PoliteClient
from sources.http.content_check import rejection_reason
from sources.http.credentials import public_url
from sources.http.mirrors import Listed, fetch_first, find_edition
from sources.parser_process import ParserEndedError, bounded, code_lines

logger = logging.getLogger(__name__)

# Links to a next page that never end, with a new address each, must not keep a run going for ever.
MAX_PAGES = 200
# What a table on a terminal and a message of an alert can still show.
LONGEST_DETAIL = 500

ReadCache = Callable[[Source, Request], CachedValidators | None]


@dataclass(frozen=True)
class FetchedPayload:
    """A request of a source and all that came back.

    `result` is that of the first page, or of the page that failed. `bodies` are all that arrived
    and may be stored, in order. Several pages are identified by the SHA-256 of `page_index`.
    `seconds` is how long it took. `lists` were asked first, and named the `edition`.
    """

    source: Source
    request: Request
    result: FetchResult
    bodies: tuple[bytes, ...] = ()
    seconds: float = 0.0
    lists: tuple[Listed, ...] = ()
    edition: Edition | None = None

    @property
    def payload(self) -> Payload:
        """What the parser reads; only for a result that is new."""
        return _payload(self.request, self.result, self.bodies)


def _payload(request: Request, result: FetchResult, bodies: Sequence[bytes]) -> Payload:
    modified = parse_http_date(result.last_modified)
    return Payload(bodies[0], request, result.at, modified, tuple(bodies[1:]))


def polite_client(settings: Settings) -> PoliteClient:
    """The client for publishers, as this installation configures it."""
    return PoliteClient(
        contact=settings.contact,
        gateway=settings.gateway,
        allow_loopback=settings.allow_loopback,
        keys=SECRETS,
        clock=lambda: settings.now,
    )


def fetch_concurrently(
    settings: Settings, sources: Sequence[Source], cached: ReadCache
) -> Iterator[FetchedPayload]:
    """Fetch all requests of these sources at once; yields each as it arrives.

    `cached` gives the validators of the last good result of a request.
    """
    # A thread a source: publishers do not slow each other, and the client spaces the requests
    # to one of them anyway.
    pool = ThreadPoolExecutor(max_workers=max(len(sources), 1))
    try:
        with polite_client(settings) as client:
            pending = [
                pool.submit(fetch_newest, client, source, request, cached)
                for source in sources
                for request in source.requests
            ]
            for done in as_completed(pending):
                yield done.result()
    finally:
        # After a Ctrl-C, no answer of a publisher who is silent for half a minute is waited for.
        pool.shutdown(wait=False, cancel_futures=True)


def fetch_newest(
    client: PoliteClient, source: Source, request: Request, cached: ReadCache
) -> FetchedPayload:
    """Fetch a request, or the newest edition that its answer names."""
    if source.discover is None:
        return fetch_request(client, source, request, cached(source, request))
    started = perf_counter()
    search = find_edition(client, source, request)
    if search.edition and (reason := undeclared_host(source, search.edition.request)):
        search = replace(search, edition=None, fault=reason)
    if search.edition is None:
        result = search.answers[0].result
        outcome = "refused" if result.outcome == "new" else result.outcome
        detail = f"the newest edition cannot be found: {search.fault}"[:LONGEST_DETAIL]
        lost = replace(result, outcome=outcome, detail=detail)
        bodies = (lost.body,) if lost.body else ()
        seconds = perf_counter() - started
        fetched = FetchedPayload(source, request, lost, bodies, seconds, search.answers[1:])
        _log(fetched)
        return fetched
    named = search.edition.request
    fetched = fetch_request(client, source, named, cached(source, named))
    seconds = perf_counter() - started
    return replace(fetched, lists=search.answers, edition=search.edition, seconds=seconds)


def fetch_request(
    client: PoliteClient, source: Source, request: Request, previous: CachedValidators | None
) -> FetchedPayload:
    """Fetch a request and its further pages; if one page fails, all of it failed.

    Pages are fetched without conditions: that the first has not changed says nothing about the
    others. Their hashes say whether they have.
    """
    started = perf_counter()
    paged = source.next_page is not None
    conditions = CachedValidators() if paged or previous is None else previous
    result = _fetch_page(client, source, request, conditions)
    bodies: list[bytes] = []
    try:
        result = _fetch_all_pages(client, source, request, result, bodies)
    except Exception as error:  # a publisher's bytes may break `next_page` in any way
        logger.warning("%s: the next page cannot be found", source.key, exc_info=True)
        result = _refused(result, describe_error(error))
    if result.outcome == "new":
        result = _identified(result, page_index(bodies) if paged else bodies[0], previous)
    if result.moved_to and result.outcome in {"new", "unchanged"}:
        result = replace(result, detail=_with_move(source, request, result))
    fetched = FetchedPayload(source, request, result, tuple(bodies), perf_counter() - started)
    _log(fetched)
    return fetched


def _with_move(source: Source, request: Request, result: FetchResult) -> str:
    """The detail of a result, with the line of the settings that follows a move."""
    old = request.url.split("?")[0]
    line = f'sources.{source.key}.address = {{"{old}" = "{result.moved_to}"}}'
    advice = f"this address has moved for good; write in {FILE}: {line}"
    return "; ".join(filter(None, [result.detail, advice]))[:LONGEST_DETAIL]


def _log(fetched: FetchedPayload) -> None:
    result = fetched.result
    level = logging.INFO if result.outcome in {"new", "unchanged"} else logging.WARNING
    size = sum(map(len, fetched.bodies))
    line = "%s: fetched %s: %s, status %s, %d bytes in %d pages, %.2f s %s"
    counts = result.status, size, len(fetched.bodies), fetched.seconds
    logger.log(level, line, fetched.source.key, result.url, result.outcome, *counts, result.detail)


def _fetch_page(
    client: PoliteClient, source: Source, request: Request, previous: CachedValidators
) -> FetchResult:
    """A page, from the mirror if the address fails, redacted."""
    expected = source.format_of(request)
    result = fetch_first(client, request, expected, previous)
    result = _without_news(result, expected) if result.status == source.empty_status else result
    return _redacted(source, source.redact, result, expected) if source.redact else result


def _without_news(result: FetchResult, expected: str) -> FetchResult:
    """The result as unchanged if its body is an answer, not the page of a server."""
    if result.body is None or rejection_reason(result.body, expected):
        return result
    detail = f"{result.status}: the publisher has no figure for this yet"
    return replace(result, outcome="unchanged", detail=detail, body=None, sha256=None)


def _redacted(source: Source, redact: Redact, result: FetchResult, form: str) -> FetchResult:
    """The result without what must never be stored, which a refusal may quote."""
    if result.body is None:
        return result
    if result.outcome != "new":
        return replace(result, detail=result.detail.split(": ")[0], body=None, sha256=None)
    try:
        body = bounded(redact, result.body, form=form, bodies=(result.body,))
        return replace(result, body=body)
    except Exception as error:
        # The message may quote what must not be stored: only the lines of code are logged.
        lines = f"{code_lines(error)}{type(error).__name__}"
        logger.error("%s: redaction failed\n%s", source.key, lines)
        detail = "what must not be stored could not be taken out, so it was not kept"
        return replace(result, outcome="refused", detail=detail, body=None, sha256=None)


def _fetch_all_pages(
    client: PoliteClient, source: Source, request: Request, first: FetchResult, bodies: list[bytes]
) -> FetchResult:
    """Fill `bodies` page by page; the first result, or that of a failed page."""
    visited, result, optional = {public_url(request)}, first, False
    while True:
        if optional and result.outcome != "new":
            return replace(first, detail=f"without {result.url}: {result.detail}")
        if result.body is not None:
            bodies.append(result.body)
        if result.outcome != "new":
            page = f"page {len(visited)}: " if result is not first else ""
            return replace(result, url=first.url, detail=page + result.detail)
        following = source.next_page and source.next_page(_payload(request, first, bodies))
        if following is None:
            return first
        if reason := undeclared_host(source, following):
            return _refused(first, reason)
        if public_url(following) in visited:
            return _refused(first, f"page {len(visited) + 1} was asked for already")
        if len(visited) >= MAX_PAGES:
            return _refused(first, f"more than {MAX_PAGES} pages")
        visited.add(public_url(following))
        optional = following.optional
        result = _fetch_page(client, source, following, CachedValidators())


def undeclared_host(source: Source, following: Request) -> str:
    """Why a link of a publisher is not followed; "" if its host is declared.

    A page that somebody changed would otherwise choose whose figures are loaded.
    """
    if following.host in source.hosts:
        return ""
    return f"a link to {following.host}, which the source does not declare: look at the page"


def page_index(bodies: Sequence[bytes]) -> bytes:
    """The SHA-256 of each of several pages, in order, as JSON."""
    return json.dumps({"pages": [sha256(body).hexdigest() for body in bodies]}).encode()


def parse_http_date(header: str | None) -> datetime | None:
    """The instant of a Last-Modified header in UTC, None if it has none."""
    try:
        instant = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    # RFC 5322: a zone of -0000 says nothing about the zone, and Python reads it as naive.
    return instant.replace(tzinfo=UTC) if instant and instant.tzinfo is None else instant


def _identified(result: FetchResult, body: bytes, previous: CachedValidators | None) -> FetchResult:
    """The result with the hash of its bytes; unchanged if it is the previous."""
    digest = sha256(body).hexdigest()
    if previous is not None and digest == previous.sha256:
        return replace(result, outcome="unchanged", detail="the same bytes", sha256=digest)
    return replace(result, sha256=digest)


def _refused(result: FetchResult, reason: str) -> FetchResult:
    return replace(result, outcome="refused", detail=reason)


def describe_error(error: Exception) -> str:
    """In one line, why the bytes of a publisher cannot be read."""
    # Any other error is a fault of the parser, not its finding: the log has the traceback.
    named = isinstance(error, SchemaDrift | ParserEndedError)
    reason = error if named else f"the parser failed: {error}"
    return f"cannot be read: {reason}".splitlines()[0][:LONGEST_DETAIL]
