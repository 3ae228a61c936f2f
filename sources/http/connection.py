"""One exchange on the wire: public addresses only, read raw and bounded, every cut noticed.

`requests` brings pooling, proxies and certificates. What it lets pass is read here by hand: a
gzip body that was cut short (its checksum is tested), a body without end, a redirect inwards.
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
AS_OFTEN_AS_ALLOWED = 99
MOVED = frozenset({301, 302, 303, 307, 308})
CHUNK = 1 << 16

# At DEBUG it writes whole addresses, keys included.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(eq=False)
class ExchangeError(Exception):
    """Why a question has no usable answer, in one line that says what to do.

    `tries` more are worth while, after `wait` seconds where the publisher said so.
    `unreachable` is True where no connection came about at all.
    """

    outcome: Failing
    detail: str
    status: int | None = None
    body: bytes | None = None
    tries: int = 0
    wait: float | None = None
    unreachable: bool = False


@dataclass(frozen=True)
class Exchange:
    """What came back: `body` is decompressed, `whole` False where nothing proves its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two reads and in all; bytes on the wire and unpacked."""

    connect: float
    read: float
    total: float
    wire: int
    unpacked: int


class Connection:
    """Pooled connections that keep to the limits. A context manager.

    `anywhere` lifts the rule of public addresses: a gateway may well be inside.
    """

    def __init__(self, limits: Limits, *, allow_loopback: bool, anywhere: bool) -> None:
        self._limits = limits
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter() if anywhere else PublicOnly(allow_loopback))

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def send(self, prepared: requests.PreparedRequest) -> Exchange:
        """Send one request, following nothing. Raises Fault when no whole answer comes."""
        url = str(prepared.url)
        host = urlsplit(url).hostname or url
        until = monotonic() + self._limits.total
        # The session itself would follow redirects or read their bodies without a limit.
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
            raise _fault(error, host, self._limits) from None

    def _read(self, response: HTTPResponse, until: float) -> bytes:
        parts, size = [], 0
        try:
            while part := response.read1(CHUNK, decode_content=False):
                parts.append(part)
                size += len(part)
                if size > self._limits.wire:
                    raise ExchangeError(
                        "refused", f"over {self._limits.wire} bytes, the limit of a body"
                    )
                if monotonic() > until:
                    raise ExchangeError(
                        "failed", f"not whole after {self._limits.total:g} s: try later"
                    )
        except ReadTimeoutError:
            raise ExchangeError(
                "failed",
                f"stopped after {size} bytes and was silent: try later",
                body=b"".join(parts),
            ) from None
        except (HTTPError, HTTPException, OSError):
            declared = response.headers.get("Content-Length", "an unknown number of")
            detail = f"cut short: {size} of {declared} bytes; try later"
            raise _damaged(detail, response.status, b"".join(parts)) from None
        return b"".join(parts)

    def _exchange(self, response: requests.Response, raw: bytes) -> Exchange:
        status, headers = response.status_code, response.headers
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        packed = encoding in {"gzip", "x-gzip"} and bool(raw)
        if encoding not in {"identity", "gzip", "x-gzip", ""}:
            raise ExchangeError(
                "refused", f"packed with {encoding}, which was not asked for", status, raw
            )
        body = unpack(raw, self._limits.unpacked, status) if packed else raw
        framed = "Content-Length" in headers or "Transfer-Encoding" in headers
        return Exchange(status, headers, body, whole=packed or framed)


def unpack(raw: bytes, limit: int, status: int | None = None) -> bytes:
    """The gzip body unpacked, its checksum tested. Raises Fault when cut, damaged or too large."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as file:
            body = file.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        reason = "cut short" if isinstance(error, EOFError) else "damaged"
        detail = f"gzip body {reason} after {len(raw)} bytes: try later"
        raise _damaged(detail, status, raw) from None
    if len(body) > limit:
        raise ExchangeError(
            "refused", f"over {limit} bytes unpacked, the limit of a body", status, raw
        )
    return body


def _damaged(detail: str, status: int | None, body: bytes) -> ExchangeError:
    return ExchangeError("refused", detail, status, body, tries=AS_OFTEN_AS_ALLOWED)


def _fault(error: Exception, host: str, limits: Limits) -> ExchangeError:
    """The error of a library in words, without the address: it may hold a key."""
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
        return ExchangeError("failed", detail, tries=1, unreachable=True)
    if isinstance(reason, ConnectTimeoutError):
        detail = f"no connection to {host} within {limits.connect:g} s: check the network"
        return ExchangeError("failed", detail, unreachable=True)
    if isinstance(error, requests.ReadTimeout):
        return ExchangeError("failed", f"{host} said nothing for {limits.read:g} s: try later")
    if isinstance(error, requests.ConnectionError):
        detail = f"{host} closed the connection without an answer: try later"
        return ExchangeError("failed", detail, tries=AS_OFTEN_AS_ALLOWED)
    return ExchangeError(
        "failed", f"{host} cannot be asked ({type(error).__name__}): check the address"
    )
