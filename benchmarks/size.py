"""Commands beside millions of other rows: do they read what is stored?

A home with the shipped figures and one that holds made-up rows besides answer the same commands, in
turn and in one run. The figures are medians of processor seconds, of the command and its children;
the ratio says how much the other rows cost. `python benchmarks/size.py 20` lays 20 million.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import pandas as pd
from store import PERIODS, SERIES, figures, registered, timed

ROWS = SERIES * PERIODS  # of a version of everything: half a million
NOW = "2026-11-23T09:00:00+00:00"
OUT = Path("data") / "benchmarks" / "size.json"
COMMANDS = {
    "status": ["status"],
    "index": ["index"],
    "one series as of a day": [
        "series", "get", "ember.wholesale.DEU", "--as-of", "2026-01-10", "--format", "csv",
    ],
    "query": ["query", "select count(*) from v_series"],
    "release": ["release", "{month}"],
}  # fmt: skip
# Another one for each run: an edition that is stored is not computed again.
MONTHS = ["2026-08", "2026-07", "2026-06"]


def run(home: Path, arguments: list[str]) -> float:
    """Processor seconds of a command in a home."""
    own = {"SILENTCRASH_HOME": str(home), "SILENTCRASH_RELEASES": str(home / "releases")}
    command = [sys.executable, "-m", "pipelines.cli.main", *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        env={**os.environ, **own, "SILENTCRASH_NOW": NOW},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def lay(home: Path, millions: float) -> int:
    """Add made-up versions to the store of a home, half a million rows each."""
    from warehouse import load
    from warehouse.database import connect

    engine, added = connect(f"sqlite:///{home / 'warehouse.sqlite'}"), 0
    registered(engine)
    months = figures(0, PERIODS, 1)
    for version in range(round(millions * 1e6 / ROWS)):
        since = months["known_from"] + pd.Timedelta(days=version)
        batch = months.assign(known_from=since, value=months["value"] + version)
        fetch = load.record(
            engine, "made_up", url="made up", at=since.iloc[0].to_pydatetime(), outcome="new"
        )
        added += load.append(engine, fetch, batch).added
    engine.dispose()
    return added


def main() -> None:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        run(small, ["run", "--offline"])
        shutil.copytree(small, large)
        seconds = timed(lambda: print(f"{lay(large, millions):,} rows laid beside the shipped"))
        print(f"in {seconds:.0f} s; medians of {len(MONTHS)}, seconds of processor")
        print(f"{'command':24} {'shipped':>8} {'beside':>8} {'ratio':>6}")
        results = {}
        for name, arguments in COMMANDS.items():
            commands = [[word.format(month=month) for word in arguments] for month in MONTHS]
            taken = [(run(small, each), run(large, each)) for each in commands]
            alone, beside = (median(each) for each in zip(*taken, strict=True))
            results[name] = {"shipped": alone, "beside": beside, "ratio": beside / alone}
            print(f"{name:24} {alone:8.2f} {beside:8.2f} {beside / alone:6.2f}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"rows": millions * 1e6, "commands": results}, indent=1))


if __name__ == "__main__":
    main()
