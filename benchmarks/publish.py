"""What publication costs, beside bare CSV files of the same tables.

The edition is the one that the shipped history gives. The tree is measured with 60 editions,
made up by giving its card other months; the site with the store of `benchmarks/made_up.py`,
beside a plain copy of the same files.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTH = pd.Period("2026-10", "M")
BEFORE = datetime(2026, 11, 9, tzinfo=UTC)
EDITIONS = 60
OUT = Path("data") / "benchmarks" / "publish.json"


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return round(time.perf_counter() - start, 2)


def store(home: Path, as_of: datetime | None = None):
    """A warehouse with the shipped history, and the edition of its newest month."""
    from pipelines.ingest import ingestion, store
    from pipelines.release import compute
    from pipelines.settings import Settings
    from sources import registry
    from warehouse import edition

    settings = Settings(home=home)
    engine = store.open_for_writing(settings)
    for _ in ingestion.ingest_all(engine, settings, list(registry().values()), live=False):
        pass
    return engine, edition.load(engine, compute.compute(engine, MONTH, now=NOW, as_of=as_of))


def lay(publication, root: Path) -> None:
    """The card of 60 editions, each in its folder."""
    from dashboards.publish import collection, edition_summary
    from dashboards.publish.publication import to_json

    summary = edition_summary.document(publication)
    for month in pd.period_range(end=publication.edition.month, periods=EDITIONS, freq="M"):
        folder = root / str(month)
        folder.mkdir(exist_ok=True)
        body = to_json(summary | {"month": str(month)})
        (folder / collection.CARD).write_bytes(body)


def stage(publication, root: Path) -> list[Path]:
    from dashboards.publish import collection
    from dashboards.publish.staging import Staging

    layout = collection.Layout()
    with Staging(root) as staging:
        return collection.stage(staging, publication, collection.read_cards(root, layout), layout)


def measure(root: Path) -> dict[str, float]:
    from dashboards import publish
    from dashboards.bulletin import document
    from dashboards.publish.publication import prepare

    _, saved = store(root / "home")
    folder = root / saved.month
    folder.mkdir()
    publication = prepare(saved)
    document.pages(saved)  # the renderer of charts starts once a process
    frames = publication.frames.values()
    results = {
        "bulletins in both languages, s": timed(lambda: document.pages(saved)),
        "data of a release, s": timed(lambda: publish.write(prepare(saved), folder)),
        "bare CSV of its tables, s": timed(lambda: [frame.to_csv() for frame in frames]),
    }
    lay(publication, root)
    results["API and feeds of 60 editions, s"] = timed(lambda: stage(publication, root))
    results["the same again, s"] = timed(lambda: stage(publication, root))
    results["files written again"] = len(stage(publication, root))
    return results


def measure_site(root: Path) -> dict[str, float]:
    """Build the site of one edition, then add a month, then 58 earlier ones."""
    import made_up

    from dashboards.site.build import build

    engine, real = store(root / "made_up", as_of=BEFORE)  # of no cut-off: it is no issue
    full = made_up.stretched(made_up.named(real))
    *before, last = made_up.months(full)
    out = root / "site"

    def built() -> float:
        return timed(lambda: build(engine, out, NOW))

    made_up.save(engine, full, before[-1])
    results = {"site of one edition, 59 months, 40 indicators, s": built()}
    made_up.save(engine, full, last)
    results["the next month's edition, s"] = built()
    results["nothing new, s"] = built()
    for month in before[:-1]:
        made_up.save(engine, full, month)
    results["the other 58 editions, s"] = built()
    results["bare copy of its files, s"] = timed(lambda: shutil.copytree(out, root / "copy"))
    results["files of the site"] = sum(path.is_file() for path in out.rglob("*"))
    return results


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        results = measure(Path(home)) | measure_site(Path(home))
    for name, figure in results.items():
        print(f"{name:<52} {figure}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
