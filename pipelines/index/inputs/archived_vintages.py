"""True vintages in the place of figures whose dates are assumed.

A shipped history of a revised figure has the value of one late vintage, dated back by the usual
lag. Where an archive keeps what each day showed, its rows stand for those of the same periods. They
have a name of their own, so that a method that was published without them reads what it read.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from pipelines.declared import Declared, read

BUNDLED = Path(__file__).with_name("archived_vintages.toml")
VERSION = ["series", "period", "known_from", "fetch_id"]


class Vintages(Declared):
    """A series, and the one that has every vintage of it."""

    series: str
    kept_in: str


class _File(Declared):
    vintages: tuple[Vintages, ...] = ()


@cache
def load(path: Path = BUNDLED) -> tuple[Vintages, ...]:
    """The declared pairs. Raises MethodError for a file that cannot be used."""
    return read(path, _File).vintages


def with_vintages(history: pd.DataFrame) -> list[Vintages]:
    """The declared pairs of which a history has vintages."""
    present = set(history["series"].unique())
    return [pair for pair in load() if pair.kept_in in present]


def dated(series: str) -> str:
    """The name of a series with its true vintages."""
    return f"{series}@vintages"


def with_dated(series: Iterable[str]) -> list[str]:
    """These series, and their names with true vintages."""
    return [name for key in series for name in (key, dated(key))]


def apply(history: pd.DataFrame, assumed: pd.DataFrame, pairs: Sequence[Vintages]) -> pd.DataFrame:
    """The rows to add for pairs of which vintages are held.

    Args:
        history: every version of every figure; `origin` names what a row was read as, if not
            its own series.
        assumed: the versions whose date is an assumption: the columns of VERSION.
        pairs: which series has the vintages of which, one at least.

    Returns:
        Rows like those of `history`: the vintages, and the versions of the series but for those
        on an assumed date in a period that has vintages. `origin` leads to what was read.
    """
    added = []
    for pair in pairs:
        true = history[history["series"].eq(pair.kept_in)]
        own = history[history["series"].eq(pair.series)]
        doubtful = own[VERSION].merge(assumed[VERSION].assign(assumed=True), "left", VERSION)
        replaced = doubtful["assumed"].eq(True).to_numpy() & own["period"].isin(true["period"])
        rows = pd.concat([own[~replaced], true])
        added.append(rows.assign(series=dated(pair.series), origin=rows["series"]))
    return pd.concat(added, ignore_index=True)
