"""Made-up sources, series and figures: none of them is a fact."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from warehouse import load

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SERIES = {"made_up.a": "M", "made_up.b": "M", "made_up.quarter": "Q", "made_up.event": "E"}
SOURCE = {
    "key": "made_up",
    "publisher": "Made-up publisher",
    "title_fr": "Données inventées",
    "title_en": "Made-up data",
    "homepage": "https://example.org",
    "licence": "CC0-1.0",
    "licence_url": "https://example.org/licence",
    "attribution": "",
    "redistribute": True,
    "cadence": "monthly",
    "lag_days": 20,
    "stale_days": 60,
}
# Of a made-up edition whose values rest on nothing.
NO_LINEAGE = pd.DataFrame(
    {name: pd.Series([], dtype=kind) for name, kind in {
        "key": "str", "series": "str", "fetch_id": "int64", "period": "datetime64[s]",
        "series_period": "datetime64[s]", "known_from": "datetime64[s, UTC]",
    }.items()}
)  # fmt: skip


def declare(engine: Engine, series: dict[str, str] | None = None) -> None:
    """Register the made-up source and its series (key -> frequency)."""
    rows = [
        {
            "key": key,
            "source": "made_up",
            "unit": "USD",
            "frequency": frequency,
            "title_fr": key,
            "title_en": key,
        }
        for key, frequency in (series or SERIES).items()
    ]
    load.register(engine, [SOURCE], rows)


def fetch(engine: Engine, at: datetime = NOW, **more: Any) -> int:
    """Record a made-up fetch."""
    usual = {"url": "https://example.org/data.csv", "at": at, "outcome": "new", "sha256": "00ff"}
    return load.record(engine, "made_up", **usual | more)


def frame(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """A tidy frame of (series, period, value, known_from[, status]) rows."""
    filled = [(*row, "final")[:5] for row in rows]
    table = pd.DataFrame(filled, columns=["series", "period", "value", "known_from", "status"])
    return table.assign(
        period=pd.to_datetime(table["period"]),
        value=table["value"].astype("float64"),
        known_from=pd.to_datetime(table["known_from"], utc=True),
    )


def day(text: str) -> datetime:
    """The last second of a day, UTC."""
    return datetime.fromisoformat(f"{text}T23:59:59+00:00")


def made_up_panel(value: float, series: int = 2, periods: int = 200) -> pd.DataFrame:
    """The same value for the first series and many months, known on one day."""
    months = pd.date_range("2000-01-01", periods=periods, freq="MS")
    index = pd.MultiIndex.from_product([list(SERIES)[:series], months], names=["series", "period"])
    known_from = pd.Timestamp("2026-06-01", tz="UTC")
    return index.to_frame(index=False).assign(value=value, known_from=known_from, status="final")
