"""The polite HTTP client: rate-limited, bounded, conditional, with checks.

urllib3's `Retry` is not used: it sleeps for hours where Retry-After says so, does not share its
pauses with the other requests to a publisher, and does not see that a body arrived damaged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from time import sleep as real_sleep
from traceback import format_exception
from types import MappingProxyType, TracebackType
from typing import Literal, Self

from sources import Request
from sources.http.connection import (
    MIB,
    Connection,
    Exchange,
    ExchangeError,
    Failing,
    Limits,
)
from sources.http.content_check import LARGEST_OTHER, rejection_reason
from sources.http.credentials import Keys, MissingKey, public_url
from sources.http.rate_limit import RATES, RateLimiter, Robots, backoff, retry_after
from sources.http.redirects import RedirectFollower
from sources.http.status import DENIED, status_fault

__all__ = ["AGENT", "RATES", "CachedValidators", "FetchResult", "PoliteClient"]

logger = logging.getLogger(__name__)
AGENT = "silent-crash-observatory"
VERSION = "0.1"
NO_CONTACT = "no contact configured"
# robots.txt is written for crawlers of pages and feeds; data files and APIs have terms instead.
CRAWLED_FORMATS = {"html", "xml"}
# A publisher's quota is of a day or a month at most; a typing error must not silence a source.
LONGEST_WAIT = 31 * 86_400  # seconds
MAX_DETAIL = 300  # characters of a message; a quoted redirect target can be far longer
NO_KEYS: Mapping[str, str] = MappingProxyType({})
Outcome = Literal["new", "unchanged"] | Failing


@dataclass(frozen=True)
class CachedValidators:
    """What identifies the last good body, so that it need not be sent again."""

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that request the body only if it has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True)
class FetchResult:
    """The outcome of one request.

    `detail` is one line; where someone can act, it says how. `url` has its parameters and no
    secrets. `at` is when the request began, UTC. `body` is decompressed. A refused body is
    there too (as sent if it could not be decompressed, None if it was too large); a 304 has none.
    `retry_at` is the instant before which the publisher does not want to be asked again, and
    `moved_to` the address at another host to which this one has moved for good.
    """

    outcome: Outcome
    detail: str
    url: str
    at: datetime
    status: int | None = None
    body: bytes | None = None
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_at: datetime | None = None
    moved_to: str = ""


@dataclass(frozen=True)
class _FilledRequest:
    """A request with its secrets filled in: never to be shown."""

    request: Request
    expected_format: str
    conditions: Mapping[str, str]
    keys: Keys


class PoliteClient:
    """Fetches from publishers for one run, from any thread. A context manager.

    Args:
        contact: an e-mail address or a page, sent in the User-Agent.
        connect_timeout: seconds to connect; with `read_timeout` for the next bytes to arrive and
            `total_timeout` for one whole response.
        max_bytes: bytes of a body on the wire; `max_unpacked` once decompressed.
        retries: further tries after a fault that may pass.
        retry_after_cap: the longest wait in seconds that a publisher's Retry-After may ask for.
        keys: the values of the placeholders in requests, by name; none by default.
        gateway: the base of a mirror; GATEWAY/HOST/PATH is fetched in place of every
            https://HOST/PATH.
        rates: seconds between two requests to a domain.

    A publisher that two connections in a row could not reach is not tried again.
    """

    # The defaults are for a run of forty sources in a few minutes. A publisher that neither accepts
    # a connection in 3 s nor sends a byte for 30 s will not serve this run. The largest bodies (a
    # company's facts at the SEC, Google's price table) have a few MiB: one of 64 MiB is something
    # else, and each format has its limit unpacked (content_check). Three retries wait 0.5, 1 and
    # 2 s, so that an outage of a few seconds passes. Over 10 s are left to the next run: all who
    # queue there would wait as well.
    def __init__(
        self,
        *,
        contact: str = "",
        connect_timeout: float = 3.0,
        read_timeout: float = 30.0,
        total_timeout: float = 45.0,
        max_bytes: int = 64 * MIB,
        max_unpacked: int = LARGEST_OTHER,
        retries: int = 3,
        retry_after_cap: float = 10.0,
        allow_loopback: bool = False,
        keys: Mapping[str, str] = NO_KEYS,
        gateway: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = real_sleep,
        rates: Mapping[str, float] = RATES,
    ) -> None:
        self._limits = Limits(connect_timeout, read_timeout, total_timeout, max_bytes, max_unpacked)
        self._retries, self._cap, self._clock = retries, retry_after_cap, clock
        self._contact, self._keys = " ".join(contact.split()), keys
        self._connection = Connection(
            self._limits, allow_loopback=allow_loopback, allow_private=bool(gateway)
        )
        self._rate_limiter = RateLimiter(rates, sleep)
        self._redirects = RedirectFollower(
            self._connection,
            self._rate_limiter,
            Robots(AGENT, self._fetch_robots_txt, self._rate_limiter),
            user_agent=self.user_agent,
            gateway=gateway.rstrip("/"),
            allow_loopback=allow_loopback,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._connection.close()

    @property
    def user_agent(self) -> str:
        """How the client introduces itself to publishers."""
        contact = f"+{self._contact}" if self._contact else NO_CONTACT
        return f"{AGENT}/{VERSION} ({contact.encode('ascii', 'ignore').decode()})"

    def fetch(
        self,
        request: Request,
        *,
        expected_format: str = "",
        previous: CachedValidators | None = None,
    ) -> FetchResult:
        """Fetch, with retries where they help; a fault is a result, not an exception.

        `expected_format` is what the body must be (see `content_check`). With `previous`, a body
        that has not changed is "unchanged", whether a 304 or its hash says so.
        """
        previous = previous or CachedValidators()
        keys = Keys(self._keys)
        url, at = public_url(request), self._clock()
        try:
            filled = _FilledRequest(keys.fill(request), expected_format, previous.conditions, keys)
            exchange = self._with_retries(self._fetch_checked, filled)
            return _success(exchange, previous, url, at, keys)
        except MissingKey as missing:
            return FetchResult("failed", f"needs {missing}: set it in the environment", url, at)
        except ExchangeError as fault:
            logger.info("%s\n%s", url, keys.hide("".join(format_exception(fault)).rstrip()))
            return _failure(fault, url, at, keys)

    def _with_retries(
        self, attempt: Callable[[_FilledRequest], Exchange], filled: _FilledRequest
    ) -> Exchange:
        tried = 0
        while True:
            try:
                return attempt(filled)
            except ExchangeError as fault:
                if tried >= min(fault.retries, self._retries):
                    raise
                wait = backoff(tried) if fault.wait is None else fault.wait
                # The pause is for everyone who queues at this publisher, not for this thread only.
                self._rate_limiter.queue(filled.request.url).postpone(wait)
                tried += 1

    def _fetch_checked(self, filled: _FilledRequest) -> Exchange:
        """A usable response whose body is what it should be. Raises ExchangeError."""
        exchange = self._fetch_usable(filled)
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            return exchange
        reason = rejection_reason(
            exchange.body,
            filled.expected_format,
            exchange.headers.get("Content-Type", ""),
            complete=exchange.complete,
            limit=self._limits.unpacked,
        )
        if reason:
            raise ExchangeError("refused", reason, exchange.status, exchange.body)
        return exchange

    def _fetch_usable(self, filled: _FilledRequest) -> Exchange:
        """A response with a success or an expected 304. Raises ExchangeError."""
        crawled = filled.expected_format in CRAWLED_FORMATS
        exchange = self._redirects.follow(filled.request, filled.conditions, obey_robots=crawled)
        wait = retry_after(exchange.headers.get("Retry-After"), self._clock())
        fault = status_fault(exchange, bool(filled.conditions), wait, self._cap)
        if fault is None:
            return exchange
        if fault.status in DENIED and (hint := self._denied_hint(filled)):
            fault.detail += f"; {hint}"
        raise fault

    def _denied_hint(self, filled: _FilledRequest) -> str:
        if filled.keys.names:
            return f"check {', '.join(filled.keys.names)}"
        return "" if self._contact else "it may require a contact: set SILENTCRASH_CONTACT"

    def _fetch_robots_txt(self, url: str) -> Exchange:
        return self._with_retries(
            self._fetch_usable, _FilledRequest(Request(url), "", {}, Keys(NO_KEYS))
        )


def _success(
    exchange: Exchange, previous: CachedValidators, url: str, at: datetime, keys: Keys
) -> FetchResult:
    headers, status = exchange.headers, exchange.status
    moved_to = keys.hide(exchange.moved_to)
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if status == HTTPStatus.NOT_MODIFIED:
        etag, modified = etag or previous.etag, modified or previous.last_modified
        result = FetchResult("unchanged", "not modified", url, at, status, None, previous.sha256)
        return replace(result, etag=etag, last_modified=modified, moved_to=moved_to)
    body = keys.hide_in_body(exchange.body)
    digest = sha256(body).hexdigest()
    same = digest == previous.sha256
    outcome: Outcome = "unchanged" if same else "new"
    detail = "the same bytes" if same else ""
    result = FetchResult(outcome, detail, url, at, status, body, digest, etag, modified)
    return replace(result, moved_to=moved_to)


def _failure(fault: ExchangeError, url: str, at: datetime, keys: Keys) -> FetchResult:
    body = keys.hide_in_body(fault.body) if fault.body else None
    digest = sha256(body).hexdigest() if body else None
    detail = " ".join(keys.hide(fault.detail).split())[:MAX_DETAIL]
    # Further tries in this run have waited themselves; what is left to a later run has a date.
    left = fault.wait is not None and not fault.retries
    retry_at = at + timedelta(seconds=min(fault.wait or 0, LONGEST_WAIT)) if left else None
    return FetchResult(
        fault.outcome, detail, url, at, fault.status, body, digest, retry_at=retry_at
    )
