"""The tables on an edition: which editor let it out, and what moved it."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Approval(SQLModel, table=True):
    """An editor's approval of an edition. Rows are only ever added."""

    release_id: int = Field(
        foreign_key="release.id", primary_key=True, description="Edition, with its hashes"
    )
    by: str = Field(description="Who approved it")
    note: str = Field(default="", description="What the editor wrote")
    at: datetime = Field(description="When, UTC")


class IndexChange(SQLModel, table=True):
    """What moved the index of a release since the month before, in points."""

    __tablename__ = "index_change"

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    key: str = Field(primary_key=True, description="dimension.indicator, or link")
    revised_data: float = Field(description="By figures known then that read otherwise now")
    new_data: float = Field(description="By figures that were not known, and by time")
    method: float = Field(description="By a change of the method")


class IndexRevised(SQLModel, table=True):
    """The index of a month with the figures known at the as_of of a later release."""

    __tablename__ = "index_revised"

    release_id: int = Field(foreign_key="release.id", primary_key=True)
    period: int = Field(primary_key=True, description="First of the month, days since 1970-01-01")
    score: float = Field(description="Pressure, 0 to 100, by the method of the release")
