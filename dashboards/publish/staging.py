"""Folders and files that are written aside and then appear together.

A reader sees what was published before or what is published now, whenever the writer is killed
and wherever the disk is full.
"""

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

DRAFT, NEW, OLD = ".draft", ".new", ".old"
FULL = (errno.ENOSPC, errno.EDQUOT)
# Of renameat2(2): paths are relative to the working directory, and two of them are swapped.
AT_FDCWD, RENAME_EXCHANGE = -100, 2


class Staging:
    """A context whose drafts take their places in the folder `root` when it ends.

    After an error nothing has changed, and an error of the disk names the target of the draft.
    The drafts stand in a hidden folder of `root`, because a rename cannot cross file systems.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._names: list[str] = []

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True, exist_ok=True)
        _recover(self.root)
        new = self.root / f".{uuid4().hex}{NEW}"
        new.mkdir()
        self._lock = os.open(new, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # renamed only under its lock: `_recover` takes a draft without one for a dead writer's
        self._drafts = new.rename(new.with_suffix(DRAFT))
        return self

    def folder(self, name: str) -> Path:
        """A draft that will take the place of the folder `name`.

        It starts with the files of that folder as hard links, so that unchanged files cost
        nothing and files of others stay. `put` replaces such a file and leaves its twin alone.
        """
        target, draft = self.root / name, self._drafts / name
        if target.is_mount():
            reason = "a mount point cannot be switched as a whole: name a folder inside it"
            raise OSError(errno.EBUSY, reason, str(target))
        self._names.append(name)
        if target.exists():
            shutil.copytree(target, draft, copy_function=_link, symlinks=True)
        else:
            draft.mkdir()
        return draft

    def file(self, name: str, body: bytes) -> None:
        """Write the draft of the file `name`."""
        self._names.append(name)
        put(self._drafts / name, body)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if error is None:
                for name in self._names:
                    _switch(self._drafts / name, self.root / name)
            elif isinstance(error, OSError) and error.filename:
                path = Path(os.fsdecode(error.filename))
                if path.is_relative_to(self._drafts):
                    error.filename = str(self.root / path.relative_to(self._drafts))
        finally:
            shutil.rmtree(self._drafts, ignore_errors=True)
            os.close(self._lock)


def put(path: Path, body: bytes) -> bool:
    """Write a file unless it has these bytes already; whether it was written.

    Raises OSError with the room that the file needs where the disk is full.
    """
    if holds(path, body):
        return False
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(body)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        if error.errno in FULL:
            raise full(path, len(body)) from error
        error.filename = error.filename or str(path)  # the error of a write names no file
        raise
    return True


def holds(path: Path, body: bytes) -> bool:
    """Whether a file has these bytes."""
    return path.is_file() and path.read_bytes() == body


def check_room(root: Path, sizes: Mapping[str, int]) -> None:
    """Refuse to begin where files of these sizes (bytes) do not fit under `root`.

    Raises OSError naming the first file that does not fit, and what all of them need.
    """
    left = shutil.disk_usage(_existing(root)).free
    for name, size in sizes.items():
        left -= size
        if left < 0:
            raise full(root / name, sum(sizes.values()))


def full(path: Path, needed: int) -> OSError:
    """The error of a full disk, with the bytes that are needed and free."""
    free = shutil.disk_usage(_existing(path)).free
    reason = (
        f"the disk is full: {_size(needed)} are needed and {_size(free)} are free; what was "
        "published before is unchanged, free some room and run the command again"
    )
    return OSError(errno.ENOSPC, reason, str(path))


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.resolve().parents) if folder.is_dir())


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _link(source: str, target: str) -> str:
    """A hard link, or a copy where the file system has none."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
    return target


def _switch(draft: Path, target: Path) -> None:
    """Put the draft in the place of the target, which takes that of the draft."""
    if not target.is_dir():
        draft.replace(target)
        return
    shutil.copymode(target, draft)
    if not _exchanged(draft, target):
        # two steps, not one: a kill between them leaves the old folder for `_recover`
        target.rename(draft.with_name(draft.name + OLD))
        draft.rename(target)


def _exchanged(draft: Path, target: Path) -> bool:
    """Swap two folders in one step; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    first, second = os.fsencode(draft), os.fsencode(target)
    swapped: bool = rename(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0
    return swapped


def _recover(root: Path) -> None:
    """Clear what killed writers left in `root`; restore a folder half switched."""
    for drafts in root.glob(f".*{DRAFT}"):
        if not _dead(drafts):
            continue
        for old in drafts.glob(f"*{OLD}"):
            if not (target := root / old.name.removesuffix(OLD)).exists():
                old.rename(target)
        shutil.rmtree(drafts, ignore_errors=True)


def _dead(drafts: Path) -> bool:
    """Whether no process holds the lock of a folder of drafts."""
    try:
        lock = os.open(drafts, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
