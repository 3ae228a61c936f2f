"""The tables of projects and of answers that people gave; rows are only added."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class ProjectReport(SQLModel, table=True):
    """Which project a report belongs to; the row with the greatest id counts."""

    __tablename__ = "project_report"

    id: int | None = Field(default=None, primary_key=True)
    fetch_id: int = Field(foreign_key="fetch.id", description="Fetch after which it was decided")
    report: int = Field(
        foreign_key="event.id", index=True, description="Event row of the report's first reading"
    )
    project: int = Field(description="The same of the project's first report")
    reason: str = Field(description="Why it was linked to earlier reports, empty for a first one")
    usd: float | None = Field(default=None, description="Its amount in USD at its month's rate")


class Review(SQLModel, table=True):
    """What a person answered on an abstention; the last answer counts."""

    id: int | None = Field(default=None, primary_key=True)
    fetch_id: int = Field(foreign_key="fetch.id", description="Fetch that recorded the answer")
    at: int = Field(
        sa_column=Column(BigInteger, nullable=False),
        description="When it was given, seconds since 1970-01-01 UTC",
    )
    author: str = Field(description="Who answered")
    note: str = Field(description="Why, in the author's words")
    title: str = Field(index=True, description="Title that it is an answer on")
    address: str = Field(description="Link to the item it was given for")
    nearly: str = Field(description="Kind of event that the reader would have said")
    confidence: float = Field(description="Probability of an event by the reader, 0 to 1")
    event_type: str = Field(description="The answer: kind of event, or not_announcement")
    operator: str = Field(description="Who is behind it, several with '; '")
    known_as: str = Field(description="The one name that the first operator's aliases share")
    country: str = Field(description="Country of the project, empty where not given")
    town: str = Field(description="Place as written")
    power_mw: float | None = Field(default=None, description="Power, MW")
    amount: float | None = Field(default=None, description="Investment, units of the currency")
    currency: str = Field(description="ISO 4217 code, empty without an amount")
