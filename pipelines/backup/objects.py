"""The contents of a backup folder: each once, by its SHA-256."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO
from uuid import uuid4

from pipelines.errors import RunError

CHUNK = 1 << 20  # bytes read at once: a warehouse does not fit the memory of a small machine
Write = Callable[[bytes], object]


class Objects:
    """Contents at `root/objects/ab/ab12…`; a file is there complete or not at all."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "objects"

    def path(self, key: str) -> Path:
        """Where the content with this hash is, or would be."""
        return self._folder / key[:2] / key

    def size(self, key: str) -> int | None:
        """The length of the content with this hash, None without it; it is not read."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return None

    def put(self, source: IO[bytes]) -> tuple[str, int, bool]:
        """Store what `source` holds; its hash, its length and whether it is new here."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{uuid4().hex}.part"
        try:
            with draft.open("wb") as file:
                key, size = copy(source, file.write)
                sync(file)
            if is_new := self.size(key) != size:
                self.path(key).parent.mkdir(exist_ok=True)
                draft.rename(self.path(key))
        finally:
            draft.unlink(missing_ok=True)
        return key, size, is_new

    def read_into(self, key: str, write: Write) -> None:
        """Pass a content on, piece by piece.

        Raises RunError, which names the file, where it is gone or not what was stored: the caller
        throws away what it wrote.
        """
        path = self.path(key)
        try:
            with path.open("rb") as file:
                actual, _ = copy(file, write)
        except FileNotFoundError:
            raise RunError(f"the backup is not complete: {path} is gone") from None
        if actual != key:
            raise RunError(
                f"the backup is damaged: {path} now hashes to {actual}; delete this file and "
                "back up again, or restore another backup"
            )

    def verify(self, key: str) -> None:
        """Read a content and compare its hash; raises as `read_into` does."""
        self.read_into(key, len)

    def hashes(self) -> Iterator[str]:
        """The hash of every content."""
        for path in self._folder.glob("??/*"):
            yield path.name

    def remove(self, key: str) -> None:
        """Delete a content."""
        self.path(key).unlink(missing_ok=True)

    def clear_drafts(self) -> None:
        """Delete what backups left that were killed; nobody else may be writing."""
        for path in self._folder.glob("*.part"):
            path.unlink(missing_ok=True)


def copy(source: IO[bytes], write: Write) -> tuple[str, int]:
    """Pass the bytes of `source` on; their SHA-256 and number."""
    digest, size = sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        write(chunk)
    return digest.hexdigest(), size


def sync(file: IO[bytes]) -> None:
    """Have the disk hold what was written."""
    file.flush()
    os.fsync(file.fileno())
