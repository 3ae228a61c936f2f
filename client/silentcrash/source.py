"""Where a client reads: a published site, or a warehouse as if it were one."""

import os
from importlib.metadata import entry_points
from typing import Protocol

GROUP = "silentcrash.warehouse"  # under which the observatory names what reads its warehouse
SECONDS = 30.0  # that a site may be silent


class SourceError(RuntimeError):
    """The figures cannot be read there; the message says why and what to do."""


class Source(Protocol):
    """Gives the files of a site by their path, as api/v1/series.json."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises SourceError where it cannot be had."""
        ...


class Site:
    """A published site; what was read once is not asked for again."""

    def __init__(self, address: str) -> None:
        import requests

        self._base = address.rstrip("/")
        self._session = requests.Session()
        self._bodies: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a file of the site."""
        import requests

        if path not in self._bodies:
            try:
                answer = self._session.get(f"{self._base}/{path}", timeout=SECONDS)
                answer.raise_for_status()
            except requests.RequestException as fault:
                status = getattr(fault.response, "status_code", None)
                reason = f"HTTP {status}" if status else "it does not answer"
                raise SourceError(f"{self._base}/{path} cannot be read: {reason}") from None
            self._bodies[path] = answer.content
        return self._bodies[path]


def open_source(address: str | None) -> Source:
    """The site at an http address, or the warehouse at a database URL."""
    if address and address.startswith(("http://", "https://")):
        return Site(address)
    readers = list(entry_points(group=GROUP))
    if not readers:
        raise SourceError(
            "a warehouse is read by the observatory, which is not installed here: install "
            "silent-crash-observatory, or give the address of a site"
        )
    reader: Source = readers[0].load()(address or os.environ.get("SILENTCRASH_WAREHOUSE"))
    return reader
