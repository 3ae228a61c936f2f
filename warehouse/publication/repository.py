"""Read the timelines of the stored editions, and record approvals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from warehouse.database import add, writing
from warehouse.publication import identity
from warehouse.publication.tables import Approval
from warehouse.publication.timeline import EditionTimeline
from warehouse.release_calendar import edition_dates, made_in_time
from warehouse.tables import Release, core

COLUMNS = ("id", "month", "as_of", "created_at", "awaits_approval", "due_at")


def timelines(
    engine: Engine, *, approval: bool = False, framework: str | None = None
) -> list[EditionTimeline]:
    """The timeline of every stored edition of the framework in force.

    They are ordered by month and then as they were stored. `approval` tells whether this
    installation asks for approvals, `framework` the key of another one.
    """
    key = identity.framework() if framework is None else framework
    own = core(Release).c.framework_key == key
    with engine.connect() as connection:
        return [timeline.under(approval) for timeline in _read(connection, own)]


def timeline(connection: Connection, release: int) -> EditionTimeline:
    """The timeline of a stored edition. Raises LookupError where there is none."""
    table = core(Release)
    same = [
        table.c[name] == select(table.c[name]).where(table.c.id == release).scalar_subquery()
        for name in ("month", "framework_key")
    ]
    for stored in _read(connection, *same):
        if stored.release == release:
            return stored
    raise LookupError(f"no edition {release} is stored")


def issued(
    timelines: Iterable[EditionTimeline], *, waiting: bool = False
) -> dict[str, EditionTimeline]:
    """The editions that are or will be public, by name, the oldest first.

    The name is the month, and for what replaces an edition that was public before it, `-r1`,
    `-r2` in the order in which they became so. With `waiting`, those that wait for an editor
    come after them.
    """
    released = [edition for edition in timelines if edition.public_at]
    released += [edition for edition in timelines if waiting and edition.waits]
    names: dict[str, EditionTimeline] = {}
    for edition in sorted(released, key=_order):
        rank = sum(other.month == edition.month for other in names.values())
        names[f"{edition.month}-r{rank}" if rank else edition.month] = edition
    return names


def _order(edition: EditionTimeline) -> tuple[str, bool, datetime, int]:
    return edition.month, edition.waits, edition.available_at, edition.release


def of_month(timelines: Iterable[EditionTimeline], month: str) -> EditionTimeline:
    """The newest edition of a month. Raises LookupError naming the nearest months."""
    editions = [edition for edition in timelines if not edition.trial]
    own = [edition for edition in editions if edition.month == month]
    if own:
        return own[-1]
    months = sorted({edition.month for edition in editions})
    span = " to ".join(dict.fromkeys([months[0], months[-1]])) if months else "none"
    raise LookupError(
        f"there is no edition of {month} (stored: {span}): compute it with "
        f"`silentcrash release {month}`"
    )


def approve(
    engine: Engine, release: int, *, by: str, note: str, at: datetime
) -> tuple[EditionTimeline, bool]:
    """Record an approval; the timeline, and whether it is new.

    An edition that is approved already stays as it is, and nothing is written.
    """
    with writing(engine) as connection:
        before = timeline(connection, release)
        if before.approved_at is not None:
            return before, False
        add(connection, Approval, release_id=release, by=by, note=note, at=at)
        return timeline(connection, release), True


def _read(connection: Connection, *conditions: Any) -> list[EditionTimeline]:
    releases, approvals = core(Release), core(Approval)
    query = (
        select(
            *(releases.c[name] for name in COLUMNS),
            releases.c.framework["rules"]["cutoff_day"].as_integer().label("cutoff_day"),
            approvals.c.by, approvals.c.note, approvals.c.at,
        )
        .select_from(releases.outerjoin(approvals, approvals.c.release_id == releases.c.id))
        .where(*conditions)
        .order_by(releases.c.month, releases.c.id)
    )  # fmt: skip
    rows = connection.execute(query).mappings().all()
    return [_timeline(row, rows) for row in rows]


def _timeline(row: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> EditionTimeline:
    month, day = row["month"], row["cutoff_day"]
    due = edition_dates(month, day)
    if row["due_at"] is not None:
        # what was announced, whatever the calendar of holidays says today
        due = replace(due, publication=row["due_at"])
    first = min(
        other["created_at"]
        for other in rows
        if other["month"] == month and other["as_of"] == row["as_of"]
    )
    return EditionTimeline(
        release=row["id"],
        month=month,
        as_of=row["as_of"],
        computed_at=row["created_at"],
        due=due,
        in_time=made_in_time(month, first, day),
        gated=bool(row["awaits_approval"]),
        needs_approval=bool(row["awaits_approval"]),
        approved_at=row["at"],
        approved_by=row["by"] or "",
        note=row["note"] or "",
    )
