"""Time to publish releases and sites, beside bare CSV and a plain copy.

The edition is the one that the shipped history gives. The API is measured with 60 editions,
made up by giving its card other months; the site with the store of `benchmarks/made_up.py`,
beside a plain copy of the same files. Beside each time stands that of LOOP in the same minute, by
which figures of two machines, or of a busy and an idle one, can be compared.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dashboards.publish.publication import Publication
    from warehouse.edition import Edition

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTH = pd.Period("2026-10", "M")
BEFORE = datetime(2026, 11, 9, tzinfo=UTC)
EDITIONS = 60
OUT = Path("data") / "benchmarks" / "publish.json"
LOOP = "s = 0\nfor i in range(10**7): s += i"


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return round(time.perf_counter() - start, 2)


def processors() -> float:
    """Seconds of all processors that this process and its ended children took."""
    return sum(os.times()[:4])


def compared(name: str, run: Callable[[], object]) -> dict[str, float]:
    """Seconds of clock and processors, and those of LOOP just before.

    On a busy machine the clock says little: the seconds of processors over those of LOOP do.
    """
    before = processors()
    subprocess.run([sys.executable, "-c", LOOP], check=True)
    start = processors()
    clock = timed(run)
    return {
        f"{name}, s": clock,
        f"{name}, s of processors": round(processors() - start, 2),
        f"{name}, s of processors of the loop": round(start - before, 2),
    }


def store(home: Path, as_of: datetime | None = None) -> "tuple[Engine, Edition]":
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


def lay(publication: "Publication", root: Path) -> None:
    """The card of 60 editions, each in its folder."""
    from dashboards.publish import collection, edition_summary
    from dashboards.publish.publication import to_json

    card = edition_summary.document(publication)
    for month in pd.period_range(end=publication.edition.month, periods=EDITIONS, freq="M"):
        folder = root / str(month)
        folder.mkdir(exist_ok=True)
        body = to_json(card | {"month": str(month)})
        (folder / collection.CARD).write_bytes(body)


def stage(publication: "Publication", root: Path) -> list[Path]:
    from dashboards.publish import collection
    from dashboards.publish.staging import Staging

    layout = collection.Layout()
    with Staging(root) as staging:
        return collection.stage(staging, publication, collection.read_cards(root, layout), layout)


def measure(root: Path) -> dict[str, float]:
    from dashboards import publish
    from dashboards.bulletin import document
    from dashboards.publish.publication import prepare

    _, newest = store(root / "home")
    folder = root / newest.month
    folder.mkdir()
    publication = prepare(newest)
    document.pages(newest)  # the renderer of charts starts once a process
    frames = publication.frames.values()
    figures = {
        "bulletins in both languages, s": timed(lambda: document.pages(newest)),
        "data of a release, s": timed(lambda: publish.write(prepare(newest), folder)),
        "bare CSV of its tables, s": timed(lambda: [frame.to_csv() for frame in frames]),
    }
    lay(publication, root)
    figures["API and feeds of 60 editions, s"] = timed(lambda: stage(publication, root))
    figures["the same again, s"] = timed(lambda: stage(publication, root))
    figures["files written again"] = len(stage(publication, root))
    return figures


def measure_site(root: Path) -> dict[str, float]:
    """Build the site of 60 editions from nothing, then with one month more."""
    import made_up

    from dashboards.site.build import build

    engine, real = store(root / "made_up", as_of=BEFORE)  # of no cut-off: it is no issue
    stretched = made_up.stretched(made_up.named(real), EDITIONS + 1)
    *before, last = made_up.months(stretched)
    out = root / "site"

    def built(name: str) -> dict[str, float]:
        return compared(name, lambda: build(engine, out, NOW))

    for month in before:
        made_up.save(engine, stretched, month)
    figures = built(f"site of {len(before)} editions, 40 indicators")
    made_up.save(engine, stretched, last)
    figures |= built("a new month")
    figures |= built("nothing new")
    figures["bare copy of its files, s"] = timed(lambda: shutil.copytree(out, root / "copy"))
    figures["files of the site"] = sum(path.is_file() for path in out.rglob("*"))
    return figures


def measure_run(root: Path) -> dict[str, float]:
    """Time of `make release` offline, on an empty home and then once more."""
    surroundings = os.environ | {
        "SILENTCRASH_HOME": str(root / "run"),
        "SILENTCRASH_NOW": NOW.isoformat(),
    }
    program = [sys.executable, "-m", "pipelines.cli.main", "run", "--offline"]
    program += ["--out", str(root / "releases")]

    def run() -> None:
        subprocess.run(program, env=surroundings, check=True, capture_output=True)

    return compared("the first release", run) | compared("the same release again", run)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        figures = measure(Path(home)) | measure_run(Path(home)) | measure_site(Path(home))
    for name, figure in figures.items():
        print(f"{name:<80} {figure}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
