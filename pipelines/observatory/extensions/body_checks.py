"""How a parser reads a body, and that a damaged one gives no figures."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from pipelines.errors import UnreadableBody
from pipelines.ingest.checks.doubts import FIGURE, none
from pipelines.ingest.parse import parse_payload
from pipelines.ingest.validate import LastGood, check
from sources import Payload, Source
from sources.http.content_check import rejection_reason
from sources.tidy import COLUMNS, STATUSES

SHOWN = 3  # reasons and keys that a row of a table names
PAGE = b"<!doctype html><html><body><h1>503</h1><p>Back soon.</p></body></html>"
# A third of a body, below the half that every source must keep of its figures.
CUT, CUT_NAME = 1 / 3, "cut to a third"


@dataclass(frozen=True)
class BodyCheck:
    """A check of a body: what was seen, or what is wrong and what to do."""

    name: str
    fault: str
    seen: str = ""


def checks(source: Source, payload: Payload) -> Iterator[BodyCheck]:
    """The checks of a body, then of what may come in its place.

    The first that fails of the good body ends them: nothing can be compared with it.
    """
    form = source.format_of(payload.request)
    if why := rejection_reason(payload.content, form):
        yield BodyCheck("format", f"not accepted as {form or 'a body'}: {why}")
        return
    yield BodyCheck("format", "", form or "any")
    try:
        frame = parse_payload(source, payload)
    except UnreadableBody as fault:
        yield BodyCheck("parse", f"parse cannot read it: {fault}")
        return
    if why := shape(source, frame):
        yield BodyCheck("parse", why)
        return
    newest = f"{frame['period'].max():%Y-%m-%d}"
    seen = f"{len(frame)} figures of {frame['series'].nunique()} series, newest period {newest}"
    yield BodyCheck("parse", "", seen)
    result = check(frame, source, at=payload.fetched_at, before=none(FIGURE))
    reasons = [*result.blocked, *result.rejected["reason"].unique()]
    yield BodyCheck("contract", "; ".join(map(str, reasons[:SHOWN])), "every figure may be loaded")
    for name, body in damaged(payload.content):
        yield BodyCheck(name, *damage(source, payload, frame, body, cut=name == CUT_NAME))


def shape(source: Source, frame: pd.DataFrame) -> str:
    """What is wrong with the rows that a parser gave; "" for nothing."""
    if missing := [column for column in COLUMNS if column not in frame]:
        return f"the frame has no column {missing[0]}: give it to sources.tidy.tidy"
    if frame.empty:
        return "it gave no figure"
    if stray := sorted(set(frame["series"]) - {own.key for own in source.series}):
        return f"series that are not declared: {', '.join(stray[:SHOWN])}"
    if frame.duplicated(["series", "period", "known_from"]).any():
        return "two figures for one series and period"
    if stray := sorted(set(frame["status"]) - set(STATUSES)):
        return f"status {stray[0]!r} is none of {', '.join(STATUSES)}"
    return ""


def damaged(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Bodies that come in place of a good one, each with its name."""
    yield "empty", b""
    yield "page of an error", PAGE
    yield CUT_NAME, body[: int(len(body) * CUT)]
    yield "zeros", bytes(min(len(body), 4096))
    yield "other object", json.dumps({"error": "no such table", "data": []}).encode()
    yield "list of nothing", b"[]"
    yield "text", b"Service unavailable, please try again later\n" * 3


def damage(
    source: Source, payload: Payload, good: pd.DataFrame, body: bytes, *, cut: bool
) -> tuple[str, str]:
    """What is wrong with how a damaged body ends, and how it ended.

    It may be refused by its format, by the parser, or by the contract with the past. It may not
    give figures; one that is `cut` may, where they are all those of the good body.
    """
    form = source.format_of(payload.request)
    if why := rejection_reason(body, form):
        return "", f"refused: {why}"
    try:
        frame = parse_payload(source, replace(payload, content=body))
    except UnreadableBody as fault:
        return "", f"refused: {fault}"
    last = LastGood(len(good), good["period"].max(), lambda: good)
    result = check(frame, source, at=payload.fetched_at, before=good[FIGURE], last=last)
    if result.blocked:
        return "", f"refused: {result.blocked[0]}"
    if cut and len(frame) >= len(good) and set(frame["series"]) == set(good["series"]):
        return "", "the same figures"
    loaded = f"{len(frame)} figures of it would be loaded"
    return f"{loaded}: raise SchemaDrift, or ask more of completeness", ""


def payload_of(source: Source, body: bytes, at: datetime) -> Payload:
    """A body as the answer to the first request of a source."""
    return Payload(body, source.requests[0], at)
