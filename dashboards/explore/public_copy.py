"""A SQLite file of what anybody may read: open licences, public editions.

Its tables have the names and columns of the views, so that the same questions run on it. Nothing
else is in the file: what is not copied cannot be reached by any query.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from dashboards.edition_stats import EditionStats
from dashboards.i18n import plain
from dashboards.publish.series.store import ANNOUNCED, FACTS
from dashboards.tables import HIDDEN
from warehouse import edition, query, views
from warehouse.publication import repository

# By view, the query that gives its public rows: figures of a publisher who lets others republish
# them, editions that are public, and of an announcement the facts and the link, since the words
# are those of a paper. What is not named here (quarantine, reviews, fetches) is left out.
PUBLIC = {
    "v_source": "select * from v_source",
    "v_series": "select * from v_series",
    "v_country": "select * from v_country",
    "v_observation": "select * from v_observation where source in ({open})",
    "v_observation_history": "select * from v_observation_history where source in ({open})",
    "v_provenance": "select * from v_provenance where series in ({open_series})",
    "v_release": """select release, month, as_of, recorded_by, framework_version, framework_hash,
      data_hash, created_at, mean_revision, due_at from v_release where release in ({editions})""",
    "v_index": "select * from v_index where release in ({editions})",
    "v_index_revised": "select * from v_index_revised where release in ({editions})",
    "v_index_state": "select * from v_index_state where release in ({editions})",
    "v_index_change": "select * from v_index_change where release in ({editions})",
    "v_index_gauge": "select * from v_index_gauge where release in ({editions})",
    "v_gauge_audit": "select * from v_gauge_audit where release in ({editions})",
    "v_lineage": """select * from v_lineage
      where series in ({open_series}) and release in ({editions})""",
    "v_event": "select {facts}, usd, report, project from v_event where {announced}",
    "v_project": "select * from v_project",
}
CHOICES = {
    "facts": FACTS,
    "announced": ANNOUNCED,
    "open": "select source from v_source where redistribute",
    "open_series": """select s.series from v_series s join v_source c on c.source = s.source
      where c.redistribute""",
}
METHODS = "select min(release) from v_release where release in ({editions}) group by framework_hash"
LEAVES = {"indicator", "panel", "sign"}  # the kinds of rows whose value may be a publisher's figure
BETWEEN = "v_index_between"
INDEXED = ("series", "key", "release")
NO_EDITION = -1


def write(engine: Engine, out: Path, now: datetime, *, approval: bool) -> dict[str, list[str]]:
    """Write the file; the columns of each of its tables.

    Args:
        engine: the warehouse, SQLite or PostgreSQL.
        out: a new file.
        now: only what was known then, and editions that were public.
        approval: whether this installation asks for approvals.
    """
    timelines = repository.issued(repository.timelines(engine, approval=approval)).values()
    numbers = [line.release for line in timelines if line.state(now) == "public"]
    editions = ", ".join(str(number) for number in numbers or [NO_EDITION])
    shown = _republished(engine, editions)
    written: dict[str, list[str]] = {}
    with closing(sqlite3.connect(out)) as file:
        for view, sql in PUBLIC.items():
            columns, rows = query.rows(engine, sql.format(editions=editions, **CHOICES), as_of=now)
            mask = _mask(columns, shown) if view in {"v_index", "v_index_gauge"} else list
            _table(file, view, columns, [[*map(_cell, mask(row))] for row in rows])
            written[view] = columns
        # made of what is in the copy: a table of it would be most of the file
        file.execute(f"create view {BETWEEN} as {views.BETWEEN}")
        described = file.execute(f"select * from {BETWEEN} limit 0").description  # noqa: S608
        written[BETWEEN] = [column[0] for column in described]
        file.commit()
        file.execute("vacuum")
    return written


def _republished(engine: Engine, editions: str) -> frozenset[str]:
    """The indicators whose value is not a figure that may not be republished.

    That hangs on the method of an edition and on the licences of today: one edition of each
    method says it.
    """
    _, answer = query.rows(engine, METHODS.format(editions=editions))
    every = [EditionStats(edition.load(engine, release)).every_indicator for (release,) in answer]
    closed = {key for rows in every for key in rows.loc[rows["hidden"].astype(bool), "key"]}
    return frozenset(key for rows in every for key in rows["key"]) - closed


def _mask(columns: Sequence[str], shown: frozenset[str]) -> Callable[[Sequence[Any]], list[Any]]:
    """What takes the value from the row of an indicator that is not shown."""

    def masked(row: Sequence[Any]) -> list[Any]:
        cells: Mapping[str, Any] = dict(zip(columns, row, strict=True))
        if cells["kind"] in LEAVES and cells["key"] not in shown:
            return list({**cells, "value": None, "reason": HIDDEN}.values())
        return list(row)

    return masked


def _table(
    file: sqlite3.Connection, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    file.execute(f"create table {name} ({names})")
    marks = ", ".join("?" * len(columns))
    file.executemany(f"insert into {name} values ({marks})", rows)  # noqa: S608 - our own names
    for column in INDEXED:
        if column in columns:
            file.execute(f"create index {name}_{column} on {name} ({column})")


def _cell(cell: Any) -> Any:
    """A cell as SQLite holds it: dates as text, in UTC."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return float(cell)
    return plain(cell) if isinstance(cell, str) else cell
