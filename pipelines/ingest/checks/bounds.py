"""Which rules plainly hold, by a comparison each.

Great Expectations takes 2 to 5 ms for a rule, and seconds to be imported; most rules hold, and most
payloads are small: its rules cost more than all else of a load. What holds by a comparison is not
handed over, nor is what only warns, of which nobody asks for the rows. What else may be broken is,
and so is every rule of a kind that is not compared here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from pipelines.ingest.checks.figures import Figures, are_distinct
from sources import ValidationRule

# The figures, and what `batch_metrics.add_metrics` adds, as floats; of the period only the newest
# counts.
COMPARED = {
    "value",
    *("age_days", "aligned", "declared", "emptied", "level_moved", "level_ratio"),
    *("misplaced_share", "peer_ratio", "rescaled_share", "sign_flip", "vanished_share"),
}
ROWS = "ExpectTableRowCountToBeBetween"
UNIQUE = "ExpectCompoundColumnsToBeUnique"
NOT_NULL = "ExpectColumnValuesToNotBeNull"
BETWEEN = "ExpectColumnValuesToBeBetween"
OUTSIDE = "ExpectColumnValuesToNotBeInSet"
GREATEST = "ExpectColumnMaxToBeBetween"
BOUNDS = {"column", "min_value", "max_value"}


def triage(
    batch: pd.DataFrame, rules: Iterable[ValidationRule]
) -> tuple[list[ValidationRule], list[ValidationRule]]:
    """The rules that Great Expectations must judge, and those that plainly warn."""
    remaining = [rule for rule in rules if not holds(batch, rule)]
    warned = [rule for rule in remaining if is_warning(batch, rule)]
    return [rule for rule in remaining if rule not in warned], warned


def holds(batch: pd.DataFrame, rule: ValidationRule) -> bool:
    """True if a rule certainly holds; False where Great Expectations must say so.

    Args:
        batch: A tidy batch with its metrics.
        rule: Of the contract of every source, or of one.
    """
    if not len(batch):
        return False
    if _has_numbers(batch, rule):
        return _compared(_values(batch, rule), rule)
    return not rule.series and _holds_otherwise(batch, rule)


def is_warning(batch: pd.DataFrame, rule: ValidationRule) -> bool:
    """True if a rule that does not hold plainly asks for a warning, and no more.

    Of a warning nobody asks which rows it is about, so that a comparison says all of it.

    Args:
        batch: A tidy batch with its metrics.
        rule: One of which `holds` gave False.
    """
    if rule.severity != "warn" or rule.expectation != BETWEEN or not {*rule.kwargs} <= BOUNDS:
        return False
    return len(batch) > 0 and _has_numbers(batch, rule)


def _has_numbers(batch: pd.DataFrame, rule: ValidationRule) -> bool:
    column = rule.kwargs.get("column")
    return column in COMPARED and column in batch and is_numeric_dtype(batch[column])


def _holds_otherwise(batch: pd.DataFrame, rule: ValidationRule) -> bool:
    kwargs, column = rule.kwargs, rule.kwargs.get("column")
    if rule.expectation == ROWS and {*kwargs} == {"min_value"}:
        return len(batch) >= float(str(kwargs["min_value"]))
    if rule.expectation == UNIQUE and {*kwargs} == {"column_list"}:
        columns: list[str] = kwargs["column_list"]
        alike = not {"series", "period"} <= {*columns} or not are_distinct(batch)
        return not alike or not batch.duplicated(columns).any()
    if rule.expectation == NOT_NULL and column == "present":
        return bool(batch["present"].notna().all())
    if rule.expectation == GREATEST and column == "period" and {*kwargs} <= BOUNDS:
        return _within(batch["period"].max(), kwargs)
    return False


def _values(batch: pd.DataFrame, rule: ValidationRule) -> NDArray[np.float64]:
    """The numbers that a rule is about; nothing to compare with breaks none."""
    values: NDArray[np.float64] = batch[str(rule.kwargs["column"])].to_numpy("float64")
    tested = ~np.isnan(values)
    if rule.series:
        tested &= Figures.of(batch).by_series(lambda key: key.startswith(rule.series))
    return values[tested]


def _compared(values: NDArray[np.float64], rule: ValidationRule) -> bool:
    """True if these numbers keep to a rule of a kind that is compared here."""
    kwargs = rule.kwargs
    if rule.expectation == OUTSIDE and {*kwargs} == {"column", "value_set"}:
        return not pd.Series(values).isin(kwargs["value_set"]).any()
    if rule.expectation not in {BETWEEN, GREATEST} or not {*kwargs} <= BOUNDS:
        return False
    if not len(values):
        return rule.expectation == BETWEEN
    return _within(values.min(), kwargs) and _within(values.max(), kwargs)


def _within(value: Any, bounds: Mapping[str, Any]) -> bool:
    least, most = bounds.get("min_value"), bounds.get("max_value")
    # A date that is missing is in no order with another one, and so in no bounds.
    return (least is None or bool(value >= least)) and (most is None or bool(value <= most))
