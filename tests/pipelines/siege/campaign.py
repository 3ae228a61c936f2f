"""Damage bodies, and compare the store with what may be in it."""

import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest import fetch, load, store
from pipelines.ingest.outcome import IngestOutcome
from pipelines.settings import Settings
from sources.http.client import PoliteClient
from sources.http.credentials import public_url
from sources.http.raw_archive import Archive
from tests.pipelines.siege.bodies import Target
from tests.pipelines.siege.mutations import damaged_reply
from tests.server import Reply, Site
from warehouse.observations import read

# The largest revision that a rule may let pass, and the share of a series that may be withdrawn.
LARGEST_RATIO, MOST_WITHDRAWN = 5.0, 0.03
FIGURE = ["series", "period", "value"]


@dataclass
class Tally:
    """What happened in one family of attacks, and what must not have."""

    attack: str
    tried: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def verdict(self, deed: str, faults: Sequence[str]) -> None:
        """Print what came of an attack, for a campaign that is stopped."""
        line = f"{self.attack}, {self.tried}: {deed}: {'; '.join(faults) or 'nothing is wrong'}"
        print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Home:
    """A home in a folder, with a copy of its store to go back to."""

    folder: Path
    at: datetime

    @property
    def settings(self) -> Settings:
        """The settings of this home at its instant."""
        return Settings(home=self.folder, now=self.at)

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "warehouse.sqlite"

    def save(self, engine: Engine) -> None:
        """Keep the store as it is now."""
        engine.dispose()
        shutil.copyfile(self.file, self.folder / "saved.sqlite")

    def restore(self, engine: Engine) -> None:
        """Go back to the store that was saved."""
        engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "saved.sqlite", self.file)


def ask(home: Home, engine: Engine, site: Site, target: Target, reply: Reply) -> IngestOutcome:
    """Fetch the first question of a source over loopback and load the answer."""
    request = target.source.requests[0]
    # A mirror is another address: here the answer is the same.
    site.serve(public_url(request).split("?")[0], reply)
    polite = PoliteClient(
        gateway=site.url,
        allow_loopback=True,
        clock=lambda: home.at,
        sleep=lambda _: None,
        retries=0,
    )
    with polite as client:
        fetched = fetch.fetch_request(client, target.source, replace(request, mirror=""), None)
    return load.load_fetched(engine, Archive(home.settings.archive), fetched)


def damage(folder: Path, site: Site, target: Target, seed: int, count: int, until: float) -> Tally:
    """Serve damaged bodies of a target until it is time; what became of them."""
    tally, draw = Tally(f"{target.key} {target.kind.rpartition('/')[2][:20]}"), random.Random(seed)
    home = Home(folder, pd.Timestamp(f"{target.day}T12:00:00Z").to_pydatetime())
    engine = store.open_for_writing(home.settings)
    good = ask(
        home, engine, site, target, Reply(target.body, headers={"Content-Type": target.kind})
    )
    if not good.good:
        tally.faults.append(f"the good body: {good.outcome}: {good.detail}")
        return tally
    before = read.history(engine)
    home.save(engine)
    while tally.tried < count and time.monotonic() < until:
        name, reply = damaged_reply(target, draw)
        tally.tried += 1
        try:
            outcome = ask(home, engine, site, target, reply)
        except Exception as error:
            tally.faults.append(f"{name}: uncaught {type(error).__name__}: {error}")
            tally.verdict(name, tally.faults[-1:])
            home.restore(engine)
            continue
        after = read.history(engine)
        changed = len(after) != len(before)
        tally.endings[f"{outcome.outcome}{', revised' if changed and outcome.good else ''}"] += 1
        if faults := list(wrong(before, after, outcome)):
            tally.faults += [f"{name}: {fault}" for fault in faults]
            tally.verdict(name, faults)
        if changed:
            home.restore(engine)
    engine.dispose()
    return tally


def wrong(before: pd.DataFrame, after: pd.DataFrame, outcome: IngestOutcome) -> Iterator[str]:
    """What the store must not hold after a damaged body."""
    earlier = after["fetch_id"].isin(before["fetch_id"])
    old, new = after[earlier], after[~earlier]
    if len(old) != len(before):
        yield f"{len(before) - len(old)} figures are lost"
    if len(new) and not outcome.good:
        yield f"{len(new)} figures of a body that was {outcome.outcome}"
    withdrawn = new[new["status"].eq("withdrawn")]
    share = withdrawn.groupby("series").size() / before.groupby("series").size()
    if share.max() > MOST_WITHDRAWN and len(withdrawn) >= LARGEST_RATIO:
        yield f"{share.max():.0%} of {share.idxmax()} withdrawn"
    last = before.drop_duplicates(["series", "period"], keep="last")[FIGURE]
    both = new.dropna(subset=["value"]).merge(last, on=["series", "period"], suffixes=("", "_was"))
    ratio = both["value"] / both["value_was"].where(both["value_was"].ne(0))
    far = both[ratio.lt(1 / LARGEST_RATIO) | ratio.gt(LARGEST_RATIO)]
    for row in far.head(1).to_dict("records"):
        yield f"{row['series']} {row['period']:%Y-%m-%d}: {row['value_was']} became {row['value']}"
