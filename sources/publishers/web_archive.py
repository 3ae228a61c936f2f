"""The newest copy of a page in the Web Archive, as its publisher sent it.

`2id_` asks for the newest capture, byte for byte, without the archive's own frame. A copy may be
some releases old: what it lacks of the stored figures keeps it out (see `pipelines/ingest`).
"""

from __future__ import annotations

from dataclasses import replace

from sources import Request

NEWEST = "https://web.archive.org/web/2id_/"


def with_archive(request: Request) -> Request:
    """The request with the archive's copy as its mirror."""
    return replace(request, mirror=f"{NEWEST}{request.url}")
