"""The figures that an edition is computed from."""

from datetime import date, datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.index.framework import Framework
from pipelines.index.inputs import archived_vintages, last_readings, splices
from pipelines.index.inputs.series_read import series_read
from sources import registry
from warehouse import fetches
from warehouse.observations import read


def figures(
    engine: Engine, method: Framework, *, as_of: datetime, recorded_by: int | None = None
) -> pd.DataFrame:
    """Every version that a method reads, known at `as_of`, histories continued.

    The other series are not read: they are most of a store that has run for years. Series of
    which an archive keeps the vintages stand there a second time, with them. Rows with the
    status `read` say when prices that stand were read, and are no figures.
    """
    names = sorted(series_read(method))
    history = read.history(engine, names, as_of, recorded_by, lenient=True)
    if history.empty:
        return history
    owners = standing(method)
    continued = splices.apply(history, splices.load())
    pairs = archived_vintages.with_vintages(continued)
    archived = (
        [archived_vintages.apply(continued, read.assumed_dates(engine), pairs)] if pairs else []
    )
    answered = fetches.successful(engine, owners, as_of, recorded_by)
    return pd.concat(
        [
            continued,
            *archived,
            last_readings.declared(read_through(), pd.Timestamp(as_of)),
            last_readings.fetched(answered, owners),
        ],
        ignore_index=True,
    )


def read_through() -> list[tuple[str, date]]:
    """The series whose history was read through a declared day, and the day."""
    return [pair for source in registry().values() for pair in source.read_through]


def standing(method: Framework) -> dict[str, list[str]]:
    """By source, the series that a method ages by their last reading."""
    aged = last_readings.aged(method.indicators.values())
    owned = {
        source.key: [series.key for series in source.series if series.key in aged]
        for source in registry().values()
    }
    return {source: keys for source, keys in owned.items() if keys}
