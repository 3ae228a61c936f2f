"""Figures of the Silent Crash Observatory, from a warehouse or a site.

    from silentcrash import Client
    Client("https://…").get("ember.wholesale.DEU", as_of="2026-03-09")

It needs pandas and requests; to convert units, Pint too (`silentcrash[units]`). `Client()` reads
the warehouse of this machine, where the observatory is installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from silentcrash.client import Client, UnknownSeries
    from silentcrash.source import SourceError
    from silentcrash.units import UnitError

__all__ = ["Client", "SourceError", "UnitError", "UnknownSeries"]
HOMES = {"Client": "client", "UnknownSeries": "client", "SourceError": "source"}


def __getattr__(name: str) -> Any:
    """Import what is asked for: a search must not pay for pandas."""
    if name not in __all__:
        raise AttributeError(f"module 'silentcrash' has no attribute {name!r}")
    return getattr(import_module(f"silentcrash.{HOMES.get(name, 'units')}"), name)
