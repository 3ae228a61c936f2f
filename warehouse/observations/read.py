"""Read the figures as known on a day, from fetches up to a number."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from warehouse.days import When, instant
from warehouse.fetches import (
    LastFetch,
    State,
    ages,
    first_seen,
    last_bodies,
    last_fetch,
    newest_fetch,
    parsed_bodies,
    state,
    status,
)
from warehouse.observations.bulk import LATEST, VERSIONS, Columns, read_versions
from warehouse.observations.series import Keys, UnknownSeries, resolve
from warehouse.row_conversion import dates, day, instants, rows, statuses
from warehouse.tables import STATUS

__all__ = [
    "LastFetch",
    "State",
    "UnknownSeries",
    "ages",
    "assumed_dates",
    "first_seen",
    "history",
    "last_bodies",
    "last_fetch",
    "latest",
    "newest_fetch",
    "panel",
    "parsed_bodies",
    "revisions",
    "state",
    "status",
    "vintages",
]

# PostgreSQL's analyst may read the view, not the table; on SQLite the table is a cell faster.
READABLE = {"sqlite": "observation", "postgresql": "v_version"}

ASSUMED = """
select s.key as series, o.period, o.known_from, o.fetch_id
from observation o join series s on s.id = o.series_id join citation z on z.id = o.citation_id
where z.assumed
"""


def panel(
    engine: Engine,
    series: Keys | None = None,
    start: When | None = None,
    end: When | None = None,
    as_of: When | None = None,
    recorded_by: int | None = None,
    *,
    withdrawn: bool = False,
    lenient: bool = False,
) -> pd.DataFrame:
    """The figure of each series and period as known at `as_of`: one row each.

    `series` is a key or several, or prefixes that end in `*`; None is all. `as_of` is the greatest
    known_from that enters: a day means its last second, UTC. `recorded_by` is the greatest fetch.
    Columns: series, period (datetime64), value (in the unit of the series), status, known_from
    (UTC), fetch_id, in the order of series and period. Withdrawn figures are left out unless
    asked for. Raises UnknownSeries for a key that no series has, unless `lenient`, which the
    checks of a load need; DateError for what is no date, and for a time without a zone.
    """
    return _read(engine, LATEST, series, start, end, as_of, recorded_by, withdrawn, lenient=lenient)


def history(
    engine: Engine,
    series: Keys | None = None,
    as_of: When | None = None,
    recorded_by: int | None = None,
    *,
    lenient: bool = False,
) -> pd.DataFrame:
    """Every version of every figure known at `as_of`, in the columns of `panel`.

    Ordered by series, period, known_from and fetch; a withdrawal is a row with a null value.
    """
    return _read(engine, VERSIONS, series, None, None, as_of, recorded_by, lenient=lenient)


def assumed_dates(engine: Engine) -> pd.DataFrame:
    """The versions whose known_from is an assumption.

    Columns: series, period, known_from, fetch_id.
    """
    with engine.connect() as connection:
        assumed = rows(connection, ASSUMED)
    return assumed.assign(
        period=dates(assumed["period"]), known_from=instants(assumed["known_from"])
    )


def latest(
    engine: Engine,
    series: Keys | None = None,
    as_of: When | None = None,
    recorded_by: int | None = None,
    *,
    lenient: bool = False,
) -> pd.DataFrame:
    """The newest period of each series known at `as_of`, in columns of `panel`."""
    frame = panel(engine, series, as_of=as_of, recorded_by=recorded_by, lenient=lenient)
    return frame.drop_duplicates("series", keep="last").reset_index(drop=True)


def vintages(engine: Engine, series: Keys) -> pd.DataFrame:
    """A row a period and a column a known_from: of one series, or of several.

    A cell is the value known at that instant: null where none was known yet, or it was withdrawn.
    The rows of one key are periods; those of a wildcard or a list are series and period.
    """
    alone = isinstance(series, str) and not series.endswith("*")
    rows_are = ["period"] if alone else ["series", "period"]
    versions: pd.DataFrame = history(engine, series).drop_duplicates(
        ["series", "period", "known_from"], keep="last"
    )
    # Infinity is never stored: it marks a null while values are carried forward.
    marked = versions.assign(value=versions["value"].fillna(np.inf))
    wide = marked.pivot(index=rows_are, columns="known_from", values="value").ffill(axis=1)
    return wide.where(wide.ne(np.inf))


def revisions(engine: Engine, series: Keys | None = None) -> pd.DataFrame:
    """How each figure was revised, from its first value to its latest one.

    Columns: series, period, first, latest, versions, revision (latest - first, in the unit of the
    series), and of the series `mean_absolute_revision` and `bias`, the mean revision.
    """
    versions = history(engine, series).dropna(subset="value")
    grouped = versions.groupby(["series", "period"])["value"].agg(["first", "last", "size"])
    table = grouped.rename(columns={"last": "latest", "size": "versions"}).reset_index()
    table["revision"] = table["latest"] - table["first"]
    by_series = table["revision"].groupby(table["series"])
    absolute = table["revision"].abs().groupby(table["series"])
    table["mean_absolute_revision"] = absolute.transform("mean")
    table["bias"] = by_series.transform("mean")
    return table


def _read(
    engine: Engine,
    queries: Mapping[str, str],
    series: Keys | None,
    start: When | None,
    end: When | None,
    as_of: When | None,
    recorded_by: int | None,
    withdrawn: bool = True,
    *,
    lenient: bool = False,
) -> pd.DataFrame:
    patterns = [series] if isinstance(series, str) else series
    dialect = engine.dialect.name
    with _at_once(engine).connect() as connection:
        keys = _keys(connection, patterns, lenient or patterns is None)
        chosen = None if patterns is None else keys
        where = _where(chosen, start, end, as_of, recorded_by)
        query = queries[dialect].format(table=READABLE[dialect], where=where)
        versions = read_versions(connection, query)
    return _frame(versions, keys, withdrawn)


def _at_once(engine: Engine) -> Engine:
    """Without a transaction on PostgreSQL: it costs as much as reading a series."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _keys(
    connection: Connection, patterns: Sequence[str] | None, lenient: bool
) -> "pd.Series[str]":
    """The key of each wanted series, by id."""
    named = resolve(connection, ["*"] if patterns is None else patterns, lenient=lenient)
    return pd.Series(named, dtype=object)


def _where(
    keys: "pd.Series[str] | None",
    start: When | None,
    end: When | None,
    as_of: When | None,
    recorded_by: int | None,
) -> str:
    bounds = {
        "period >=": None if start is None else day(start),
        "period <=": None if end is None else day(end),
        "known_from <=": None if as_of is None else int(instant(as_of).timestamp()),
        "fetch_id <=": recorded_by,
    }
    used = [f"{test} {value:d}" for test, value in bounds.items() if value is not None]
    chosen = [] if keys is None else [f"series_id in ({', '.join(map(str, keys.index)) or 'null'})"]
    return " and ".join([*chosen, *used]) or "true"


def _frame(versions: Columns, keys: "pd.Series[str]", withdrawn: bool) -> pd.DataFrame:
    """The versions in readable columns, by series, period, known_from and fetch."""
    names = keys.sort_values()
    position = names.index.get_indexer(pd.Index(versions["series_id"]))
    minor = [versions[name] for name in ("fetch_id", "known_from", "period")]
    order = np.lexsort([*minor, position])
    if not withdrawn:
        order = order[versions["status"][order] != STATUS["withdrawn"]]
    ordered = {name: column[order] for name, column in versions.items()}
    return pd.DataFrame(
        {
            "series": pd.array(names.to_numpy()[position[order]], dtype="str"),
            "period": dates(ordered["period"]),
            "value": ordered["value"],
            "status": pd.array(statuses(ordered["status"]), dtype="str"),
            "known_from": instants(ordered["known_from"]),
            "fetch_id": np.asarray(ordered["fetch_id"], "int64"),
        }
    )
