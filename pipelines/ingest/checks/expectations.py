"""Run rules on a batch as a suite of Great Expectations."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd

from sources import ValidationRule

# A rule that failed, its reason, and the rows that failed it.
Failure = tuple[ValidationRule, str, list[int]]
# The rules of these numbers that fail, in as much detail as is asked for.
Judge = Callable[[Sequence[int], str], list[tuple[int, dict[str, Any]]]]


def validate(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> list[Failure]:
    """The rules that failed, each with its reason and the rows that failed it.

    Rows are those of the column `row`, named for rules of severity quarantine alone. A rule that
    cannot be evaluated counts as failed with severity block: silence is no pass.
    """
    # Asking which rows fail costs three times as much as asking whether any does, and most
    # batches pass.
    judged = _great_expectations(batch, rules)
    failed = [number for number, result in judged(range(len(rules)), "BOOLEAN_ONLY")]
    apart = [number for number in failed if rules[number].severity == "quarantine"]
    rows = {
        number: result.get("unexpected_index_list") or []
        for number, result in (judged(apart, "COMPLETE") if apart else [])
    }
    return [_failure(rules[number], rows.get(number, [])) for number in failed]


def _failure(rule: ValidationRule, rows: Sequence[int]) -> Failure:
    """What failed, why, and the rows it sets apart.

    A rule that sets rows apart and names none could not be evaluated.
    """
    text = rule.reason or rule.expectation
    if rule.severity == "quarantine" and not rows:
        blocking = ValidationRule(rule.expectation, rule.kwargs, "block", rule.series, rule.reason)
        return blocking, f"{text} (the rule could not be evaluated)", []
    return rule, text, [int(row) for row in rows]


def _great_expectations(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> Judge:
    """Judges rules on a batch: those that fail, by number, and their results.

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
    # Failing rows are named by the index: naming a column would read them one by one.
    rows = masks(batch, rules).set_index("row", drop=False).rename_axis(index=None)
    loaded = definition.get_batch({"dataframe": rows})

    def judged(numbers: Sequence[int], detail: str) -> list[tuple[int, dict[str, Any]]]:
        suite = gx.ExpectationSuite(name="rules")
        for number in numbers:
            rule = rules[number]
            kwargs = {**rule.kwargs, "meta": {"rule": number}, **_limited(rule)}
            suite.expectations.append(getattr(gx.expectations, rule.expectation)(**kwargs))
        results: list[Any] = loaded.validate(suite, result_format={"result_format": detail}).results
        failed = (result for result in results if not result.success)
        return [(result.expectation_config.meta["rule"], result.result) for result in failed]

    return judged


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
