"""The installation that assets and sensors work on."""

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

    def open(self) -> tuple[Engine, Settings]:
        """The warehouse, migrated and with every source registered, and the settings."""
        settings = self.settings()
        return store.open_for_writing(settings), settings
