"""The raw archive: every body once, by its SHA-256, in any fsspec store."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import IO, Any, cast
from uuid import uuid4

import fsspec

DRAFT = ".part"  # the end of the name of what is being written


class DamagedBody(ValueError):
    """An archived body, or what is noted beside it, is no longer what was stored."""


class Archive:
    """Bodies at `root/ab/ab12…`, each with a sidecar `.json`.

    `root` is a folder or an fsspec URL. Nothing is ever changed: the first sidecar of a body
    stays, and a body that is there is not written again. A file appears complete or not at all.
    What a disk has damaged is replaced when the right bytes come again.
    """

    def __init__(self, root: str) -> None:
        self._store, self._root = fsspec.core.url_to_fs(root)

    def put(self, body: bytes, metadata: Mapping[str, object]) -> str:
        """Store `body` with its metadata (JSON, no secrets) and return its SHA-256."""
        key = sha256(body).hexdigest()
        sidecar = json.dumps(dict(metadata), default=str, indent=1, sort_keys=True).encode()
        if not self.is_intact(key):
            self._write(self._path(key), body)
        if not self._is_described(key):
            self._write(self._path(key, ".json"), sidecar)
        return key

    def is_intact(self, sha256: str) -> bool:
        """True if the body with this hash is there, to the bit."""
        try:
            self.get(sha256)
        except (KeyError, DamagedBody):
            return False
        return True

    def get(self, sha256: str) -> bytes:
        """The body with this hash; KeyError without it, DamagedBody if it changed."""
        body = self._read(sha256)
        actual = _hash(body)
        if actual != sha256:
            raise DamagedBody(f"archived body {sha256} now hashes to {actual}: restore it")
        return body

    def metadata(self, sha256: str) -> dict[str, Any]:
        """The metadata of this body when it first came.

        Raises KeyError without it, DamagedBody if it cannot be read.
        """
        try:
            noted = json.loads(self._read(sha256, ".json"))
        except ValueError:  # cut short, or not text
            noted = None
        if not isinstance(noted, dict):
            raise DamagedBody(
                f"what is noted beside the archived body {sha256} is damaged: fetch it again"
            )
        return cast("dict[str, Any]", noted)

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and bool(self._store.exists(self._path(sha256)))

    def _path(self, key: str, suffix: str = "") -> str:
        return f"{self._root}/{key[:2]}/{key}{suffix}"

    def _read(self, key: str, suffix: str = "") -> bytes:
        try:
            return cast("bytes", self._store.cat_file(self._path(key, suffix)))
        except FileNotFoundError:
            raise KeyError(f"the archive {self._root} has no body {key}") from None

    def _is_described(self, key: str) -> bool:
        try:
            self.metadata(key)
        except (KeyError, DamagedBody):
            return False
        return True

    def _write(self, path: str, body: bytes) -> None:
        with draft(self._store, path) as file:
            file.write(body)
            file.flush()
            _sync(file)


@contextmanager
def draft(store: Any, path: str) -> Iterator[IO[bytes]]:
    """A file of an fsspec store that has its name at the end of the block.

    After an error there is none. Many writers may store the same bytes at once: each writes a file
    of its own, whose name ends in DRAFT, and the last rename wins.
    """
    store.makedirs(store._parent(path), exist_ok=True)
    part = f"{path}.{uuid4().hex}{DRAFT}"
    try:
        with store.open(part, "wb") as file:
            yield file
        store.mv(part, path)
    except BaseException:
        with suppress(OSError):
            store.rm(part)
        raise


def _sync(file: IO[bytes]) -> None:
    try:
        descriptor = file.fileno()
    except (OSError, AttributeError):  # not a local file: nothing to sync
        return
    os.fsync(descriptor)


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()
