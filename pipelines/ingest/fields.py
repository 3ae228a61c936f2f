"""What a body is made of: columns, keys, sheets; what a publisher has added."""

import csv
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from io import BytesIO, StringIO
from itertools import islice

from sqlalchemy import Engine

from pipelines.ingest.parse import archived_payload
from sources import Payload, Source
from sources.http.raw_archive import Archive, DamagedBody
from warehouse.observations import read

logger = logging.getLogger(__name__)
# Records of one list have the same keys: a few tell them, optional ones among them.
SAMPLE = 50
# An object with more keys than this is a table by name (concepts, models), not a record.
MOST_KEYS = 40
# Below that lie details of details.
DEPTH = 3
# A notice names the first ones; `silentcrash sources news` names all.
MOST_NAMED = 5


def fields(body: bytes, form: str) -> set[str]:
    """The names of columns (csv), keys (json) or sheets (xlsx) of a body.

    Empty for other forms, and for a body that cannot be read: its parser says so.
    """
    reader = READERS.get(form)
    try:
        return reader(body) if reader else set()
    except Exception:  # a publisher's bytes may break it in any way, as they break a parser
        logger.info("the fields of a body cannot be read", exc_info=True)
        return set()


def added_fields(
    engine: Engine, archive: Archive, source: Source, payload: Payload, url: str
) -> list[str]:
    """A notice that names what the last good body of this address did not have."""
    if source.format_of(payload.request) not in READERS:
        return []
    last = read.last_fetch(engine, source.key, url)
    if last is None or last.sha256 is None:
        return []
    try:
        before = archived_payload(archive, source, asdict(last) | {"url": url})
    except (KeyError, DamagedBody):
        return []
    if before.content == payload.content:
        return []
    earlier = fields_of(source, before)
    new = sorted(fields_of(source, payload) - earlier) if earlier else []
    more = ["…"] if len(new) > MOST_NAMED else []
    return [f"new here and not read: {', '.join(new[:MOST_NAMED] + more)}"] if new else []


def fields_of(source: Source, payload: Payload) -> set[str]:
    """The fields of the first page of a payload."""
    return fields(payload.content, source.format_of(payload.request))


def _columns(body: bytes) -> set[str]:
    text = body.decode("utf-8-sig", errors="replace")
    header: list[str] = next(csv.reader(StringIO(text[:100_000])), [])
    return {name.strip() for name in header if name.strip()}


def _keys(body: bytes) -> set[str]:
    return set(_walk(json.loads(body), "", DEPTH))


def _walk(value: object, path: str, depth: int) -> Iterator[str]:
    """The paths of keys below a value, without the places in lists."""
    if isinstance(value, list):
        yield from _all(islice(value, SAMPLE), path, depth)
    elif isinstance(value, Mapping) and depth:
        names = [str(key) for key in value]
        if len(names) > MOST_KEYS or any(name.isdigit() for name in names):
            yield from _all(islice(value.values(), SAMPLE), f"{path}*.", depth - 1)
            return
        for name, item in zip(names, value.values(), strict=True):
            yield f"{path}{name}"
            yield from _walk(item, f"{path}{name}.", depth - 1)


def _all(values: Iterable[object], path: str, depth: int) -> Iterator[str]:
    for value in values:
        yield from _walk(value, path, depth)


def _sheets(body: bytes) -> set[str]:
    from openpyxl import load_workbook

    return set(load_workbook(BytesIO(body), read_only=True).sheetnames)


READERS: Mapping[str, Callable[[bytes], set[str]]] = {
    "csv": _columns,
    "json": _keys,
    "xlsx": _sheets,
}
