"""The catalogue and figures of series as plain rows, for short questions.

Nothing here needs pandas, which takes longer to import than such a question takes to answer. It
reads what PostgreSQL's analyst may read.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias

from sqlalchemy import Connection, Engine, bindparam, text

from warehouse.database.errors import WarehouseError
from warehouse.days import When, calendar_day, instant
from warehouse.views import DAY, SECOND, observation

# One key, or several; a key that ends in * is every series that begins so.
Keys: TypeAlias = str | Sequence[str]
Row: TypeAlias = dict[str, Any]

# The catalogue holds some hundred series: up to so many keys are looked up one by one.
NAMED = 100

CATALOGUE = """
select s.key as series, c.key as source, c.publisher,
  c.title_fr as source_fr, c.title_en as source_en, s.title_fr, s.title_en, s.unit, s.frequency,
  c.licence, c.redistribute, {counts}
from series s join source c on c.id = s.source_id {where} order by s.key
"""
HAS_FIGURES = """case when exists (select 1 from v_version o where o.series_id = s.id)
  then 1 else 0 end as observations"""
COUNTED = """
  (select {first} from v_version o where o.series_id = s.id) as first,
  (select {last} from v_version o where o.series_id = s.id) as last,
  (select count(distinct o.period) from v_version o where o.series_id = s.id) as observations,
  (select count(*) from v_version o where o.series_id = s.id) as versions,
  (select count(distinct o.known_from) from v_version o where o.series_id = s.id) as vintages"""


class UnknownSeries(WarehouseError, LookupError):
    """No series has this key; the message names the nearest ones."""


def catalogue(engine: Engine) -> list[Row]:
    """Every series, with its source, titles, unit, frequency and licence.

    `observations` is 0 where it has no figure yet, else 1: what `counted` counts costs a scan.
    """
    with engine.connect() as connection:
        return _rows(connection, CATALOGUE.format(counts=HAS_FIGURES, where=""))


def counted(engine: Engine, series: Keys | None = None) -> list[Row]:
    """The same with first and last period and counts of what is stored."""
    first, last = (DAY[engine.dialect.name].format(f"{end}(o.period)") for end in ("min", "max"))
    counts = COUNTED.format(first=first, last=last)
    with engine.connect() as connection:
        if series is None:
            return _rows(connection, CATALOGUE.format(counts=counts, where=""))
        ids = list(resolve(connection, series))
        return _rows(
            connection, CATALOGUE.format(counts=counts, where="where s.id in :ids"), ids=ids
        )


def figures(
    engine: Engine,
    series: Keys,
    *,
    as_of: When | None = None,
    start: When | None = None,
    vintages: bool = False,
) -> list[Row]:
    """The figures of series as known on a day, or every version of them.

    Rows have series, period (YYYY-MM-DD), value, unit, status, known_from (UTC, ISO 8601) and
    source, by series, period and known_from. Raises UnknownSeries and DateError.
    """
    second = None if as_of is None else int(instant(as_of).timestamp())
    dialect = engine.dialect.name
    with engine.connect() as connection:
        keys = sorted(resolve(connection, series).values())
        where = "series in :keys"
        if start is not None:
            where += f" and period >= '{calendar_day(start).isoformat()}'"
        query = f"select * from ({_source(dialect, second, vintages)}) q where {where}"
        found_rows = _rows(connection, query, keys=keys)
    names = ("series", "period", "value", "unit", "status", "known_from", "source")
    plain = [
        {
            name: _text(row[name]) if name in {"period", "known_from"} else row[name]
            for name in names
        }
        for row in found_rows
    ]
    return sorted(plain, key=lambda row: (row["series"], row["period"], row["known_from"]))


def resolve(connection: Connection, series: Keys, *, lenient: bool = False) -> dict[int, str]:
    """The id and key of each series that keys and prefixes name.

    Raises UnknownSeries for one that names none, unless `lenient`.
    """
    patterns = [series] if isinstance(series, str) else series
    named = _exactly(connection, patterns) if 0 < len(patterns) <= NAMED else {}
    if named and (lenient or len(named) == len({*patterns})):
        return named
    ids = {key: number for number, key in connection.execute(text("select id, key from series"))}
    for pattern in patterns:
        matching = _matching(pattern, ids)
        if not matching and not lenient:
            unknown(pattern, ids)
        named |= {ids[key]: key for key in matching}
    return named


def _exactly(connection: Connection, keys: Sequence[str]) -> dict[int, str]:
    """The id and key of each of these series, in their order; {} with a prefix."""
    if any(key.endswith("*") for key in keys):
        return {}
    query = text("select id, key from series where key in :keys")
    query = query.bindparams(bindparam("keys", expanding=True))
    ids = {key: number for number, key in connection.execute(query, {"keys": [*keys]})}
    return {ids[key]: key for key in keys if key in ids}


def _matching(pattern: str, ids: Mapping[str, int]) -> list[str]:
    if pattern.endswith("*"):
        return [key for key in ids if key.startswith(pattern[:-1])]
    return [pattern] if pattern in ids else []


def unknown(pattern: str, every: Iterable[str]) -> NoReturn:
    """Raise UnknownSeries with the keys nearest to this one."""
    # Without capitals: ember.wholesale.deu is nearer to DEU than to any other country.
    keys = {key.casefold(): key for key in sorted(every)}
    # 0.4 still finds a key whose prefix alone was written
    nearest = get_close_matches(pattern.rstrip("*").casefold(), keys, n=3, cutoff=0.4)
    close = [keys[name] for name in nearest or list(keys)[:3]]
    raise UnknownSeries(
        f"no series is called {pattern!r}: did you mean {' or '.join(close)}? "
        "`silentcrash series search` finds one by words"
    )


def _source(dialect: str, second: int | None, vintages: bool) -> str:
    if vintages:
        limit = "" if second is None else f" where known_from <= {_instant(dialect, second)}"
        return f"select * from v_observation_history{limit}"
    if second is None:
        return "select * from v_observation"
    if dialect == "postgresql":
        return f"select * from observations_known_by({second})"
    return observation(dialect, str(second))


def _instant(dialect: str, second: int) -> str:
    return SECOND[dialect].format(second)


def _text(value: Any) -> str:
    """A date or an instant as ISO 8601 text, whatever the engine gives."""
    if hasattr(value, "astimezone"):
        from datetime import UTC

        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


def _rows(connection: Connection, query: str, **lists: Sequence[Any]) -> list[Row]:
    statement = text(query)
    if lists:
        statement = statement.bindparams(*(bindparam(name, expanding=True) for name in lists))
    return [dict(row) for row in connection.execute(statement, lists).mappings()]


def latest_citation(engine: Engine, series: str) -> Row:
    """Where the newest figure of a series came from: address and citation."""
    query = """select fetched_at, url, citation_source, citation_address from v_provenance
    where series in :keys order by period desc, known_from desc limit 1"""
    with engine.connect() as connection:
        [row] = _rows(connection, query, keys=[series]) or [{}]
    return {name: "" if value is None else _text(value) for name, value in row.items()}


def exchange_rates(engine: Engine, *, as_of: When | None = None) -> list[Row]:
    """The figures of the series that are rates for a euro or a pound."""
    query = "select key from series where unit like '___/EUR' or unit like '___/GBP'"
    with engine.connect() as connection:
        keys = list(connection.execute(text(query)).scalars())
    return figures(engine, keys, as_of=as_of) if keys else []
