"""The bad days of publishers: after each, the store holds what it held."""

import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.ingest import fetch
from pipelines.settings import from_environment
from sources import find_source
from sources.http.client import PoliteClient
from tests.editions import address_of
from tests.pipelines.conftest import Command
from tests.server import Reply, Site, gzipped
from warehouse.database import connect
from warehouse.observations import read

Change = Callable[[bytes], bytes]
Trial = Callable[..., None]
PAGE = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body>...</body></html>"
SCALED = "values times "
METADATA = "http://169.254.169.254/latest/meta-data/"


@dataclass(frozen=True)
class Family:
    """A source that stands for a kind of body, and how its content goes wrong.

    `scaled` multiplies the figures, `renamed` changes a word that the parser needs, `halved`
    loses the newer half, `padded` adds something that must not matter. `shifted` moves the
    figures by a row, `swapped` puts those of one series under another; `refused` are accidents of
    this kind of body and `alike` are other ways to say the same, each by name. With
    `scaled_is_lost`, a scaled figure is set apart and the others are read, as of one row of a
    small payload.
    """

    key: str
    file: str
    kind: str
    day: str
    scaled: Callable[[bytes, float], bytes] | None
    renamed: Callable[[bytes], bytes]
    halved: Callable[[bytes], bytes]
    padded: Callable[[bytes], bytes]
    shifted: Callable[[bytes], bytes] | None = None
    swapped: Callable[[bytes], bytes] | None = None
    least: int = 2
    refused: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    alike: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    scaled_is_lost: bool = False


def body_of(path: Path) -> bytes:
    """A stored body as it was served, unpacked."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def in_csv(change: Callable[[pd.DataFrame], pd.DataFrame], code: str = "utf-8") -> Change:
    """A body of CSV whose table is changed, every cell a text."""

    def changed(body: bytes) -> bytes:
        frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, encoding=code)
        return change(frame).to_csv(index=False).encode(code)

    return changed


def csv_scaled(column: str) -> Callable[[bytes, float], bytes]:
    """A body of CSV with the numbers of a column times a factor."""

    def scaled(body: bytes, factor: float) -> bytes:
        def change(frame: pd.DataFrame) -> pd.DataFrame:
            number = pd.to_numeric(frame[column], errors="coerce") * factor
            return frame.assign(**{column: number.map(repr).where(number.notna(), frame[column])})

        return in_csv(change)(body)

    return scaled


def in_book(change: Callable[[Any], object]) -> Change:
    """A workbook after `change`."""

    def changed(body: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(body))
        change(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return changed


def on_the_wire(good: bytes, family: Family) -> Iterator[tuple[str, Reply]]:
    """Kinds of misbehaviour that `requests` alone would let pass."""
    kind = {"Content-Type": family.kind}
    packed = gzip.compress(good, mtime=0)
    yield "500", Reply(PAGE, 500, {"Content-Type": "text/html"})
    yield "404 as a page", Reply(PAGE, 404, {"Content-Type": "text/html"})
    yield "an empty 200", Reply(b"", headers=kind)
    yield "an error page under the type of data", Reply(PAGE, headers=kind)
    yield "gzip cut short, length consistent", gzipped(good, cut=len(packed) // 2, **kind)
    yield "an early close without a length", Reply(good, headers=kind, cut=99, length=False)
    yield "a length that is not reached", Reply(good, headers=kind, cut=len(good) // 2)
    yield "another encoding", Reply(PAGE.decode().encode("utf-16"), headers=kind)
    yield "a 304 that nobody asked for", Reply(b"", 304)
    yield "a redirect to a private address", Reply(b"", 302, {"Location": METADATA})
    yield (
        "a page of JSON",
        Reply(b'{"error": "quota"}', headers={"Content-Type": "application/json"}),
    )


def in_the_content(good: bytes, family: Family) -> Iterator[tuple[str, bytes]]:
    yield "a renamed word", family.renamed(good)
    for factor in (1e3, 1e6, 1e-3) if family.scaled else ():
        yield f"{SCALED}{factor:g}", family.scaled(good, factor)
    yield "the newer half is gone", family.halved(good)
    yield "cut in the middle of a line", good[: len(good) * 2 // 5]
    if family.shifted:
        yield "rows shifted by one", family.shifted(good)
    if family.swapped:
        yield "two series swapped", family.swapped(good)
    yield from ((name, change(good)) for name, change in family.refused.items())


def stored_figures() -> pd.DataFrame:
    """Every version of every figure, without the fetch that it came with."""
    return read.history(_reader(from_environment().warehouse)).drop(columns="fetch_id")


@lru_cache(maxsize=1)
def _reader(url: str) -> Engine:
    return connect(url)


def tried(silentcrash: Command, key: str, before: pd.DataFrame, code: int = 1) -> str:
    """What is wrong; "" where it ended with this code and no figure changed."""
    ended = silentcrash("fetch", key)
    if ended.code != code:
        return f"ended with {ended.code}: {ended.out[-300:]}"
    return "" if stored_figures().equals(before) else "the store changed"


def nothing_changes(
    silentcrash: Command,
    site: Site,
    patch: pytest.MonkeyPatch,
    family: Family,
    *bodies: bytes,
) -> None:
    """Load these pages over a socket, then try every bad day on the last of them.

    Only the first question of the source is asked.
    """
    entry = replace(find_source(family.key), requests=find_source(family.key).requests[:1])
    patch.setattr("sources.registry", lambda: {entry.key: entry})
    patch.setattr(fetch, "PoliteClient", partial(PoliteClient, sleep=lambda seconds: None))
    patch.setenv("SILENTCRASH_GATEWAY", site.url)
    patch.setenv("SILENTCRASH_NOW", f"{family.day}T12:00:00+00:00")
    patch.setenv(entry.needs or "SILENTCRASH_ACCEPT_NOTHING", "made-up-key")
    *leading, good = bodies
    as_data = {"Content-Type": family.kind}
    address = address_of(site, entry, family.day)
    first = [Reply(body, headers=as_data) for body in leading]

    def serve(last: Reply) -> None:
        site.serve(address, *first, last)

    serve(Reply(good, headers=as_data))
    ended = silentcrash("fetch", entry.key)
    assert ended.code == 0, ended.out
    before = stored_figures()
    assert len(before) >= family.least
    # The shipped history was loaded, or refused where much of it lies ahead of this past day. A
    # refused file is read again at every fetch: here that would take half of the time.
    patch.setattr("sources.HISTORY", Path("/nowhere"))
    wrong = {}
    for name, reply in on_the_wire(good, family):
        serve(reply)
        wrong[name] = tried(silentcrash, entry.key, before)
    for name, body in in_the_content(good, family):
        assert body != good, name
        serve(Reply(body, headers=as_data))
        lost = family.scaled_is_lost and name.startswith(SCALED)
        wrong[name] = tried(silentcrash, entry.key, before, code=0 if lost else 1)
    for name, change in {"padded": family.padded, **family.alike}.items():
        alike = change(good)
        assert alike != good, name
        serve(Reply(alike, headers=as_data))
        ended = silentcrash("fetch", entry.key)
        remaining = stored_figures().equals(before)
        wrong[name] = (
            "" if ended.code == 0 and remaining else f"{ended.code} {remaining}: {ended.out[-300:]}"
        )
    # The last one: until tomorrow the publisher is not asked again.
    serve(Reply(b"", 429, {"Retry-After": "86400"}))
    wrong["429 until tomorrow"] = tried(silentcrash, entry.key, before)
    faults = {name: why for name, why in wrong.items() if why}
    assert not faults, faults
