"""The rows that failed an expectation: list them, replay them under the rules of today."""

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
    """Every row set aside and not yet accepted, once: source, row, expectation, reason."""
    aside = load.quarantined(engine, source.key if source else None)
    again = aside[["source", "row", "expectation"]].astype(str).duplicated()
    return aside.loc[~again].reset_index(drop=True)


def replay(engine: Engine, sources: list[Source], now: datetime) -> pd.DataFrame:
    """Validate the rows again and load what passes; how many each source got back."""
    return pd.DataFrame(
        [_replay(engine, source, now) for source in sources],
        columns=["source", "rows", "accepted", "still aside"],
    ).query("rows > 0")


def _replay(engine: Engine, source: Source, now: datetime) -> tuple[str, int, int, int]:
    aside = load.quarantined(engine, source.key)
    fetches: list[int] = aside["fetch_id"].unique().tolist()
    accepted = sum(
        _replay_fetch(engine, source, fetch, aside.loc[aside["fetch_id"].eq(fetch)], now)
        for fetch in fetches
    )
    return source.key, len(aside), accepted, len(aside) - accepted


def _replay_fetch(
    engine: Engine, source: Source, fetch: int, rows: pd.DataFrame, now: datetime
) -> int:
    frame = tidy(pd.DataFrame(list(rows["row"])))
    before = read.panel(engine, series=sorted(frame["series"].unique()))
    among = pd.concat([frame, _neighbours(engine, source, frame)], ignore_index=True)
    checked = check(among, source, at=now, before=before, whole=False)
    accepted = checked.accepted.merge(frame[KEY], on=KEY)
    loaded = load.append(engine, fetch, accepted)
    good = accepted.merge(loaded.refused[KEY], "left", KEY, indicator=True)
    good = good.loc[good["_merge"].eq("left_only"), KEY].drop_duplicates()
    held = pd.DataFrame(list(rows["row"]))[KEY].assign(id=rows["id"].to_numpy())
    held["period"] = pd.to_datetime(held["period"]).astype(frame["period"].dtype)
    done: list[int] = held.merge(good, on=KEY)["id"].tolist()
    load.mark_replayed(engine, done)
    return len(done)


def _neighbours(engine: Engine, source: Source, frame: pd.DataFrame) -> pd.DataFrame:
    """The stored figures of the same periods that a rule compares the rows with."""
    if not source.peers:
        return frame.head(0)
    stored = read.panel(engine, series=[f"{source.peers}*"])
    same = stored.loc[stored["period"].isin(frame["period"])]
    others = same.merge(frame[KEY], "left", KEY, indicator=True)
    return others.loc[others["_merge"].eq("left_only"), COLUMNS]
