"""What a computation gave for the same inputs, so that it need not run again."""

from typing import Any

from sqlalchemy import JSON, Column, Engine, insert, select
from sqlmodel import Field, SQLModel

from warehouse.database import writing
from warehouse.tables import core


class Computation(SQLModel, table=True):
    """What a step of a run gave, under the hash of all that decides it."""

    inputs: str = Field(
        primary_key=True, description="SHA-256 of the figures, the method and the software"
    )
    result: Any = Field(
        sa_column=Column(JSON, nullable=False), description="The edition, or the files, that came"
    )


def find(engine: Engine, inputs: str) -> Any:
    """The stored result of these inputs, None without one."""
    table = core(Computation)
    with engine.connect() as connection:
        return connection.scalar(select(table.c.result).where(table.c.inputs == inputs))


def save(engine: Engine, inputs: str, result: Any) -> None:
    """Store a result, in the place of an earlier one of the same inputs."""
    table = core(Computation)
    with writing(engine) as connection:
        changed = table.update().where(table.c.inputs == inputs).values(result=result)
        if not connection.execute(changed).rowcount:
            connection.execute(insert(table).values(inputs=inputs, result=result))
