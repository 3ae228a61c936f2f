"""A monthly edition: computed as it could be known, stored, published."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError, UsageError
from pipelines.index import change_decomposition, framework, linked, realtime
from pipelines.index.framework import Framework
from pipelines.observatory import method as own_method
from pipelines.release import audit, gauges, revisions, unchanged
from pipelines.release.facts import figures
from warehouse import edition
from warehouse.edition import Edition
from warehouse.observations import read
from warehouse.publication import identity
from warehouse.publication import repository as publication_store
from warehouse.release_calendar import edition_dates

if TYPE_CHECKING:
    from dashboards.publish.signature import Signer as Key

logger = logging.getLogger(__name__)

# Seed of the replicates behind the intervals: the same figures give the same bits. Another
# number moves the ends of the 2026 intervals of the index by at most 0.4 points.
SEED = 1
NOTHING = (
    "no month has enough figures for an index: run `silentcrash status` to see which sources "
    "are missing, and look whether the clock is right"
)


@dataclass(frozen=True)
class Published:
    """An edition and the files that were written for it."""

    edition: Edition
    folder: Path
    files: tuple[Path, ...]


def parse_month(text: str) -> pd.Period:
    """The month that `text` names. Raises UsageError when it names none."""
    try:
        return pd.Period(pd.to_datetime(text, format="%Y-%m"), "M")
    except ValueError:
        raise UsageError(
            f"{text!r} is not a month: write it as YYYY-MM, for example 2025-12"
        ) from None


@dataclass(frozen=True)
class Draft:
    """An edition that is computed and not stored."""

    month: pd.Period
    as_of: datetime
    recorded_by: int
    method: Framework
    values: pd.DataFrame
    lineage: pd.DataFrame
    readings: realtime.Readings

    @property
    def point(self) -> change_decomposition.EditionKey:
        """Its month, what it could know, and its method."""
        return change_decomposition.EditionKey(self.month, self.as_of, self.method)


def draft(
    engine: Engine,
    month: pd.Period | None,
    *,
    now: datetime,
    as_of: datetime | None = None,
    method: Framework | None = None,
    to_publish: bool = False,
) -> Draft:
    """Compute the edition of `month` by `method`, or by the one in force then.

    None stands for the latest month with enough coverage; `to_publish`, for one that can be read.

    Every month before it is computed from what was known at its own cut-off, `month` itself
    from what was known at `as_of`, which is its cut-off when not given. Raises RunError where
    no month has the coverage, UsageError naming the nearest month where `month` has not.
    """
    newest = method or own_method.newest()
    span = realtime.closed_months(newest, now)
    dates = _dates(span, month, as_of, newest)
    recorded_by = read.newest_fetch(engine)
    latest = max(dates.values(), default=now)
    facts = figures(engine, newest, as_of=latest, recorded_by=recorded_by)
    if facts.empty or not dates:
        raise RunError(NOTHING)
    readings = realtime.Readings(facts, newest)
    result = linked.compute(readings, newest, list(dates), dates)
    allowed = realtime.published_months(result.values)
    readable = gauges.readable(readings, newest, dates) if to_publish and not month else allowed
    chosen = _choose(month, allowed, readable)
    first, last = allowed[0].to_timestamp(), chosen.to_timestamp()
    values = result.values.loc[result.values["period"].between(first, last)]
    traced = result.lineage.merge(values[["period", "key"]], on=["period", "key"])
    own = method or framework.in_force(str(chosen), newest)
    return Draft(chosen, dates[chosen], recorded_by, own, values, traced, readings)


def compute(
    engine: Engine,
    month: pd.Period | None,
    *,
    now: datetime,
    as_of: datetime | None = None,
    approval: bool = False,
) -> int:
    """Store the `draft` of a month with its intervals and what moved it; its id.

    The same draft twice is one, and what goes with it is computed once. From the same figures, by
    the same method and software, not even the draft is. With `approval` it waits for an editor
    before it is public: `silentcrash release approve`.
    """
    newest = own_method.to_publish()
    dates = _dates(realtime.closed_months(newest, now), month, as_of, newest)
    due = {str(each): date for each, date in dates.items()}
    question = {"month": str(month), "dates": due, "approval": approval}
    inputs = unchanged.key("edition", newest.hash, read.newest_fetch(engine), question)
    return unchanged.once(engine, inputs, lambda: _stored(engine, month, now, as_of, approval))


# A tenth of the time went into single texts out of Arrow. Only here: it shows in Parquet files.
@pd.option_context("mode.string_storage", "python")
def _stored(
    engine: Engine, month: pd.Period | None, now: datetime, as_of: datetime | None, approval: bool
) -> int:
    new = draft(engine, month, now=now, as_of=as_of, to_publish=True)
    same: dict[str, Any] = {
        "month": str(new.month),
        "as_of": new.as_of,
        "framework_hash": new.method.hash,
        "data_hash": data_hash(new.values),
    }
    stored = edition.find(engine, **same)
    if stored is not None:
        return stored
    earlier, values = revisions.before(engine, new.point), bounded(new)
    due = edition_dates(str(new.month), new.method.rules.cutoff_day)
    return edition.save(
        engine,
        **same,
        recorded_by=new.recorded_by,
        framework=new.method.as_dict(),
        framework_version=new.method.version,
        created_at=now,
        due_at=due.publication,
        awaits_approval=approval and new.as_of == due.cutoff,
        values=values,
        lineage=new.lineage,
        change=revisions.change(earlier, new.readings, new.point, new.values),
        revised=revisions.known_now(new.readings, new.point, new.values),
        mean_revision=revisions.mean_revision(new.readings, new.point, new.values),
        alerts=None if identity.framework() else _alerts(earlier, new, values),
        gauges=audit.with_audit(
            gauges.of_edition(engine, new.readings, new.point, new.values), new.readings, new.as_of
        ),
    )


def _alerts(earlier: Edition | None, new: Draft, values: pd.DataFrame) -> dict[str, Any]:
    """What the alert rules find in the draft and not in the edition before it.

    Without an `earlier` edition, the draft itself up to that month stands for it.
    """
    from pipelines.alerts import backtest, service, signals

    now = signals.Vintage("", new.as_of, values, new.method.as_dict(), new.month.to_timestamp())
    cut = backtest.cut_off(now, (new.month - 1).to_timestamp())
    before = cut if earlier is None else signals.vintage(earlier)
    return backtest.edition_alerts(service.rules_in_force().rules, before, now)


def bounded(new: Draft) -> pd.DataFrame:
    """The values with the interval of index and dimensions, null if withheld.

    Each version of the method has its own: choices of method in 2026.1, errors of first readings
    from 2027.1 on.
    """
    versions = linked.versions(new.values, new.method)
    ends = pd.concat(_intervals(rows, own, new) for own, rows in versions)
    joined = new.values.merge(ends, "left", ["period", "key"])
    gone = joined["score"].isna()
    return joined.assign(low=joined["low"].mask(gone), high=joined["high"].mask(gone))


def _intervals(rows: pd.DataFrame, own: Framework, new: Draft) -> pd.DataFrame:
    """The ends by month and key of what one version made, moved as the index is."""
    if own.phase:
        return gauges.intervals(new.readings, own, new.point, rows)
    from pipelines.index.robustness import sensitivity

    ends = sensitivity.intervals(rows, own, seed=SEED)
    shift = ends["period"].map(linked.shifts(rows)).where(ends["key"].eq("index"), 0.0)
    return ends.assign(low=ends["low"] + shift, high=ends["high"] + shift)


def _dates(
    span: Sequence[pd.Period], month: pd.Period | None, as_of: datetime | None, method: Framework
) -> dict[pd.Period, datetime]:
    """What each month may know: its cut-off, or `as_of` for the asked month."""
    usual = {due: realtime.cutoff(due, method) for due in span}
    if month is None or as_of is None:
        return usual
    before = {due: min(date, as_of) for due, date in usual.items() if due < month}
    return before | {month: as_of}


def _choose(
    month: pd.Period | None, allowed: Sequence[pd.Period], readable: Sequence[pd.Period]
) -> pd.Period:
    """The asked month, or the latest of those `allowed` that is `readable`."""
    if not allowed:
        raise RunError(NOTHING)
    if month is None:
        return next((latest for latest in reversed(allowed) if latest in readable), allowed[-1])
    if month in allowed:
        return month
    nearest = min(allowed, key=lambda candidate: abs((candidate - month).n))
    raise UsageError(
        f"{month} cannot be released: the figures allow {allowed[0]} to {allowed[-1]}; "
        f"the nearest month is {nearest}"
    )


def data_hash(values: pd.DataFrame) -> str:
    """SHA-256 of the values as text, in a fixed order."""
    text = values.sort_values(["period", "key"]).to_csv(index=False)
    return sha256(text.encode()).hexdigest()


def publish(
    engine: Engine, release: int, out: Path, *, approval: bool = False, signer: "Key | None" = None
) -> Published:
    """Write the bulletin and tables of a stored release into a folder of `out`.

    The folder is the month, in that of its framework. A release as of another day than its cut-off
    says so in its name, as does one that waits for an editor where the installation asks for that
    (`approval`): it takes no edition's place, and no feed or list announces it. A `signer` signs.
    """
    from dashboards.publish import collection

    out = out / identity.framework()
    loaded = edition.load(engine, release)
    own = loaded.timeline.under(approval)
    stored = replace(loaded, timeline=own)
    trial = f"{stored.month}_as_of_{stored.as_of:%Y-%m-%d}"
    usual = waiting_folder(stored.month) if own.waits else stored.month
    folder = out / (trial if own.trial else usual)
    previous, layout = _before(engine, stored), collection.Layout() if own.public_at else None
    cards = collection.read_cards(out, layout) if layout else {}
    others = {name: card for name, card in cards.items() if name != folder.name}
    written = unchanged.files(
        engine,
        unchanged.key("files", stored, previous, others, bool(layout), signer and signer.public),
        folder,
        collection.PLACES if layout else (),
        lambda: _write(stored, previous, folder, layout=layout, signer=signer),
    )
    own_method.lock(stored)
    logger.info(
        "release %s: edition %d, as of %s, %d files in %s",
        *(stored.month, release, f"{stored.as_of:%Y-%m-%d}", len(written), folder),
    )
    return Published(stored, folder, tuple(written))


def _write(stored: Edition, previous: Edition | None, folder: Path, **more: Any) -> list[Path]:
    from dashboards import publish as data
    from dashboards.bulletin import document
    from dashboards.publish.publication import prepare

    publication, pages = prepare(stored), document.pages(stored)
    return data.write(publication, folder, previous=previous, pages=pages, **more)


def waiting_folder(month: str) -> str:
    """The name of the folder of an edition that waits for an editor."""
    return f"{month}_awaiting_approval"


def _before(engine: Engine, current: Edition) -> Edition | None:
    """The last edition of an earlier month that was let out, if any."""
    issued = publication_store.issued(publication_store.timelines(engine)).values()
    earlier = [timeline for timeline in issued if timeline.month < current.month]
    return edition.load(engine, earlier[-1].release) if earlier else None
