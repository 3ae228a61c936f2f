"""Look at a folder and its store, tell what an upgrade does, and do it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text

from pipelines.errors import ObservatoryError, UsageError
from pipelines.observatory import folder
from pipelines.observatory.folder import Folder
from pipelines.settings import FILE as SETTINGS
from pipelines.settings import Settings
from pipelines.upgrade import changes, record
from pipelines.upgrade.changes import Change, shown
from pipelines.upgrade.record import Record
from warehouse.database import connect, dump
from warehouse.database.revision import HEAD, MIGRATIONS
from warehouse.publication import identity

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What the installed software changes for a folder.

    `stored` is the revision of its store, None where there is none; `now` is what will be
    recorded, and `recorded` True where the folder has that already.
    """

    changes: tuple[Change, ...]
    stored: str | None
    now: Record
    recorded: bool

    @property
    def wrong(self) -> list[Change]:
        """What has to be mended by hand before."""
        return [change for change in self.changes if change.topic == "wrong"]

    @property
    def migrates(self) -> bool:
        """True if the tables of the store have to be changed."""
        return self.stored is not None and self.stored < HEAD


def make(settings: Settings) -> Plan:
    """What an upgrade of this folder would change; nothing is touched.

    Raises WarehouseError where the server of the store does not answer.
    """
    home = settings.home
    now = record.installed(settings.now)
    stored, editions = _store(settings.warehouse)
    before, lines = _before(home, now)
    suffix, own, faults = _folder(home)
    lines += faults
    if before:
        newest_month = max((month for month, *_ in editions), default="")
        lines += changes.method(before, now, suffix, newest_month)
        lines += changes.sources(before, now)
        if own and own.panel:
            file = f"panels/{own.declared.country.lower()}.toml"
            lines += changes.panel(before, now, own.panel, file)
    lines += _words(home, before, now)
    lines += _settings(settings, now)
    lines += _migrations(stored, editions)
    same = before is not None and before == now.model_copy(update={"at": before.at})
    return Plan(tuple(lines), stored, now, same)


def apply(settings: Settings, plan: Plan, backups: Path | None, report: Report) -> list[str]:
    """Do what a plan says; what was done, a line each.

    The store is backed up into `backups` (None: not at all) before its tables change. The record
    comes last: an upgrade that was stopped is told again.

    Raises UsageError where something has to be mended first, WarehouseError and RunError where
    backup or migration fail; what is stored is then as it was.
    """
    if plan.wrong:
        raise UsageError(f"{len(plan.wrong)} to mend first; nothing was done")
    done = []
    if plan.migrates:
        from pipelines.ingest import store

        if backups:
            from pipelines.backup import make as backup

            done.append(f"backup: {backup.make(settings, backups, report).path}")
        report("Changing the tables")
        put_back = folder.put_in_force(settings.home)
        try:
            store.open_for_writing(settings).dispose()
        finally:
            put_back()
        done.append(f"store: revision {plan.stored} → {HEAD}")
    settings.home.mkdir(parents=True, exist_ok=True)
    done.append(f"recorded: {record.write(plan.now, settings.home)}")
    return done


def _before(home: Path, now: Record) -> tuple[Record | None, list[Change]]:
    """What the folder was last upgraded to, and what there is to say of it."""
    unknown = "what method, words and sources were before is not known; --yes records this one"
    try:
        before = record.read(home)
    except ObservatoryError as fault:
        return None, [Change("software", f"{shown(fault)}: {unknown}")]
    if before is None:
        return None, [Change("software", f"{home} has no {record.FILE}: {unknown}")]
    if before.software == now.software:
        return before, []
    return before, [Change("software", f"{shown(before.software)} → {now.software}")]


def _folder(home: Path) -> tuple[str, Folder | None, list[Change]]:
    """What its panel adds to the name of a version, the folder, and its faults."""
    if not (home / identity.FILE).exists():
        return "", None, []
    try:
        own = folder.load(home)
    except ObservatoryError as fault:
        # Sentences are told one by one below, with what became of their originals.
        wrong = [] if "/words/" in str(fault) else [Change("wrong", shown(fault))]
        return "", None, wrong
    from pipelines.index import framework
    from pipelines.observatory.panel import method_with

    suffix = method_with(own.panel).version.removeprefix(framework.newest().version)
    return suffix, own, []


def _words(home: Path, before: Record | None, now: Record) -> Iterator[Change]:
    from pipelines.declared import raw

    ours = record.shipped_words()
    for file in sorted(home.glob("words/*.toml")):
        if file.stem not in ours or file.stat().st_size > folder.LARGEST:
            continue  # which `doctor` names
        try:
            own = raw(file, UsageError)
        except UsageError as fault:
            yield Change("wrong", shown(fault))
            continue
        yield from changes.words(before, now, own, ours[file.stem], file.stem)


def _settings(settings: Settings, now: Record) -> Iterator[Change]:
    """What the settings name and no source is."""
    for key in (*settings.sources, *settings.accept):
        if key not in now.sources:
            yield Change("wrong", f"{SETTINGS} names the source {shown(key)}, which is gone")


Edition = tuple[str, str, str]  # month, version of the method, its hash


def _store(url: str) -> tuple[str | None, list[Edition]]:
    """The revision of the store, None without one, and its editions."""
    if dump.is_empty(url):
        return None, []
    revision = dump.revision_of(url)
    engine = connect(url)
    query = "select month, framework_version, framework_hash from release order by month"
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("release"):
                return revision, []
            rows = connection.execute(text(query)).all()
    finally:
        engine.dispose()
    return revision, [(month, version, key) for month, version, key in rows]


def _migrations(stored: str | None, editions: list[Edition]) -> Iterator[Change]:
    if stored is None:
        yield Change("store", "there is none yet: `silentcrash run` makes it")
        return
    if stored > HEAD:
        yield Change("wrong", f"the store is of a newer software (revision {stored}, this one "
                     f"knows {HEAD}): install that, or restore a backup made before")  # fmt: skip
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*.py")):
        if (number := path.name.partition("_")[0]) > stored:
            meaning = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
            yield Change("store", f"revision {number}: {meaning.partition('.')[0]}")
    months: dict[str, set[str]] = {}
    for month, version, _ in editions:
        months.setdefault(version, set()).add(month)
    for version, published in months.items():
        yield Change("store", f"{len(published)} months by {shown(version)}, "
                     f"{min(published)} to {max(published)}: they stay as they are")  # fmt: skip
