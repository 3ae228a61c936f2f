"""Measure the lake against pyarrow and DuckDB's own table, in one run.

Five million made-up versions: 2,000 series of 250 months, ten versions each. Seconds of a
processor stand beside seconds of the clock, which depend on what else the machine does.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from store import DAYS, PERIODS, VERSIONS, append, figures, store

if TYPE_CHECKING:
    from sqlalchemy import Engine

OUT = Path("data") / "benchmarks" / "lake.json"


def timed(run: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The median seconds by the clock and of processors."""
    taken = []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        run()
        taken.append((time.perf_counter() - clock, time.process_time() - processor))
    return tuple(map(median, zip(*taken, strict=True)))


def syncs(engine: "Engine", folder: str) -> dict[str, float]:
    """Writing five million versions, none, and one month of one version a series."""
    from pyarrow import parquet

    from warehouse.lake import panel, sync

    roots = iter(f"{folder}/lake-{number}" for number in range(3))
    synced = timed(lambda: sync.sync(engine, next(roots)))
    root = f"{folder}/lake-0"
    with panel.connect(root) as connection:
        table = connection.sql("from observations").to_arrow_table()
    bare = timed(lambda: parquet.write_table(table, f"{folder}/bare", compression="zstd"))
    nothing = timed(lambda: sync.sync(engine, root))
    append(engine, figures(PERIODS, 1, 1))
    month = timed(lambda: sync.sync(engine, root), 1)
    size = sum(path.stat().st_size for path in Path(root).rglob("*.parquet"))
    return {
        "sync of 5 M, s": synced[0],
        "pyarrow writing the same table, s": bare[0],
        "sync against pyarrow, clock (bar 3)": synced[0] / bare[0],
        "sync against pyarrow, processor": synced[1] / bare[1],
        "sync with nothing new, s (bar 1)": nothing[0],
        "sync of one month more, s": month[0],
        "bytes a version": size / sync.manifest(root).rows,
        "pyarrow's bytes a version": Path(f"{folder}/bare").stat().st_size / len(table),
    }


def panels(folder: str) -> dict[str, float]:
    """The panel of a day by DuckDB, from the lake and from its own table."""
    import duckdb

    from warehouse.lake import panel

    root = f"{folder}/lake-0"
    with panel.connect(root) as connection, duckdb.connect() as native:
        table = connection.sql("from observations").to_arrow_table()
        native.register("held", table)
        native.execute("create table observations as from held")
        query = panel.statement("duckdb", DAYS[4].to_pydatetime())
        own = timed(lambda: native.sql(query).to_arrow_table().to_pandas())
    lake = timed(lambda: panel.panel(root, DAYS[4].to_pydatetime()))
    return {
        "panel from the lake, s": lake[0],
        "panel against DuckDB's own table, clock (bar 2)": lake[0] / own[0],
        "panel against DuckDB's own table, processor": lake[1] / own[1],
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = store(f"sqlite:///{folder}/store.sqlite")
        append(engine, figures(0, PERIODS, VERSIONS))
        results = syncs(engine, folder) | panels(folder)
    for what, figure in results.items():
        print(f"{what:60}{figure:10.2f}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {OUT}")


if __name__ == "__main__":
    main()
