"""Restore a backup into an empty place, to the bit, or check it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pipelines.backup import trees
from pipelines.backup.manifest import Entry, Manifest
from pipelines.backup.objects import Objects, copy
from pipelines.errors import RunError, UsageError
from pipelines.settings import Settings
from warehouse.database import dump
from warehouse.database.revision import HEAD

Report = Callable[[str], None]


def check(root: Path, backup: Manifest, report: Report) -> None:
    """Read every byte of a backup.

    Raises RunError, which names a file that is damaged or gone.
    """
    objects = Objects(root)
    for number, entry in enumerate(backup.entries):
        if number % 100 == 0:
            report(f"Checking the backup: {number} of {len(backup.entries)} files")
        objects.verify(entry.sha256)


def restore(settings: Settings, root: Path, backup: Manifest, report: Report) -> None:
    """Restore a backup into the places that the settings name.

    They must be empty. Everything is checked before anything is written, and read again
    afterwards. On an error what was written is removed, so that the place is empty again.

    Raises RunError for a place that is not empty or a backup that is damaged, UsageError where the
    settings name the other engine, WarehouseError where PostgreSQL's programs are missing.
    """
    _refuse(settings, backup)
    check(root, backup, report)
    objects, target = Objects(root), _Target(settings)
    try:
        for number, entry in enumerate(backup.files):
            if number % 100 == 0:
                report(f"Restoring: {number} of {len(backup.files)} files")
            target.write(objects, entry)
        report("Reading what was written")
        target.verify(backup.files)
        # Last: whoever finds a warehouse finds all that it names.
        dump.load(objects.path(backup.warehouse.sha256), settings.warehouse, report)
    except BaseException:
        target.clear()
        raise


def _refuse(settings: Settings, backup: Manifest) -> None:
    engine = dump.engine_name(settings.warehouse)
    if engine != backup.engine:
        raise UsageError(
            f"this backup is of {backup.engine}, and SILENTCRASH_WAREHOUSE names {engine}: "
            f"name an empty database of {backup.engine}"
        )
    if (schema := dump.schema_of(settings.warehouse)) != backup.schema:
        raise UsageError(
            f"this backup is of the schema {backup.schema!r}, and SILENTCRASH_WAREHOUSE names "
            f"{schema!r}: end the address with ?schema={backup.schema}, where that is empty"
        )
    if backup.revision > HEAD:
        raise RunError(
            f"this backup is of a newer software (revision {backup.revision}, this one knows "
            f"{HEAD}): restore it with version {backup.software} or newer"
        )
    if not dump.is_empty(settings.warehouse):
        raise RunError(
            "the warehouse is not empty: a backup is only restored into an empty place; "
            "name another one by SILENTCRASH_HOME or SILENTCRASH_WAREHOUSE"
        )
    for tree in trees.of(settings):
        if (path := next(iter(tree.files()), None)) is not None:
            raise RunError(
                f"{tree.root} is not empty ({path}): a backup is only restored into an empty "
                "place; name another one by SILENTCRASH_HOME"
            )


class _Target:
    """The places that are restored into, and what was written there."""

    def __init__(self, settings: Settings) -> None:
        self._trees = {tree.name: tree for tree in trees.of(settings)}
        self._written: list[Entry] = []

    def write(self, objects: Objects, entry: Entry) -> None:
        """Write a file with the content of the backup."""
        with self._trees[entry.tree].draft(entry.path) as file:
            self._written.append(entry)
            objects.read_into(entry.sha256, file.write)

    def verify(self, entries: Iterable[Entry]) -> None:
        """Read every file again.

        Raises RunError for one that is not what the backup has.
        """
        for entry in entries:
            with self._trees[entry.tree].open(entry.path) as file:
                actual, _ = copy(file, len)
            if actual != entry.sha256:
                raise RunError(
                    f"{entry.path} was not written as the backup has it: look at the disk of "
                    f"{self._trees[entry.tree].root}, then restore again"
                )

    def clear(self) -> None:
        """Remove what was written."""
        for entry in self._written:
            with suppress(OSError):
                self._trees[entry.tree].remove(entry.path)
