"""The outside world as tidy observations: one declaration and one pure parser a publisher."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd

from sources.tidy import SchemaDrift, ValidationRule

__all__ = [
    "Payload",
    "Redact",
    "Request",
    "SchemaDrift",
    "Series",
    "Source",
    "ValidationRule",
    "find",
    "registry",
]

HISTORY = Path(__file__).parent / "history"
Cadence = Literal["daily", "weekly", "biweekly", "monthly", "quarterly", "half-yearly", "yearly"]
Frequency = Literal["W", "B", "M", "Q", "S", "A", "E"]
ExpectedFormat = Literal["csv", "json", "xlsx", "yaml", "xml", "html", ""]


@dataclass(frozen=True)
class Request:
    """What to ask of the publisher: a GET, or a POST when `json` is given.

    `expected_format` is what this body must be where it is not what the source's bodies are;
    `mirror` is another address of the same bytes, asked when the first does not serve them.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    expected_format: ExpectedFormat = ""
    mirror: str = ""


@dataclass(frozen=True)
class Payload:
    """The bytes that a publisher sent, decompressed, and when they were asked for.

    `extra_pages` holds the further pages of a source that follows: all of them, or there is no
    payload.
    """

    content: bytes
    request: Request
    fetched_at: datetime
    last_modified: datetime | None = None
    extra_pages: tuple[bytes, ...] = ()

    @property
    def pages(self) -> tuple[bytes, ...]:
        """Every body, in the order in which it was asked for."""
        return (self.content, *self.extra_pages)


@dataclass(frozen=True)
class Series:
    """One published series: its key, its unit as published and its two titles.

    `frequency` is W weekly, B biweekly, M monthly, Q quarterly, S half-yearly, A annual,
    E event-driven (a step function with effective dates).
    """

    key: str
    unit: str
    frequency: Frequency
    fr: str
    en: str


Parse = Callable[[Payload], pd.DataFrame]
Follow = Callable[[Payload], Request | None]
Redact = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Source:
    """Everything that the observatory must know of a publisher; the rest follows from it.

    `requests` is empty for a source that is only history. `needs` is "" for a keyless source,
    or the environment variable or opt-in that it cannot do without. `known_from` says whose
    date a figure gets where the payload gives none. `lag_days` is the usual time between the
    end of a period and its publication; after `stale_days` from the end of the newest period
    the source counts as late. `follow` names the next page to ask for, given those so far: None
    when there is no more; it raises SchemaDrift where a page does not say. A payload is a
    `full_snapshot` where it holds all that its request still publishes: a figure gone from it
    was withdrawn. One that is `snapshot_dated` gives what is in force when it is asked for, so
    that the same bytes on another day are figures of that day.
    `redact` takes out of a body what must never be stored, before it is archived.
    `traps` are what the publisher does that a reader would not expect, a line each.
    """

    key: str
    publisher: str
    fr: str
    en: str
    homepage: str
    licence: str
    licence_url: str
    cadence: Cadence
    lag_days: int
    stale_days: int
    series: tuple[Series, ...]
    requests: tuple[Request, ...] = ()
    parse: Parse | None = None
    rules: tuple[ValidationRule, ...] = ()
    follow: Follow | None = None
    redact: Redact | None = None
    full_snapshot: bool = False
    snapshot_dated: bool = False
    expected_format: ExpectedFormat = ""
    attribution: str = ""
    redistribute: bool = True
    known_from: Literal["fetch", "last_modified"] = "fetch"
    stamp: Literal["start", "end", "instant"] = "start"
    needs: str = ""
    traps: tuple[str, ...] = ()
    peers: str = ""
    parser_version: int = 1

    @property
    def history(self) -> Path | None:
        """The shipped figures that the live endpoint no longer serves, if any."""
        path = HISTORY / f"{self.key}.csv"
        return path if path.exists() else None


@cache
def registry() -> Mapping[str, Source]:
    """Every declared source by key: the SOURCE of each module in `publishers`."""
    from sources import publishers

    names = (module.name for module in pkgutil.iter_modules(publishers.__path__))
    found = (
        getattr(importlib.import_module(f"sources.publishers.{name}"), "SOURCE", None)
        for name in names
    )
    return {source.key: source for source in sorted(filter(None, found), key=lambda s: s.key)}


def find(key: str) -> Source:
    """The source with this key. Raises KeyError when there is none."""
    return registry()[key]
