"""A publisher's bad days, one after the other, to each family of source: nothing is lost or wrong.

Each family loads a good body first. After every bad day the store holds exactly what it held.
"""

import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from pipelines import asking
from pipelines.settings import from_environment
from sources import registry
from sources.credentials import public_url
from sources.http import Door
from tests.pipelines.conftest import Command
from tests.server import Reply, Site, gzipped
from warehouse import read
from warehouse.database import connect

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EMBER = "Price (EUR/MWhe)"
PAGE = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body>...</body></html>"
METADATA = "http://169.254.169.254/latest/meta-data/"


@dataclass(frozen=True)
class Family:
    """A source that stands for a kind of body, and how its content goes wrong.

    `scaled` multiplies the figures, `renamed` changes a word that the parser needs, `halved`
    loses the newer half, `padded` adds something that must not matter. `shifted` moves the
    figures by a row, `swapped` puts those of one series under another.
    """

    key: str
    file: str
    kind: str
    day: str
    scaled: Callable[[bytes, float], bytes]
    renamed: Callable[[bytes], bytes]
    halved: Callable[[bytes], bytes]
    padded: Callable[[bytes], bytes]
    shifted: Callable[[bytes], bytes] | None = None
    swapped: Callable[[bytes], bytes] | None = None


def _csv(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        frame = change(pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False))
        return frame.to_csv(index=False).encode()

    return changed


def _csv_scaled(column: str) -> Callable[[bytes, float], bytes]:
    def scaled(body: bytes, factor: float) -> bytes:
        def change(frame: pd.DataFrame) -> pd.DataFrame:
            number = pd.to_numeric(frame[column], errors="coerce") * factor
            return frame.assign(**{column: number.map(repr).where(number.notna(), frame[column])})

        return _csv(change)(body)

    return scaled


def _cells(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(body))
        change(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return changed


def _every_number(book: Any, factor: float) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)) and cell.value > 3000:
                    cell.value *= factor


def _down_a_row(book: Any) -> None:
    """Every month gets the figures of the month above it, and keeps its name."""
    sheet = book.worksheets[0]
    rows = [row for row in sheet.iter_rows() if isinstance(row[2].value, (int, float))]
    for row, above in reversed(list(zip(rows[1:], rows[:-1], strict=True))):
        for cell, source in zip(row[1:], above[1:], strict=True):
            cell.value = source.value


def _yaml_scaled(body: bytes, factor: float) -> bytes:
    def times(found: re.Match[bytes]) -> bytes:
        return found[1] + str(float(found[2]) * factor).encode()

    return re.sub(rb"((?:hour|month)[a-z0-9_]*: )([0-9.]+)", times, body)


def _json_scaled(body: bytes, factor: float) -> bytes:
    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: walk(value) for name, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return node * factor if isinstance(node, float) else node

    return json.dumps(walk(json.loads(body))).encode()


FAMILIES = [
    Family(
        "ember",
        "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv",
        "text/csv",
        "2025-12-02",
        _csv_scaled(EMBER),
        lambda body: body.replace(b"Price (EUR/MWhe)", b"Price (GBP/MWhe)", 1),
        _csv(lambda frame: frame.loc[frame["Date"] < "2020"]),
        _csv(lambda frame: frame.assign(remark="new")),
        _csv(lambda frame: frame.assign(**{EMBER: frame[EMBER].shift(1).bfill()})),
        _csv(
            lambda frame: frame.assign(
                **{"ISO3 Code": frame["ISO3 Code"].replace({"FRA": "DEU", "DEU": "FRA"})}
            )
        ),
    ),
    Family(
        "census_c30",
        "census_c30/privsatime.xlsx",
        XLSX,
        "2026-07-02",
        lambda body, factor: _cells(lambda book: _every_number(book, factor))(body),
        lambda body: _cells(
            lambda book: [
                setattr(cell, "value", "Computer halls")
                for sheet in book
                for row in sheet.iter_rows()
                for cell in row
                if isinstance(cell.value, str) and "ata center" in cell.value
            ]
            and None
        )(body),
        _cells(lambda book: book.worksheets[0].delete_rows(5, 200)),
        _cells(lambda book: book.create_sheet("Notes of the editor")),
        _cells(_down_a_row),
    ),
    Family(
        "gcp_pricing",
        "gcp_pricing/pricing_2026-07-30_head3449.yml",
        "text/plain",
        "2026-07-30",
        _yaml_scaled,
        lambda body: body.replace(b"hour", b"hours"),
        lambda body: body[: len(body) // 3].rsplit(b"\n", 1)[0],
        lambda body: body + b"\n# a comment\n",
    ),
    Family(
        "token_prices",
        "genai_prices/data_slim.2025-12-31.json.gz",
        "text/plain",
        "2025-12-31",
        _json_scaled,
        lambda body: body.replace(b"input_mtok", b"input_1m"),
        lambda body: json.dumps(json.loads(body)[:1]).encode(),
        lambda body: json.dumps(json.loads(body), indent=2).encode(),
    ),
]  # fmt: skip


def on_the_wire(good: bytes, family: Family) -> Iterator[tuple[str, Reply]]:
    """Eleven kinds of misbehaviour that `requests` alone would let pass or stumble over."""
    kind = {"Content-Type": family.kind}
    packed = gzip.compress(good, mtime=0)
    yield "500", Reply(PAGE, 500, {"Content-Type": "text/html"})
    yield "404 as a page", Reply(PAGE, 404, {"Content-Type": "text/html"})
    yield "429 until tomorrow", Reply(b"", 429, {"Retry-After": "86400"})
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
    yield "values times 1,000", family.scaled(good, 1e3)
    yield "values times 1e6", family.scaled(good, 1e6)
    yield "values over 1,000", family.scaled(good, 1e-3)
    yield "the newer half is gone", family.halved(good)
    yield "cut in the middle of a line", good[: len(good) * 2 // 5]
    if family.shifted:
        yield "rows shifted by one", family.shifted(good)
    if family.swapped:
        yield "two series swapped", family.swapped(good)


def held() -> pd.DataFrame:
    """Every version of every figure, without the fetch that it came with."""
    return read.history(connect(from_environment().warehouse)).drop(columns="fetch_id")


def tried(silentcrash: Command, key: str, before: pd.DataFrame) -> str:
    """What is wrong with how this answer was taken; "" where it was refused and changed nothing."""
    ended = silentcrash("fetch", key)
    if ended.code != 1:
        return f"ended with {ended.code}: {ended.out[-300:]}"
    return "" if held().equals(before) else "the store changed"


@pytest.mark.shared
@pytest.mark.parametrize("family", FAMILIES, ids=[family.key for family in FAMILIES])
def test_bad_days_change_nothing(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
    family: Family,
) -> None:
    monkeypatch.setattr(asking, "Door", partial(Door, sleep=lambda seconds: None))
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("SILENTCRASH_NOW", f"{family.day}T12:00:00+00:00")
    raw = (payloads / family.file).read_bytes()
    good = gzip.decompress(raw) if family.file.endswith(".gz") else raw
    [request] = registry()[family.key].requests
    address = public_url(request)
    site.serve(address, Reply(good, headers={"Content-Type": family.kind}))
    assert silentcrash("fetch", family.key).code == 0
    before = held()
    assert len(before) >= 2
    wrong = {}
    for name, reply in on_the_wire(good, family):
        site.serve(address, reply)
        wrong[name] = tried(silentcrash, family.key, before)
    for name, body in in_the_content(good, family):
        assert body != good, name
        site.serve(address, Reply(body, headers={"Content-Type": family.kind}))
        wrong[name] = tried(silentcrash, family.key, before)
    assert not {name: why for name, why in wrong.items() if why}
    site.serve(address, Reply(family.padded(good), headers={"Content-Type": family.kind}))
    ended = silentcrash("fetch", family.key)
    assert ended.code == 0, ended.err
    assert held().equals(before)
