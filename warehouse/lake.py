"""The observations as append-only Parquet files, for DuckDB and for engines beyond one machine.

`manifest.json` names the files that count, each with its rows and SHA-256, and the greatest
fetch that they hold. It is written last and in one step, so that a sync that dies leaves the
lake as it was. Nothing enters the store at or below a fetch that is loaded, so a sync writes
new files only.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine

from warehouse.fetches import newest_fetch
from warehouse.frames import rows
from warehouse.tables import STATUS

MANIFEST = "manifest.json"
SCHEMA = pa.schema(
    [
        ("series", pa.string()),
        ("period", pa.date32()),
        ("value", pa.float64()),
        ("status", pa.string()),
        ("known_from", pa.timestamp("s", "UTC")),
        ("fetch_id", pa.int32()),
    ]
)
NEW = """select series_id, period, value, status, known_from, fetch_id from observation
where fetch_id > {after} and fetch_id <= {until} order by series_id, period, known_from, fetch_id"""


@dataclass(frozen=True)
class Manifest:
    """The files of the lake (path, rows, sha256) and the greatest fetch in them."""

    newest_fetch: int
    files: tuple[Mapping[str, Any], ...]

    @property
    def rows(self) -> int:
        """The versions that the lake holds."""
        return sum(int(file["rows"]) for file in self.files)


def manifest(root: str) -> Manifest:
    """What the lake at a folder or an fsspec address holds; nothing where there is none."""
    files, folder = fsspec.core.url_to_fs(root)
    if not files.exists(f"{folder}/{MANIFEST}"):
        return Manifest(0, ())
    found = json.loads(files.cat_file(f"{folder}/{MANIFEST}"))
    return Manifest(found["newest_fetch"], tuple(found["files"]))


def sync(engine: Engine, root: str) -> Manifest:
    """Add to the lake what the store has learnt since the last sync; the lake as it is then."""
    held, newest = manifest(root), newest_fetch(engine)
    if newest == held.newest_fetch:
        return held
    files, folder = fsspec.core.url_to_fs(root)
    name = f"observations/fetch-{held.newest_fetch + 1:08d}-{newest:08d}.parquet"
    added = _write(engine, files, folder, name, held.newest_fetch, newest)
    synced = Manifest(newest, (*held.files, added) if added["rows"] else held.files)
    text = json.dumps({"newest_fetch": newest, "files": synced.files}, indent=1)
    files.makedirs(folder, exist_ok=True)
    with files.transaction, files.open(f"{folder}/{MANIFEST}", "wb") as sink:
        sink.write(text.encode())
    return synced


def _write(
    engine: Engine, files: Any, folder: str, name: str, after: int, until: int
) -> dict[str, Any]:
    with TemporaryDirectory(prefix="silentcrash-") as scratch:
        path = Path(scratch) / "new.parquet"
        with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for batch in _new(engine, after, until):
                writer.write_batch(batch, row_group_size=262_144)
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").hexdigest()
        count = pq.read_metadata(path).num_rows
        if count:
            files.makedirs(f"{folder}/observations", exist_ok=True)
            with files.transaction:
                files.put_file(str(path), f"{folder}/{name}")
    return {"path": name, "rows": count, "sha256": digest}


def _new(engine: Engine, after: int, until: int) -> Iterator[pa.RecordBatch]:
    """The versions of the fetches in (after, until], as they go into the lake."""
    with engine.connect() as connection:
        keys = rows(connection, "select id, key from series").set_index("id")["key"]
    words = pa.array(keys.reindex(range(keys.index.max() + 1)), pa.string())
    query = NEW.format(after=after, until=until)
    source = _sqlite if engine.dialect.name == "sqlite" else _postgresql
    with source(engine, query) as reader:
        for batch in reader:
            yield _readable(batch, words)


def _readable(batch: pa.RecordBatch, keys: pa.Array) -> pa.RecordBatch:
    columns = [
        keys.take(batch["series_id"].cast(pa.int32())),
        batch["period"].cast(pa.int32()).cast(pa.date32()),
        batch["value"].cast(pa.float64()),
        pa.array(list(STATUS)).take(batch["status"].cast(pa.int32())),
        batch["known_from"].cast(pa.int64()).cast(pa.timestamp("s", "UTC")),
        batch["fetch_id"].cast(pa.int32()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


@contextmanager
def _sqlite(engine: Engine, query: str) -> Iterator[pa.RecordBatchReader]:
    # ADBC reads a copy: see warehouse/bulk.py for why it must not open the store itself.
    from adbc_driver_sqlite import dbapi

    with TemporaryDirectory(prefix="silentcrash-") as scratch:
        path = Path(scratch) / "new.sqlite"
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101
            driver.execute("attach database ? as copy", (str(path),))
            driver.execute(f"create table copy.new as {query}")
            driver.execute("detach database copy")
        with dbapi.connect(str(path)) as other, other.cursor() as cursor:
            cursor.execute("select * from new")
            yield cursor.fetch_record_batch()


@contextmanager
def _postgresql(engine: Engine, query: str) -> Iterator[pa.RecordBatchReader]:
    from adbc_driver_postgresql import dbapi

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        yield cursor.fetch_record_batch()
