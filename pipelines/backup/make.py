"""Make a backup: the warehouse as of one moment, then the files it names."""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from pipelines.backup import manifest, trees
from pipelines.backup.manifest import Entry, Manifest
from pipelines.backup.objects import Objects
from pipelines.errors import RunError
from pipelines.settings import Settings
from warehouse.database import dump

Report = Callable[[str], None]
WAREHOUSE = "warehouse"


@dataclass(frozen=True)
class Backup:
    """What a backup did.

    `new_files` and `new_bytes`: what this folder did not have yet. `damaged`: archived bodies
    that are no longer what was stored and that no earlier backup has either; they are left out.
    """

    path: Path
    manifest: Manifest
    new_files: int
    new_bytes: int
    damaged: tuple[str, ...]


def make(settings: Settings, root: Path, report: Report, keep: int | None = None) -> Backup:
    """Back up an installation into the folder `root`.

    Others may read and write meanwhile. A content that the folder has is not written again. The
    list of the backup comes last: killed before, there is no new backup, and the next one goes on
    with what is there. With `keep`, older backups than the newest so many are removed afterwards.

    Raises WarehouseError where there is no warehouse or it is damaged, RunError while another
    backup writes to this folder.
    """
    revision = dump.revision_of(settings.warehouse)
    objects = Objects(root)
    with alone(root):
        objects.clear_drafts()
        taken = _Taken(objects)
        # The archive and the editions are written before the rows that name them: what this copy
        # of the warehouse names is therefore in the trees that are read after it.
        warehouse = _warehouse(settings, root, taken, report)
        files = [entry for tree in trees.of(settings) for entry in _tree(tree, taken, report)]
        backup = Manifest(
            at=settings.now,
            software=version("silent-crash-observatory"),
            engine=dump.engine_name(settings.warehouse),
            revision=revision,
            warehouse=warehouse,
            files=tuple(files),
            schema=dump.schema_of(settings.warehouse),
        )
        path = manifest.write(backup, root)
        if keep is not None:
            report("Removing older backups")
            forget(root, keep)
    return Backup(path, backup, taken.files, taken.bytes, tuple(taken.damaged))


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the folder of backups for one writer.

    Raises RunError while another has it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"another backup writes to {root}: wait until it has ended") from None
        yield


def forget(root: Path, keep: int) -> None:
    """Remove the backups before the newest `keep`, and what only they hold.

    Nothing is removed where a list that stays cannot be read: its contents are not known.
    """
    stored, objects = manifest.paths(root), Objects(root)
    older = stored[:-keep]
    needed = {
        entry.sha256 for path in stored[len(older) :] for entry in manifest.read(path).entries
    }
    for path in older:
        path.unlink()
    for key in [key for key in objects.hashes() if key not in needed]:
        objects.remove(key)


class _Taken:
    """The contents of a backup as they are taken, and what was new."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.files = self.bytes = 0
        self.damaged: list[str] = []

    def file(self, tree: trees.Tree, path: str) -> Entry | None:
        """An entry for a file; None for a body that is damaged or has gone meanwhile."""
        expected = trees.body_hash(tree, path)
        # An archived body is named by its hash, so that one of an earlier backup is not read again.
        if expected and (stored := self.objects.size(expected)) is not None:
            return Entry(tree.name, path, expected, stored)
        try:
            with tree.open(path) as file:
                entry = self.content(tree.name, path, file)
        except FileNotFoundError:  # an edition that was written again, under other names
            return None
        if expected and entry.sha256 != expected:
            self.damaged.append(path)
            return None
        return entry

    def content(self, tree: str, path: str, file: IO[bytes]) -> Entry:
        """An entry for what an open file holds."""
        key, size, is_new = self.objects.put(file)
        if is_new:
            self.files, self.bytes = self.files + 1, self.bytes + size
        return Entry(tree, path, key, size)


def _warehouse(settings: Settings, root: Path, taken: _Taken, report: Report) -> Entry:
    with TemporaryDirectory(dir=root, prefix=".warehouse-") as folder:
        file = Path(folder) / WAREHOUSE
        dump.write(settings.warehouse, file, report)
        with file.open("rb") as source:
            return taken.content(WAREHOUSE, WAREHOUSE, source)


def _tree(tree: trees.Tree, taken: _Taken, report: Report) -> Sequence[Entry]:
    entries = []
    for number, path in enumerate(tree.files(), start=1):
        if number % 100 == 0:
            report(f"Copying {tree.name}: {number} files")
        if entry := taken.file(tree, path):
            entries.append(entry)
    return entries
