"""The tables: one set of SQLModel models for SQLite and PostgreSQL.

`period` is the first day of what a figure is about, in days, and `known_from` the second from
which it could be known, both since 1970-01-01 UTC: integers are seven times smaller and twice as
fast as text keys on both engines. The views give the same with readable names and dates.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, SmallInteger, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STATUS = {
    "final": 0,
    "preliminary": 1,
    "partial": 2,
    "estimated": 3,
    "interpolated": 4,
    "capped": 5,
    "withdrawn": 6,
}


def core(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model, for set-based statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class Source(SQLModel, table=True):
    """A publisher's data set, as declared when it was last registered."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, description="Stable key, publisher_thing")
    publisher: str = Field(description="Who publishes it")
    title_fr: str = Field(description="Title in French")
    title_en: str = Field(description="Title in English")
    homepage: str = Field(description="Page of the data set")
    licence: str = Field(description="Licence of the raw values")
    licence_url: str = Field(description="Address of the licence")
    attribution: str = Field(description="Credit line that the publisher asks for")
    redistribute: bool = Field(description="Whether raw values may be republished")
    cadence: str = Field(description="How often the publisher updates it")
    lag_days: int = Field(description="Usual days from the end of a period to publication")
    stale_days: int = Field(description="Days from the newest period after which it is late")
    needs: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="Variable of the environment that it cannot be asked without",
    )


class Series(SQLModel, table=True):
    """A series of figures in one unit."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, description="Stable key, source.thing.dimension")
    source_id: int = Field(foreign_key="source.id", index=True)
    unit: str = Field(description="Unit as published")
    frequency: str = Field(description="W, B, M, Q, S, A or E (event-driven)")
    title_fr: str = Field(description="Title in French")
    title_en: str = Field(description="Title in English")


class Fetch(SQLModel, table=True):
    """One attempt to read a source: the request, the answer and its outcome."""

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    url: str = Field(description="Address asked, secrets removed; a path for shipped history")
    at: datetime = Field(description="When it was asked, UTC; this is when we recorded it")
    outcome: str = Field(description="new, unchanged, listed, refused, frozen, try later, failed …")
    detail: str = Field(default="", description="Why, in one line")
    http_status: int | None = Field(default=None, description="HTTP status of the answer")
    sha256: str | None = Field(default=None, index=True, description="Hash of the stored bytes")
    bytes: int | None = Field(default=None, description="Length of the stored bytes")
    etag: str | None = Field(default=None, description="ETag of the answer")
    last_modified: str | None = Field(default=None, description="Last-Modified of the answer")
    retry_at: datetime | None = Field(default=None, description="When its host may be asked again")
    parser_version: int = Field(default=0, description="Version of the parser that read it")
    rows: int | None = Field(default=None, description="Rows that its parser read")
    newest: int | None = Field(default=None, description="Newest period, days since 1970-01-01")
    loaded: bool = Field(default=False, description="Whether its rows entered the observations")


class Citation(SQLModel, table=True):
    """Where a figure of the shipped history was read."""

    __table_args__ = (UniqueConstraint("source", "address", "licence", "note", "assumed"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(description="Who published the figure")
    address: str = Field(description="Where it was read")
    licence: str = Field(description="Licence of that place")
    note: str = Field(description="How it was read or derived")
    assumed: bool = Field(description="True where known_from is the declared lag, not a date read")


class Observation(SQLModel, table=True):
    """One version of one figure. Rows are only ever added.

    Its keys are checked for whole batches when they are encoded (observations/encode.py), not by
    foreign keys: PostgreSQL checks those row by row, which made a load of a million rows take
    five times as long, and nothing that they would point to is ever deleted.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    series_id: int = Field(primary_key=True, description="Series that it is a figure of")
    period: int = Field(
        primary_key=True, description="First day of the period, days since 1970-01-01"
    )
    known_from: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False),
        description="When it could first be known, seconds since 1970-01-01 UTC",
    )
    fetch_id: int = Field(primary_key=True, description="Fetch it came with")
    value: float | None = Field(default=None, description="Value in the unit of the series")
    status: int = Field(default=0, sa_type=SmallInteger, description="Code of the status")
    citation_id: int | None = Field(default=None, description="Where it was read, for history")


class FetchSummary(SQLModel, table=True):
    """What a fetch added to a source, by frequency and date of knowledge."""

    __tablename__ = "fetch_summary"
    __table_args__ = ({"sqlite_with_rowid": False},)

    source_id: int = Field(primary_key=True, description="Source of the series")
    frequency: str = Field(primary_key=True, description="Frequency of the series")
    known_from: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False),
        description="When the versions could first be known, seconds since 1970-01-01 UTC",
    )
    fetch_id: int = Field(primary_key=True, description="Fetch that added them")
    rows: int = Field(description="Versions added")
    newest: int = Field(description="Newest period of them, days since 1970-01-01")
    assumed: int = Field(description="Those whose known_from is a declared lag, not a date read")


class Quarantine(SQLModel, table=True):
    """A row that failed an expectation: kept, but never an observation."""

    id: int | None = Field(default=None, primary_key=True)
    fetch_id: int = Field(foreign_key="fetch.id", index=True)
    row: dict[str, Any] = Field(
        sa_column=Column(JSON, nullable=False), description="The row as it was parsed"
    )
    expectation: str = Field(description="The expectation that it failed")
    reason: str = Field(description="Why the rule exists")
    replayed: bool = Field(default=False, description="True once a replay accepted the row")


class Release(SQLModel, table=True):
    """A stored edition and what it is pinned to, to be rebuilt bit for bit."""

    __table_args__ = (
        UniqueConstraint("month", "as_of", "framework_key", "framework_hash", "data_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    month: str = Field(index=True, description="Reference month, YYYY-MM")
    as_of: datetime = Field(description="What the public could know then enters; nothing later")
    recorded_by: int = Field(description="Greatest fetch id that it may use")
    framework_version: str = Field(description="Version of the method")
    framework_key: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="Which framework of the observatory; empty: its first",
    )
    framework_hash: str = Field(description="SHA-256 of the method as used")
    data_hash: str = Field(description="SHA-256 of every value of this release")
    framework: dict[str, Any] = Field(
        sa_column=Column(JSON, nullable=False), description="The method as used, whole"
    )
    created_at: datetime = Field(description="When it was first computed, UTC")
    due_at: datetime | None = Field(default=None, description="Its announced hour of release, UTC")
    awaits_approval: bool = Field(default=False, description="Whether it has to wait for an editor")
    mean_revision: float | None = Field(
        default=None,
        description="Mean absolute revision of the index three months on, points; null with few",
    )
    alerts: dict[str, Any] | None = Field(
        default=None,
        sa_column=Column(JSON(none_as_null=True)),
        description="The alert rules on figures in force, and what each found in this edition",
    )


class IndexValue(SQLModel, table=True):
    """A value of a release: the index, a dimension or an indicator in one month."""

    __tablename__ = "index_value"
    __table_args__ = (Index("ix_index_value_key_period", "key", "period"),)

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    period: int = Field(
        primary_key=True, description="First day of the month, days since 1970-01-01"
    )
    key: str = Field(primary_key=True, description="index, a dimension or dimension.indicator")
    kind: str = Field(description="index, dimension or indicator")
    value: float | None = Field(
        default=None, description="Indicator after its transformation, in its unit"
    )
    score: float | None = Field(default=None, description="Pressure, 0 to 100; null where withheld")
    low: float | None = Field(
        default=None,
        description="5th percentile of the score under other choices; index and dimensions only",
    )
    high: float | None = Field(default=None, description="95th percentile of the same")
    weight: float | None = Field(
        default=None, description="Effective weight in the index, after renormalising"
    )
    contribution: float | None = Field(
        default=None, description="Points of the index; the parts add up to it"
    )
    coverage: float | None = Field(
        default=None, description="Share of the nominal weight that is present"
    )
    observed: str | None = Field(
        default=None, description="Period of the newest figure used, YYYY-MM"
    )
    age_months: int | None = Field(
        default=None, description="Months between that period and the month"
    )
    state: str = Field(default="", description="observed, carried, estimated or withheld")
    regime: str = Field(default="", description="calm, watch, strain or crash; index rows only")
    reason: str = Field(default="", description="Why it is withheld, or what it was matched on")


class Lineage(SQLModel, table=True):
    """The observations that an indicator of a release was computed from."""

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    key: str = Field(primary_key=True, description="dimension.indicator")
    period: int = Field(primary_key=True, description="Month of the indicator")
    series_id: int = Field(foreign_key="series.id", primary_key=True)
    series_period: int = Field(primary_key=True, description="Period of the observation used")
    known_from: int = Field(
        sa_column=Column(BigInteger, nullable=False), description="Of the version used, seconds"
    )
    fetch_id: int = Field(foreign_key="fetch.id")


class Event(SQLModel, table=True):
    """What one news item says of a data-centre project, never its text.

    Rows are only ever added; a better reading of the same item has a greater `version`.
    """

    __table_args__ = (UniqueConstraint("address", "title", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    fetch_id: int = Field(foreign_key="fetch.id", index=True, description="Fetch it came with")
    known_from: int = Field(
        sa_column=Column(BigInteger, nullable=False, index=True),
        description="When the item could first be read, seconds since 1970-01-01 UTC",
    )
    version: int = Field(description="Version of the extraction that read it")
    address: str = Field(description="Link to the item")
    title: str = Field(description="Its title")
    lang: str = Field(description="ISO 639 code of its language, or other")
    event_type: str = Field(description="Kind of event, not_announcement, or abstained if unsure")
    operator: str = Field(description="Who is behind it, as written, several with '; '")
    known_as: str = Field(description="The one name that the first operator's aliases share")
    country: str = Field(description="Country of the project, empty where not given")
    place: str = Field(description="Place as written")
    power_mw: float | None = Field(default=None, description="Power that the item puts first, MW")
    power_min_mw: float | None = Field(default=None, description="Low end of a range, MW")
    power_max_mw: float | None = Field(default=None, description="High end of a range, MW")
    power_qualifier: str = Field(description="up to, increment, total, phase, potential or scale")
    amount: float | None = Field(default=None, description="Investment, units of the currency")
    currency: str = Field(description="ISO 4217 code, empty without an amount")
    confidence: float = Field(description="Probability that it tells an event, or none, 0 to 1")
    spans: str = Field(description="Where in the title each field was read")
    reader: str = Field(default="", description="Which reader said what; empty: the rules alone")
