"""Write a store as it is at one moment into a file, and make a store from one."""

import filecmp
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL

from warehouse.database import address, connect, postgresql, revision, sqlite
from warehouse.database.errors import WarehouseError, first_line

# Pages of SQLite between two reports of progress: 16 MiB with pages of 16 KiB, a tenth of a second.
PAGES = 1024
Report = Callable[[str], None]


def engine_name(url: str) -> str:
    """The engine at this URL: sqlite or postgresql."""
    return address.parse(url).get_backend_name()


def schema_of(url: str) -> str:
    """The schema of the store at this URL, "" for a file of SQLite."""
    target = address.parse(url)
    if address.is_file(target):
        return ""
    engine = postgresql.reader(target)
    try:
        return postgresql.current_schema(engine)
    finally:
        engine.dispose()


def revision_of(url: str) -> str:
    """The revision of the store at this URL.

    Raises WarehouseError where there is none.
    """
    target = address.parse(url)
    engine = sqlite.reader(target) if address.is_file(target) else postgresql.reader(target)
    try:
        stored = revision.current(engine)
    finally:
        engine.dispose()
    if stored is None:
        raise WarehouseError(
            f"{_shown(target)} holds no warehouse yet: `silentcrash run` makes one"
        )
    return stored


def write(url: str, out: Path, report: Report) -> None:
    """Write the store into the new file `out`, while others read and write it.

    The file has every table as of one moment: of SQLite it is a database, of PostgreSQL an archive
    of pg_dump of the store's schema alone, without owners and rights. Raises WarehouseError where
    the store is damaged, or pg_dump is missing or refuses.
    """
    target = address.parse(url)
    if address.is_file(target):
        _copy(Path(str(target.database)), out, report)
        return
    report("Dumping PostgreSQL")
    # A pattern: within quotes each letter stands for itself.
    schema = f'--schema="{schema_of(url)}"'
    options = ["--format=custom", "--no-owner", "--no-privileges", schema, f"--file={out}"]
    _run("pg_dump", target, options)


def is_empty(url: str) -> bool:
    """True if there is no file, or no table, at this URL."""
    target = address.parse(url)
    if address.is_file(target):
        return not Path(str(target.database)).exists()
    engine = postgresql.reader(target)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def load(file: Path, url: str, report: Report) -> None:
    """Make the store at this URL, which is empty, from what `write` wrote.

    It has the schema of the store that was written; other schemas of its database are left alone.
    All of it is there at the end, or nothing. Raises WarehouseError as `write` does.
    """
    target = address.parse(url)
    if address.is_file(target):
        _put(file, Path(str(target.database)))
        return
    report("Loading PostgreSQL")
    engine = connect(url)
    try:
        postgresql.create_schema(engine)
        # Without the schema itself, which is there: of `public` it always is.
        schema = f"--schema={postgresql.current_schema(engine)}"
    finally:
        engine.dispose()
    options = ["--single-transaction", "--no-owner", "--no-privileges", schema, str(file)]
    _run("pg_restore", target, options)
    _give_rights(url)


def _copy(source: Path, out: Path, report: Report) -> None:
    sqlite.check(source)
    with closing(sqlite.read_only(source)) as store, closing(sqlite3.connect(out)) as copy:
        # The read transaction holds one moment of the store: without it SQLite would begin the
        # copy again at each commit of a writer, and might never end.
        store.execute("begin")
        store.execute("select count(*) from sqlite_master").fetchone()

        def step(_: int, left: int, total: int) -> None:
            report(f"Copying the warehouse: {100 * (total - left) // max(total, 1)} %")

        try:
            store.backup(copy, pages=PAGES, progress=step)
            report("Checking the copy")
            faults = [str(row[0]) for row in copy.execute("pragma quick_check(1)")]
        except sqlite3.DatabaseError as fault:
            faults = [str(fault)]
    if faults != ["ok"]:
        raise WarehouseError(
            f"{source} is damaged ({first_line(faults[0])}): restore an earlier backup of it"
        )


def _put(file: Path, path: Path) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, draft)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        if not filecmp.cmp(file, draft, shallow=False):
            raise WarehouseError(f"{path} was not written as it should be: look at its disk")
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _run(program: str, target: URL, options: Sequence[str]) -> None:
    """Run a program of PostgreSQL; the password is in no argument."""
    executable = shutil.which(program)
    if executable is None:
        raise WarehouseError(
            f"{program} is not on this machine: install PostgreSQL's client programs, of the "
            "server's version or newer (postgresql-client in Debian)"
        )
    uri = target.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(target.password)} if target.password else {}
    ended = subprocess.run(  # noqa: S603 - a program of this machine and our own arguments
        [executable, "--no-password", f"--dbname={uri}", *options],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        # Its first line names the fault, the second the versions or the statement.
        lines = [line.removeprefix(f"{program}: ") for line in ended.stderr.splitlines()[:2]]
        raise WarehouseError(f"{program} could not finish: {'; '.join(lines)}")


def _give_rights(url: str) -> None:
    """Give the roles of readers and loaders their rights on the tables.

    A dump has none, as a new server may not have its logins. An older store gets them when it is
    brought up to date.
    """
    from warehouse import views

    engine = connect(url)
    try:
        if revision.current(engine) == revision.HEAD:
            views.rebuild(engine)
    finally:
        engine.dispose()


def _shown(target: URL) -> str:
    return target.render_as_string()
