"""Answers of people on texts that were abstained on: added, never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from warehouse import query
from warehouse.database import add, writing
from warehouse.projects.tables import Review

WAITING = """
select report, title, address, known_from, lang, confidence from v_event
where event_type = 'abstained' order by known_from desc, report
"""
# The last answer on every title, which later readings of the same text take over.
IN_FORCE = "select * from v_review where in_force order by review"
HISTORY = "select * from v_review order by review"


def waiting(engine: Engine, *, as_of: datetime) -> pd.DataFrame:
    """List the texts that wait for a person, newest first.

    Columns: report (number), title, address, known_from (UTC), lang, confidence.
    """
    frame = query.run(engine, WAITING, as_of=as_of)
    return frame.assign(known_from=pd.to_datetime(frame["known_from"], utc=True))


def titles(engine: Engine) -> pd.DataFrame:
    """The title and link of every text that was ever abstained on, by its number."""
    abstained = "select report, title, address from v_event where reader_said = 'abstained'"
    return query.run(engine, abstained).set_index("report")


def answers(engine: Engine, *, every: bool = False) -> pd.DataFrame:
    """Read the answers in force, or with `every` all of them, oldest first."""
    return query.run(engine, HISTORY if every else IN_FORCE)


def record(engine: Engine, fetch_id: int, at: datetime, answer: Mapping[str, Any]) -> int:
    """Add an answer (columns of Review but id, fetch_id, at); give its number."""
    with writing(engine) as connection:
        return add(connection, Review, fetch_id=fetch_id, at=int(at.timestamp()), **answer)
