"""Data-centre announcements: dated, located, sized events of projects."""

from sources.announcements.extract import COLUMNS, Event, extract, nearly

__all__ = ["COLUMNS", "Event", "extract", "nearly"]
