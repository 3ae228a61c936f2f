"""Read other observatories: ask each, keep its answer, say when it is down."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from dashboards.i18n import plain
from dashboards.publish.api import peer as published
from dashboards.publish.api.documents import ROOT
from dashboards.publish.api.peer import PeerReading, Published
from pipelines.observatory.declaration import is_on_this_machine
from pipelines.observatory.peers import record
from pipelines.observatory.peers.record import Entry
from pipelines.settings import Settings
from sources import Request
from sources.http.client import CachedValidators, FetchResult, PoliteClient
from sources.http.raw_archive import Archive, DamagedBody
from warehouse.publication import identity
from warehouse.publication.identity import Peer

logger = logging.getLogger(__name__)
DOCUMENT = f"{ROOT}observatory.json"
# Ours has 41,000 bytes, and with a panel of sixty indicators it would have 200,000.
LARGEST = 1_000_000
# A run does not wait for a peer as it does for a publisher: its figures enter nothing, and the
# last ones are there. A tenth of a megabyte comes in a second on a slow line.
TIMEOUTS = {"read_timeout": 10.0, "total_timeout": 20.0, "retries": 1}
AT_ONCE = 8


def fetch_all(settings: Settings, peers: Sequence[Peer] | None = None) -> dict[str, Entry]:
    """Ask the peers (all that are declared) and record it; the entries by address.

    A peer that is down, or answers with what cannot be read, keeps its last good answer.
    """
    chosen = identity.in_force().peers if peers is None else peers
    entries = record.read(settings.home)
    archive = Archive(settings.archive)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ask = partial(_ask, settings, archive)
        answers = list(pool.map(ask, chosen, [entries.get(peer.address) for peer in chosen]))
    fresh = {peer.address: entry for peer, entry in zip(chosen, answers, strict=True)}
    if fresh:
        record.write(settings.home, entries | fresh)
    return fresh


def readings(settings: Settings) -> list[PeerReading]:
    """What is known here of each peer that is declared; asks nobody."""
    entries, archive = record.read(settings.home), Archive(settings.archive)
    return [
        _reading(archive, peer, entries.get(peer.address)) for peer in identity.in_force().peers
    ]


def summary(entries: dict[str, Entry]) -> Iterator[str]:
    """A line on each peer that gave nothing."""
    for address, entry in entries.items():
        if entry.failing_since:
            last = f"last read on {entry.read_at:%Y-%m-%d}" if entry.read_at else "never read"
            yield f"{address}: {entry.outcome}: {entry.detail}; {last}"


def _ask(settings: Settings, archive: Archive, peer: Peer, before: Entry | None) -> Entry:
    result = _fetch(settings, peer, _validators(archive, before))
    logger.info("%s: %s %s", peer.address, result.outcome, result.detail)
    if result.body is not None:  # what is refused is kept too, as of a publisher
        archive.put(result.body, {"url": result.url, "at": result.at, "status": result.status})
    if result.outcome in ("new", "unchanged"):
        try:
            sha256 = result.sha256 or ""
            published.read(archive.get(sha256))  # what is read is what is kept
            return Entry(
                asked_at=result.at,
                outcome=result.outcome,
                sha256=sha256,
                etag=result.etag,
                last_modified=result.last_modified,
                read_at=result.at,
            )
        except (ValueError, KeyError) as fault:
            reason = f"it answers with what cannot be read: {_line(fault)}"
            result = replace(result, outcome="refused", detail=reason)
    return _failed(result, before)


def _fetch(settings: Settings, peer: Peer, validators: CachedValidators | None) -> FetchResult:
    """Its document, asked for with no more than a peer may have."""
    near = is_on_this_machine(peer.address)
    with PoliteClient(
        contact=settings.contact,
        # A mirror inside the network does not lead back to this machine.
        gateway="" if near else settings.gateway,
        # Only who is declared to be on this machine may lead to it, by a redirect for example.
        allow_loopback=near,
        max_bytes=LARGEST,
        max_unpacked=LARGEST,
        clock=lambda: settings.now,
        **TIMEOUTS,  # type: ignore[arg-type]
    ) as client:
        request = Request(f"{peer.address}/{DOCUMENT}")
        return client.fetch(request, expected_format="json", previous=validators)


def _validators(archive: Archive, before: Entry | None) -> CachedValidators | None:
    """What the last good answer is known by, where it is still there to be read."""
    if before is None or _published(archive, before) is None:
        return None
    return CachedValidators(before.etag, before.last_modified, before.sha256)


def _failed(result: FetchResult, before: Entry | None) -> Entry:
    """The entry of a peer that gave nothing: its last good answer stays."""
    failure = {
        "asked_at": result.at,
        "outcome": result.outcome,
        "detail": plain(result.detail),
        "failing_since": (before and before.failing_since) or result.at,
    }
    return before.model_copy(update=failure) if before else Entry.model_validate(failure)


def _reading(archive: Archive, peer: Peer, entry: Entry | None) -> PeerReading:
    bare = PeerReading(peer.address, peer.name)
    if entry is None:
        return bare
    return replace(
        bare,
        published=_published(archive, entry),
        read_at=entry.read_at,
        failing_since=entry.failing_since,
        refused=entry.outcome == "refused",
    )


def _published(archive: Archive, entry: Entry) -> Published | None:
    """The last good answer; None where there is none, or the archive has lost it."""
    if not entry.sha256:
        return None
    try:
        return published.read(archive.get(entry.sha256))
    except (KeyError, DamagedBody, ValueError) as fault:
        logger.warning("the last answer of a peer cannot be read: %s", _line(fault))
        return None


def _line(fault: Exception) -> str:
    return str(fault.args[0] if fault.args else fault).splitlines()[0]
