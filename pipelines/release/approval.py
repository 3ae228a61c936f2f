"""An editor's step between an edition that is computed and one that is public."""

import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from pipelines.alerts import service
from pipelines.errors import UsageError
from pipelines.observatory import folder
from pipelines.release import compute, signing
from pipelines.settings import Settings
from warehouse.publication import identity, repository
from warehouse.publication.timeline import EditionTimeline

LIST = [
    "month", "edition", "state", "reconstructed", "data_as_of", "computed", "due", "approved", "by",
    "note", "public",
]  # fmt: skip
STATES = {
    "trial": "trial: as of another day",
    "waiting": "computed, waiting for approval",
    "computed": "computed, public at its hour",
    "approved": "approved, public at its hour",
    "public": "public",
}


def approve(engine: Engine, settings: Settings, month: str, by: str, note: str, out: Path) -> str:
    """Approve the newest edition of a month and let it out; what there is to say.

    The approval is kept with who, when and why. The edition then enters the lists and feeds of
    `out`, and its alerts are evaluated. One that is approved already stays as it is.

    Raises:
        UsageError: there is no edition of the month, or nobody's name.
    """
    if not by.strip():
        raise UsageError("an approval has a name: --by NAME")
    period = str(compute.parse_month(month))
    try:
        edition = repository.of_month(repository.timelines(engine), period)
    except LookupError as fault:
        raise UsageError(str(fault)) from None
    own, new = repository.approve(
        engine, edition.release, by=by.strip(), note=note.strip(), at=settings.now
    )
    if not new:
        return f"{period} was approved by {own.approved_by} on {stamp(own.approved_at)} already"
    signer = signing.signer(settings)
    compute.publish(engine, own.release, out, approval=settings.approval, signer=signer)
    own_folder = out / identity.framework()
    shutil.rmtree(own_folder / compute.waiting_folder(period), ignore_errors=True)
    if not identity.framework():  # alerts are of the first alone
        service.evaluate(engine, settings, announced(engine, settings), service.rules_in_force())
    return f"{period} is approved by {own.approved_by}: {remark(own)}"


def publish_beside(
    engine: Engine, settings: Settings, out: Path, month: pd.Period | None = None
) -> list[compute.Published]:
    """Compute and publish a month by each framework beside the first.

    Each has a folder of its own in `out`. Raises UsageError where one is no longer that of its
    published months; those before it stay.
    """
    gate, signer, published = settings.approval, signing.signer(settings), []
    for key in folder.beside():
        with folder.by_framework(key):
            number = compute.compute(engine, month, now=settings.now, approval=gate)
            published.append(compute.publish(engine, number, out, approval=gate, signer=signer))
    return published


def announced(engine: Engine, settings: Settings) -> int | None:
    """The newest edition that feeds and alerts may speak of; None while all wait.

    Raises LookupError where none is stored.
    """
    timelines = repository.timelines(engine, approval=settings.approval)
    if not timelines:
        raise LookupError("no edition is stored: compute it with `silentcrash release`")
    issued = list(repository.issued(timelines).values())
    return issued[-1].release if issued else None


def remark(edition: EditionTimeline) -> str:
    """What stands between an edition and the public, in a line."""
    if edition.waits:
        by = f"--framework {key} " if (key := identity.framework()) else ""
        return f"waits for approval: `silentcrash {by}release approve {edition.month} --by NAME`"
    if edition.public_at is None:
        return "a trial, never public"
    return f"public from {stamp(edition.public_at)}"


def table(engine: Engine, settings: Settings) -> pd.DataFrame:
    """Every stored edition with its state and its times, the newest first: LIST."""
    timelines = repository.timelines(engine, approval=settings.approval)
    named = repository.issued(timelines, waiting=True)
    names = {edition.release: name for name, edition in named.items()}
    rows = [
        (
            own.month, names.get(own.release, ""), STATES[own.state(settings.now)],
            "yes" if own.reconstructed else "", stamp(own.as_of), stamp(own.computed_at),
            stamp(own.due.publication), stamp(own.approved_at), own.approved_by, own.note,
            stamp(own.public_at),
        )
        for own in reversed(timelines)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=LIST)


def stamp(when: datetime | None) -> str:
    """An instant, UTC, to the minute; empty for none."""
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""
