"""A load that is killed at any moment leaves all of its rows or none.

60,000 rows a load; `python benchmarks/store.py killed URL` does the same with a million.
"""

import multiprocessing
import random
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from tests.warehouse.made_up import fetch
from warehouse import load
from warehouse.database import connect

MOMENTS = 10
FORKS = multiprocessing.get_context("forkserver")


def versions(attempt: int) -> pd.DataFrame:
    """2 series of 300 months in 100 versions, all of them different."""
    levels = [
        ["made_up.a", "made_up.b"],
        pd.date_range("2000-01-01", periods=300, freq="MS"),
        pd.date_range("2026-01-01", periods=100, freq="h", tz="UTC"),
    ]
    index = pd.MultiIndex.from_product(levels, names=["series", "period", "known_from"])
    values = np.arange(len(index)) + attempt / 16
    return index.to_frame(index=False).assign(value=values, status="final")


def child(pipe: Connection, url: str, fetch_id: int, attempt: int, folder: str) -> None:
    tempfile.tempdir = folder
    engine, batch = connect(url), versions(attempt)
    pipe.send("ready")
    load.append(engine, fetch_id, batch)
    pipe.send("done")


def attempt_load(url: str, fetch_id: int, attempt: int, folder: Path, seconds: float) -> float:
    """Load in another process, killed after so many seconds; how long it ran."""
    ours, theirs = FORKS.Pipe()
    process = FORKS.Process(target=child, args=(theirs, url, fetch_id, attempt, str(folder)))
    process.start()
    assert ours.recv() == "ready"
    began = time.perf_counter()
    ours.poll(seconds)
    process.kill()
    process.join()
    return time.perf_counter() - began


def rows_by_fetch(engine: Engine) -> dict[int, int]:
    """The rows of each fetch, in a store that is sound."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("pragma integrity_check")) == "ok"
        counts = "select fetch_id, count(*) from observation group by fetch_id"
        return dict(connection.execute(text(counts)).all())


def test_killed_at_ten_moments_of_a_load(engine: Engine, url: str, tmp_path: Path) -> None:
    FORKS.set_forkserver_preload([__name__, "adbc_driver_sqlite.dbapi", "pyarrow.csv"])
    size = len(versions(0))
    first = fetch(engine)
    usual = attempt_load(url, first, 0, tmp_path, 60)
    assert rows_by_fetch(engine) == {first: size}
    moments = random.Random(20260630)
    killed = 0
    for attempt in range(1, MOMENTS + 1):
        before, number = rows_by_fetch(engine), fetch(engine)
        attempt_load(url, number, attempt, tmp_path, moments.uniform(0, usual))
        after = rows_by_fetch(engine)
        assert after in (before, before | {number: size})
        killed += after == before
    assert killed >= MOMENTS // 3
    again = load.append(engine, fetch(engine), versions(MOMENTS + 1))
    assert (again.added, again.unchanged) == (size, 0)
    assert load.append(engine, fetch(engine), versions(MOMENTS + 1)).added == 0
