"""Which addresses may be asked: http and https to the public internet, nothing inside."""

from __future__ import annotations

from ipaddress import ip_address
from socket import socket
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class PrivateAddress(Exception):
    """A name of the outside world led to an address inside."""


def violation(url: str, *, allow_loopback: bool = False) -> str:
    """Why this address must not be asked, "" if nothing is against it. Resolves no name."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme or 'no scheme'}: is not http or https"
    if not parts.hostname or parts.username is not None:
        return "not a plain host"
    try:
        public = is_public(parts.hostname, allow_loopback=allow_loopback)
    except ValueError:  # a name: its address is tested once connected
        return ""
    return "" if public else f"{parts.hostname} is not a public address"


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether this IP address may be asked. Raises ValueError when it is not one."""
    ip = ip_address(address.partition("%")[0])
    return (ip.is_global and not ip.is_multicast) or (allow_loopback and ip.is_loopback)


class PublicOnly(HTTPAdapter):
    """An adapter that looks where a connection has led before anything is sent on it.

    Resolving a name beforehand would not do: it can lead elsewhere a moment later.
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
