"""Open the warehouse of an installation, to read or to write."""

from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import Engine, text

from pipelines import closing
from pipelines.settings import Settings
from warehouse import database


def open_for_reading(settings: Settings) -> Engine:
    """The warehouse as it is; nothing is migrated, registered or loaded.

    Raises WarehouseError, with what to do, where there is none or it is older than the software.
    """
    engine = database.open_for_reading(settings.warehouse)
    closing.at_end(engine.dispose)
    return engine


def holds_history(engine: Engine) -> bool:
    """True if the figures shipped with every source were loaded."""
    from sources import registry

    query = text("select distinct source from v_fetch where outcome = 'history'")
    with engine.connect() as connection:
        loaded = set(connection.scalars(query))
    return all(source.key in loaded for source in registry().values() if source.history)


def open_for_writing(settings: Settings) -> Engine:
    """The warehouse, created or brought up to date, with sources registered."""
    from sources import registry
    from warehouse import load

    engine = database.open_for_writing(settings.warehouse)
    closing.at_end(engine.dispose)
    declared = registry().values()
    series = [row for source in declared for row in _series_rows(source)]
    load.register(
        engine,
        [_source_row(source) for source in declared],
        series,
        _country_rows(),
        [_collection_row(source) for source in declared],
    )
    return engine


@cache
def _country_rows() -> list[dict[str, object]]:
    from babel import Locale

    from sources.announcements import countries

    french = Locale("fr").territories
    return [
        {"code": code, "name_en": name, "name_fr": str(french[code])}
        for code, name in countries.by_code().items()
    ]


def _source_row(source: Any) -> dict[str, object]:
    """The columns of a Source in the warehouse, from its declaration."""
    from warehouse import tables

    columns = set(tables.Source.model_fields) & {field.name for field in fields(source)}
    titles = {"title_fr": source.fr, "title_en": source.en}
    return {name: getattr(source, name) for name in columns} | titles


def _collection_row(source: Any) -> dict[str, object]:
    declared = {"source": source.key, "fetched": bool(source.requests), "shows": source.shows}
    watched_as = source.watched.name if source.watched else ""
    return declared | {"page": source.register, "watched_as": watched_as}


def _series_rows(source: Any) -> list[dict[str, object]]:
    return [
        {
            "key": series.key,
            "source": source.key,
            "unit": series.unit,
            "frequency": series.frequency,
            "title_fr": series.fr,
            "title_en": series.en,
        }
        for series in source.series
    ]
