"""Try the live sources without loading: what an operator runs when in doubt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import pandas as pd

from pipelines.errors import UnreadableBody
from pipelines.ingest.fetch import FetchedPayload, fetch_concurrently
from pipelines.ingest.ingestion import Stored, ask_from_last, askable
from pipelines.ingest.parse import parse_payload
from pipelines.ingest.validate import check
from pipelines.settings import Settings
from sources import Request, Source
from sources.http.client import CachedValidators
from warehouse.observations import read

LONGEST_DETAIL = 300  # a row of a table on a terminal


@dataclass(frozen=True)
class ProbeResult:
    """The result of one request: `seconds` taken, `size` in bytes, `age` in days."""

    source: str
    outcome: str
    seconds: float | None = None
    size: int | None = None
    rows: int | None = None
    quarantined: int | None = None
    newest: str = ""
    age: int | None = None
    cadence: str = ""
    detail: str = ""


def probe(settings: Settings, sources: Sequence[Source], stored: Stored) -> Iterator[ProbeResult]:
    """Fetch, parse and validate every request of these sources; nothing is stored.

    `stored` gives the last good figures of series, as `read.panel` does.
    """
    ready, missing = askable(settings, [source for source in sources if source.requests])
    for source, why in missing:
        yield ProbeResult(source.key, "skipped", detail=why)
    ready = [ask_from_last(source, stored, settings.now) for source in ready]
    for fetched in fetch_concurrently(settings, ready, _without_cache):
        yield _examine(settings.now, stored, fetched)


def _without_cache(source: Source, request: Request) -> CachedValidators | None:
    return None


def _examine(now: datetime, stored: Stored, fetched: FetchedPayload) -> ProbeResult:
    source, size = fetched.source, sum(map(len, fetched.bodies)) or None
    result = partial(
        ProbeResult, source.key, seconds=fetched.seconds, size=size, cadence=source.cadence
    )
    if fetched.result.outcome != "new":
        return result(fetched.result.outcome, detail=fetched.result.detail)
    try:
        frame = parse_payload(source, fetched.payload)
    except UnreadableBody as error:
        return result("refused", detail=str(error))
    before = stored(sorted(frame["series"].unique()))
    checked = check(frame, source, at=now, before=before)
    reasons = checked.blocked or checked.warnings or tuple(checked.rejected["reason"].unique())
    newest, age = _newest(source, frame, now)
    late = age is not None and age > source.stale_days
    return result(
        "refused" if checked.blocked else "late" if late else "good",
        rows=len(frame),
        quarantined=len(checked.rejected),
        newest=newest,
        age=age,
        detail="; ".join(reasons)[:LONGEST_DETAIL],
    )


def _newest(source: Source, frame: pd.DataFrame, now: datetime) -> tuple[str, int | None]:
    """The newest period, and the days since it ended.

    The age is that of the series with the newest figure: a publisher who continues one of them
    is not late.
    """
    if frame.empty:
        return "", None
    frequency = {series.key: series.frequency for series in source.series}
    last = frame.groupby("series", as_index=False)["period"].max()
    declared = last.loc[last["series"].isin(frequency)]
    ages = read.ages(declared["period"], declared["series"].map(frequency), now)
    return f"{last['period'].max():%Y-%m-%d}", int(ages.min()) if len(ages) else None
