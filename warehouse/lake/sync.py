"""Sync the observations to append-only Parquet files, for DuckDB and Spark.

`manifest.json` names the files that count, each with its rows and SHA-256, and the greatest
fetch that they hold. It is written last and in one step, so that a sync that dies leaves the
lake as it was. Nothing enters the store at or below a fetch that is loaded, so a sync writes
new files only: each holds the versions of the fetches that its name tells.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
import pyarrow.parquet as pq
from sqlalchemy import Engine

from warehouse.fetches import newest_fetch
from warehouse.lake import catalogue
from warehouse.lake.extract import SCHEMA, row_groups

MANIFEST = "manifest.json"
# A figure seldom repeats: a dictionary of the values would cost more than it saves. Readers ask
# for series, periods and dates: the least and the greatest of the rest would spare them no file.
WRITTEN: dict[str, Any] = {
    "compression": "zstd",
    "use_dictionary": [name for name in SCHEMA.names if name != "value"],
    "write_statistics": ["series", "period", "known_from", "fetch_id"],
}


@dataclass(frozen=True)
class Manifest:
    """The files of the lake (path, rows, sha256) and the greatest fetch in them.

    `series` is the file of the catalogue; a lake of before has none.
    """

    newest_fetch: int
    files: tuple[Mapping[str, Any], ...]
    series: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The number of versions in the lake."""
        return sum(int(file["rows"]) for file in self.files)


def manifest(root: str) -> Manifest:
    """The manifest of the lake at this root; empty where there is no lake.

    `root` is a folder or an fsspec address.
    """
    files, folder = fsspec.core.url_to_fs(root)
    if not files.exists(f"{folder}/{MANIFEST}"):
        return Manifest(0, ())
    content = json.loads(files.cat_file(f"{folder}/{MANIFEST}"))
    return Manifest(content["newest_fetch"], tuple(content["files"]), content.get("series", {}))


def sync(engine: Engine, root: str) -> Manifest:
    """Add the versions stored since the last sync and give the new manifest."""
    before, newest = manifest(root), newest_fetch(engine)
    files, folder = fsspec.core.url_to_fs(root)
    series, observations = catalogue.write(engine, files, folder), before.files
    if newest == before.newest_fetch and series == before.series:
        return before
    if newest > before.newest_fetch:
        name = f"observations/fetch-{before.newest_fetch + 1:08d}-{newest:08d}.parquet"
        added = _write(engine, files, folder, name, before.newest_fetch, newest)
        observations = (*before.files, added) if added["rows"] else before.files
    synced = Manifest(newest, observations, series)
    content = {"newest_fetch": newest, "files": synced.files, "series": series}
    text = json.dumps(content, indent=1)
    files.makedirs(folder, exist_ok=True)
    _replace(files, f"{folder}/{MANIFEST}", text.encode())
    return synced


def _write(
    engine: Engine, files: Any, folder: str, name: str, after: int, until: int
) -> dict[str, Any]:
    with TemporaryDirectory(prefix="silentcrash-") as scratch:
        path = Path(scratch) / "new.parquet"
        schema = catalogue.described(SCHEMA, "v_observation_history")
        with pq.ParquetWriter(path, schema, **WRITTEN) as writer:
            for table in row_groups(engine, after, until):
                writer.write_table(table)
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").hexdigest()
        count = pq.read_metadata(path).num_rows
        if count:
            files.makedirs(f"{folder}/observations", exist_ok=True)
            files.put_file(str(path), f"{folder}/{name}")
    return {"path": name, "rows": count, "sha256": digest}


def _replace(files: Any, path: str, body: bytes) -> None:
    """Replace a file in one step: an object store does, a disk does by a rename."""
    if "file" not in files.protocol:
        files.pipe_file(path, body)
        return
    with open(f"{path}.new", "wb") as sink:
        sink.write(body)
        sink.flush()
        os.fsync(sink.fileno())
    os.replace(f"{path}.new", path)
