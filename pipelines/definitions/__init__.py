"""What Dagster loads; this file only assembles it."""

from pipelines.definitions.assets import defs

__all__ = ["defs"]
