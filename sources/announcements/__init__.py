"""Data-centre announcements: dated, located, sized events of projects."""

from sources.announcements.event import COLUMNS, Event
from sources.announcements.extract import extract

__all__ = ["COLUMNS", "Event", "extract"]
