"""Redirects: every hop is checked, rate-limited and routed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import requests

from sources import Request
from sources.http.connection import MOVED, MOVED_FOR_GOOD, Connection, Exchange, ExchangeError
from sources.http.rate_limit import RateLimiter, Robots
from sources.http.ssrf_guard import resolves_inside, violation

# A download takes one or two hops (http to https, a download host); five are a loop or a login.
MAX_REDIRECTS = 5
SEE_OTHER = 303


class RedirectFollower:
    """Sends a request hop by hop, each in its turn and to an allowed address."""

    def __init__(
        self,
        connection: Connection,
        rate_limiter: RateLimiter,
        robots: Robots,
        *,
        user_agent: str,
        gateway: str,
        allow_loopback: bool,
    ) -> None:
        self._connection, self._rate_limiter, self._robots = connection, rate_limiter, robots
        self._gateway, self._allow_loopback = gateway, allow_loopback
        # Only gzip, because its checksum proves that a body is complete.
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"}

    def follow(
        self, request: Request, conditions: Mapping[str, str], *, obey_robots: bool
    ) -> Exchange:
        """Send the request, and on, until something other than a redirect comes.

        `conditions` are extra headers. With `obey_robots`, the robots.txt of every hop is read
        first. Raises ExchangeError.
        """
        prepared = self._prepared(request, conditions)
        home = for_good = str(prepared.url)  # as far as every redirect was one for good
        for hop in range(MAX_REDIRECTS + 1):
            exchange = self._send(prepared, obey_robots, follows=hop > 0)
            target = exchange.headers.get("Location")
            if exchange.status not in MOVED or not target:
                return replace(exchange, moved_to=_moved(home, for_good))
            here = str(prepared.url)
            request = _next_hop(here, target, request, exchange.status)
            prepared = self._prepared(request, conditions)
            if here == for_good and exchange.status in MOVED_FOR_GOOD:
                for_good = str(prepared.url)
        raise ExchangeError("refused", f"over {MAX_REDIRECTS} redirects: correct the address")

    def _send(
        self, prepared: requests.PreparedRequest, obey_robots: bool, *, follows: bool
    ) -> Exchange:
        url = str(prepared.url)
        if reason := violation(url, allow_loopback=self._allow_loopback):
            raise ExchangeError("refused", f"{reason}: correct the address")
        host = urlsplit(url).hostname or ""
        # Where a proxy or a gateway connects, it would also connect to what is inside.
        handed_on = self._gateway or requests.utils.get_environ_proxies(url)
        if follows and handed_on and resolves_inside(host, allow_loopback=self._allow_loopback):
            raise ExchangeError("refused", f"{host} is not a public address: correct the address")
        if obey_robots:
            self._robots.check(url)
        with self._rate_limiter.turn(url):
            return self._connection.send(self._routed(prepared))

    def _routed(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._gateway:
            return prepared
        routed = prepared.copy()
        routed.url = f"{self._gateway}/{str(prepared.url).split('://', 1)[1]}"
        return routed

    def _prepared(
        self, request: Request, conditions: Mapping[str, str]
    ) -> requests.PreparedRequest:
        try:
            return requests.Request(
                "GET" if request.json is None else "POST",
                request.url,
                params=request.params,
                headers={**self._headers, **conditions, **request.headers},
                json=request.json,
            ).prepare()
        except (requests.RequestException, ValueError):
            detail = "the address or a header is not well formed: correct it, or the key in it"
            raise ExchangeError("failed", detail) from None


def _moved(home: str, for_good: str) -> str:
    """The new address without its query; "" if the host is the same."""
    old, new = urlsplit(home), urlsplit(for_good)
    return "" if old.hostname == new.hostname else f"{new.scheme}://{new.netloc}{new.path}"


def _next_hop(here: str, target: str, request: Request, status: int) -> Request:
    """The next hop; a key in a header or a body goes no further than its own host.

    A question with a body is asked again where its host moved it to, as RFC 9110 (15.4) lets a
    client do, but after a 303, which names a page to look at.
    """
    try:
        there = urljoin(here, target)
        same = urlsplit(here)[:2] == urlsplit(there)[:2]
    except ValueError:
        raise ExchangeError("refused", f"a redirect to {target}, which is not an address") from None
    if request.json is not None and not (same and status != SEE_OTHER):
        raise ExchangeError("refused", f"a POST was redirected to {target}: correct the address")
    return Request(there, json=request.json, headers=request.headers if same else {})
