"""How each source is collected, as declared: what a short command says of it."""

from typing import Any, TypeAlias

from sqlalchemy import Boolean, Engine, text
from sqlmodel import Field, SQLModel

Row: TypeAlias = dict[str, Any]
COLLECTIONS = text("""
select c.source, c.fetched, c.shows, o.cadence from collection c join source o on o.key = c.source
""").columns(fetched=Boolean())
REGISTERS = text("""
select c.source, c.page, c.watched_as, o.stale_days, s.key as series
from collection c join source o on o.key = c.source left join series s on s.source_id = o.id
where c.page <> '' order by c.source, s.key
""")


class Collection(SQLModel, table=True):
    """How a source is collected, as declared when it was last registered."""

    source: str = Field(primary_key=True, description="Key of the source")
    fetched: bool = Field(description="Whether it is fetched; false for shipped history alone")
    shows: str = Field(description="What who asks late loses: past nothing, feed what has left it")
    page: str = Field(description="Page on which a person reads its figures, or empty")
    watched_as: str = Field(description="Name of that page among those that are watched, or empty")


def collections(engine: Engine) -> dict[str, Row]:
    """By source: source, fetched, shows and cadence."""
    with engine.connect() as connection:
        return {row["source"]: dict(row) for row in connection.execute(COLLECTIONS).mappings()}


def registers(engine: Engine) -> dict[str, Row]:
    """The sources that a person keeps: page, watched_as, stale_days and series."""
    by_source: dict[str, Row] = {}
    with engine.connect() as connection:
        for row in connection.execute(REGISTERS).mappings():
            own = by_source.setdefault(row["source"], {**row, "series": []})
            if row["series"] is not None:
                own["series"].append(row["series"])
    return by_source
