"""Publishers' data as tidy observations: a declaration and a parser for each.

`registry()` gives every declared Source by key. Everything else about a publisher (fetching,
validation, schedule, status page) follows from its declaration in `sources/publishers/`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pandas as pd

from sources.tidy import Completeness, SchemaDrift, ValidationRule

__all__ = [
    "Completeness",
    "Edition",
    "PastRequest",
    "Payload",
    "Redact",
    "Request",
    "SchemaDrift",
    "Series",
    "Source",
    "Unread",
    "ValidationRule",
    "WatchedPage",
    "find",
    "registry",
]

HISTORY = Path(__file__).parent / "history"
Cadence = Literal["daily", "weekly", "biweekly", "monthly", "quarterly", "half-yearly", "yearly"]
Frequency = Literal["W", "B", "M", "Q", "S", "A", "E"]
# Where the series that feed no indicator of the index are read: a cross-check of two publishers,
# `silentcrash gpu`, the announcements of data centres, the conversion of amounts, the watcher of
# pages, or nowhere, which needs a reason in `reference`.
Role = Literal[
    "index",
    "cross_check",
    "gpu_explorer",
    "announcements",
    "exchange_rates",
    "watcher",
    "reference",
]
ExpectedFormat = Literal["csv", "json", "xlsx", "zip", "yaml", "xml", "html", ""]


@dataclass(frozen=True)
class Request:
    """One HTTP request to a publisher: a GET, or a POST if `json` is given.

    `expected_format` is the format of this body where it differs from the source's. `mirror` is
    another address of the same bytes, for when the first fails. `${NAME}` in `params`, `headers`
    or `json` is filled in from the environment when the request is sent. A further page that is
    `optional` may not exist yet: the pages then end before it.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    expected_format: ExpectedFormat = ""
    mirror: str = ""
    optional: bool = False

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class PastRequest:
    """A request for what a publisher published at an earlier instant, in UTC."""

    published: datetime
    request: Request


@dataclass(frozen=True)
class Payload:
    """The bytes that a publisher sent, decompressed, and when they were requested.

    `extra_pages` holds the further pages of a source with `next_page`: all of them, or there is
    no payload. `first_seen` is when these very bytes came for the first time, if not now.
    """

    content: bytes
    request: Request
    fetched_at: datetime
    last_modified: datetime | None = None
    extra_pages: tuple[bytes, ...] = ()
    first_seen: datetime | None = None

    @property
    def pages(self) -> tuple[bytes, ...]:
        """Every body, in the order of the requests."""
        return (self.content, *self.extra_pages)


@dataclass(frozen=True)
class Edition:
    """The newest edition that a publisher's lists name, and how alive it is.

    `changed` is when the publisher last changed its file, `moved` when anything beside it was
    last changed; None where no list says so.
    """

    request: Request
    changed: datetime | None = None
    moved: datetime | None = None


@dataclass(frozen=True)
class Series:
    """One published series: its key, its unit as published and its two titles.

    `frequency` is W weekly, B biweekly, M monthly, Q quarterly, S half-yearly, A annual, or
    E event-driven (a value that holds from its date until the next one).
    """

    key: str
    unit: str
    frequency: Frequency
    fr: str
    en: str


Parse = Callable[[Payload], pd.DataFrame]
NextPage = Callable[[Payload], Request | None]
Notices = Callable[[Payload], Sequence[str]]
Redact = Callable[[bytes], bytes]
# Given the periods of which a figure is stored, and today: what to ask.
Windows = Callable[[Collection[date], date], Sequence[Request]]
# Given the answers so far (None for one that failed): the next question, the edition, or None if
# the answers name no edition.
Discover = Callable[[Sequence[bytes | None]], Request | Edition | None]
# What a body names and its parser does not read: a kind (machine, model, economy, …) and a name.
Unread = Callable[[Payload], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class WatchedPage:
    """The page of a register, watched for changes: the title of its series.

    `name` ends the key of that series; of the lines of the page those count in which the pattern
    `lines` is found, all by default.
    """

    name: str
    fr: str
    en: str
    lines: str = ""


@dataclass(frozen=True)
class Source:
    """The declaration of a publisher's data: how to fetch, read and validate it.

    Attributes:
        fr, en: its title in French and English.
        licence: as the publisher words it; `redistribute` is False if raw values may not be
            republished.
        lag_days: the usual time from the end of a period to its publication.
        stale_days: the source is late when the end of its newest period is longer ago.
        requests: empty for a source that is only shipped history.
        windows: what to ask in place of `requests` where the question names a span of time: from
            the last stored figure on, in as many questions as it takes.
        shows: what is lost to who asks late: "past" nothing, "feed" what has left it meanwhile,
            "present" every reading between two questions.
        discover: finds the newest edition of a publisher who names each anew; `requests` then
            asks for a list of them.
        frozen_days: a file of today's prices that has not changed for so long is no longer kept
            up: its prices are not those of today. 0 where a file may rest.
        parse: bytes to a tidy frame, without network or clock.
        next_page: the request for the next page, given those so far; None at the end. Raises
            SchemaDrift if a page does not say whether more follow.
        link_hosts: further hosts to which a link on a page, or a next page, may lead.
        notices: what a body says that a person must know, a line each, for the status.
        empty_status: the HTTP status that says, in a body of the expected format, that there is
            nothing yet; 0 if none does.
        past: requests for what the publisher published on earlier days, oldest first. `parse`
            then reads the payload as of that day: `fetched_at` is the instant of publication.
        unread: what a body names and `parse` does not read, for `silentcrash sources news`.
        redact: removes from a body what must never be stored, before it is archived.
        full_snapshot: a payload holds all that its request still publishes, so that a figure
            which is gone from it was withdrawn.
        snapshot_dated: a payload gives what is in force when it is requested, so that the same
            bytes on another day are figures of that day.
        completeness: what a payload must still hold of the last good one.
        known_from: whose date a figure gets if the payload gives none.
        stamp: whether a time stamp is the start or the end of its period, or an instant.
        confirmed: what confirms the address, other than this code, and when that was (YYYY-MM).
        needs: the environment variable (a free key, or consent to terms) that it requires.
        asks_contact: True if the publisher refuses who does not say how to be reached.
        traps: what a reader of the data would not expect, a line each.
        read_through: the day up to which the shipped history of a series holds every change of
            a price that stands until changed, by series: what was last read then.
        register: the page on which a person reads the figures that no feed carries.
        watched: where that page is watched for changes, by the source `tariff_pages`.
        successions: from which day a series is of something else (another model, another
            machine), so that its level is not compared with that of before.
        role: what reads the series that feed no indicator; "index" if every series feeds one.
        reference: why series that nothing of the above reads are kept, for whoever queries them.
        peers: series whose key starts with this are compared with each other's median.
        parser_version: raised when `parse` reads stored bytes differently than before.
        folder: of an observatory's own source, where its file lies, and its history beside it.
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
    windows: Windows | None = None
    shows: Literal["past", "feed", "present"] = "past"
    discover: Discover | None = None
    frozen_days: int = 0
    parse: Parse | None = None
    rules: tuple[ValidationRule, ...] = ()
    next_page: NextPage | None = None
    link_hosts: tuple[str, ...] = ()
    notices: Notices | None = None
    empty_status: int = 0
    past: tuple[PastRequest, ...] = ()
    unread: Unread | None = None
    redact: Redact | None = None
    full_snapshot: bool = False
    completeness: Completeness | None = None
    snapshot_dated: bool = False
    expected_format: ExpectedFormat = ""
    attribution: str = ""
    redistribute: bool = True
    known_from: Literal["fetch", "last_modified"] = "fetch"
    stamp: Literal["start", "end", "instant"] = "start"
    confirmed: str = ""
    needs: str = ""
    asks_contact: bool = False
    traps: tuple[str, ...] = ()
    peers: str = ""
    read_through: tuple[tuple[str, date], ...] = ()
    register: str = ""
    watched: WatchedPage | None = None
    successions: tuple[tuple[str, date], ...] = ()
    role: Role = "index"
    reference: str = ""
    parser_version: int = 1
    folder: Path | None = None

    def format_of(self, request: Request) -> ExpectedFormat:
        """The format of the answer to a request: its own, or else that of the source."""
        return request.expected_format or self.expected_format

    @property
    def hosts(self) -> set[str]:
        """The hosts that it may ask: of its requests, and of links and next pages."""
        return {request.host for request in self.requests} | set(self.link_hosts)

    @property
    def history(self) -> Path | None:
        """The file of shipped figures that the address no longer serves, if any."""
        path = (self.folder or HISTORY) / f"{self.key}.csv"
        return path if path.exists() else None


@cache
def registry() -> Mapping[str, Source]:
    """Every source by key: those of the software and of the observatory in force."""
    from sources import own
    from sources.publishers import shipped, tariff_pages

    every = sorted([*shipped().values(), *own.declared()], key=lambda source: source.key)
    watcher = tariff_pages.watching(every)
    return {source.key: source for source in every} | {watcher.key: watcher}


def find_source(key: str) -> Source:
    """The source with this key. Raises KeyError if there is none."""
    return registry()[key]
