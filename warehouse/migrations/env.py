"""Run the revisions: one chain for both engines, and new views at its end.

Views and comments contain no data and follow the models, so they are not part of the chain: see
warehouse/views.py and warehouse/dictionary.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from warehouse import dictionary, views
from warehouse.database import begin_writing


def run(connection: Connection) -> None:
    """Migrate on this connection, in one transaction."""
    dictionary.describe()  # it knows every model, so that all of them are in the metadata below
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with unchecked(connection), begin_writing(connection):
        views.drop(connection)
        context.run_migrations()
        if context.get_context().get_current_heads() == (context.get_head_revision(),):
            views.create(connection)
            dictionary.comment(connection)


@contextmanager
def unchecked(connection: Connection) -> Iterator[None]:
    """Without foreign keys on SQLite, where altering a table makes it anew."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    driver.execute("pragma foreign_keys=off")
    try:
        yield
    finally:
        driver.execute("pragma foreign_keys=on")


with context.config.attributes["engine"].connect() as connection:
    run(connection)
