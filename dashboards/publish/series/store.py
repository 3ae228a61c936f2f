"""The series and figures that may be published, read from the warehouse once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from dashboards.i18n import plain
from warehouse import query
from warehouse.observations import read, series

# Facts of an announcement and the link to it; the words of a paper are not repeated.
FACTS = """known_from, event_type, operator, known_as, country, country_code, country_fr, place,
  power_mw, power_min_mw, power_max_mw, power_qualifier, amount, currency, confidence, address"""
ANNOUNCED = "event_type not in ('not_announcement', 'abstained')"
EVENTS = f"select {FACTS} from v_event where {ANNOUNCED} order by known_from, address"  # noqa: S608
DAWN = "1970-01-01T00:00:00Z"
TITLES = ("title_fr", "title_en", "unit", "publisher", "source_fr", "source_en", "licence")


@dataclass(frozen=True)
class SeriesStore:
    """What is published of the figures.

    `catalogue` has a row for every series that has figures, `republished` where they are in a
    file; `versions` every version of those (series, period, value, unit, status, known_from,
    source, as text where a date); `events` the announcements.
    """

    catalogue: list[dict[str, Any]]
    versions: pd.DataFrame
    events: pd.DataFrame

    @property
    def newest(self) -> datetime:
        """When the newest of the figures could first be known."""
        return datetime.fromisoformat(str(self.versions["known_from"].max() or DAWN))

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The newest version of each figure that was not withdrawn."""
        newest = self.versions.drop_duplicates(["series", "period"], keep="last")
        return newest[newest["status"].ne("withdrawn")].reset_index(drop=True)


def read_store(engine: Engine, now: datetime) -> SeriesStore:
    """Everything that may be published as known at `now`."""
    rows = catalogue(engine)
    shown = [row for row in rows if row["republished"]]
    return SeriesStore(rows, versions(engine, shown, now), events(engine, now))


def catalogue(engine: Engine) -> list[dict[str, Any]]:
    """A row for every series that has figures, in the columns of series.csv."""
    return [_catalogued(row) for row in series.counted(engine) if row["observations"]]


def versions(engine: Engine, rows: Sequence[Mapping[str, Any]], now: datetime) -> pd.DataFrame:
    """Every version of the figures of these series, with dates as text."""
    by_key = {row["series"]: row for row in rows}
    history = read.history(engine, list(by_key), as_of=now)
    return pd.DataFrame(
        {
            "series": history["series"].astype(object),
            "period": history["period"].dt.strftime("%Y-%m-%d"),
            "value": history["value"],
            "unit": history["series"].map({key: row["unit"] for key, row in by_key.items()}),
            "status": history["status"].astype(object),
            "known_from": history["known_from"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "source": history["series"].map({key: row["source"] for key, row in by_key.items()}),
        }
    )


def events(engine: Engine, now: datetime) -> pd.DataFrame:
    """The announcements known at `now`, with clean texts and dates as text."""
    rows = query.run(engine, EVENTS, as_of=now)
    known_from = pd.to_datetime(rows["known_from"], utc=True)
    texts = rows.select_dtypes(["object", "str"]).columns
    cleaned = {str(name): rows[name].map(plain, na_action="ignore") for name in texts}
    return rows.assign(**cleaned | {"known_from": known_from.dt.strftime("%Y-%m-%dT%H:%M:%SZ")})


def _catalogued(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a series in the published catalogue."""
    key, republished = str(row["series"]), bool(row["redistribute"])
    texts = {name: plain(str(row[name])) for name in TITLES}
    return {
        "series": key,
        "title_fr": texts["title_fr"],
        "title_en": texts["title_en"],
        "unit": texts["unit"],
        "frequency": row["frequency"],
        "source": row["source"],
        "publisher": texts["publisher"],
        "source_fr": texts["source_fr"],
        "source_en": texts["source_en"],
        "licence": texts["licence"],
        "republished": republished,
        "first": str(row["first"])[:10],
        "last": str(row["last"])[:10],
        "observations": int(row["observations"]),
        "versions": int(row["versions"]),
        "address": f"series/{key}.csv" if republished else "",
    }
