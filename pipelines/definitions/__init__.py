"""What Dagster loads; this file only assembles it."""

from pipelines import logs
from pipelines.definitions.assets import defs

__all__ = ["defs"]

logs.hide_secrets()
