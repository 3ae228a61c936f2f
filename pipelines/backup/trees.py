"""The files beside a warehouse: archive, editions, registers."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any

import fsspec

from pipelines.settings import FILE, Settings
from sources.http.raw_archive import DRAFT, draft
from warehouse.publication import identity

# What a person decided, which nothing can compute again: figures read by hand, the settings, why an
# edition was shown before its hour, and what an observatory of one's own says of itself; and when
# other observatories were last read. Dagster's state and the lake can be thrown away.
BY_HAND = (
    "registers", FILE, "embargo.jsonl", identity.FILE, "panels", "words", "sources", "theme",
    "method", "README.md", "software.json", "peers.json",
)  # fmt: skip
BODY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})")


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

    def draft(self, relative: str) -> AbstractContextManager[IO[bytes]]:
        """A file to write, which appears complete or not at all."""
        store, root = self._opened()
        return draft(store, f"{root}/{relative}")

    def remove(self, relative: str) -> None:
        """Delete a file."""
        store, root = self._opened()
        store.rm_file(f"{root}/{relative}")

    def _opened(self) -> tuple[Any, str]:
        store, root = fsspec.core.url_to_fs(self.root)
        return store, str(root)


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
