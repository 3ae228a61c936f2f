"""Everything that a site is built from, read from the warehouse once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Engine, select

from dashboards.edition_stats import EditionStats
from warehouse import edition
from warehouse.alerts import repository as alert_store
from warehouse.alerts.tables import AlertRule, AlertState
from warehouse.edition import Edition
from warehouse.observations import read
from warehouse.projects import repository
from warehouse.release_calendar import EditionDates, edition_dates
from warehouse.row_conversion import rows
from warehouse.tables import Release, core

SCORES = """
select release, score, regime from v_index
where key = 'index' and substr(cast(period as varchar(10)), 1, 7) = month
"""
FETCHES = """
select source, url, at, outcome, detail, rows, newest_period, loaded from v_fetch
where fetch_id in (select max(fetch_id) from v_fetch group by source) order by source
"""
QUARANTINED = """
select source, expectation, reason, count(*) as rows from v_quarantine where not replayed
group by source, expectation, reason order by source, expectation, reason
"""


@dataclass(frozen=True)
class Issue:
    """A published edition: its permanent name, and what replaced it, if anything.

    `name` is the month, with `-r1`, `-r2` for a reissue; `score` is the index of the month.
    """

    release: int
    month: str
    name: str
    reissue: int
    as_of: datetime
    recorded_at: datetime
    version: str
    method: str
    fingerprint: str
    score: float
    regime: str
    replaced_by: str
    due: EditionDates

    @property
    def stamp(self) -> str:
        """What the pages of this issue depend on: equal stamps mean equal pages."""
        return f"{self.fingerprint} {self.method} {self.replaced_by}"


@dataclass(frozen=True)
class SiteContext:
    """The newest edition, every issue, and what is known when the site is built.

    `issues` are ordered newest first. `projects` are the announced data centres, one row each,
    and `reports` what was read of them, in the columns of v_project and v_event. `quarantined`
    counts the rejected rows by source and reason.
    """

    edition: Edition
    issues: Sequence[Issue]
    now: datetime
    events: pd.DataFrame
    rules: pd.DataFrame
    states: pd.DataFrame
    revisions: pd.DataFrame
    sources: pd.DataFrame
    fetches: pd.DataFrame
    quarantined: pd.DataFrame
    projects: pd.DataFrame
    reports: pd.DataFrame

    @cached_property
    def stats(self) -> EditionStats:
        """The figures of the newest edition."""
        return EditionStats(self.edition)

    @property
    def issue(self) -> Issue:
        """The issue of the newest edition."""
        return self.issues[0]

    @property
    def evaluated(self) -> bool:
        """Whether the alert rules were ever evaluated on this warehouse."""
        return len(self.rules) > 0


def site_context(engine: Engine, now: datetime, *, forced: bool = False) -> SiteContext:
    """Read what may be shown at `now`.

    An edition is left out until its hour of release unless `forced`. Raises LookupError where
    no edition may be shown.
    """
    shown = [issue for issue in issues(engine) if forced or issue.due.publication <= now]
    if not shown:
        raise LookupError(
            "no edition may be shown yet: compute one with `silentcrash release`, or wait for "
            "its hour of release"
        )
    with engine.connect() as connection:
        fetches, quarantined = rows(connection, FETCHES), rows(connection, QUARANTINED)
    return SiteContext(
        edition=edition.load(engine, shown[0].release),
        issues=shown,
        now=now,
        events=alert_store.history(engine),
        rules=alert_store.frame(engine, AlertRule),
        states=alert_store.frame(engine, AlertState),
        revisions=read.revisions(engine),
        sources=read.status(engine, now),
        fetches=fetches,
        quarantined=quarantined,
        projects=repository.projects(engine, as_of=now),
        reports=repository.reports(engine, as_of=now),
    )


def issues(engine: Engine) -> list[Issue]:
    """Every published edition, newest first.

    A release computed for another date than the cut-off of its month is not an issue: it shows
    what would have been published then, and never was.
    """
    table = core(Release)
    with engine.connect() as connection:
        releases = rows(connection, select(table).order_by(table.c.month, table.c.id))
        levels = rows(connection, SCORES)
    joined = releases.merge(levels, left_on="id", right_on="release")
    published: list[Issue] = []
    for _, month in joined.groupby("month"):
        at_cutoff = [
            row for row in month.to_dict("records") if _instant(row["as_of"]) == _due(row).cutoff
        ]
        published += [_issue(at_cutoff, rank) for rank in range(len(at_cutoff))]
    return published[::-1]


def _issue(of_month: Sequence[dict[Any, Any]], rank: int) -> Issue:
    row, last = of_month[rank], rank == len(of_month) - 1
    return Issue(
        release=int(row["id"]),
        month=row["month"],
        name=_name(row["month"], rank),
        reissue=rank,
        as_of=_instant(row["as_of"]),
        recorded_at=_instant(row["created_at"]),
        version=row["framework_version"],
        method=row["framework_hash"],
        fingerprint=row["data_hash"],
        score=float(row["score"]) if pd.notna(row["score"]) else float("nan"),
        regime=row["regime"],
        replaced_by="" if last else _name(row["month"], rank + 1),
        due=_due(row),
    )


def _name(month: str, rank: int) -> str:
    return f"{month}-r{rank}" if rank else month


def _due(row: dict[Any, Any]) -> EditionDates:
    return edition_dates(row["month"], int(row["framework"]["rules"]["cutoff_day"]))


def _instant(stamp: Any) -> datetime:
    instant = pd.Timestamp(stamp)
    return (instant.tz_localize("UTC") if instant.tzinfo is None else instant).to_pydatetime()
