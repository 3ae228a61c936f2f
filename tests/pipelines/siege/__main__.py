"""Run a campaign and print its table; 1 where something did not hold."""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.pipelines.siege import daemon
from tests.pipelines.siege.attacks import DAEMON, SHARES, attacks, furnish
from tests.pipelines.siege.bodies import targets
from tests.pipelines.siege.campaign import Tally, damage
from tests.pipelines.siege.kills import besiege
from tests.pipelines.siege.warm import MEMORY
from tests.server import Site, running_site
from tests.warehouse.conftest import forgo_disk
from tests.world.engines import warehouse

NOW = "2026-11-23T09:00:00+00:00"
ENGINES = ["sqlite", "postgresql"]


def main() -> int:
    """Damaged bodies for half of the time, kills for the other half."""
    options = argparse.ArgumentParser(prog="python -m tests.pipelines.siege", description=__doc__)
    options.add_argument("--seconds", type=float, default=600, help="the time that it may take")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bodies", type=int, default=2000, help="at most so many damaged bodies")
    options.add_argument("--kills", type=int, default=300, help="about so many kills at most")
    options.add_argument("--commands", nargs="+", choices=SHARES, default=list(SHARES))
    options.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    chosen = options.parse_args()
    began = time.monotonic()
    logging.disable()  # every refusal has its traceback there
    tallies: list[Tally] = []
    try:
        with tempfile.TemporaryDirectory(prefix="siege-") as folder, running_site(Site) as site:
            for tally in attacked(Path(folder), site, chosen, began):
                tallies.append(tally)
                progress(tally)
    finally:  # a campaign that is stopped has its table too
        report(tallies, chosen.seed, time.monotonic() - began)
    return 1 if any(tally.faults for tally in tallies) else 0


def attacked(folder: Path, site: Site, chosen: argparse.Namespace, began: float) -> Iterator[Tally]:
    """Damaged bodies, then kills."""
    environment = consent(site)
    os.environ.update(environment)
    every = targets()
    for number, target in enumerate(every):
        until = began + chosen.seconds / 2 * (number + 1) / len(every)
        share = -(-chosen.bodies // len(every))  # rounded up: as many as were asked for
        home = folder / f"body-{number}"
        yield damage(home, site, target, chosen.seed + number, share, until)
    yield from killed(folder, site, environment, chosen, chosen.seconds / 2)


def consent(site: Site) -> dict[str, str]:
    """The environment of a campaign: loopback only, every opt-in, a fixed clock."""
    return {
        "SILENTCRASH_GATEWAY": site.url,
        "SILENTCRASH_ALLOW_LOOPBACK": "1",
        "SILENTCRASH_NOW": NOW,
        "SILENTCRASH_CONTACT": "siege@example.org",
        **{target.source.needs: "made-up-key" for target in targets() if target.source.needs},
    }


def killed(
    folder: Path,
    site: Site,
    environment: dict[str, str],
    chosen: argparse.Namespace,
    seconds: float,
) -> Iterator[Tally]:
    """Kills of the chosen commands on the chosen engines, each a real one."""
    if not chosen.kills:
        return
    # A campaign in pieces computes nothing twice: the folder of one may be given to the next.
    memory = Path(os.environ.get(MEMORY) or folder / "memory")
    memory.mkdir(exist_ok=True)
    environment = environment | {MEMORY: str(memory)}
    each = attacks(site, environment)
    shares = {name: SHARES[name] for name in chosen.commands}
    for engine in chosen.engines:
        with warehouse(engine) as server:
            if server:
                forgo_disk(server)
            homes_of_engine = folder / engine
            homes_of_engine.mkdir()
            names = set(shares) - {DAEMON}
            homes = furnish(homes_of_engine, server, environment, names) if names else {}
            end, left = time.monotonic() + seconds / len(chosen.engines), sum(shares.values())
            total = left
            for number, (name, part) in enumerate(shares.items()):
                # what an attack leaves of its time is for those that follow
                until = time.monotonic() + (end - time.monotonic()) * part / left
                left -= part
                kills = max(1, round(chosen.kills * part / total / len(chosen.engines)))
                seed = chosen.seed + number
                if name == DAEMON:
                    yield daemon.besiege(
                        homes_of_engine, server, site, environment, seed, kills, until
                    )
                else:
                    yield besiege(each[name], homes[name], seed, kills, until)


def progress(tally: Tally) -> None:
    """Say at once what came out: a campaign may be stopped before its end."""
    for text in (line(tally), *tally.faults[:5]):
        print(text, file=sys.stderr, flush=True)


def report(tallies: list[Tally], seed: int, seconds: float) -> None:
    """The table of a campaign, and each fault in a line."""
    print(f"{'attack':34} {'tried':>6} {'faults':>6}  endings")
    for tally in tallies:
        print(line(tally))
    total, faults = sum(each.tried for each in tallies), [x for t in tallies for x in t.faults]
    print(f"{'all':34} {total:6} {len(faults):6}  seed {seed}, {seconds:.0f} s")
    for tally in tallies:
        for fault in tally.faults[:20]:
            print(f"{tally.attack}: {fault}")


def line(tally: Tally) -> str:
    """A line of the table."""
    endings = ", ".join(f"{name} {count}" for name, count in sorted(tally.endings.items()))
    return f"{tally.attack:34} {tally.tried:6} {len(tally.faults):6}  {endings}"


if __name__ == "__main__":
    sys.exit(main())
