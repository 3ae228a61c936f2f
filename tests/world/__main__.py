"""`make world`: play a world and print its table; 1 where a bar is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.world import engines
from tests.world.play import Month, play
from tests.world.script import load

HERE = Path(__file__).parent
MIB = 2**20
COLUMNS = (
    ("month", 7),
    ("index", 6),
    ("observed", 8),
    ("script", 6),
    ("refused", 7),
    ("unscripted", 10),
    ("figures", 8),
    ("wrong", 5),
    ("alerts", 6),
    ("twice", 5),
    ("changed", 7),
    ("store MiB", 9),
    ("archive MiB", 11),
    ("memory MiB", 10),
    ("seconds", 7),
    ("cpu s", 6),
)


def line(month: Month) -> str:
    """A month as a row of the table."""
    score = "none" if month.score is None else f"{month.score:.2f}"
    cells = (
        month.month,
        score if month.published else "none",
        f"{month.observed:.1%}",
        "bad" if month.disturbed else "",
        month.refused,
        len(month.unscripted),
        month.figures,
        len(month.wrong),
        month.alerts,
        len(month.repeated),
        len(month.changed),
        f"{month.store / MIB:.1f}",
        f"{month.archive / MIB:.1f}",
        f"{month.memory / MIB:.0f}",
        f"{month.seconds:.1f}",
        f"{month.cpu:.0f}",
    )
    return "  ".join(
        str(cell).rjust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True)
    )


def show(month: Month, shown: set[str]) -> None:
    """Print a month, and what is wrong in it and was not printed before."""
    print(line(month))
    for fault in month.faults:
        text = fault.removeprefix(month.month)
        if text not in shown:
            print(f"  FAULT {fault}")
        shown.add(text)
    sys.stdout.flush()


def main() -> int:
    """Play, print, and say what is not as it must be."""
    parser = argparse.ArgumentParser(prog="make world", description=__doc__)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--script", type=Path, default=HERE / "scripts" / "bad_days.toml")
    parser.add_argument("--home", type=Path, help="kept; a temporary folder by default")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--workers", type=int, default=2, help="processes that fetch side by side")
    chosen = parser.parse_args()
    script = load(chosen.script)
    started = time.monotonic()
    print(f"seed {chosen.seed}, script {script.name} with {len(script.events)} events")
    print("  ".join(name.rjust(width) for name, width in COLUMNS), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="silentcrash-world-") as folder,
        engines.warehouse(chosen.engine) as warehouse,
    ):
        played = play(
            chosen.home or Path(folder) / "home",
            months=chosen.months,
            seed=chosen.seed,
            script=script,
            warehouse=warehouse,
            workers=chosen.workers,
            show=partial(show, shown=set()),
        )
    published = sum(month.published for month in played.months)
    print(f"published {published} of {len(played.months)} in {time.monotonic() - started:.0f} s")
    for fault in played.at_the_end:
        print(f"FAULT {fault}")
    return 1 if played.faults else 0


if __name__ == "__main__":
    sys.exit(main())
