"""Publication is whole or not at all: kills, full disks, two writers."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboards.publish import staging
from dashboards.publish.staging import DRAFT, OLD, Staging, check_room, put

FILES = {f"file-{number:02}.csv": bytes([number]) * 5000 for number in range(60)}
# Publishes again and again, with other bytes each time, and says which file is next. The module
# alone is loaded, which imports nothing of ours: with its package a writer starts in a second.
WRITER = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

spec = spec_from_file_location("staging", sys.argv[3])
staging = module_from_spec(spec)
spec.loader.exec_module(staging)
Staging, put = staging.Staging, staging.put
root, first = Path(sys.argv[1]), int(sys.argv[2])
for turn in range(first, first + 1000):
    with Staging(root) as staging:
        for folder in ("2026-10", "api"):
            draft = staging.folder(folder)
            for number in range(60):
                print(turn, number, flush=True)
                put(draft / f"file-{number:02}.csv", bytes([turn % 256]) * 5000)
        staging.file("editions.atom", bytes([turn % 256]) * 5000)
"""
# A disk of its own, of 60 kB: the release and the site do not fit.
SMALL_DISK = """
set -e
mount -t tmpfs -o size=60k none "$1"
"$2" -c "$3" "$1" "$4" || true
ls -A "$1"
"""
PUBLISH = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from dashboards.publish.staging import Staging, put
from dashboards.site.build import build
from pipelines.release import compute
from sqlalchemy import create_engine

root, engine = Path(sys.argv[1]), create_engine(sys.argv[2])
def fill():
    with Staging(root) as staging:
        draft = staging.folder("filled")
        for number in range(60):
            put(draft / f"file-{number:02}.csv", bytes(5000))
for run in (
    lambda: compute.publish(engine, 1, root),
    lambda: build(engine, root / "site", datetime(2026, 11, 23, 9, tzinfo=UTC)),
    fill,
):
    try:
        run()
    except OSError as error:
        print(error.filename, "|", error.strerror)
"""


def write(root: Path, files: Mapping[str, bytes] = FILES) -> None:
    with Staging(root) as drafts:
        folder = drafts.folder("2026-10")
        for name, body in files.items():
            put(folder / name, body)


def bodies_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_nothing_is_seen_before_the_end_and_no_draft_stays(tmp_path: Path) -> None:
    with Staging(tmp_path) as drafts:
        put(drafts.folder("2026-10") / "index.csv", b"1")
        drafts.file("editions.atom", b"1")
        assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-10", "editions.atom"]


def test_after_an_error_all_is_as_it_was(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(RuntimeError), Staging(tmp_path) as drafts:  # noqa: PT012
        put(drafts.folder("2026-10") / "file-00.csv", b"other")
        drafts.file("editions.atom", b"1")
        raise RuntimeError
    assert bodies_of(tmp_path / "2026-10") == FILES
    assert len(list(tmp_path.iterdir())) == 1


def test_files_of_others_stay_and_unchanged_ones_are_not_written(tmp_path: Path) -> None:
    write(tmp_path)
    folder = tmp_path / "2026-10"
    (folder / "notes.txt").write_text("mine")
    (folder / "link").symlink_to("notes.txt")
    (folder / "sub").mkdir()
    before = (folder / "file-01.csv").stat()
    write(tmp_path, FILES | {"file-00.csv": b"other"})
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "link").is_symlink()
    assert (folder / "sub").is_dir()
    assert (folder / "file-00.csv").read_bytes() == b"other"
    after = (folder / "file-01.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_file_that_a_reader_has_open_keeps_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:  # as on a system that cannot swap two folders in one step
        monkeypatch.setattr(staging, "_exchanged", lambda draft, target: False)
    write(tmp_path)
    with (tmp_path / "2026-10" / "file-00.csv").open("rb") as reader:
        write(tmp_path, {"file-00.csv": b"other"})
        assert reader.read() == FILES["file-00.csv"]
    assert (tmp_path / "2026-10" / "file-00.csv").read_bytes() == b"other"
    assert len(list(tmp_path.iterdir())) == 1


# R9
@pytest.mark.parametrize("files", [0, 1, 59, 60, 119, 500])
def test_a_killed_writer_leaves_nothing_or_all(tmp_path: Path, files: int) -> None:
    for start, end in ((1, files), (101, files + 1)):  # on an empty folder, then on a full one
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(start), staging.__file__]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        for _ in range(end + 1):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        for folder in (tmp_path / "2026-10", tmp_path / "api"):
            bodies = bodies_of(folder) if folder.exists() else {}
            assert len(bodies) in (0, 60)
            assert len(set(bodies.values())) <= 1
    write(tmp_path)
    assert not list(tmp_path.glob(f".*{DRAFT}"))
    assert bodies_of(tmp_path / "2026-10") == FILES


def test_a_kill_between_two_renames_is_mended_by_the_next_writer(tmp_path: Path) -> None:
    write(tmp_path)
    drafts = tmp_path / f".dead{DRAFT}"
    drafts.mkdir()
    (tmp_path / "2026-10").rename(drafts / f"2026-10{OLD}")
    with Staging(tmp_path):
        assert bodies_of(tmp_path / "2026-10") == FILES
        assert not drafts.exists()


def test_two_writers_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    with Staging(tmp_path) as first:
        put(first.folder("2026-10") / "index.csv", b"first")
        with Staging(tmp_path) as second:
            put(second.folder("2026-09") / "index.csv", b"second")
        assert bodies_of(tmp_path / "2026-09") == {"index.csv": b"second"}
    assert bodies_of(tmp_path / "2026-10") == {"index.csv": b"first"}


def test_a_disk_too_small_is_seen_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"1000000\.0 MB are needed and .* are free") as refused:
        check_room(tmp_path / "2026-10", {"small.csv": 1, "large.csv": 10**12})
    assert refused.value.errno == errno.ENOSPC
    assert refused.value.filename == str(tmp_path / "2026-10" / "large.csv")


# R8
def test_on_a_full_disk_nothing_is_visible_and_the_file_and_the_need_are_named(
    shipped_store: Engine, tmp_path: Path
) -> None:
    url = shipped_store.url.render_as_string(hide_password=False)
    script = ["sh", "-c", SMALL_DISK, "sh", str(tmp_path), sys.executable, PUBLISH, url]
    ran = subprocess.run(["unshare", "-rm", *script], capture_output=True, text=True, check=False)
    if "unshare" in ran.stderr or "mount:" in ran.stderr:
        pytest.skip("this machine gives no disk of one's own: unshare -rm")
    release, site, filled = ran.stdout.splitlines()  # and no file of `ls`
    assert release.startswith(f"{tmp_path}/2026-10/")
    assert " MB are needed and 6" in release
    assert site.startswith(f"{tmp_path}/site/")
    assert " are needed and " in site
    assert filled.startswith(f"{tmp_path}/filled/file-")
    assert "5 kB are needed" in filled


def test_a_file_that_is_too_large_for_its_user_is_named(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as error, Staging(tmp_path) as staging:
            put(staging.folder("2026-10") / "large.csv", b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.value.filename == str(tmp_path / "2026-10" / "large.csv")
    assert list(tmp_path.iterdir()) == []


# R19
ZONES = (("UTC", "C"), ("Africa/Casablanca", "C.UTF-8"), ("Pacific/Kiritimati", "C"))
RELEASE = """
import sys
from pathlib import Path
from pipelines.release import compute
from sqlalchemy import create_engine

compute.publish(create_engine(sys.argv[1]), 1, Path(sys.argv[2]))
"""


def test_bytes_do_not_depend_on_the_time_zone_or_the_locale(
    shipped_store: Engine, tmp_path: Path
) -> None:
    url = shipped_store.url.render_as_string(hide_password=False)
    running = []
    for zone, locale in ZONES:
        out = tmp_path / zone.replace("/", "-")
        surroundings = os.environ | {"TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-c", RELEASE, url, str(out)]
        running.append((out, subprocess.Popen(command, env=surroundings)))
    assert [process.wait() for _, process in running] == [0, 0, 0]
    sums = {(out / "2026-10" / "SHA256SUMS").read_text(encoding="utf-8") for out, _ in running}
    assert len(sums) == 1
    assert "bulletin.fr.html" in sums.pop()
