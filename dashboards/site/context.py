"""Everything that a site is built from, read from the warehouse once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Engine, select

from dashboards.edition_stats import EditionStats
from dashboards.publish.api.peer import PeerReading
from dashboards.site.constituents.constituents import Constituents
from warehouse import edition, views
from warehouse.alerts import repository as alerts
from warehouse.alerts.tables import AlertRule, AlertState
from warehouse.catalogue import freshness
from warehouse.edition import Edition
from warehouse.gauges.repository import Unread
from warehouse.observations import read
from warehouse.projects import repository as project_store
from warehouse.publication import identity, repository
from warehouse.publication.timeline import EditionTimeline
from warehouse.row_conversion import dates, rows
from warehouse.tables import Release, core

# A month without a reading has no regime here, whatever its estimate would be called.
SCORES = """
select v.release, v.score, case when u.release_id is null then v.regime else '' end as regime
from ({index}) v left join (
  select distinct g.release_id from index_gauge g
  where g.key = 'index' and g.state = 'withheld' and g.period = (
    select max(n.period) from index_gauge n where n.release_id = g.release_id)
) u on u.release_id = v.release
where v.key = 'index' and substr(cast(v.period as varchar(10)), 1, 7) = v.month
"""
FETCHES = """
select source, url, at, outcome, detail, rows, newest_period, loaded from v_fetch
where fetch_id in (select max(fetch_id) from v_fetch group by source) order by source
"""
# The index of each month with the figures known to each edition.
LATER = "select release_id as release, period, score from index_revised order by period"
QUARANTINED = """
select source, expectation, reason, count(*) as rows from v_quarantine where not replayed
group by source, expectation, reason order by source, expectation, reason
"""


@dataclass(frozen=True)
class Issue:
    """An edition on the site: its permanent name, and what replaced it.

    `name` is the month, with `-r1`, `-r2` for a reissue; `score` is the index of the month,
    `regime` "" where it has no reading.
    """

    timeline: EditionTimeline
    name: str
    reissue: int
    version: str
    method: str
    fingerprint: str
    score: float
    regime: str
    replaced_by: str

    @property
    def release(self) -> int:
        """The id of the edition."""
        return self.timeline.release

    @property
    def month(self) -> str:
        """Its month, YYYY-MM."""
        return self.timeline.month

    @property
    def stamp(self) -> str:
        """What the pages of this issue depend on: equal stamps mean equal pages."""
        return f"{self.fingerprint} {self.method} {self.replaced_by} {self.dated}"

    @property
    def dated(self) -> str:
        """What its dates in print depend on."""
        own = self.timeline
        return f"{own.month} {own.available_at.isoformat()} {own.reconstructed} {own.waits}"


@dataclass(frozen=True)
class SiteContext:
    """The newest edition, every issue, and what is known when the site is built.

    `issues` are ordered newest first, `waiting` are the months that wait for an editor.
    `projects` are the announced data centres, one row each, and `reports` what was read of them,
    in the columns of v_project and v_event. `later` is the index of each month (period, score)
    with the figures known to each release. `quarantined`
    counts the rejected rows by source and reason. `newest` is the first day of the newest period
    of each series that the newest edition could know. `unread` are the months after the newest
    edition, which have no reading yet. `peers` are the other observatories that are declared,
    `beside` the keys of the other frameworks of this one that may be shown, "" for the first.
    """

    edition: Edition
    issues: Sequence[Issue]
    now: datetime
    waiting: Sequence[str]
    events: pd.DataFrame
    rules: pd.DataFrame
    states: pd.DataFrame
    revisions: pd.DataFrame
    later: pd.DataFrame
    sources: pd.DataFrame
    fetches: pd.DataFrame
    quarantined: pd.DataFrame
    projects: pd.DataFrame
    reports: pd.DataFrame
    newest: Mapping[str, date]
    unread: Sequence[Unread] = ()
    peers: Sequence[PeerReading] = ()
    beside: Sequence[str] = ()

    @cached_property
    def stats(self) -> EditionStats:
        """The figures of the newest edition."""
        return EditionStats(self.edition)

    @cached_property
    def constituents(self) -> Constituents:
        """What the newest edition saw."""
        return Constituents(self.stats, self.newest)

    @cached_property
    def row_hashes(self) -> Mapping[str, "pd.Series[int]"]:
        """A hash of each row that pages of indicators show, by frame."""
        shown = {
            "values": self.edition.values,
            "lineage": self.edition.lineage,
            "fetches": self.fetches,
            "quarantined": self.quarantined,
        }
        return {name: pd.util.hash_pandas_object(frame) for name, frame in shown.items()}

    @property
    def issue(self) -> Issue:
        """The issue of the newest edition."""
        return self.issues[0]

    @property
    def evaluated(self) -> bool:
        """Whether the alert rules were ever evaluated on this warehouse."""
        return len(self.rules) > 0


def site_context(
    engine: Engine, now: datetime, *, forced: bool = False, approval: bool = False
) -> SiteContext:
    """Read what may be shown at `now`.

    An edition is left out until its hour of release, and where the installation asks for that
    (`approval`), until an editor has approved it; unless `forced`. Raises LookupError where no
    edition may be shown.
    """
    timelines = repository.timelines(engine, approval=approval)
    waiting = tuple(dict.fromkeys(edition.month for edition in timelines if edition.waits))
    shown = issues(engine, timelines, now, forced=forced)
    if not shown:
        raise LookupError(_nothing(waiting))
    with engine.connect() as connection:
        fetches, quarantined = rows(connection, FETCHES), rows(connection, QUARANTINED)
        later = rows(connection, LATER)
    loaded = replace(edition.load(engine, shown[0].release), timeline=shown[0].timeline)
    return SiteContext(
        edition=loaded,
        issues=shown,
        now=now,
        waiting=waiting,
        events=_of_first(alerts.history(engine)),
        rules=_of_first(alerts.frame(engine, AlertRule)),
        states=_of_first(alerts.frame(engine, AlertState)),
        revisions=read.revisions(engine),
        later=later.assign(period=dates(later["period"])),
        sources=read.status(engine, now),
        fetches=fetches,
        quarantined=quarantined,
        projects=project_store.projects(engine, as_of=now),
        reports=project_store.reports(engine, as_of=now),
        newest=freshness.newest_periods(engine, loaded.as_of, loaded.recorded_by),
        beside=tuple(_beside(engine, now, forced=forced, approval=approval)),
    )


def _of_first(alerts_found: pd.DataFrame) -> pd.DataFrame:
    """What alerts found, which are of the first framework: nothing for another."""
    return alerts_found.iloc[:0] if identity.framework() else alerts_found


def _beside(engine: Engine, now: datetime, *, forced: bool, approval: bool) -> Iterator[str]:
    """The other frameworks of the observatory that have an edition to show."""
    for key in identity.in_force().frameworks:
        if key != identity.framework():
            stored = repository.timelines(engine, approval=approval, framework=key)
            if any(forced or own.state(now) == "public" for own in stored if not own.trial):
                yield key


def _nothing(waiting: Sequence[str]) -> str:
    if waiting:
        return (
            f"no edition may be shown yet: {', '.join(waiting)} waits for an editor, "
            f"`silentcrash release approve {waiting[-1]} --by NAME`"
        )
    return (
        "no edition may be shown yet: compute one with `silentcrash release`, or wait for "
        "its hour of release"
    )


def issues(
    engine: Engine, timelines: Sequence[EditionTimeline], now: datetime, *, forced: bool = False
) -> list[Issue]:
    """Every edition that is public at `now`, newest first.

    With `forced`, the others too. A release computed for another date than the cut-off of its
    month is not an issue: it shows what would have been published then, and never was.
    """
    named = repository.issued(timelines, waiting=forced)
    shown = {
        name: timeline
        for name, timeline in named.items()
        if forced or timeline.state(now) == "public"
    }
    table = core(Release)
    columns = (table.c.id, table.c.framework_version, table.c.framework_hash, table.c.data_hash)
    with engine.connect() as connection:
        releases = rows(connection, select(*columns))
        own = views.of_framework(engine.dialect.name, identity.framework())
        levels = rows(connection, SCORES.format(index=own["v_index"]))
    joined = releases.merge(levels, left_on="id", right_on="release").set_index("id")
    names = list(shown)
    return [
        _issue(name, shown[name], joined.loc[shown[name].release].to_dict(), names)
        for name in reversed(names)
    ]


def _issue(
    name: str, timeline: EditionTimeline, row: Mapping[Any, Any], names: Sequence[str]
) -> Issue:
    month, _, reissue = name.partition("-r")
    later = [other for other in names[names.index(name) + 1 :] if other[: len(month)] == month]
    return Issue(
        timeline=timeline,
        name=name,
        reissue=int(reissue or 0),
        version=row["framework_version"],
        method=row["framework_hash"],
        fingerprint=row["data_hash"],
        score=float(row["score"]) if pd.notna(row["score"]) else float("nan"),
        regime=row["regime"],
        replaced_by=later[0] if later else "",
    )
