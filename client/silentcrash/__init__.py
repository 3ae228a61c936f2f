"""Figures of the Silent Crash Observatory, from a warehouse or a site.

    from silentcrash import Client
    Client("https://…").get("ember.wholesale.DEU", as_of="2026-03-09")

It needs pandas and requests; to convert units, Pint too (`silentcrash[units]`). `Client()` reads
the warehouse of this machine, where the observatory is installed.
"""

from silentcrash.client import Client, UnknownSeries
from silentcrash.source import SourceError
from silentcrash.units import UnitError

__all__ = ["Client", "SourceError", "UnitError", "UnknownSeries"]
