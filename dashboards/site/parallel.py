"""Make the groups of a site in several processes, each with its own engine."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask
from threading import Thread
from typing import TypeAlias

from dashboards.site.context import site_context
from dashboards.site.page_groups import SERIES, PageGroups
from warehouse.publication import identity
from warehouse.publication.identity import Identity

GROUPS_PER_PROCESS = 24  # with fewer, a process takes longer to start than to make them
ISSUES_PER_TASK = 4  # neighbours: making an issue reads the one before it, which is then at hand

# The name of a group, its files, and how many of them were written.
GroupResult: TypeAlias = tuple[str, dict[str, str], int]
Task: TypeAlias = tuple[Sequence[str], Future[list[GroupResult]]]

_page_groups: PageGroups


def make_one(page_groups: PageGroups, name: str) -> GroupResult:
    """Make a group in this process."""
    writer = page_groups.make(name)
    return name, writer.files, writer.written


@contextmanager
def make_all(
    page_groups: PageGroups, names: Sequence[str], *, forced: bool, approval: bool
) -> Iterator[Iterator[GroupResult]]:
    """Make these groups in the background; gives those that are done.

    At the end of the context no process writes any more, after an error neither: it would fill
    a draft again that is being removed.
    """
    processors = os.cpu_count() or 1
    # this process is one of them: a second worker on two processors only took its start from both
    processes = min(processors - 1, len(names) // GROUPS_PER_PROCESS)
    if processors < 2 or not processes:
        yield (make_one(page_groups, name) for name in names)
        return
    url = page_groups.engine.url.render_as_string(hide_password=False)
    # a fork would carry over the threads of the renderer, which do not survive it
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    out, base = page_groups.out, page_groups.base
    now, house = page_groups.context.now, identity.in_force()
    arguments = (theirs, url, now, out, base, forced, approval, house)
    pool = ProcessPoolExecutor(processes, spawn, _ready, arguments)
    try:
        tasks = _tasks(page_groups, names)
        with _deaf_to_interrupts():
            pending = [(task, pool.submit(_make, task)) for task in tasks]
        yield _shared(page_groups, pending)
    except BaseException:
        ours.close()  # the workers end at once
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        ours.close()
        theirs.close()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that no Ctrl-C reaches: their parent gets it, and ends them.

    A terminal sends it to all of them, and each would write where it was.
    """
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _tasks(page_groups: PageGroups, names: Sequence[str]) -> list[Sequence[str]]:
    """The series, then several neighbouring issues a task, then an indicator each.

    The pages of the newest issue wait for those before the indicators.
    """
    issues = [issue.name for issue in page_groups.context.issues if issue.name in names]
    tasks: list[Sequence[str]] = [
        issues[start : start + ISSUES_PER_TASK] for start in range(0, len(issues), ISSUES_PER_TASK)
    ]
    awaited = [[SERIES], *tasks] if SERIES in names else tasks
    return [*awaited, *([name] for name in names if name not in {SERIES, *issues})]


def _shared(page_groups: PageGroups, pending: list[Task]) -> Iterator[GroupResult]:
    """The pool works from the first task on, this process from the last back.

    It takes issues before the others. While it makes the pages of the newest issue, the pool
    has the indicators left.
    """
    issues = {issue.name for issue in page_groups.context.issues}
    while pending:
        done = [own for own in pending if own[1].done()]
        last_first = pending[::-1]
        last_first.sort(key=lambda own: own[0][0] not in issues)
        free = next((own for own in last_first if not done and own[1].cancel()), None)
        if free:
            pending.remove(free)
            yield from (make_one(page_groups, name) for name in free[0])
        else:
            first = done[0] if done else pending[0]
            pending.remove(first)
            yield from first[1].result()


def _ready(
    parent: Connection,
    url: str,
    now: datetime,
    out: Path,
    base: str,
    forced: bool,
    approval: bool,
    house: Identity,
) -> None:
    """Prepare a worker process."""
    global _page_groups
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    identity.hand_down(house)
    from warehouse.database import open_for_reading

    engine = open_for_reading(url)
    context = site_context(engine, now, forced=forced, approval=approval)
    _page_groups = PageGroups(engine, context, out, base)


def _end_with(parent: Connection) -> None:
    """End this worker when the builder closes its end, or is killed.

    A pool's workers hold both ends of their queue: without this, those of a killed builder would
    finish their tasks in a draft that the next builder clears away, and then wait for ever.
    """
    with suppress(EOFError, OSError):
        parent.recv_bytes()
    os._exit(1)


def _make(names: Sequence[str]) -> list[GroupResult]:
    return [make_one(_page_groups, name) for name in names]
