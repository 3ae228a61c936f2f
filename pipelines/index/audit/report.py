"""The audit of an edition as one table."""

import pandas as pd

from pipelines.index.audit import choices, coherence_checks, nowcast, realtime_checks, removal
from pipelines.index.audit.limits import judged
from pipelines.index.audit.material import Material

# In the order of the JRC's audits: what the indicators say, then what each of them and each
# choice does, then how the past held.
TOPICS = (
    "conflict", "importance", "redundancy", "consistency", "saturation", "outliers",
    "removal", "choice", "ranking", "false_alarm", "coverage", "nowcast",
)  # fmt: skip
COLUMNS = [
    "topic", "gauge", "key", "against", "measure", "value", "month", "months", "low", "high",
    "verdict",
]  # fmt: skip


def audit(material: Material, bands: pd.DataFrame) -> pd.DataFrame:
    """Every check of both gauges: columns COLUMNS, in the order of TOPICS.

    `value` is in the unit of its measure: a correlation, a share, points or months. `months` is
    how many months it rests on, null where that is all of them; `low` and `high` are the limits,
    `verdict` is within, beyond or "" where there is no limit. `bands`: period, key, low, high of
    the first readings.
    """
    parts = [
        *(coherence_checks.rows(name, inputs) for name, inputs in material.gauges.items()),
        removal.rows(material),
        choices.rows(material),
        realtime_checks.rows(material, bands),
        nowcast.rows(material),
    ]
    rows = judged(pd.concat([part for part in parts if len(part)], ignore_index=True))
    text = {name: rows[name].fillna("") for name in ("against", "month", "verdict")}
    order = rows["topic"].map({topic: rank for rank, topic in enumerate(TOPICS)})
    table = rows.assign(**text, months=rows["months"].astype("Int64"), order=order)
    return table.sort_values("order", kind="stable", ignore_index=True)[COLUMNS]
