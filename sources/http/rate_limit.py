"""Manners: one question at a time to a publisher, not too often, and what robots.txt allows."""

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

# Seconds between two questions to a domain: "" is any other; these two state a limit.
RATES = MappingProxyType({"": 0.25, "sec.gov": 0.11, "gdeltproject.org": 5.0})
LONGEST_CRAWL_DELAY = 10.0


class HostQueue:
    """The way to one publisher: used by one at a time, free again at a known moment."""

    def __init__(self, interval: float) -> None:
        self.lock = Lock()
        self.interval = interval
        self.free_at = 0.0
        self.unreached: list[str] = []

    def hold(self, seconds: float) -> None:
        """Keep everyone waiting for so long from now."""
        self.free_at = max(self.free_at, monotonic() + seconds)


class RateLimiter:
    """The lanes of all publishers: sub-domains of a domain in `rates` share one."""

    def __init__(self, rates: Mapping[str, float], sleep: Callable[[float], None]) -> None:
        self._rates, self._sleep = rates, sleep
        self._lanes: dict[str, HostQueue] = {}
        self._guard = Lock()

    def lane(self, url: str) -> HostQueue:
        """The lane that questions to this address take."""
        host = urlsplit(url).hostname or ""
        domain = next((d for d in self._rates if d and f".{host}".endswith(f".{d}")), "")
        with self._guard:
            lane = HostQueue(self._rates.get(domain, 0.0))
            return self._lanes.setdefault(domain or host, lane)

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Wait for a turn and keep others out until it is over.

        Raises Fault at once where two connections in a row have not come about: whoever waits
        for the same publisher would otherwise wait for every time-out one after the other.
        """
        lane = self.lane(url)
        with lane.lock:
            if len(lane.unreached) > 1:
                raise ExchangeError("failed", lane.unreached[-1])
            wait = lane.free_at - monotonic()
            if wait > 0:
                self._sleep(wait)
            lane.hold(lane.interval)
            try:
                yield
                lane.unreached.clear()
            except ExchangeError as fault:
                lane.unreached += [fault.detail] if fault.unreachable else []
                raise


class Robots:
    """What each host's robots.txt allows `agent`; read once, through `fetch`."""

    def __init__(self, agent: str, fetch: Callable[[str], Exchange], pace: RateLimiter) -> None:
        self._agent, self._fetch, self._pace = agent, fetch, pace
        self._rules: dict[str, RobotFileParser] = {}
        self._reading: defaultdict[str, Lock] = defaultdict(Lock)
        self._guard = Lock()

    def check(self, url: str) -> None:
        """Raises Fault where robots.txt forbids this address or cannot be read."""
        origin = urljoin(url, "/robots.txt")
        with self._guard:
            reading = self._reading[origin]
        with reading:
            if origin not in self._rules:
                self._rules[origin] = self._read(origin)
        if not self._rules[origin].can_fetch(self._agent, url):
            raise ExchangeError(
                "refused", f"{origin} does not allow it: ask the publisher, or leave it"
            )

    def _read(self, origin: str) -> RobotFileParser:
        rules = RobotFileParser(origin)
        rules.parse(self._lines(origin))
        delay = min(float(rules.crawl_delay(self._agent) or 0), LONGEST_CRAWL_DELAY)
        lane = self._pace.lane(origin)
        lane.interval = max(lane.interval, delay)
        return rules

    def _lines(self, origin: str) -> list[str]:
        try:
            return self._fetch(origin).body.decode(errors="replace").splitlines()
        except ExchangeError as fault:
            if fault.status in {401, 403}:
                return ["User-agent: *", "Disallow: /"]
            if fault.status in range(400, 500) and fault.outcome != "try later":
                return []  # no such file: nothing is forbidden
            raise


def backoff(attempt: int) -> float:
    """Seconds before try `attempt` + 2: doubled each time, with jitter so that many spread out."""
    return random.uniform(0.5, 1.0) * 0.5 * 2.0**attempt  # noqa: S311


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header (seconds or a date) asks to wait, None without one."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
