"""Several processes that make the groups of a site, each with its own sight of the warehouse."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from dashboards.site.context import site_context
from dashboards.site.page_groups import PageGroups

WORTH = 24  # groups a process: under this it takes longer to start one than to make them
NEIGHBOURS = 4  # issues handed over at once: each is read again beside the one after it

Made: TypeAlias = tuple[str, set[str], int]  # the name of a group, its files, how many were written
Share: TypeAlias = tuple[Sequence[str], Future[list[Made]]]

_maker: PageGroups


def one(maker: PageGroups, name: str) -> Made:
    """Make a group in this process."""
    shelf = maker.make(name)
    return name, shelf.files, shelf.written


def made(maker: PageGroups, names: Sequence[str], *, forced: bool) -> Iterator[Made]:
    """Make the groups of these names, from now on, while the caller does other work."""
    processors = os.cpu_count() or 1
    hands = min(processors, len(names) // WORTH)
    if processors < 2 or not hands:
        return (one(maker, name) for name in names)
    url = maker.engine.url.render_as_string(hide_password=False)
    known = (url, maker.stock.now, maker.out, maker.base, forced)
    # a fork would carry over the threads of the renderer, which do not survive it
    crew = ProcessPoolExecutor(hands, get_context("spawn"), _ready, known)
    issues = [issue.name for issue in maker.stock.issues if issue.name in names]
    shares = [issues[start : start + NEIGHBOURS] for start in range(0, len(issues), NEIGHBOURS)]
    shares += [[name] for name in names if name not in issues]
    return _shared(maker, crew, [(share, crew.submit(_make, share)) for share in shares])


def _shared(maker: PageGroups, crew: ProcessPoolExecutor, work: list[Share]) -> Iterator[Made]:
    """What the crew makes from the first share on, and this process from the last one back."""
    with crew:
        while work:
            share, result = work[-1]
            if result.cancel():
                work.pop()
                yield from (one(maker, name) for name in share)
            else:
                yield from work.pop(0)[1].result()


def _ready(url: str, now: datetime, out: Path, base: str, forced: bool) -> None:
    """What every process does first."""
    global _maker
    from warehouse.database import connect

    engine = connect(url)
    _maker = PageGroups(engine, site_context(engine, now, forced=forced), out, base)


def _make(names: Sequence[str]) -> list[Made]:
    return [one(_maker, name) for name in names]
