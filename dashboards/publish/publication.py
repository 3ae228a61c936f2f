"""An edition ready to be published: its tables and their description."""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd

from dashboards import edition_dates, metadata
from dashboards.edition_stats import EditionStats
from dashboards.i18n import LANGUAGES, language
from dashboards.metadata import Table, authority
from dashboards.publish.sanitize import clean
from dashboards.tables import tables
from warehouse.edition import Edition

MEDIA = {
    "atom": "application/atom+xml",
    "cff": "application/yaml",
    "csv": "text/csv",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "xml": "application/xml",
}


@dataclass(frozen=True)
class File:
    """A file of a release: name, bytes, and the table that it holds, if any."""

    name: str
    body: bytes
    table: Table | None = None

    @property
    def media(self) -> str:
        """Its media type."""
        return MEDIA[self.name.rsplit(".", 1)[-1]]

    @cached_property
    def digest(self) -> str:
        """Its SHA-256."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Publication:
    """What the formats are written from.

    `base` is the address of the folder, "" where it is not known: addresses are then relative to
    the folder.
    """

    edition: Edition
    base: str = ""

    @cached_property
    def stats(self) -> EditionStats:
        """The figures of the edition."""
        return EditionStats(self.edition)

    @cached_property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """Its tables by name."""
        return tables(self.stats)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The description of the tables, in their order."""
        return metadata.describe(self.frames, self.edition)

    @property
    def id(self) -> str:
        """The permanent name of the edition, an IRI."""
        return f"{authority()}{self.edition.month}"

    @property
    def version(self) -> str:
        """The version of the release by its month, as semantic versioning writes it."""
        year, month = self.edition.month.split("-")
        return f"{year}.{int(month)}.0"

    @property
    def available(self) -> str:
        """The day from which it is public, YYYY-MM-DD, or on which it was computed.

        It is stored with the edition: the time of writing changes no byte.
        """
        return f"{self.edition.timeline.available_at:%Y-%m-%d}"

    @property
    def computed(self) -> str:
        """When it was computed, as ISO 8601."""
        return instant(self.edition.timeline.computed_at)

    def description(self, code: str) -> str:
        """What it is, and when it was published, or that it is reconstructed."""
        return f"{metadata.dataset(code)['description']} {self.dated(code)}."

    def dated(self, code: str) -> str:
        """When it was published or reconstructed, in a language."""
        return edition_dates.sentence(self.edition.timeline, language(code))

    @property
    def span(self) -> tuple[str, str]:
        """The first and the last month, YYYY-MM."""
        periods = self.edition.values["period"]
        return f"{periods.min():%Y-%m}", self.edition.month

    def address(self, name: str) -> str:
        """Where a file of the folder is."""
        return f"{self.base.rstrip('/')}/{name}" if self.base else name

    def title(self, code: str) -> str:
        """The title of the edition in a language."""
        return f"{metadata.dataset(code)['title']}, {self.edition.month}"

    def indicators(self) -> list[dict[Hashable, Any]]:
        """The indicators of the method, panels last; see EditionStats.indicators."""
        return self.stats.indicators.to_dict("records")


def prepare(edition: Edition, base: str = "") -> Publication:
    """The publication of an edition, its text cleaned."""
    return Publication(clean(edition), base)


def instant(when: datetime) -> str:
    """An instant, UTC, as ISO 8601."""
    return when.strftime(metadata.PATTERNS["instant"])


def both(say: Callable[[str], str]) -> dict[str, str]:
    """The text of `say` in each language, by its code."""
    return {code: say(code) for code in LANGUAGES}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame for JSON; missing values are null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def missing_is_null(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same with None for missing values."""
    return {name: None if pd.isna(figure) else figure for name, figure in figures.items()}


def to_json(content: Mapping[str, Any]) -> bytes:
    """A document as JSON that is safe in a page: nothing in it can close a script."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"{text}\n".encode()
