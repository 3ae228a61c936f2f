"""Several processes that make the groups of a site, each with its own sight of the warehouse."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from dashboards.site.maker import Maker
from dashboards.site.stock import stock

WORTH = 12  # groups a process: under this it takes longer to start one than to make them
NEIGHBOURS = 4  # groups handed over at once: an issue reads the one before it, too

_maker: Maker


def made(
    maker: Maker, names: Sequence[str], *, forced: bool
) -> Iterator[tuple[str, set[str], int]]:
    """Make the groups of these names; for each its name, its files and how many were written."""
    hands = min(os.cpu_count() or 1, len(names) // WORTH)
    if hands < 2:
        for name in names:
            shelf = maker.make(name)
            yield name, shelf.files, shelf.written
        return
    url = maker.engine.url.render_as_string(hide_password=False)
    known = (url, maker.stock.now, maker.out, maker.base, forced)
    # a fork would carry over the threads of the renderer, which do not survive it
    with ProcessPoolExecutor(hands, get_context("spawn"), _ready, known) as crew:
        yield from crew.map(_make, names, chunksize=NEIGHBOURS)


def _ready(url: str, now: datetime, out: Path, base: str, forced: bool) -> None:
    """What every process does first."""
    global _maker
    from warehouse.database import connect

    engine = connect(url)
    _maker = Maker(engine, stock(engine, now, forced=forced), out, base)


def _make(name: str) -> tuple[str, set[str], int]:
    shelf = _maker.make(name)
    return name, shelf.files, shelf.written
