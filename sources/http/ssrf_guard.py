"""Which addresses may be fetched: http and https on the public internet only.

A redirect or a name could otherwise lead to a service inside the network (server-side request
forgery).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import getaddrinfo, inet_aton, socket
from unicodedata import normalize
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class PrivateAddress(Exception):
    """A host name resolved to an address that is not public."""


# Names that lead to no host of the public internet, by their last label (RFC 6761, 6762, 8375, and
# what routers and clouds use); a name of one label is looked up in the network it is asked in.
INSIDE = {
    "localhost",
    "local",
    "internal",
    "lan",
    "localdomain",
    "intranet",
    "corp",
    "home",
    "arpa",
}
# What IANA gives out on the internet. The rest has other uses, such as a translator of this
# network (64:ff9b:1::/48, ::ffff:0:0:0/96), of which Python 3.11 knows few.
ASSIGNED = IPv6Network("2000::/3")
# What carries an IPv4 address in its last 32 bits: translation (RFC 6052), compatible (RFC 4291).
CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE)


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
        public = _is_public_name(parts.hostname, allow_loopback=allow_loopback)
    return "" if public else f"{parts.hostname} is not a public address"


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether this IP address may be connected to; ValueError if it is not one.

    It may be written as any resolver reads it: as one number, in hex or octal, in fewer parts.
    """
    ip = _address(address)
    inner = _carried(ip)
    if inner is not None and not is_public(str(inner), allow_loopback=allow_loopback):
        return False
    outside = inner is not None or isinstance(ip, IPv4Address) or ip in ASSIGNED
    return (outside and ip.is_global and not ip.is_multicast) or (allow_loopback and ip.is_loopback)


def resolves_inside(host: str, *, allow_loopback: bool = False) -> bool:
    """Whether a name has an address that is not public; False if it has none here.

    For who hands a name on: behind a proxy or a gateway no peer can be looked at.
    """
    try:
        addresses = {str(entry[4][0]) for entry in getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return not all(is_public(address, allow_loopback=allow_loopback) for address in addresses)


def _address(address: str) -> IPv4Address | IPv6Address:
    plain = normalize("NFKC", address).partition("%")[0].rstrip(".")
    if NUMERIC.fullmatch(plain):
        try:
            return IPv4Address(inet_aton(plain))
        except OSError:  # a number too large
            raise ValueError(address) from None
    return ip_address(plain)


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if any."""
    if isinstance(ip, IPv4Address):
        return None
    if any(ip in network for network in CARRIERS) and not ip.is_loopback:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _is_public_name(name: str, *, allow_loopback: bool) -> bool:
    labels = normalize("NFKC", name).lower().rstrip(".").split(".")
    if allow_loopback and labels == ["localhost"]:
        return True
    return len(labels) > 1 and labels[-1] not in INSIDE and not labels[-1].isdigit()


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
