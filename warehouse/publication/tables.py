"""The table of approvals: which editor let which edition out."""

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
