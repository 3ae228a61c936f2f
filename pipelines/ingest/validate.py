"""Validate a parsed batch: a source's rules as a Great Expectations suite."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines.ingest import completeness
from pipelines.ingest.batch_metrics import add_metrics
from sources import Completeness, Source, ValidationRule
from sources.tidy import between

# Above this share of rejected rows the whole payload is suspect: its form has changed.
MAX_QUARANTINED = 0.05
# Where most figures that changed are those of a neighbour, rows or columns have shifted. A figure
# may equal a neighbour's by chance, most of them do not.
MAX_MISPLACED = 0.5
# A change of unit scales every figure; new and corrected ones may hide a fifth of them.
MAX_RESCALED = 0.8
# Where a figure that is gone counts as withdrawn, a body cut short must not withdraw figures.
MAX_VANISHED = 0.03
# A revision moves a figure by less than a factor of five, a shift of the decimal point by ten.
LARGEST_RATIO = 5.0
# The median of a table does not double between two fetches; a change of unit does that and more.
LARGEST_MOVE = 2.0


@dataclass(frozen=True)
class LastGood:
    """Rows and newest period of the last payload loaded from the same address.

    `frame` is that payload as its parser reads it; None where its body is gone.
    """

    rows: int
    newest: pd.Timestamp
    frame: pd.DataFrame | None = None


@dataclass(frozen=True)
class Validated:
    """The result of a validation.

    `accepted` is what may be loaded, empty when `blocked` says why nothing may; `rejected`
    are the rows for the quarantine, with `expectation` and `reason`; `warnings` are for a person.
    """

    accepted: pd.DataFrame
    rejected: pd.DataFrame
    blocked: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the batch may be loaded."""
        return not self.blocked


def contract(source: Source, last: LastGood | None) -> list[ValidationRule]:
    """The rules that hold for every source, then its own."""
    declared = [series.key for series in source.series]
    rules = [
        _block("ExpectTableRowCountToBeBetween", "the payload holds no figure", min_value=1),
        ValidationRule(
            "ExpectColumnValuesToBeInSet",
            {"column": "series", "value_set": declared},
            reason="the series is not declared; add it to the source",
        ),
        ValidationRule(
            "ExpectColumnValuesToNotBeNull",
            {"column": "present"},
            reason="a figure without a value must be withdrawn",
        ),
        # Whichever of the two is right, the table was put together wrongly.
        _block(
            "ExpectCompoundColumnsToBeUnique",
            "two figures for one period and one date",
            column_list=["series", "period", "known_at"],
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
            "most of the figures that changed are those of a neighbouring period or series: "
            "rows or columns have shifted",
            column="misplaced_share",
            max_value=MAX_MISPLACED,
        ),
        between(0, None, column="age_days", reason="the period has not begun"),
        between(1, 1, column="aligned", reason="the date is not the first day of a period"),
        between(
            1 / LARGEST_RATIO,
            LARGEST_RATIO,
            column="level_ratio",
            reason="over 5 times or under 1/5 of the last good",
        ),
        between(0, 0, column="sign_flip", reason="the sign of the last good figure has changed"),
    ]
    if source.full_snapshot:
        rules.append(VANISHED)
    if last is not None:
        rules += _against_last_good(last, (source.completeness or Completeness()).rows)
    return rules + list(source.rules)


def _block(expectation: str, reason: str, **kwargs: object) -> ValidationRule:
    return ValidationRule(expectation, kwargs, "block", "", reason)


VANISHED = _block(
    "ExpectColumnMaxToBeBetween",
    f"over {MAX_VANISHED:.0%} of a series held is gone; the body may be an old one or cut short",
    column="vanished_share",
    max_value=MAX_VANISHED,
)


def _against_last_good(last: LastGood, least: float) -> list[ValidationRule]:
    return [
        _block(
            "ExpectTableRowCountToBeBetween",
            f"under {least:.0%} of the {last.rows} figures of the last good fetch",
            min_value=int(last.rows * least),
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
            f"the newest period is before that of the last good fetch, {last.newest:%Y-%m-%d}",
            column="period",
            min_value=last.newest,
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
            "the level moved by a factor of two; a unit may have changed",
            column="level_moved",
            min_value=1 / LARGEST_MOVE,
            max_value=LARGEST_MOVE,
        ),
        _block(
            "ExpectColumnMaxToBeBetween",
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
    """
    rules = contract(source, last)
    batch = add_metrics(frame.drop_duplicates(ignore_index=True), source, before, at)
    failures = validate(batch, rules)
    blocked = [text for rule, text, _ in failures if rule.severity == "block"]
    if complete:
        blocked += completeness.cut(source, frame, before)
        earlier = frame.head(0) if last is None or last.frame is None else last.frame
        blocked += completeness.objections(source, frame, earlier)
    warnings = [text for rule, text, _ in failures if rule.severity == "warn"]
    rejected = _rejected(batch, failures)
    share = rejected["row"].nunique() / max(len(batch), 1)
    if complete and share > MAX_QUARANTINED:
        first = rejected["reason"].value_counts().index[0]
        blocked.append(f"{share:.0%} of the rows failed, mostly: {first}")
    accepted = ~batch["row"].isin(rejected["row"]) if not blocked else batch["row"].lt(0)
    return Validated(
        accepted=batch.loc[accepted, frame.columns].reset_index(drop=True),
        rejected=rejected,
        blocked=tuple(blocked),
        warnings=tuple(warnings),
    )


def _rejected(
    batch: pd.DataFrame, failures: Sequence[tuple[ValidationRule, str, list[int]]]
) -> pd.DataFrame:
    parts = [
        batch.loc[batch["row"].isin(rows)].assign(expectation=rule.expectation, reason=text)
        for rule, text, rows in failures
        if rule.severity == "quarantine"
    ]
    empty = batch.head(0).assign(expectation="", reason="")
    return pd.concat([empty, *parts]).drop_duplicates("row").reset_index(drop=True)


def validate(
    batch: pd.DataFrame, rules: Sequence[ValidationRule]
) -> list[tuple[ValidationRule, str, list[int]]]:
    """The rules that failed, each with its reason and the rows that failed it.

    A rule that cannot be evaluated counts as failed with severity block: silence is no pass.
    """
    results = _great_expectations(batch, rules)
    failed = []
    for result in results:
        rule = rules[result.expectation_config.meta["rule"]]
        if result.success:
            continue
        rows = [int(entry["row"]) for entry in result.result.get("unexpected_index_list") or []]
        text = rule.reason or rule.expectation
        if rule.severity == "quarantine" and not rows:
            rule, text = _unreadable(rule), f"{text} (the rule could not be evaluated)"
        failed.append((rule, text, rows))
    return failed


def _unreadable(rule: ValidationRule) -> ValidationRule:
    return ValidationRule(rule.expectation, rule.kwargs, "block", rule.series, rule.reason)


def _great_expectations(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> list[Any]:
    """The result of each rule, in any order; `meta` holds the number of its rule.

    Importing Great Expectations takes one to five seconds, so it is imported only where there is
    something to validate. A context of its own for each batch keeps no frame in memory.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with _hidden("pyspark"):  # which it would import too where the lake's extra is installed
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    rows = definition.get_batch({"dataframe": masks(batch, rules)})
    suite = gx.ExpectationSuite(name="rules")
    for number, rule in enumerate(rules):
        kwargs = {**rule.kwargs, "meta": {"rule": number}, **_limited(rule)}
        suite.add_expectation(getattr(gx.expectations, rule.expectation)(**kwargs))
    formats = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
    return list(rows.validate(suite, result_format=formats).results)


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make a module impossible to import for a while."""
    imported = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]  # what Python documents for it
    try:
        yield
    finally:
        del sys.modules[name]
        if imported is not None:
            sys.modules[name] = imported


def _limited(rule: ValidationRule) -> dict[str, str]:
    return {"column": _masked(rule)} if rule.series else {}


def _masked(rule: ValidationRule) -> str:
    return f"{rule.kwargs['column']} of {rule.series}*"


def masks(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> pd.DataFrame:
    """The batch with a column for each rule that is for some series only."""
    limited = [rule for rule in rules if rule.series and rule.kwargs["column"] in batch]
    return batch.assign(
        **{
            _masked(rule): batch[rule.kwargs["column"]].where(
                batch["series"].str.startswith(rule.series)
            )
            for rule in limited
        }
    )
