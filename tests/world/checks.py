"""What a month must show, read from the store by SQL and from the files."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, text

from pipelines.index import framework
from pipelines.release.runway import weight_shares
from tests.world.operation import Log

Cell = tuple[str, date]
# A float64 holds 15 to 17 digits. A mean or a sum of squares may differ in the last of them with
# the order of its terms; a figure that is printed as it was published differs in none.
DIGITS = 12


@dataclass(frozen=True)
class Compared:
    """How many figures were compared with the model, and which are wrong."""

    figures: int
    wrong: tuple[str, ...]


def stored(engine: Engine) -> dict[Cell, float]:
    """The newest figure of each series and period."""
    with engine.connect() as connection:
        rows = connection.execute(text("select series, period, value from v_observation")).all()
    return {(row.series, _day(row.period)): row.value for row in rows}


def _day(period: object) -> date:
    return period if isinstance(period, date) else date.fromisoformat(str(period))


def compare(
    engine: Engine, log: Log, start: date, past: Mapping[str, Mapping[date, float]]
) -> Compared:
    """Compare every figure that publishers served with the one that is stored."""
    figures = stored(engine)
    wrong = [
        f"{series} of {period}: {figures.get((series, period))}, the model says {_words(values)}"
        for (series, period), values in log.allowed.items()
        if not any(same(figures.get((series, period)), value) for value in values)
    ]
    wrong += [
        f"{series} of {period}: {value}, which nobody published"
        for (series, period), value in figures.items()
        if period >= start
        and (series, period) not in log.allowed
        and series in log.sources
        and not same(value, past.get(series, {}).get(period))
    ]
    return Compared(len(log.allowed), tuple(wrong))


def same(first: float | None, second: float | None) -> bool:
    """Whether two figures are equal to the digit."""
    if first is None or second is None:
        return first is second
    return first == second or math.isclose(first, second, rel_tol=10.0**-DIGITS, abs_tol=1e-15)


def _words(values: set[float | None]) -> str:
    return " or ".join(sorted(map(str, values)))


@dataclass(frozen=True)
class Edition:
    """The edition of a month: number, index, observed share of the weight."""

    release: int
    score: float | None
    observed: float
    missing: tuple[str, ...]


def edition_of(engine: Engine, month: str) -> Edition | None:
    """The newest edition of a month; None if there is none."""
    query = text(
        "select release, key, kind, score, state from v_index where month = :month "
        "and period = :first order by release"
    )
    with engine.connect() as connection:
        rows = pd.read_sql(query, connection, params={"month": month, "first": f"{month}-01"})
    if rows.empty:
        return None
    last = rows.loc[rows["release"].eq(rows["release"].max())]
    score = last.loc[last["key"].eq("index"), "score"].iloc[0]
    shares = weight_shares(framework.in_force(month))
    states = dict(zip(last["key"], last["state"], strict=True))
    missing = [key for key in shares if states.get(key) != "observed"]
    observed = sum(share for key, share in shares.items() if key not in missing)
    value = None if pd.isna(score) else float(score)
    return Edition(int(last["release"].iloc[0]), value, observed, tuple(missing))


def fingerprint(engine: Engine, release: int, folder: Path) -> str:
    """The hash of an edition: its rows in the store and its files."""
    query = text("select * from v_index where release = :release order by period, key")
    with engine.connect() as connection:
        rows = connection.execute(query, {"release": release}).all()
    total = sha256(repr(rows).encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return total.hexdigest()


def told_twice(alerts: list[Any]) -> list[str]:
    """The alerts that were delivered more than once."""
    events = Counter(
        str(sorted(event.items(), key=str)) for each in alerts for event in each["data"]["events"]
    )
    messages = Counter(each["data"]["id"] for each in alerts)
    return [key for key, times in (events + messages).items() if times > 1]


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def linear(sizes: list[int], most: float = 2.0) -> bool:
    """Whether the second half grows by no more than `most` times the first.

    A store that grows by the same each month gives 1, one that doubles gives far more. What
    counts is the most so far: memory that was given back in between is not growth when it is
    taken again.
    """
    if len(sizes) < 5:
        return True
    # The first months load the histories.
    grown = list(accumulate(sizes, max))[2:]
    half = len(grown) // 2
    first, second = grown[half] - grown[0], grown[-1] - grown[-1 - half]
    return second <= most * max(first, 2**20)
