"""Which addresses may be fetched: http and https on the public internet only.

A redirect or a name could otherwise lead to a service inside the network (server-side request
forgery).
"""

from __future__ import annotations

from ipaddress import ip_address
from socket import socket
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class PrivateAddress(Exception):
    """A host name resolved to an address that is not public."""


def violation(url: str, *, allow_loopback: bool = False) -> str:
    """Why this address must not be fetched, or "". Names are not resolved."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme or 'no scheme'}: is not http or https"
    if not parts.hostname or parts.username is not None:
        return "not a plain host name"
    try:
        public = is_public(parts.hostname, allow_loopback=allow_loopback)
    except ValueError:  # a name: its address is tested once connected
        return ""
    return "" if public else f"{parts.hostname} is not a public address"


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether this IP address may be connected to; ValueError if it is not one."""
    ip = ip_address(address.partition("%")[0])
    return (ip.is_global and not ip.is_multicast) or (allow_loopback and ip.is_loopback)


class PublicOnly(HTTPAdapter):
    """An adapter that checks the peer of a connection before sending anything.

    Checking what the name resolves to beforehand is not enough: a moment later it may resolve to
    another address (DNS rebinding).
    """

    def __init__(self, allow_loopback: bool) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(allow_loopback)


def _guarded_pools(allow_loopback: bool) -> dict[str, type[HTTPConnectionPool]]:
    class Guard(HTTPConnection):
        def _new_conn(self) -> socket:
            connected = super()._new_conn()
            if is_public(connected.getpeername()[0], allow_loopback=allow_loopback):
                return connected
            connected.close()
            raise PrivateAddress

    class GuardTLS(Guard, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Guard

    class PoolTLS(HTTPSConnectionPool):
        ConnectionCls = GuardTLS

    return {"http": Pool, "https": PoolTLS}
