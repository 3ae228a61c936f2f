"""The shipped figures carried to spring 2027, to play what comes next."""

from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import Engine

from sources import registry
from sources.tidy import read_history
from warehouse import load

UNTIL = datetime(2027, 3, 10, 23, 59, 59, tzinfo=UTC)
MADE_AT = datetime(2027, 3, 10, 12, tzinfo=UTC)
YEARS = 1


def carry(engine: Engine) -> int:
    """Store the figures that each series would have had by UNTIL; how many.

    A figure is that of a year before times the growth of the last year, and known as long after
    its period as the last ones were.
    """
    added = 0
    for source in registry().values():
        if source.history:
            rows = _carried(read_history(source.history))
            fetch = {"url": f"tests/carried/{source.key}", "outcome": "new", "sha256": "00ff"}
            number = load.record(engine, source.key, at=MADE_AT, **fetch)
            added += load.append(engine, number, rows).added
    return added


def _carried(history: pd.DataFrame) -> pd.DataFrame:
    last = history.dropna(subset="value").sort_values(["series", "period", "known_from"])
    newest = last.drop_duplicates(["series", "period"], keep="last")
    parts = [_of_series(str(key), rows) for key, rows in newest.groupby("series")]
    return pd.concat(parts, ignore_index=True)


def _of_series(key: str, rows: pd.DataFrame) -> pd.DataFrame:
    periods = rows["period"].dt.to_period("M")
    values = pd.Series(rows["value"].to_numpy(), periods).groupby(level=0).last()
    steps = values.index.to_series().diff().dropna()
    step = int(steps.map(lambda gap: gap.n).median()) if len(steps) else 12
    delay = (rows["known_from"].dt.tz_localize(None) - rows["period"]).tail(6).median()
    year = values.index[-1] - 12
    growth = values.iloc[-1] / values[year] if year in values.index and values[year] else 1.0
    ahead = [values.index[-1] + step * number for number in range(1, 24)]
    full = values.copy()
    for month in ahead:
        before = full.get(month - 12, full.iloc[-1])
        full[month] = before * growth if month - 12 in full.index else before
    periods = pd.PeriodIndex(ahead, freq="M").to_timestamp().astype("datetime64[s]")
    figures = pd.DataFrame(
        {
            "series": key,
            "period": periods,
            "value": full[ahead].to_numpy(),
            "status": "final",
            "known_from": (periods + delay).tz_localize("UTC").astype("datetime64[s, UTC]"),
        }
    )
    return figures[figures["known_from"].le(UNTIL)]
