"""Quarantined rows: list them, validate them again under today's rules."""

from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest.validate import check
from sources import Source
from sources.tidy import COLUMNS, tidy
from warehouse import load
from warehouse.observations import read

KEY = ["series", "period"]


def listing(engine: Engine, source: Source | None = None) -> pd.DataFrame:
    """The rows in quarantine, each once: source, row, expectation, reason."""
    rows = load.quarantined(engine, source.key if source else None)
    repeated = rows[["source", "row", "expectation"]].astype(str).duplicated()
    return rows.loc[~repeated].reset_index(drop=True)


def replay(engine: Engine, sources: list[Source], now: datetime) -> pd.DataFrame:
    """Validate the rows again and load what passes; the counts of each source."""
    return pd.DataFrame(
        [_replay(engine, source, now) for source in sources],
        columns=["source", "rows", "accepted", "still aside"],
    ).query("rows > 0")


def _replay(engine: Engine, source: Source, now: datetime) -> tuple[str, int, int, int]:
    rows = load.quarantined(engine, source.key)
    fetches: list[int] = rows["fetch_id"].unique().tolist()
    accepted = sum(
        _replay_fetch(engine, source, fetch, rows.loc[rows["fetch_id"].eq(fetch)], now)
        for fetch in fetches
    )
    return source.key, len(rows), accepted, len(rows) - accepted


def _replay_fetch(
    engine: Engine, source: Source, fetch: int, rows: pd.DataFrame, now: datetime
) -> int:
    frame = tidy(pd.DataFrame(list(rows["row"])))
    before = read.panel(engine, series=sorted(frame["series"].unique()))
    among = pd.concat([frame, _peers(engine, source, frame)], ignore_index=True)
    checked = check(among, source, at=now, before=before, complete=False)
    accepted = checked.accepted.merge(frame[KEY], on=KEY)
    loaded = load.append(engine, fetch, accepted)
    good = accepted.merge(loaded.refused[KEY], "left", KEY, indicator=True)
    good = good.loc[good["_merge"].eq("left_only"), KEY].drop_duplicates()
    ids = pd.DataFrame(list(rows["row"]))[KEY].assign(id=rows["id"].to_numpy())
    ids["period"] = pd.to_datetime(ids["period"]).astype(frame["period"].dtype)
    done: list[int] = ids.merge(good, on=KEY)["id"].tolist()
    load.mark_replayed(engine, done)
    return len(done)


def _peers(engine: Engine, source: Source, frame: pd.DataFrame) -> pd.DataFrame:
    """The stored figures of the same periods that a rule compares the rows with."""
    if not source.peers:
        return frame.head(0)
    stored = read.panel(engine, series=[f"{source.peers}*"])
    same = stored.loc[stored["period"].isin(frame["period"])]
    others = same.merge(frame[KEY], "left", KEY, indicator=True)
    return others.loc[others["_merge"].eq("left_only"), COLUMNS]
