"""What a monitor watches, as OpenMetrics."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry
from sqlalchemy import Engine, text
from sqlmodel.sql.sqltypes import UTCDateTime

from pipelines.settings import Settings
from warehouse.publication.identity import own_authority

DAY = 86_400  # seconds
# The questions of a run follow each other within minutes, those of two runs within hours.
PAUSE = pd.Timedelta(hours=1)
SUCCESS = """
select c.key, max(f.at) as at from "fetch" f join source c on c.id = f.source_id
where f.outcome in ('new', 'unchanged', 'listed') group by c.key order by c.key
"""
FETCHES = """
select c.key, f.outcome, count(*) as n from "fetch" f join source c on c.id = f.source_id
group by c.key, f.outcome order by c.key, f.outcome
"""
QUESTIONS = """select at from "fetch" where outcome <> 'history' order by at"""
SET_APART = "select count(*) from quarantine where not replayed"
SIZE = {
    "sqlite": "select page_count * page_size from pragma_page_count, pragma_page_size",
    # of this store, beside which its database may have others
    "postgresql": "select sum(pg_total_relation_size(c.oid)) from pg_class c "
    "join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = current_schema() and c.relkind = 'r'",
}


def exposition(settings: Settings) -> str:
    """The metrics of an installation, in the text format of OpenMetrics 1.0.

    Raises WarehouseError where the warehouse cannot be read.
    """
    from pipelines.ingest import store

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(store.open_for_reading(settings), settings.now))
    exposed: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return exposed.decode()


def write(exposed: str, out: Path) -> None:
    """Write the metrics to a file at once: a collector never reads half of them."""
    out.parent.mkdir(parents=True, exist_ok=True)
    # A name that does not end as the collector of node_exporter looks for it.
    draft = out.with_name(f".{out.name}.part")
    draft.write_text(exposed, encoding="utf-8")
    draft.replace(out)


class _Collector:
    """Reads the warehouse when it is asked."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._engine, self._now = engine, now

    def collect(self) -> Iterator[Metric]:
        """Every family of metrics; of an observatory of one's own, with its name.

        Two that write for one collector would otherwise have the same series.
        """
        name = own_authority()
        for family in self._families():
            if name:
                family.samples = [
                    sample._replace(labels={**sample.labels, "observatory": name})
                    for sample in family.samples
                ]
            yield family

    def _families(self) -> Iterator[Metric]:
        # Not of the type info, which the older text format of node_exporter's collector refuses.
        software = pd.Series({version("silent-crash-observatory"): 1.0})
        yield _gauge("software", "1, with the version of the software", "version", software)
        yield from sources(self._engine, self._now)
        yield from fetches(self._engine)
        yield from health(self._engine, self._now)
        yield from index(self._engine, self._now)
        yield from store(self._engine)


def sources(engine: Engine, now: datetime) -> Iterator[Metric]:
    """Age, lateness and last success of each source."""
    from warehouse.fetches import status

    table = status(engine, as_of=now).set_index("key")
    ages = table["age_days"].dropna().astype(float) * DAY
    yield _gauge("source_age_seconds", "Time since the end of its newest period", "source", ages)
    late = table["late"].astype(float)
    yield _gauge("source_late", "1 if its newest figure is older than declared", "source", late)
    with engine.connect() as connection:
        rows = connection.execute(text(SUCCESS).columns(at=UTCDateTime())).all()
    last = pd.Series({row.key: row.at.timestamp() for row in rows}, dtype="float64")
    help_text = "When it last answered as it should"
    yield _gauge("source_last_success_timestamp_seconds", help_text, "source", last)


def fetches(engine: Engine) -> Iterator[Metric]:
    """Attempts by outcome, rows set aside, and how long runs took."""
    counter = CounterMetricFamily(
        "silentcrash_fetches", "Attempts to read a source", labels=["source", "outcome"]
    )
    with engine.connect() as connection:
        for row in connection.execute(text(FETCHES)):
            counter.add_metric([row.key, row.outcome], row.n)
        set_apart = float(connection.scalar(text(SET_APART)) or 0)
        instants = connection.scalars(text(QUESTIONS).columns(at=UTCDateTime())).all()
    yield counter
    yield _single("quarantined_rows", "Rows set aside that no replay has accepted", set_apart)
    yield from _runs(pd.Series(pd.to_datetime(instants, utc=True)))


def _runs(at: "pd.Series[pd.Timestamp]") -> Iterator[Metric]:
    """How long runs asked publishers, from the first to the last question of each."""
    grouped = at.groupby(at.diff().gt(PAUSE).cumsum())
    seconds = (grouped.max() - grouped.min()).dt.total_seconds()
    yield SummaryMetricFamily(
        "silentcrash_run_duration_seconds",
        "Time from the first to the last question of a run",
        count_value=len(seconds),
        sum_value=float(seconds.sum()),
        unit="seconds",
    )
    if len(seconds):
        last, start = float(seconds.iloc[-1]), grouped.min().iloc[-1].timestamp()
        yield _single("last_run_duration_seconds", "The same of the last run", last)
        yield _single("last_run_timestamp_seconds", "When the last run asked first", start)


def health(engine: Engine, now: datetime) -> Iterator[Metric]:
    """What `silentcrash health` checks, and the messages that wait."""
    from pipelines.alerts import reports, service
    from warehouse.alerts import overview

    table = reports.health(engine, service.rules_in_force(), now).set_index("name")
    signs = table["ok"].astype(float)
    yield _gauge("healthy", "1 if it runs or delivers: silentcrash health", "name", signs)
    waiting = {
        name: float(own["waiting"])
        for name, own in overview.channels(engine).items()
        if own["waiting"]
    }
    # A channel that nothing waits for is at 0, so that a monitor sees that it is watched.
    channels = [name.removeprefix("channel ") for name in signs.index if name.startswith("channel")]
    undelivered = pd.Series(dict.fromkeys(channels, 0.0) | waiting, dtype="float64")
    yield _gauge("outbox_messages", "Messages not delivered yet", "channel", undelivered)
    yield _single("outbox_waiting", "The same of all channels", float(undelivered.sum()))


def index(engine: Engine, now: datetime) -> Iterator[Metric]:
    """The index and the gauges of the newest edition, and how old that is."""
    from warehouse import edition

    try:
        newest = edition.load(engine)
    except LookupError:  # there is none yet
        return
    rows = newest.values.loc[newest.values["key"].eq("index")].sort_values("period")
    last = rows.iloc[-1]
    month = pd.Period(last["period"], "M")
    yield _single("index_points", "Silent Crash Index of its newest month", float(last["score"]))
    coverage = float(last["coverage"])
    yield _single("index_coverage_ratio", "Share of the weight with a usable figure", coverage)
    # An edition of the month before is the newest that there can be.
    behind = (pd.Period(now.replace(tzinfo=None), "M") - month).n - 1
    yield _single(
        "index_behind_months", "Months without an edition since the newest", float(behind)
    )
    computed = newest.timeline.computed_at.timestamp()
    yield _single("edition_timestamp_seconds", "When the newest edition was computed", computed)
    yield from _gauges(newest.gauges.rows)


def _gauges(rows: pd.DataFrame) -> Iterator[Metric]:
    """Pressure and retreat of the newest month with a reading, and its number."""
    published = rows.loc[rows["key"].isin(["index", "retreat"])].dropna(subset="score")
    heads = published.sort_values(["period", "reading"])
    last = heads.groupby("key").tail(1).set_index("key").rename(index={"index": "pressure"})
    scores = last["score"].astype(float)
    yield _gauge(
        "level_points", "Gauge of its newest month with a reading, 0 to 100", "gauge", scores
    )
    readings = last["reading"].astype(float)
    yield _gauge("reading_number", "Number of the reading of that month", "gauge", readings)


def store(engine: Engine) -> Iterator[Metric]:
    """The size of the warehouse."""
    with engine.connect() as connection:
        size = float(connection.scalar(text(SIZE[engine.dialect.name])) or 0)
    yield _single("warehouse_size_bytes", "Size of the warehouse", size)


UNITS = ("seconds", "bytes", "points", "ratio", "months", "messages", "rows")


def _unit(name: str) -> str:
    """The unit that a name ends with; none for a flag or a number."""
    return next((unit for unit in UNITS if name.endswith(f"_{unit}")), "")


def _gauge(name: str, help_text: str, label: str, values: "pd.Series[float]") -> Metric:
    family = GaugeMetricFamily(f"silentcrash_{name}", help_text, labels=[label], unit=_unit(name))
    for key, value in _plain(values):
        family.add_metric([key], value)
    return family


def _plain(values: "pd.Series[float]") -> Iterable[tuple[str, float]]:
    return ((str(key), float(value)) for key, value in values.items())


def _single(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"silentcrash_{name}", help_text, value=value, unit=_unit(name))
