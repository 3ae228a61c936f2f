"""The one door to the outside world: polite, bounded, conditional, and hard to fool.

urllib3's `Retry` can wait and ask again, but sleeps for hours where Retry-After says so, knows no
pace between tries and does not see a body that came damaged; that ladder is therefore here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from time import sleep as wait_for
from types import TracebackType
from typing import Literal, Self

from sources import Request
from sources.http.connection import (
    AS_OFTEN_AS_ALLOWED,
    Connection,
    Exchange,
    ExchangeError,
    Failing,
    Limits,
)
from sources.http.content_check import rejection_reason
from sources.http.credentials import Keys, MissingKey, public_url
from sources.http.rate_limit import RATES, RateLimiter, Robots, backoff, retry_after
from sources.http.redirects import RedirectFollower

__all__ = ["AGENT", "RATES", "CachedValidators", "FetchResult", "PoliteClient"]

AGENT = "silent-crash-observatory"
VERSION = "0.1"
NO_CONTACT = "no contact configured"
PAGES = {"html", "xml"}
FINE, DENIED, BUSY = {200, 203}, {401, 403}, {429, 503}
AGAIN = BUSY | {408, 500, 502, 504}
PHRASES = {int(status): status.phrase for status in HTTPStatus}
MIB = 1 << 20
Outcome = Literal["new", "unchanged"] | Failing


@dataclass(frozen=True)
class CachedValidators:
    """What is held of the last good answer, so that an unchanged body need not be sent again."""

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for the body only if it changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class FetchResult:
    """What became of one question.

    `detail` is one line that says what to do where someone can. `url` has its parameters and no
    secrets. `at` is when it was asked, UTC. `body` is decompressed, kept when refused too (as
    sent where it could not be decompressed, None where it was too large); None for a 304.
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


@dataclass(frozen=True)
class _Question:
    """One question with its secrets filled in: never to be shown."""

    request: Request
    expected_format: str
    conditions: Mapping[str, str]
    keys: Keys


class PoliteClient:
    """Asks the outside world for one run, from as many threads as wanted. A context manager.

    `contact` (an address or page) goes into the User-Agent. Times are seconds, sizes bytes;
    `total_timeout` bounds one answer, `retry_after_cap` the wait that a publisher may ask for.
    `gateway` is the base of a mirror that is asked GATEWAY/HOST/PATH in place of every
    https://HOST/PATH. `rates` are seconds between two questions to a domain. A publisher to whom
    two connections in a row did not come about is not tried again.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        connect_timeout: float = 3.0,
        read_timeout: float = 30.0,
        total_timeout: float = 45.0,
        max_bytes: int = 64 * MIB,
        max_unpacked: int = 512 * MIB,
        retries: int = 3,
        retry_after_cap: float = 10.0,
        allow_loopback: bool = False,
        gateway: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = wait_for,
        rates: Mapping[str, float] = RATES,
    ) -> None:
        self._limits = Limits(connect_timeout, read_timeout, total_timeout, max_bytes, max_unpacked)
        self._retries, self._cap, self._clock = retries, retry_after_cap, clock
        self._contact = " ".join(contact.split())
        self._wire = Connection(self._limits, allow_loopback=allow_loopback, anywhere=bool(gateway))
        self._pace = RateLimiter(rates, sleep)
        self._hops = RedirectFollower(
            self._wire,
            self._pace,
            Robots(AGENT, self._robots_txt, self._pace),
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
        self._wire.close()

    @property
    def user_agent(self) -> str:
        """How the door introduces itself."""
        contact = f"+{self._contact}" if self._contact else NO_CONTACT
        return f"{AGENT}/{VERSION} ({contact.encode('ascii', 'ignore').decode()})"

    def ask(
        self,
        request: Request,
        *,
        expected_format: str = "",
        previous: CachedValidators | None = None,
    ) -> FetchResult:
        """Ask once, with retries where they help; whatever the outside world does is an Answer.

        `expected_format` is what the body must be (see `content_check`). With `previous`, an
        unchanged body is "unchanged", by a 304 or by its hash.
        """
        previous = previous or CachedValidators()
        keys = Keys(os.environ)
        url, at = public_url(request), self._clock()
        try:
            filled = keys.fill(request)
            question = _Question(filled, expected_format, previous.conditions, keys)
            return _accepted(self._persist(self._wanted, question), previous, url, at, keys)
        except MissingKey as missing:
            return FetchResult("failed", f"needs {missing}: set it in the environment", url, at)
        except ExchangeError as fault:
            return _faulted(fault, url, at, keys)

    def _persist(self, attempt: Callable[[_Question], Exchange], question: _Question) -> Exchange:
        tried = 0
        while True:
            try:
                return attempt(question)
            except ExchangeError as fault:
                if tried >= min(fault.tries, self._retries):
                    raise
                wait = backoff(tried) if fault.wait is None else fault.wait
                self._pace.lane(question.request.url).hold(wait)
                tried += 1

    def _wanted(self, question: _Question) -> Exchange:
        exchange = self._found(question)
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            return exchange
        content_type = exchange.headers.get("Content-Type", "")
        reason = rejection_reason(
            exchange.body,
            question.expected_format,
            content_type,
            whole=exchange.whole,
            limit=self._limits.unpacked,
        )
        if reason:
            raise ExchangeError("refused", reason, exchange.status, exchange.body)
        return exchange

    def _found(self, question: _Question) -> Exchange:
        pages = question.expected_format in PAGES
        exchange = self._hops.follow(question.request, question.conditions, pages=pages)
        wait = retry_after(exchange.headers.get("Retry-After"), self._clock())
        fault = status_fault(exchange, bool(question.conditions), wait, self._cap)
        if fault is None:
            return exchange
        if fault.status in DENIED and (hint := self._hint(question)):
            fault.detail += f"; {hint}"
        raise fault

    def _hint(self, question: _Question) -> str:
        if question.keys.names:
            return f"check {', '.join(question.keys.names)}"
        return "" if self._contact else "it may want a contact: set SILENTCRASH_CONTACT"

    def _robots_txt(self, url: str) -> Exchange:
        return self._persist(self._found, _Question(Request(url), "", {}, Keys({})))


def status_fault(
    exchange: Exchange, conditional: bool, wait: float | None, cap: float
) -> ExchangeError | None:
    """What is wrong with the status of an answer, None for a usable one.

    `wait` is what Retry-After asks for, in seconds; beyond `cap` it is not worth staying.
    """
    status, body = exchange.status, exchange.body
    words = f"{status} {PHRASES.get(status, '')}".strip()
    if status in FINE or (status == HTTPStatus.NOT_MODIFIED and conditional):
        return None
    if status in AGAIN and wait is not None and wait > cap:
        return ExchangeError("try later", f"{words}: asks to wait {wait:.0f} s", status, body)
    if status in AGAIN:
        outcome: Failing = "try later" if status in BUSY else "failed"
        detail = f"{words}: try later"
        return ExchangeError(outcome, detail, status, body, tries=AS_OFTEN_AS_ALLOWED, wait=wait)
    if status == HTTPStatus.NOT_MODIFIED:
        return ExchangeError("refused", f"{words} to a question without conditions", status)
    if status < 400:
        return ExchangeError("refused", f"{words} instead of 200", status, body)
    if status in DENIED:
        return ExchangeError("failed", f"{words}: the publisher does not serve us", status, body)
    return ExchangeError("failed", f"{words}: correct the address or the question", status, body)


def _accepted(
    exchange: Exchange, previous: CachedValidators, url: str, at: datetime, keys: Keys
) -> FetchResult:
    headers = exchange.headers
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        etag, modified = etag or previous.etag, modified or previous.last_modified
        detail, held = "not modified", previous.sha256
        return FetchResult(
            "unchanged", detail, url, at, exchange.status, None, held, etag, modified
        )
    body = keys.hide_in_body(exchange.body)
    digest = sha256(body).hexdigest()
    same = digest == previous.sha256
    outcome: Outcome = "unchanged" if same else "new"
    detail = "the same bytes" if same else ""
    return FetchResult(outcome, detail, url, at, exchange.status, body, digest, etag, modified)


def _faulted(fault: ExchangeError, url: str, at: datetime, keys: Keys) -> FetchResult:
    body = keys.hide_in_body(fault.body) if fault.body else None
    digest = sha256(body).hexdigest() if body else None
    detail = " ".join(keys.hide(fault.detail).split())[:300]
    return FetchResult(fault.outcome, detail, url, at, fault.status, body, digest)
