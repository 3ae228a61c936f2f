"""Which rules about columns of ours plainly hold, by a comparison each.

Great Expectations takes 2 to 5 ms for a rule, most rules hold, and most payloads are small: the ten
rules of every contract cost more than all else of a load. What holds by a comparison is not handed
over; what may be broken is, and so is every rule about the figures themselves.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sources import ValidationRule

# What `batch_metrics.add_metrics` adds, as floats; and the period, of which only the newest counts.
COMPUTED = {
    *("age_days", "aligned", "declared", "emptied", "level_moved", "level_ratio"),
    *("misplaced_share", "peer_ratio", "rescaled_share", "sign_flip", "vanished_share"),
}
ROWS = "ExpectTableRowCountToBeBetween"
UNIQUE = "ExpectCompoundColumnsToBeUnique"
NOT_NULL = "ExpectColumnValuesToNotBeNull"
BETWEEN = "ExpectColumnValuesToBeBetween"
GREATEST = "ExpectColumnMaxToBeBetween"
BOUNDS = {"column", "min_value", "max_value"}


def holds(batch: pd.DataFrame, rule: ValidationRule) -> bool:
    """True if a rule certainly holds; False where Great Expectations must say so.

    Args:
        batch: A tidy batch with its metrics.
        rule: Of the contract of every source, or of one.
    """
    kwargs, column = rule.kwargs, rule.kwargs.get("column")
    if rule.series or not len(batch):
        return False
    if rule.expectation == ROWS and {*kwargs} == {"min_value"}:
        return len(batch) >= float(str(kwargs["min_value"]))
    if rule.expectation == UNIQUE and {*kwargs} == {"column_list"}:
        return not batch.duplicated(kwargs["column_list"]).any()
    if rule.expectation == NOT_NULL and column == "present":
        return bool(batch["present"].notna().all())
    if column not in batch or not {*kwargs} <= BOUNDS:
        return False
    if rule.expectation == GREATEST and column == "period":
        return _within(batch["period"].max(), kwargs)
    if rule.expectation not in {BETWEEN, GREATEST} or column not in COMPUTED:
        return False
    values = batch[str(column)].to_numpy("float64")
    values = values[~np.isnan(values)]  # nothing to compare with breaks no bound
    if not len(values):
        return rule.expectation == BETWEEN
    return _within(values.min(), kwargs) and _within(values.max(), kwargs)


def _within(value: Any, bounds: Mapping[str, Any]) -> bool:
    least, most = bounds.get("min_value"), bounds.get("max_value")
    # A date that is missing is in no order with another one, and so in no bounds.
    return (least is None or bool(value >= least)) and (most is None or bool(value <= most))
