"""Run rules on a batch as a suite of Great Expectations."""

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import pandas as pd

from sources import ValidationRule

# A rule that failed, its reason, and the rows that failed it.
Failure = tuple[ValidationRule, str, list[int]]


def validate(batch: pd.DataFrame, rules: Sequence[ValidationRule]) -> list[Failure]:
    """The rules that failed, each with its reason and the rows that failed it.

    A rule that cannot be evaluated counts as failed with severity block: silence is no pass.
    """
    # Most rules hold: whether one does is half the work of naming the rows that break it.
    broken = [rules[number] for number, _ in _failed(batch, rules, "BOOLEAN_ONLY")]
    return [failure(broken[number], rows) for number, rows in _failed(batch, broken, "COMPLETE")]


def failure(rule: ValidationRule, rows: list[int]) -> Failure:
    """A rule that failed, with its reason and its rows.

    One that sets rows aside and names none could not be evaluated: it blocks.
    """
    text = rule.reason or rule.expectation
    if rule.severity == "quarantine" and not rows:
        rule, text = _unreadable(rule), f"{text} (the rule could not be evaluated)"
    return rule, text, rows


def _unreadable(rule: ValidationRule) -> ValidationRule:
    return ValidationRule(rule.expectation, rule.kwargs, "block", rule.series, rule.reason)


def _failed(
    batch: pd.DataFrame, rules: Sequence[ValidationRule], form: str
) -> list[tuple[int, list[int]]]:
    """The numbers of the rules that failed, and the rows if the form has them."""
    if not rules:
        return []
    gx, definition = _pandas()
    suite = gx.ExpectationSuite(
        name="rules",
        expectations=[
            getattr(gx.expectations, rule.expectation)(
                **{**rule.kwargs, "meta": {"rule": number}, **_limited(rule)}
            )
            for number, rule in enumerate(rules)
        ],
    )
    tested = masks(batch, rules).filter(["row", *sorted(_columns(rules))])
    rows = definition.get_batch({"dataframe": tested})
    formats = {"result_format": form, "unexpected_index_column_names": ["row"]}
    return [
        (
            result.expectation_config.meta["rule"],
            [int(entry["row"]) for entry in result.result.get("unexpected_index_list") or []],
        )
        for result in rows.validate(suite, result_format=formats).results
        if not result.success
    ]


@cache
def _pandas() -> tuple[Any, Any]:
    """Great Expectations, and its definition of a batch that is a frame in memory.

    Importing it takes one to five seconds, so it is imported only where there is something to
    validate. Its context takes as long as five rules, so all batches share one: each takes the
    place of the one before it, and no frame stays but the last.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # It would import pyspark too where the lake's extra is installed, and for three rules that no
    # source has scipy.stats, a third of its own import.
    with _in_place_of("pyspark", None), _in_place_of("scipy.stats", _Later("scipy.stats")):
        import great_expectations as gx
        from great_expectations import util
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.expectations import expectation

    # It derives the name of a rule from that of its class, a thousand times for each batch, and
    # what the rule was declared with as often.
    expectation.camel_to_snake = cache(util.camel_to_snake)  # type: ignore[attr-defined]
    _remember_configuration(expectation.Expectation)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("rows")
    return gx, asset.add_batch_definition_whole_dataframe("all")


def _remember_configuration(rule: Any) -> None:
    """Let each rule of Great Expectations write down its configuration once.

    It is a property that is asked for eighty times in a row: half of what a rule costs. Ours never
    change, and Great Expectations changes copies only.
    """
    write, last = rule.configuration.fget, (None, None)

    def configuration(self: Any) -> Any:
        nonlocal last
        if last[0] is not self:
            last = self, write(self)
        return last[1]

    rule.configuration = property(configuration)


class _Later(ModuleType):
    """A module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the machinery of imports asks of every module
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def _in_place_of(name: str, other: ModuleType | None) -> Iterator[None]:
    """Let imports of a module find another one for a while, or fail for None."""
    imported = sys.modules.get(name)
    sys.modules[name] = other  # type: ignore[assignment]  # None is what Python documents for it
    try:
        yield
    finally:
        del sys.modules[name]
        if imported is not None:
            sys.modules[name] = imported


def _limited(rule: ValidationRule) -> dict[str, str]:
    return {"column": _masked(rule)} if rule.series else {}


def _columns(rules: Sequence[ValidationRule]) -> set[str]:
    """What rules may name as a column.

    Each batch is hashed, so that other columns would cost.
    """
    values = [value for rule in rules for value in rule.kwargs.values()]
    lists = [value for value in values if isinstance(value, list | tuple)]
    named = [value for value in itertools.chain(values, *lists) if isinstance(value, str)]
    return {*named, *(_masked(rule) for rule in rules if rule.series)}


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
