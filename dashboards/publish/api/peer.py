"""What another observatory publishes, read from bytes that are not trusted.

Checked against what `observatory.schema` says of the document: types, ranges and sizes. What a
newer software adds to it is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from dashboards.i18n import plain

# Ours has 24 months, three panels of up to 9 indicators and versions of two years.
MOST_MONTHS, MOST_PANELS, MOST_INDICATORS, MOST_VERSIONS = 60, 12, 200, 60
LONGEST_TEXT = 240  # characters: the longest title of an indicator has 110


def _short(text: str) -> str:
    """A text for a line: without control characters, and cut."""
    return plain(text[:LONGEST_TEXT])


def _of_this_century(when: datetime) -> datetime:
    if when.year // 100 != 20:
        raise ValueError("no date of this century")
    return when


Text = Annotated[str, AfterValidator(_short)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,100}$")]
# Of this century: pandas and calendars have no month of the year 0, and not all of 9999.
Period = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Instant = Annotated[AwareDatetime, AfterValidator(_of_this_century)]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9.+_-]{1,40}$")]
# The bounds keep NaN and infinity out, which JSON does not have and parsers take.
Points = Annotated[float, Field(ge=0, le=100)]
Figure = Annotated[float, Field(ge=-1e15, le=1e15)]


class _Read(BaseModel):
    # Strict: a figure that comes as text is none.
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)


class Titles(_Read):
    """A text in both languages of releases."""

    fr: Text
    en: Text

    def texts(self) -> Mapping[str, str]:
        """The text by language."""
        return {"fr": self.fr, "en": self.en}


class Licence(_Read):
    """The licence of its figures."""

    key: Text
    title: Text


class Method(_Read):
    """A version of its method; equal hashes are the same index."""

    version: Version
    index_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Month(_Read):
    """A month of its index, with the ends of its interval."""

    period: Period
    index: Points | None
    low: Points | None
    high: Points | None
    reading: Literal["full", "provisional", "none"]
    reconstructed: bool | None
    method: Version


class PanelMonth(_Read):
    """A month of an indicator of a panel."""

    period: Period
    value: Figure | None
    score: Points | None
    state: Key


class Indicator(_Read):
    """An indicator of a panel, and its newest months."""

    key: Key
    title: Titles
    unit: Titles
    decimals: int = Field(ge=0, le=6)
    republished: bool
    months: tuple[PanelMonth, ...] = Field(max_length=MOST_MONTHS)

    @property
    def by_month(self) -> Mapping[str, PanelMonth]:
        """Its months by their name, YYYY-MM."""
        return {month.period: month for month in self.months}


class Panel(_Read):
    """A panel beside its index; `pilot` where it is that of its pilot country."""

    key: Key
    pilot: bool
    title: Titles
    indicators: tuple[Indicator, ...] = Field(max_length=MOST_INDICATORS)


class Published(_Read):
    """An observatory's document: who it is, its index and its panels."""

    month: Period
    name: Titles
    licence: Licence
    computed_at: Instant
    public_at: Instant | None
    reconstructed: bool
    methods: tuple[Method, ...] = Field(min_length=1, max_length=MOST_VERSIONS)
    months: tuple[Month, ...] = Field(min_length=1, max_length=MOST_MONTHS)
    panels: tuple[Panel, ...] = Field(max_length=MOST_PANELS)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.month not in self.by_month:
            raise ValueError("its own month is not among its months")
        if unnamed := {month.method for month in self.months} - set(self.hashes):
            raise ValueError(f"no hash is given of method {min(unnamed)}")
        return self

    @property
    def by_month(self) -> Mapping[str, Month]:
        """Its months by their name, YYYY-MM."""
        return {month.period: month for month in self.months}

    @property
    def hashes(self) -> Mapping[str, str]:
        """The hash of the index by version of the method."""
        return {method.version: method.index_hash for method in self.methods}


def read(body: bytes) -> Published:
    """The document in these bytes. Raises ValueError, one line, where it is none."""
    try:
        return Published.model_validate_json(body)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:LONGEST_TEXT]
        reason = first["msg"].removeprefix("Value error, ")
        raise ValueError(plain(f"{where}: {reason}" if where else reason)) from None


@dataclass(frozen=True)
class PeerReading:
    """Another observatory as far as it is known here.

    `name` is ours for it, "" for its own. `read_at` is when it was last read, `failing_since`
    when it first did not answer after that, or with what could not be read (`refused`). Without
    `published` it was never read.
    """

    address: str
    name: str = ""
    published: Published | None = None
    read_at: datetime | None = None
    failing_since: datetime | None = None
    refused: bool = False
