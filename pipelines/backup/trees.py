"""The files beside a warehouse: archive, editions, registers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any
from uuid import uuid4

import fsspec

from pipelines.settings import FILE, Settings

# What a person decided, which nothing can compute again: figures read by hand, the settings, and
# why an edition was shown before its hour. Dagster's state and the lake can be thrown away.
BY_HAND = ("registers", FILE, "embargo.jsonl")
BODY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})")
DRAFT = ".part"  # the end of what is being written now


@dataclass(frozen=True)
class Tree:
    """The files below a folder or fsspec URL: all, or some parts of it."""

    name: str
    root: str
    parts: tuple[str, ...] = ("",)

    def files(self) -> Iterator[str]:
        """The path of each file, relative to the root, in order."""
        store, root = self._opened()
        for part in self.parts:
            for path in sorted(store.find(f"{root}/{part}")):
                if not path.endswith(DRAFT):
                    yield path.removeprefix(root).lstrip("/")

    def open(self, relative: str) -> IO[bytes]:
        """A file to read."""
        store, root = self._opened()
        opened: IO[bytes] = store.open(f"{root}/{relative}", "rb")
        return opened

    def draft(self, relative: str) -> "Draft":
        """A file to write, which appears complete or not at all."""
        store, root = self._opened()
        return Draft(store, f"{root}/{relative}")

    def remove(self, relative: str) -> None:
        """Delete a file."""
        store, root = self._opened()
        store.rm_file(f"{root}/{relative}")

    def _opened(self) -> tuple[Any, str]:
        store, root = fsspec.core.url_to_fs(self.root)
        return store, str(root)


class Draft:
    """A file that has its name at the end of the block, or is removed."""

    def __init__(self, store: Any, path: str) -> None:
        self._store, self._path = store, path
        self._part = f"{path}.{uuid4().hex}{DRAFT}"

    def __enter__(self) -> IO[bytes]:
        self._store.makedirs(self._store._parent(self._path), exist_ok=True)
        opened: IO[bytes] = self._store.open(self._part, "wb")
        self._file = opened
        return opened

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if fault is None:
            self._store.mv(self._part, self._path)
        else:
            with suppress(OSError):
                self._store.rm_file(self._part)


def of(settings: Settings) -> tuple[Tree, ...]:
    """The trees of an installation."""
    return (
        Tree("archive", settings.archive),
        Tree("editions", str(settings.releases)),
        Tree("home", str(settings.home), BY_HAND),
    )


def body_hash(tree: Tree, relative: str) -> str | None:
    """The SHA-256 that an archived body has in its name; None for any other file."""
    match = BODY.fullmatch(relative) if tree.name == "archive" else None
    return match and match[1]
