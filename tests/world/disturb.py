"""What an event does to figures, and to a reply on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tests.server import Reply
from tests.world.publishers import Figures
from tests.world.script import Event

PAGE = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body>...</body></html>"
NOT_PROCESSED = b'{"status": "REQUEST_NOT_PROCESSED", "message": ["threshold reached"]}'
HTML = {"Content-Type": "text/html; charset=utf-8"}
A_DAY = timedelta(days=1)


def _newest(figures: Figures) -> dict[str, date]:
    newest: dict[str, date] = {}
    for series, period in figures:
        newest[series] = max(period, newest.get(series, period))
    return newest


def scaled(figures: Figures, factor: float) -> Figures:
    """Every figure in another unit."""
    return {key: value * factor for key, value in figures.items()}


def _newest_changed(figures: Figures, change: Callable[[float], float]) -> Figures:
    """The newest figure of the first series, changed."""
    series, period = min(_newest(figures).items())
    return figures | {(series, period): change(figures[series, period])}


def zero(figures: Figures, factor: float) -> Figures:
    """A figure that was not entered."""
    return _newest_changed(figures, lambda value: 0.0)


def negative(figures: Figures, factor: float) -> Figures:
    """A figure with the wrong sign."""
    return _newest_changed(figures, lambda value: -value)


def halved(figures: Figures, factor: float) -> Figures:
    """The newer half is gone; of a list of today, half of its lines."""
    order = sorted(figures, key=lambda key: (key[1], key[0]))
    return {key: figures[key] for key in order[: len(order) // 2]}


def cut(figures: Figures, factor: float) -> Figures:
    """Only the first `factor` of the lines are left."""
    order = sorted(figures)
    return {key: figures[key] for key in order[: int(len(order) * factor)]}


def shifted(figures: Figures, factor: float) -> Figures:
    """Each figure stands a period too late; in a list of today, a line too low."""
    order = sorted(figures)
    moved = [order[0], *order[:-1]]
    return {key: figures[before] for key, before in zip(order, moved, strict=True)}


def future(figures: Figures, factor: float) -> Figures:
    """The newest figure of each series stands a year ahead as well."""
    ahead = {
        (series, period.replace(year=period.year + 1, day=min(period.day, 28))): figures[
            series, period
        ]
        for series, period in _newest(figures).items()
    }
    return figures | ahead


CONTENT: dict[str, Callable[[Figures, float], Figures]] = {
    "scaled": scaled,
    "zero": zero,
    "negative": negative,
    "halved": halved,
    "cut": cut,
    "shifted": shifted,
    "future": future,
}


def of_figures(figures: Figures, events: Sequence[Event], file_of: Callable[[str], str]) -> Figures:
    """The figures as accidents leave them; lines shift within a file."""
    for event in events:
        if event.kind == "shifted":
            own = {file_of(series) for series, _ in figures}
            files = [{k: v for k, v in figures.items() if file_of(k[0]) == name} for name in own]
            figures = {k: v for file in files for k, v in shifted(file, event.factor).items()}
        elif event.kind in CONTENT:
            figures = CONTENT[event.kind](figures, event.factor)
    return figures


def revised(figures: Figures, factor: float, noise: Callable[[str, date], float]) -> Figures:
    """The figures after a revision that moves each by about `factor` - 1."""
    return {
        (series, period): round(value * (1 + (factor - 1) * noise(series, period)), _digits(value))
        for (series, period), value in figures.items()
    }


def _digits(value: float) -> int:
    return 0 if value == int(value) else len(repr(value).partition(".")[2])


def of_reply(reply: Reply, events: Sequence[Event], address: str) -> Reply:
    """The reply as the accidents of the wire leave it; `address` has its query."""
    for event in events:
        if event.kind == "outage":
            return Reply(b"unavailable", 503, HTML)
        if event.kind == "denied":
            return Reply(PAGE, 403, HTML)
        if event.kind == "gone":
            return Reply(b"<html><body>Not Found</body></html>", 404, HTML)
        if event.kind == "challenge":
            return Reply(PAGE, 200, HTML)
        if event.kind == "empty":
            return replace(reply, body=b"")
        if event.kind == "not_processed":
            return Reply(NOT_PROCESSED, 200, {"Content-Type": "application/json"})
        if event.kind == "truncated":
            return replace(reply, cut=len(reply.body) // 2)
        if event.kind == "moved" and "/moved/" not in address:
            host, _, path = address.lstrip("/").partition("/")
            return Reply(b"", 301, {"Location": f"https://{host}/moved/{path}"})
    return reply
