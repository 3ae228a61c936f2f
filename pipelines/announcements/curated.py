"""The shipped announcements of Africa, each with its page.

They fill the pages of a store that has asked no paper yet. They are a list and not a series:
what was noticed by hand says nothing of how much happened, so no count rests on them.
"""

from hashlib import sha256
from importlib.resources import files

import pandas as pd
from sqlalchemy import Engine

from pipelines.announcements import collect
from pipelines.settings import Settings
from sources.announcements import COLUMNS
from warehouse import events
from warehouse.observations import read
from warehouse.projects import repository as project_store

FILE = files("sources.announcements") / "known.csv"
NUMBERS = ["power_mw", "amount"]


def shipped() -> pd.DataFrame:
    """Read the shipped facts: one event a row, titled in our own words."""
    facts = pd.read_csv(FILE.open(encoding="utf-8"), dtype=str, keep_default_na=False)
    numbers = facts[NUMBERS].apply(pd.to_numeric)
    parts = facts[["operator", "place", "country"]].to_numpy()
    title = [", ".join(filter(None, row)) for row in parts]
    blank = pd.DataFrame(None, facts.index, [c for c in COLUMNS if c not in facts])
    return facts.join(blank).assign(
        **numbers, title=title, is_announcement=1, confidence=1.0, spans=""
    )


def load(engine: Engine, settings: Settings) -> int:
    """Store the shipped facts that the clock knows, once; how many were added."""
    facts = shipped()
    due = facts.loc[collect.instants(facts["published"]).le(settings.now)]
    if due.empty:
        return 0  # a clock of before them: they are read once it is right
    body = FILE.read_bytes() if len(due) == len(facts) else due.to_csv().encode()
    digest = sha256(body).hexdigest()
    if read.first_seen(engine, str(collect.SOURCE["key"]), collect.SHIPPED, digest) is not None:
        if not project_store.decided(engine):  # stored by an older software
            last = events.read(engine, as_of=settings.now)["fetch_id"].max()
            collect.settle(engine, settings, int(last))
        return 0
    return collect.take(engine, settings, due, collect.SHIPPED, digest).added
