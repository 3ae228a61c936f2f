"""From an address to its answer: by the gateway if there is one, past every redirect with care."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import requests

from sources import Request
from sources.http.connection import MOVED, Connection, Exchange, ExchangeError
from sources.http.rate_limit import RateLimiter, Robots
from sources.http.ssrf_guard import violation

MOST_REDIRECTS = 5


class RedirectFollower:
    """Sends requests, one hop at a time, each in its turn and each to an allowed address."""

    def __init__(
        self,
        wire: Connection,
        pace: RateLimiter,
        robots: Robots,
        *,
        user_agent: str,
        gateway: str,
        allow_loopback: bool,
    ) -> None:
        self._wire, self._pace, self._robots = wire, pace, robots
        self._gateway, self._allow_loopback = gateway, allow_loopback
        self._mine = {"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"}

    def follow(self, request: Request, conditions: Mapping[str, str], *, pages: bool) -> Exchange:
        """Ask with these extra headers until something other than a redirect comes.

        With `pages`, robots.txt is asked first at each hop. Raises Fault.
        """
        prepared = self._prepared(request, conditions)
        for _ in range(MOST_REDIRECTS + 1):
            exchange = self._send(prepared, pages)
            target = exchange.headers.get("Location")
            if exchange.status not in MOVED or not target:
                return exchange
            if prepared.method != "GET":
                raise ExchangeError(
                    "refused", f"a POST was sent on to {target}: correct the address"
                )
            prepared = self._prepared(_onward(str(prepared.url), target, request), conditions)
        raise ExchangeError("refused", f"over {MOST_REDIRECTS} redirects: correct the address")

    def _send(self, prepared: requests.PreparedRequest, pages: bool) -> Exchange:
        url = str(prepared.url)
        if reason := violation(url, allow_loopback=self._allow_loopback):
            raise ExchangeError("refused", f"{reason}: correct the address")
        if pages:
            self._robots.check(url)
        with self._pace.turn(url):
            return self._wire.send(self._routed(prepared))

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
                headers={**self._mine, **conditions, **request.headers},
                json=request.json,
            ).prepare()
        except (requests.RequestException, ValueError):
            detail = "the address or a header is not well formed: correct it, or the key in it"
            raise ExchangeError("failed", detail) from None


def _onward(here: str, target: str, request: Request) -> Request:
    """The next hop; a key in a header must not travel on to whoever the publisher names."""
    try:
        there = urljoin(here, target)
        same = urlsplit(here)[:2] == urlsplit(there)[:2]
    except ValueError:
        raise ExchangeError("refused", f"a redirect to {target}, which is no address") from None
    return Request(there, headers=request.headers if same else {})
