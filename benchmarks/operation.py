"""Rules and rows set aside in number: 500 evaluated, 2,000 replayed.

The store is the shipped history with its edition; times are compared as in `publish.py`.
"""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from publish import NOW, compared, store

if TYPE_CHECKING:
    from sqlalchemy import Engine

RULES, ROWS, FETCHES = 500, 2_000, 10
OUT = Path("data") / "benchmarks" / "operation.json"


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
    from pipelines.settings import Settings
    from sources import registry

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), now=NOW)
        engine, edition = store(settings.home)
        file = settings.home / "alerts.yaml"
        rules(file)
        in_force = service.rules_in_force(file)
        set_aside(engine)
        every = list(registry().values())
        results = compared(
            f"{RULES} rules evaluated",
            lambda: service.evaluate(engine, settings, edition.id, in_force),
        ) | compared(f"{ROWS:,} rows replayed", lambda: replay.replay(engine, every, NOW))
        results["rows still aside"] = len(replay.listing(engine))
    for name, figure in results.items():
        print(f"{name:<60} {figure}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
