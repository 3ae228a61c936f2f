"""Rules and rows set aside in number: 500 evaluated, 2,000 replayed.

The store is the shipped history with its edition. Each time has the seconds of a bare loop before
it, since seconds depend on the machine.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pipelines.settings import Settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RULES, ROWS, FETCHES = 500, 2_000, 10
LOOP = "for _ in range(10**7): pass"
OUT = Path("data") / "benchmarks" / "operation.json"


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return round(time.perf_counter() - start, 2)


def rules(path: Path) -> None:
    """A file of rules: thresholds on the index, all different."""
    message = {"fr": "{title} : {value} en {period}.", "en": "{title}: {value} in {period}."}
    each = [
        {
            "id": f"index-above-{number}", "kind": "index", "series": "index",
            "when": {"op": ">=", "value": 10 + number / 8}, "severity": "watch",
            "owner": "team:benchmark", "runbook": "docs/alerts.md", "message": message,
        }
        for number in range(RULES)
    ]  # fmt: skip
    path.write_text(yaml.safe_dump({"version": 1, "rules": each}), encoding="utf-8")


def shipped(folder: Path) -> "tuple[Engine, Settings, int]":
    """A store with the shipped history, its settings and one edition."""
    from pipelines.ingest import ingestion, store
    from pipelines.release import compute
    from pipelines.settings import Settings
    from sources import registry

    settings = Settings(home=folder, now=NOW)
    engine = store.open_for_writing(settings)
    for _ in ingestion.ingest_all(engine, settings, list(registry().values()), live=False):
        pass
    return engine, settings, compute.compute(engine, pd.Period("2026-09", "M"), now=NOW)


def set_aside(engine: "Engine") -> None:
    """Put rows of a source in quarantine, as if from ten fetches."""
    from warehouse import load
    from warehouse.observations import read

    figures = read.panel(engine).query("series.str.startswith('eia.')").tail(ROWS)
    assert len(figures) == ROWS
    for number in range(FETCHES):
        rows = figures.iloc[number::FETCHES][["series", "period", "value", "status", "known_from"]]
        fetch = load.record(engine, "eia861m", url="made up", at=NOW, outcome="new")
        load.quarantine(engine, fetch, rows, "an expectation", "a reason")


def main() -> None:
    from pipelines.alerts import service
    from pipelines.ingest import replay
    from sources import registry

    with tempfile.TemporaryDirectory() as folder:
        engine, settings, release = shipped(Path(folder))
        file = Path(folder) / "alerts.yaml"
        rules(file)
        in_force = service.rules_in_force(file)
        set_aside(engine)
        every = list(registry().values())
        results = {}
        for name, run in {
            f"{RULES} rules evaluated": lambda: service.evaluate(
                engine, settings, release, in_force
            ),
            f"{ROWS:,} rows replayed": lambda: replay.replay(engine, every, NOW),
        }.items():
            loop = seconds(lambda: subprocess.run([sys.executable, "-c", LOOP], check=True))
            results[name] = {"seconds": seconds(run), "loop": loop}
            print(f"{name:24} {results[name]['seconds']:6.2f} s, loop {loop:.2f} s")
        print(f"still aside: {len(replay.listing(engine))}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
