"""Rate limits: one request at a time to a publisher, spaced; and robots.txt."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from time import monotonic
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from sources.http.connection import Exchange, ExchangeError

# Seconds between two requests to a domain; "" is any other. The SEC blocks an address for ten
# minutes after more than 10 requests in a second, GDELT answers 429 to more than one in 5 s.
# No other publisher states a limit: four a second is slower than a browser that opens a page.
RATES = MappingProxyType({"": 0.25, "sec.gov": 0.11, "gdeltproject.org": 5.0})
# A crawl delay is meant for crawlers of thousands of pages: we read one or two a week, and a run
# must end.
MAX_CRAWL_DELAY = 10.0
# Half a second is enough for a fault of a moment; a longer one has the doubled waits.
FIRST_BACKOFF = 0.5
# Two, because one lost connection happens to anyone.
MAX_CONNECT_FAILURES = 2


class HostQueue:
    """The queue of one publisher: one request at a time, not before `free_at`."""

    def __init__(self, interval: float) -> None:
        self.lock = Lock()
        self.interval = interval
        self.free_at = 0.0
        self.connect_failures: list[str] = []

    def postpone(self, seconds: float) -> None:
        """Let the next request start no earlier than this many seconds from now."""
        self.free_at = max(self.free_at, monotonic() + seconds)


class RateLimiter:
    """The queues of all publishers: sub-domains of a domain in `rates` share one."""

    def __init__(self, rates: Mapping[str, float], sleep: Callable[[float], None]) -> None:
        self._rates, self._sleep = rates, sleep
        self._queues: dict[str, HostQueue] = {}
        self._guard = Lock()

    def queue(self, url: str) -> HostQueue:
        """The queue that requests to this address join."""
        host = urlsplit(url).hostname or ""
        domain = next((d for d in self._rates if d and f".{host}".endswith(f".{d}")), "")
        with self._guard:
            queue = HostQueue(self._rates.get(domain, 0.0))
            return self._queues.setdefault(domain or host, queue)

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Wait for a turn and keep others out until it is over.

        Raises ExchangeError at once after two connections in a row that failed: all who queue
        for the same publisher would otherwise sit through every time-out, one after the other.
        """
        queue = self.queue(url)
        with queue.lock:
            if len(queue.connect_failures) >= MAX_CONNECT_FAILURES:
                raise ExchangeError("failed", queue.connect_failures[-1])
            wait = queue.free_at - monotonic()
            if wait > 0:
                self._sleep(wait)
            free_at = queue.free_at
            queue.postpone(queue.interval)
            try:
                yield
                queue.connect_failures.clear()
            except ExchangeError as fault:
                if fault.unreachable:
                    queue.connect_failures.append(fault.detail)
                    queue.free_at = free_at  # who was not reached needs no rest from us
                raise


class Robots:
    """What each host's robots.txt allows `agent`; fetched once a host, by `fetch`."""

    def __init__(
        self, agent: str, fetch: Callable[[str], Exchange], rate_limiter: RateLimiter
    ) -> None:
        self._agent, self._fetch, self._rate_limiter = agent, fetch, rate_limiter
        self._rules: dict[str, RobotFileParser] = {}
        self._reading: defaultdict[str, Lock] = defaultdict(Lock)
        self._guard = Lock()

    def check(self, url: str) -> None:
        """Raises ExchangeError if robots.txt forbids this address or cannot be read."""
        origin = urljoin(url, "/robots.txt")
        with self._guard:
            reading = self._reading[origin]
        with reading:
            if origin not in self._rules:
                self._rules[origin] = self._read(origin)
        if not self._rules[origin].can_fetch(self._agent, url):
            raise ExchangeError(
                "refused", f"{origin} does not allow it: ask the publisher for permission"
            )

    def _read(self, origin: str) -> RobotFileParser:
        rules = RobotFileParser(origin)
        rules.parse(self._lines(origin))
        delay = min(float(rules.crawl_delay(self._agent) or 0), MAX_CRAWL_DELAY)
        queue = self._rate_limiter.queue(origin)
        queue.interval = max(queue.interval, delay)
        return rules

    def _lines(self, origin: str) -> list[str]:
        try:
            return self._fetch(origin).body.decode(errors="replace").splitlines()
        except ExchangeError as fault:
            # Stricter than RFC 9309, which lets everything be crawled after any 4xx: a host that
            # denies us its rules most likely denies us its pages.
            if fault.status in {401, 403}:
                return ["User-agent: *", "Disallow: /"]
            if fault.status in range(400, 500) and fault.outcome != "try later":
                return []  # no such file: nothing is forbidden
            raise


def backoff(attempt: int) -> float:
    """Seconds to wait before a retry (0 is the first): up to 0.5, 1, 2, 4 …

    A random half of it is jitter, so that many clients do not return at the same moment.
    """
    return random.uniform(0.5, 1.0) * FIRST_BACKOFF * 2.0**attempt  # noqa: S311


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks to wait; None if it does not."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
