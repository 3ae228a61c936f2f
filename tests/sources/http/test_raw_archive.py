"""The raw archive: bodies are unchanged, stored once; damage is detected."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.http.raw_archive import Archive, DamagedBody

BODY = b"month,price\n2025-01,41\n"
METADATA = {"source": "figures", "request": {"headers": {"X-Key": "${TEST_KEY}"}}}


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_body_is_stored_under_its_hash_with_its_metadata(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    key = archive.put(BODY, METADATA)
    assert key == sha256(BODY).hexdigest()
    assert key in archive
    assert archive.get(key) == (tmp_path / key[:2] / key).read_bytes() == BODY
    assert archive.metadata(key) == METADATA
    assert files(tmp_path) == [key, f"{key}.json"]


@given(body=st.binary(max_size=200))
def test_every_body_comes_back_in_any_store(body: bytes) -> None:
    archive = Archive("memory://raw")
    assert archive.get(archive.put(body, {})) == body


def test_the_first_sidecar_stays_and_the_body_is_written_once(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    key = archive.put(BODY, {"at": "first"})
    before = (tmp_path / key[:2] / key).stat().st_mtime_ns
    assert archive.put(BODY, {"at": "second"}) == key
    assert archive.metadata(key) == {"at": "first"}
    assert (tmp_path / key[:2] / key).stat().st_mtime_ns == before


def test_what_a_crash_left_incomplete_is_written_by_the_next_put(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    key = archive.put(BODY, METADATA)
    path = tmp_path / key[:2] / key
    path.with_name(f"{key}.json").unlink()
    path.write_bytes(BODY[:5])
    archive.put(BODY, METADATA)
    assert (archive.get(key), archive.metadata(key)) == (BODY, METADATA)


def test_many_writers_of_one_body_leave_one(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: archive.put(BODY, METADATA), range(32)))
    (key,) = keys
    assert files(tmp_path) == [key, f"{key}.json"]
    assert archive.get(key) == BODY


def test_a_write_that_fails_leaves_no_body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(str(tmp_path))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        archive.put(BODY, METADATA)
    key = sha256(BODY).hexdigest()
    assert key not in archive
    assert files(tmp_path) == []
    with pytest.raises(KeyError, match="has no body"):
        archive.get(key)


def test_bytes_that_changed_on_disk_are_not_returned(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    key = archive.put(BODY, METADATA)
    (tmp_path / key[:2] / key).write_bytes(BODY.replace(b"41", b"14"))
    with pytest.raises(DamagedBody, match="restore it"):
        archive.get(key)


def test_a_sidecar_is_plain_json_that_other_tools_read() -> None:
    key = Archive("memory://elsewhere").put(BODY, METADATA)
    with fsspec.open(f"memory://elsewhere/{key[:2]}/{key}.json") as file:
        assert json.load(file) == METADATA
