"""Run rules on a batch as a suite of Great Expectations."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd

from sources import ValidationRule

# A rule that failed, its reason, and the rows that failed it.
Failure = tuple[ValidationRule, str, list[int]]


def validate(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> list[Failure]:
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
