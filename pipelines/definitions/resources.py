"""The installation that assets and sensors work on."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from sqlalchemy import Engine

from pipelines.ingest import store
from pipelines.observatory import folder
from pipelines.settings import Settings, from_environment

# Before anything is declared: sources and method are those of the observatory of this home.
folder.put_in_force(from_environment().home)


class Observatory(dg.ConfigurableResource[None]):
    """The installation, read from the environment at every call."""

    def settings(self) -> Settings:
        """The settings at this moment; `now` is the time of the call."""
        return from_environment()

    @contextmanager
    def open(self) -> Iterator[tuple[Engine, Settings]]:
        """The warehouse, migrated and with every source registered, and the settings.

        It is closed at the end: a server of code ticks for months, and would keep a connection
        of each tick until the collector of Python comes by.
        """
        settings = self.settings()
        engine = store.open_for_writing(settings)
        try:
            yield engine, settings
        finally:
            engine.dispose()
