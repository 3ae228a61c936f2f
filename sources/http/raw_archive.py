"""The raw bytes, kept once by their SHA-256 in a folder or any fsspec store."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import IO, Any, cast
from uuid import uuid4

import fsspec


class DamagedBody(ValueError):
    """The stored bytes are no longer those that were stored under this hash."""


class Archive:
    """Bodies at `root/ab/ab12…` with a sidecar `.json` each; `root` is a folder or fsspec URL.

    Nothing is ever changed: the first sidecar of a body stays, and a body that is there is not
    written again. A file appears whole or not at all.
    """

    def __init__(self, root: str) -> None:
        self._store, self._root = fsspec.core.url_to_fs(root)

    def put(self, body: bytes, about: Mapping[str, object]) -> str:
        """Keep `body` and what is known `about` it (JSON, no secrets); gives its SHA-256."""
        key = sha256(body).hexdigest()
        sidecar = json.dumps(dict(about), default=str, indent=1, sort_keys=True).encode()
        if not self._whole(key, len(body)):
            self._write(self._path(key), body)
        if not self._store.exists(self._path(key, ".json")):
            self._write(self._path(key, ".json"), sidecar)
        return key

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash. Raises KeyError without them, DamagedBody if they changed."""
        body = self._read(sha256)
        found = _hash(body)
        if found != sha256:
            raise DamagedBody(f"archived body {sha256} now hashes to {found}: restore it")
        return body

    def about(self, sha256: str) -> dict[str, Any]:
        """What was known of these bytes when they first came. Raises KeyError without them."""
        return cast("dict[str, Any]", json.loads(self._read(sha256, ".json")))

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and bool(self._store.exists(self._path(sha256)))

    def _path(self, key: str, suffix: str = "") -> str:
        return f"{self._root}/{key[:2]}/{key}{suffix}"

    def _read(self, key: str, suffix: str = "") -> bytes:
        try:
            return cast("bytes", self._store.cat_file(self._path(key, suffix)))
        except FileNotFoundError:
            raise KeyError(f"the archive {self._root} has no body {key}") from None

    def _whole(self, key: str, size: int) -> bool:
        return key in self and self._store.size(self._path(key)) == size

    def _write(self, path: str, body: bytes) -> None:
        self._store.makedirs(self._store._parent(path), exist_ok=True)
        draft = f"{path}.{uuid4().hex}.part"
        try:
            with self._store.open(draft, "wb") as file:
                file.write(body)
                file.flush()
                _sync(file)
            self._store.mv(draft, path)
        except BaseException:
            with suppress(OSError):
                self._store.rm(draft)
            raise


def _sync(file: IO[bytes]) -> None:
    try:
        descriptor = file.fileno()
    except (OSError, AttributeError):  # not a local file: nothing to sync
        return
    os.fsync(descriptor)


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()
