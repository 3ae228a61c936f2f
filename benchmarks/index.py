"""Time and memory of the index engine against its bars, as table and JSON.

Each bar runs in a process of its own, so that its peak memory is its own. The figures are made
up (random walks with 5 % missing): their size is what is measured.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

MONTHS, KEYS, REPLICATES, VINTAGES = 200, 30, 10_000, 120
OUT = Path("data") / "benchmarks" / "index.json"

# COINr 1.1.14 in R 4.2.2: 10,000 replicates of 200 x 30 measured once, on one of two cores.
COINR_SECONDS = 1352.0


class Bar(NamedTuple):
    """What is measured, and the most that it may take."""

    what: str
    run: Callable[[], Callable[[], object]]
    seconds: float
    mebibytes: float | None = None


def made_up() -> "tuple[pd.DataFrame, pd.DataFrame, pd.Series[float]]":
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    walks = rng.normal(size=(MONTHS, KEYS)).cumsum(axis=0) / 5
    walks[rng.random(walks.shape) < 0.05] = np.nan
    months = pd.date_range("2010-01-01", periods=MONTHS, freq="MS")
    values = pd.DataFrame(walks, months).add_prefix("indicator_")
    dimensions = [f"dimension_{number % 5}" for number in range(KEYS)]
    indicators = pd.DataFrame(
        {"low": -4.0, "high": 4.0, "log": False, "weight": 1.0, "dimension": dimensions},
        index=values.columns,
    )
    return values, indicators, pd.Series(0.2, sorted(set(dimensions)))


def monte_carlo() -> Callable[[], object]:
    from pipelines.index.robustness import bands, monte_carlo

    figures = made_up()

    def run() -> None:
        model = monte_carlo.prepare(*figures, seed=1)
        outcome = monte_carlo.simulate(model, REPLICATES, seed=2)
        bands.percentiles(outcome)
        bands.exceedance(outcome, [40, 60, 80])

    return run


def sobol_indices() -> Callable[[], object]:
    import numpy as np

    from pipelines.index.robustness import monte_carlo, sobol

    figures = made_up()
    varied = [0, 2, 3, 4]  # normalisation, winsor limit, weights, aggregation

    def run() -> None:
        model = monte_carlo.prepare(*figures, seed=1)
        drawn = sobol.design(1024, len(varied), seed=3)
        points = np.zeros((len(drawn), len(monte_carlo.FACTORS)))
        points[:, varied] = drawn
        outputs = monte_carlo.evaluate(model, points).overall.T.astype(float)
        sobol.indices(outputs, len(varied), bootstraps=100, seed=4)

    return run


def vintages() -> Callable[[], object]:
    """The newest month that each of 120 dates, two weeks apart, could know.

    From the shipped history.
    """
    import pandas as pd

    from pipelines.index import framework, realtime

    folder = Path(__file__).parents[1] / "sources" / "history"
    rows = pd.concat(pd.read_csv(file) for file in sorted(folder.glob("*.csv")))
    history = rows.assign(
        period=pd.to_datetime(rows["period"]),
        known_from=pd.to_datetime(rows["known_from"], utc=True),
        fetch_id=1,
    )
    method = framework.load()
    newest = history["known_from"].max()
    dates = pd.date_range(end=newest, periods=VINTAGES, freq="14D")
    cells = [(pd.Period(date.tz_localize(None), "M") - 2, date.to_pydatetime()) for date in dates]
    return lambda: realtime.vintages(history, method, cells)


BARS = {
    "monte_carlo": Bar(
        f"Monte Carlo, seven factors: {REPLICATES:,} x {MONTHS} x {KEYS}, with bands",
        monte_carlo,
        1.5,
        250,
    ),
    "sobol": Bar("Sobol, four factors: 6,144 runs x 200 months, 100 bootstraps", sobol_indices, 4),
    "vintages": Bar(f"{VINTAGES} vintages as of their dates, shipped history", vintages, 10),
}


def measure(name: str) -> dict[str, float]:
    """Seconds of the first run and peak memory of the process, imports included."""
    run = BARS[name].run()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 3), "mebibytes": round(peak, 1)}


def alone(name: str) -> dict[str, float]:
    """`measure` in a fresh interpreter."""
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def verdict(bar: Bar, measured: dict[str, float]) -> str:
    slow = measured["seconds"] > bar.seconds
    large = bar.mebibytes is not None and measured["mebibytes"] > bar.mebibytes
    return "over" if slow or large else "within"


def main() -> None:
    results: dict[str, dict[str, object]] = {}
    seconds: dict[str, float] = {}
    print(f"{'':62}{'s':>8}{'bar':>7}{'MiB':>8}{'bar':>6}")
    for name, bar in BARS.items():
        measured = alone(name)
        seconds[name] = measured["seconds"]
        results[name] = measured | {"bar_seconds": bar.seconds, "verdict": verdict(bar, measured)}
        limit = f"{bar.mebibytes:.0f}" if bar.mebibytes else "-"
        print(
            f"{bar.what:62}{measured['seconds']:8.2f}{bar.seconds:7.1f}"
            f"{measured['mebibytes']:8.0f}{limit:>6}  {verdict(bar, measured)}"
        )
    ratio = round(COINR_SECONDS / seconds["monte_carlo"])
    results["coinr"] = {"seconds_quoted": COINR_SECONDS, "ratio": ratio}
    print(f"COINr 1.1.14 took {COINR_SECONDS:,.0f} s, {ratio:,} times as long: quoted from when it")
    print("was measured, as R is not run here")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"written to {OUT}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
