"""One HTTP exchange: public addresses only, bounded, and complete.

`requests` brings pooling, proxies and certificates. What it does not detect is checked here: a
gzip body that was cut short (by its checksum), a body without an end, a redirect to an address
inside the network.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from io import BytesIO
from time import monotonic
from typing import Literal
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from sources.http.ssrf_guard import PrivateAddress, PublicOnly

Failing = Literal["refused", "try later", "failed"]
MIB = 1 << 20
# More than any client allows: its own `retries` is then the limit.
UP_TO_LIMIT = 99
MOVED_FOR_GOOD = frozenset({301, 308})
MOVED = MOVED_FOR_GOOD | {302, 303, 307}
# 64 KiB a read: large enough to cost nothing, small enough for the limits to be noticed in time.
CHUNK = 1 << 16

LOG = logging.getLogger(__name__)
# At DEBUG, urllib3 logs full addresses, keys included.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(eq=False)
class ExchangeError(Exception):
    """Why a request has no usable response, in one line that says what to do.

    `retries` is how many further tries may help, after `wait` seconds where the publisher said
    so. `unreachable` is True if no connection could be made at all.
    """

    outcome: Failing
    detail: str
    status: int | None = None
    body: bytes | None = None
    retries: int = 0
    wait: float | None = None
    unreachable: bool = False


@dataclass(frozen=True)
class Exchange:
    """A response, decompressed; `complete` is False if nothing proves its end.

    `moved_to` is the address at another host to which the one that was asked has moved for good.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool
    moved_to: str = ""


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two reads and in total; bytes sent and unpacked."""

    connect: float
    read: float
    total: float
    sent: int
    unpacked: int


class Connection:
    """Pooled connections that enforce the limits.

    `allow_private` lifts the rule of public addresses: a gateway may be inside the network.
    """

    def __init__(self, limits: Limits, *, allow_loopback: bool, allow_private: bool) -> None:
        self._limits = limits
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(
                scheme, HTTPAdapter() if allow_private else PublicOnly(allow_loopback)
            )

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def send(self, prepared: requests.PreparedRequest) -> Exchange:
        """Send one request without following redirects.

        Raises ExchangeError if no complete response arrives.
        """
        url = str(prepared.url)
        host = urlsplit(url).hostname or url
        until = monotonic() + self._limits.total
        # Not session.send: it reads the bodies of redirects without a limit.
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        timeout = (self._limits.connect, self._limits.read)
        try:
            adapter = self._session.get_adapter(url)
            with adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=settings["verify"] or True,
                proxies=settings["proxies"],
            ) as response:
                raw = self._read(response.raw, until) if response.status_code not in MOVED else b""
                return self._exchange(response, raw)
        except PrivateAddress:
            raise ExchangeError(
                "refused", f"{host} leads to an address that is not public"
            ) from None
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise _fault(error, host, self._limits) from error

    def _read(self, response: HTTPResponse, until: float) -> bytes:
        parts, size = [], 0
        try:
            while part := response.read1(CHUNK, decode_content=False):
                parts.append(part)
                size += len(part)
                if size > self._limits.sent:
                    raise ExchangeError(
                        "refused", f"over {self._limits.sent} bytes, the limit of a body"
                    )
                if monotonic() > until:
                    raise ExchangeError(
                        "failed", f"incomplete after {self._limits.total:g} s: try later"
                    )
        except ReadTimeoutError:
            raise ExchangeError(
                "failed",
                f"no more data after {size} bytes: try later",
                body=b"".join(parts),
            ) from None
        except (HTTPError, HTTPException, OSError) as error:
            declared = response.headers.get("Content-Length", "an unknown number of")
            detail = f"cut short: {size} of {declared} bytes; try later"
            raise _damaged(detail, response.status, b"".join(parts)) from error
        return b"".join(parts)

    def _exchange(self, response: requests.Response, raw: bytes) -> Exchange:
        status, headers = response.status_code, response.headers
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        packed = encoding in {"gzip", "x-gzip"} and bool(raw)
        if encoding not in {"identity", "gzip", "x-gzip", ""}:
            raise ExchangeError(
                "refused", f"compressed with {encoding}, which was not requested", status, raw
            )
        body = unpack(raw, self._limits.unpacked, status) if packed else raw
        framed = "Content-Length" in headers or "Transfer-Encoding" in headers
        return Exchange(status, headers, body, complete=packed or framed)


def unpack(raw: bytes, limit: int, status: int | None = None) -> bytes:
    """The gzip body decompressed, its checksum verified.

    Raises ExchangeError if it is cut short, damaged or over `limit` bytes.
    """
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as file:
            body = file.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        reason = "cut short" if isinstance(error, EOFError) else "damaged"
        detail = f"gzip body {reason} after {len(raw)} bytes: try later"
        raise _damaged(detail, status, raw) from error
    if len(body) > limit:
        raise ExchangeError(
            "refused", f"over {limit} bytes unpacked, the limit of a body", status, raw
        )
    return body


def _damaged(detail: str, status: int | None, body: bytes) -> ExchangeError:
    return ExchangeError("refused", detail, status, body, retries=UP_TO_LIMIT)


def _fault(error: Exception, host: str, limits: Limits) -> ExchangeError:
    """The error of a library in words, without the address, which may hold a key."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, NameResolutionError):
        detail = f"{host} cannot be resolved: check the network and the name"
        return ExchangeError("failed", detail, unreachable=True)
    if isinstance(error, requests.exceptions.ProxyError):
        detail = f"the proxy does not lead to {host}: check HTTPS_PROXY"
        return ExchangeError("failed", detail, unreachable=True)
    if isinstance(error, requests.exceptions.SSLError):
        return ExchangeError(
            "failed", f"the certificate of {host} is not trusted: check clock and CA file"
        )
    if isinstance(reason, NewConnectionError):
        detail = f"{host} cannot be reached: check the network"
        return ExchangeError("failed", detail, retries=1, unreachable=True)
    if isinstance(reason, ConnectTimeoutError):
        detail = f"no connection to {host} within {limits.connect:g} s: check the network"
        return ExchangeError("failed", detail, unreachable=True)
    if isinstance(error, requests.ReadTimeout):
        return ExchangeError("failed", f"no data from {host} for {limits.read:g} s: try later")
    if isinstance(error, requests.ConnectionError):
        detail = f"{host} closed the connection without a response: try later"
        return ExchangeError("failed", detail, retries=UP_TO_LIMIT)
    LOG.debug("%s: %s", host, type(error).__name__)
    return ExchangeError("failed", f"no request to {host} can be sent: check the address")
