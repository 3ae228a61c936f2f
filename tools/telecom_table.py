"""The gauges of the telecom build-out: `python -m tools.telecom_table FILE`.

They rest on shipped figures alone and change only with the method or the history: the site reads
them from a file, and no edition computes them again.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipelines.index import framework, realtime
from pipelines.release import gauges
from sources import find_source
from sources.tidy import read_history

# Any day after the last figure: the months of the method end in 2004.
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def table() -> str:
    """Both gauges, their phase and the dimensions by month, as CSV."""
    source, own = find_source("us_telecom"), framework.load(framework.TELECOM)
    history = read_history(Path(str(source.history))).assign(fetch_id=1)
    months = realtime.closed_months(own, NOW)
    values = realtime.compute(history, own, months).values
    rows = gauges.by_month(values).set_index("period")[["pressure", "retreat", "phase"]]
    scores = values[values["kind"].eq("dimension")].pivot(
        index="period", columns="key", values="score"
    )
    dimensions = scores.round(2).set_axis(pd.DatetimeIndex(scores.index).strftime("%Y-%m"))
    return rows.join(dimensions).to_csv(lineterminator="\n")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(table(), encoding="utf-8")
