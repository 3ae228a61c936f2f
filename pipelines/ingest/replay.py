"""What was set aside or refused: list it, validate it again, or accept it."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest.outcome import IngestOutcome
from pipelines.ingest.reparse import load_again
from pipelines.ingest.validate import DOUBTS, check
from sources import Source
from sources.http.raw_archive import Archive
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
    before = read.panel(engine, series=sorted(frame["series"].unique()), lenient=True)
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
    stored = read.panel(engine, series=[f"{source.peers}*"], lenient=True)
    same = stored.loc[stored["period"].isin(frame["period"])]
    others = same.merge(frame[KEY], "left", KEY, indicator=True)
    return others.loc[others["_merge"].eq("left_only"), COLUMNS]


def accept(
    engine: Engine, archive: Archive, source: Source, reason: str, now: datetime
) -> Iterator[IngestOutcome]:
    """Load the newest body of each address that was refused or doubted.

    For a person who has looked: it is not compared with the past, and every other rule holds.
    The reason is the detail of a fetch of its own, and holds for these bytes alone. Figures are
    known from when the body came.
    """
    for row in read.last_bodies(engine, source.key).to_dict("records"):
        record = {str(name): value for name, value in row.items()}
        fetch = int(record.pop("id"))
        if record["outcome"] != "refused" and not load.has_quarantined(engine, fetch, DOUBTS):
            continue
        yield load_again(engine, archive, source, record, accepted=reason, at=now)
        rows = load.quarantined(engine, source.key)
        healed = rows["fetch_id"].eq(fetch) & rows["reason"].isin(DOUBTS)
        load.mark_replayed(engine, rows.loc[healed, "id"].tolist())
