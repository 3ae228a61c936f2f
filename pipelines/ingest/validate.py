"""Validate a parsed batch: what may be loaded, what is set aside, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from pipelines.ingest.checks import completeness
from pipelines.ingest.checks.batch_metrics import add_metrics
from pipelines.ingest.checks.bounds import GREATEST, NOT_NULL, ROWS, UNIQUE, triage
from pipelines.ingest.checks.doubts import (
    FIGURE,
    LARGEST_MOVE,
    LARGEST_RATIO,
    MAX_RESCALED,
    Evidence,
    marks,
    none,
)
from pipelines.ingest.checks.expectations import Failure, failure, validate
from pipelines.ingest.checks.figures import are_distinct
from sources import Completeness, Source, ValidationRule
from sources.tidy import between

# Above this share of rejected rows the whole payload is suspect: its form has changed. Of under
# twenty rows, one figure that cannot be is lost and the rest is read.
MAX_QUARANTINED = 0.05
# What a rule about a figure tests. A row that fails another one (its series, its date, another
# row of the same key) says that the form has changed, in a payload of whatever size.
FIGURES = {"value", "present", "peer_ratio", "level_ratio", "sign_flip", "emptied"}
# Where most figures that changed are those of a neighbour, rows or columns have shifted. A figure
# may equal a neighbour's by chance, most of them do not.
MAX_MISPLACED = 0.5
# Where a figure that is gone counts as withdrawn, a body cut short must not withdraw figures.
MAX_VANISHED = 0.03
# The columns that compare a payload with the past, and what they are where nothing has moved.
UNMOVED = {
    "level_ratio": float("nan"),
    "confirmed_ratio": float("nan"),
    "level_moved": 1.0,
    "sign_flip": 0.0,
    "emptied": 0.0,
    "misplaced_share": 0.0,
    "rescaled_share": 0.0,
    "vanished_share": 0.0,
}
# `period` is compared with the newest of the last good payload.
PAST = {*UNMOVED, "period"}
FLIPPED = "the sign of the last good figure has changed"
FAR = "over 5 times or under 1/5 of the last good figure, or of a second publisher's"
EMPTIED = "none of what there were many of"
# Why a figure is set aside that another day may confirm; and what a person may accept besides.
REPEATABLE = (FLIPPED, FAR)
DOUBTS = (*REPEATABLE, EMPTIED)


@dataclass(frozen=True)
class LastGood:
    """Rows and newest period of the last payload loaded from the same address.

    `frame` reads that payload again by its parser; it gives None where the body is gone.
    """

    rows: int
    newest: pd.Timestamp
    frame: Callable[[], pd.DataFrame | None] = lambda: None


@dataclass(frozen=True)
class Validated:
    """The result of a validation.

    `accepted` is what may be loaded, empty when `blocked` says why nothing may; `rejected`
    are the rows for the quarantine, with `expectation` and `reason`; `warnings` are for a person.
    `doubted` is true where comparisons with the past alone speak against the payload or a row.
    """

    accepted: pd.DataFrame
    rejected: pd.DataFrame
    blocked: tuple[str, ...]
    warnings: tuple[str, ...]
    doubted: bool = False

    @property
    def passed(self) -> bool:
        """Whether the batch may be loaded."""
        return not self.blocked


def contract(source: Source, last: LastGood | None) -> list[ValidationRule]:
    """The rules for every source, its own, and those beside the past.

    Of several reasons a row shows the first: what cannot be is said before what has moved.
    """
    rules = [
        _block(ROWS, "the payload holds no figure", min_value=1),
        between(1, 1, column="declared", reason="the series is not declared; add it to the source"),
        ValidationRule(
            NOT_NULL,
            {"column": "present"},
            reason="a figure without a value must be withdrawn",
        ),
        # Whichever of the two is right, the table was put together wrongly.
        _block(
            UNIQUE,
            "two figures for one period and one date",
            column_list=["series", "period", "known_at"],
        ),
        _block(
            GREATEST,
            "most of the figures that changed are those of a neighbouring period or series: "
            "rows or columns have shifted",
            column="misplaced_share",
            max_value=MAX_MISPLACED,
        ),
        between(0, None, column="age_days", reason="the period has not begun"),
        between(1, 1, column="aligned", reason="the date is not the first day of a period"),
        *source.rules,
        between(1 / LARGEST_RATIO, LARGEST_RATIO, column="level_ratio", reason=FAR),
        between(0, 0, column="sign_flip", reason=FLIPPED),
        between(0, 0, column="emptied", reason=EMPTIED),
    ]
    if source.full_snapshot:
        rules.append(VANISHED)
    if last is not None:
        rules += _against_last_good(last, (source.completeness or Completeness()).rows)
    return rules


def _block(expectation: str, reason: str, **kwargs: object) -> ValidationRule:
    return ValidationRule(expectation, kwargs, "block", "", reason)


VANISHED = _block(
    GREATEST,
    f"over {MAX_VANISHED:.0%} of a series held is gone; the body may be an old one or cut short",
    column="vanished_share",
    max_value=MAX_VANISHED,
)


def _against_last_good(last: LastGood, least: float) -> list[ValidationRule]:
    return [
        _block(
            ROWS,
            f"under {least:.0%} of the {last.rows} figures of the last good fetch",
            min_value=int(last.rows * least),
        ),
        _block(
            GREATEST,
            f"the newest period is before that of the last good fetch, {last.newest:%Y-%m-%d}",
            column="period",
            min_value=last.newest,
        ),
        _block(
            GREATEST,
            "the level moved by a factor of two; a unit may have changed",
            column="level_moved",
            min_value=1 / LARGEST_MOVE,
            max_value=LARGEST_MOVE,
        ),
        _block(
            GREATEST,
            "the figures moved by one same factor, past ones too: a unit, a currency or a base "
            "may have changed",
            column="rescaled_share",
            max_value=MAX_RESCALED,
        ),
    ]


def check(
    frame: pd.DataFrame,
    source: Source,
    *,
    at: datetime,
    before: pd.DataFrame,
    last: LastGood | None = None,
    complete: bool = True,
    evidence: Evidence | None = None,
    accepted: bool = False,
) -> Validated:
    """Run the rules of a source on a batch.

    Args:
        frame: A tidy frame whose `known_from` is filled.
        source: Whose rules they are.
        at: When the batch was fetched.
        before: The last good figure of each series and period (series, period, value).
        last: The last good payload of the same address.
        complete: False for rows that are not a whole payload (a replay): they are rejected one
            by one, and never blocked together.
        evidence: What may confirm figures that moved far.
        accepted: True where a person has accepted what differs from the past.
    """
    rules = contract(source, None if accepted else last)
    evidence = evidence or Evidence()
    frame = distinct(frame)
    batch = add_metrics(frame, source, before, at, evidence)
    batch = batch.assign(**UNMOVED) if accepted else batch
    if not complete:  # rows that were set aside are no table from which others are gone
        batch = batch.assign(vanished_share=0.0)
    suspected, warned = triage(batch, rules)
    failures = [*validate(batch, suspected), *(failure(rule, []) for rule in warned)]
    blocked = [text for rule, text, _ in failures if rule.severity == "block"]
    cut = _cut(source, frame, before, last) if complete and not accepted else []
    blocked += cut
    rejected = _rejected(batch, failures)
    stored, accepted_rows = batch, frame
    if len(rejected):
        passing = ~batch["row"].isin(rejected["row"])
        stored, accepted_rows = batch[passing], frame[passing].reset_index(drop=True)
    warnings = [text for rule, text, _ in failures if rule.severity == "warn"] + marks(stored)
    if complete and (why := _too_many(batch, failures, rejected)):
        blocked.append(why)
    return Validated(
        accepted=frame.head(0) if blocked else accepted_rows,
        rejected=rejected,
        blocked=tuple(blocked),
        warnings=tuple(warnings),
        doubted=bool(cut) or _is_doubted(failures),
    )


def distinct(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a tidy frame, each once and numbered from 0."""
    # Rows of different figures differ; to compare all their columns takes five times as long.
    if are_distinct(frame):
        return frame.reset_index(drop=True)
    return frame.drop_duplicates(ignore_index=True)


def _cut(
    source: Source, frame: pd.DataFrame, before: pd.DataFrame, last: LastGood | None
) -> list[str]:
    """Why a payload lacks a part that the last good one had."""
    # An earlier body is read again only where it can say more.
    earlier = last.frame() if last and completeness.may_lack(source, frame) else None
    objections = completeness.objections(
        source, frame, frame.head(0) if earlier is None else earlier
    )
    return [*completeness.cut(source, frame, before), *objections]


def _too_many(
    batch: pd.DataFrame,
    failures: Sequence[Failure],
    rejected: pd.DataFrame,
) -> str:
    """Why the rows that failed speak against the payload; "" where they do not."""
    if not len(rejected):
        return ""
    count, rows = rejected["row"].nunique(), len(batch)
    of_form = any(
        rule.severity == "quarantine" and rule.kwargs.get("column") not in FIGURES
        for rule, _, _ in failures
    )
    most = MAX_QUARANTINED * rows if of_form else max(1, MAX_QUARANTINED * rows)
    # Where nothing speaks for the unit, the figures without a past are as doubtful as the others.
    compared = batch.loc[batch["level_ratio"].notna(), "row"]
    far = {row for _, text, rows_far in failures if text == FAR for row in rows_far}
    alone = bool(far) and compared.isin(far).all()
    if count <= most and count < rows and not alone:
        return ""
    first = rejected["reason"].value_counts().index[0]
    return f"{count / rows:.0%} of the rows failed, mostly: {first}"


def _is_doubted(failures: Sequence[Failure]) -> bool:
    """True if a comparison with the past is among what failed."""
    return any(
        rule.severity != "warn" and (rule.kwargs.get("column") in PAST or _counts(rule) > 1)
        for rule, _, _ in failures
    )


def _counts(rule: ValidationRule) -> int:
    """How many rows a rule expects at least; every payload must have one."""
    least = rule.kwargs["min_value"] if rule.expectation == ROWS else 0
    return int(least)


def _rejected(batch: pd.DataFrame, failures: Sequence[Failure]) -> pd.DataFrame:
    parts = [
        batch.loc[batch["row"].isin(rows)].assign(expectation=rule.expectation, reason=text)
        for rule, text, rows in failures
        if rule.severity == "quarantine"
    ]
    if not parts:
        return none(["row", *FIGURE, "expectation", "reason"])
    return pd.concat(parts).drop_duplicates("row").reset_index(drop=True)
