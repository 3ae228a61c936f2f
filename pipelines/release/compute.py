"""A monthly edition: compute the index as it could be known, store it, publish it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import change_decomposition, linked, realtime
from pipelines.index.framework import Framework
from pipelines.index.framework import load as load_framework
from pipelines.index.inputs import splices
from pipelines.release import revisions
from pipelines.settings import RunFault, UsageFault
from warehouse import edition
from warehouse.edition import Edition
from warehouse.observations import read

SEED = 1  # of the replicates behind the intervals: the same figures give the same bits
NOTHING = (
    "no month has enough figures for an index: run `silentcrash status` to see which sources "
    "are missing"
)


@dataclass(frozen=True)
class Published:
    """An edition and the files that were written for it."""

    edition: Edition
    folder: Path
    files: tuple[Path, ...]


def framework() -> Framework:
    """The method in force."""
    return load_framework()


def parse_month(text: str) -> pd.Period:
    """The month that `text` names. Raises UsageFault when it names none."""
    try:
        return pd.Period(pd.to_datetime(text, format="%Y-%m"), "M")
    except ValueError:
        raise UsageFault(
            f"{text!r} is not a month: write it as YYYY-MM, for example 2025-12"
        ) from None


def figures(engine: Engine, *, as_of: datetime, recorded_by: int | None = None) -> pd.DataFrame:
    """Every version of every figure known at `as_of`, live series spliced to histories."""
    return splices.apply(read.history(engine, as_of=as_of, recorded_by=recorded_by), splices.load())


@dataclass(frozen=True)
class Draft:
    """An edition that is computed and not stored: its month, what it could know, its rows."""

    month: pd.Period
    as_of: datetime
    recorded_by: int
    method: Framework
    values: pd.DataFrame
    lineage: pd.DataFrame
    facts: pd.DataFrame

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
) -> Draft:
    """Compute the edition of `month` (the latest allowed when None) by the method in force.

    Every month before it is computed from what was known at its own cut-off, `month` itself
    from what was known at `as_of`, which is its cut-off when not given. Raises RunFault where
    no month has the coverage, UsageFault naming the nearest month where `month` has not.
    """
    method = method or framework()
    span = realtime.passed(method, now)
    dates = _dates(span, month, as_of, method)
    recorded_by = read.newest_fetch(engine)
    facts = figures(engine, as_of=max(dates.values(), default=now), recorded_by=recorded_by)
    if facts.empty or not dates:
        raise RunFault(NOTHING)
    result = linked.compute(facts, method, list(dates), dates)
    allowed = realtime.allowed(result.values)
    chosen = _choose(month, allowed)
    first, last = allowed[0].to_timestamp(), chosen.to_timestamp()
    values = result.values.loc[result.values["period"].between(first, last)]
    traced = result.lineage.merge(values[["period", "key"]], on=["period", "key"])
    return Draft(chosen, dates[chosen], recorded_by, method, values, traced, facts)


def compute(
    engine: Engine,
    month: pd.Period | None,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> int:
    """Store the `draft` of a month with its intervals and what moved it; its id.

    The same draft twice is one, and what goes with it is computed once.
    """
    made = draft(engine, month, now=now, as_of=as_of)
    same: dict[str, Any] = {
        "month": str(made.month),
        "as_of": made.as_of,
        "framework_hash": made.method.hash,
        "data_hash": data_hash(made.values),
    }
    stored = edition.find(engine, **same)
    if stored is not None:
        return stored
    held, values = revisions.before(engine, made.point), _bounded(made.values, made.method)
    return edition.save(
        engine,
        **same,
        recorded_by=made.recorded_by,
        framework=made.method.as_dict(),
        framework_version=made.method.version,
        created_at=now,
        values=values,
        lineage=made.lineage,
        change=revisions.change(held, made.facts, made.point, made.values),
        revised=revisions.known_now(made.facts, made.point, made.values),
        mean_revision=revisions.mean_revision(made.facts, made.point, made.values),
        alerts=_alerts(held, made, values),
    )


def _alerts(held: Edition | None, made: Draft, values: pd.DataFrame) -> dict[str, Any]:
    """What the alert rules find in the draft, and did not in the edition of the month before.

    Where none is `held`, that is the draft itself up to that month.
    """
    from pipelines.alerts import backtest, service, signals
    from pipelines.alerts.edition_alerts import edition_alerts

    now = signals.Vintage("", made.as_of, values, made.method.as_dict(), made.month.to_timestamp())
    cut = backtest.cut_off(now, (made.month - 1).to_timestamp())
    before = cut if held is None else signals.vintage(held)
    return edition_alerts(service.rules_in_force().rules, before, now)


def _bounded(values: pd.DataFrame, method: Framework) -> pd.DataFrame:
    """The values with the interval of the index and of each dimension, null where withheld."""
    from pipelines.index.robustness import sensitivity

    ends = pd.concat(
        sensitivity.intervals(rows, own, seed=SEED) for own, rows in linked.versions(values, method)
    )
    joined = values.merge(ends, "left", ["period", "key"])
    shift = joined["period"].map(linked.shifts(values)).where(joined["key"].eq("index"), 0.0)
    gone = joined["score"].isna()
    return joined.assign(
        low=(joined["low"] + shift).mask(gone), high=(joined["high"] + shift).mask(gone)
    )


def _dates(
    span: Sequence[pd.Period], month: pd.Period | None, as_of: datetime | None, method: Framework
) -> dict[pd.Period, datetime]:
    """What each month may know: its own cut-off, or `as_of` where that is asked of `month`."""
    usual = {one: realtime.cutoff(one, method) for one in span}
    if month is None or as_of is None:
        return usual
    before = {one: min(date, as_of) for one, date in usual.items() if one < month}
    return before | {month: as_of}


def _choose(month: pd.Period | None, allowed: Sequence[pd.Period]) -> pd.Period:
    if not allowed:
        raise RunFault(NOTHING)
    if month is None or month in allowed:
        return month or allowed[-1]
    nearest = min(allowed, key=lambda one: abs((one - month).n))
    raise UsageFault(
        f"{month} cannot be released: the figures allow {allowed[0]} to {allowed[-1]}; "
        f"the nearest month is {nearest}"
    )


def data_hash(values: pd.DataFrame) -> str:
    """SHA-256 of the values as text, in a fixed order."""
    ordered = values.sort_values(["period", "key"])
    return sha256(ordered.to_csv(index=False).encode()).hexdigest()


def publish(engine: Engine, release: int, out: Path) -> Published:
    """Write the bulletin and the tables of a stored release into a folder under `out`.

    The folder is the month; a release with another as_of than the month's cut-off says so in
    its folder's name, so that it never takes the place of the edition that was published.
    """
    from dashboards import publish as data
    from dashboards.bulletin import document
    from dashboards.publish import collection
    from dashboards.publish.publication import prepare

    found = edition.load(engine, release)
    own = Framework.model_validate(found.framework)
    standard = realtime.cutoff(pd.Period(found.month, "M"), own)
    usual = found.as_of == standard
    folder = out / (found.month if usual else f"{found.month}_as_of_{found.as_of:%Y-%m-%d}")
    folder.mkdir(parents=True, exist_ok=True)
    pages = document.write(found, folder)
    publication = prepare(found)
    tables = data.write(publication, folder, previous=_before(engine, found))
    over = collection.write(publication, out) if usual else []
    return Published(found, folder, (*pages, *tables, *over))


def _before(engine: Engine, found: Edition) -> Edition | None:
    """The last edition of an earlier month that was published at its cut-off, if any."""
    method, held = framework(), edition.editions(engine)
    for row in held.loc[held["month"].lt(found.month)].iloc[::-1].to_dict("records"):
        if pd.Timestamp(row["as_of"]) == realtime.cutoff(pd.Period(row["month"], "M"), method):
            return edition.load(engine, int(row["release"]))
    return None
