"""A home with its store, on either engine, and copies of it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, inspect

from pipelines.settings import Settings
from tests.warehouse.conftest import create, database, drop
from warehouse.database import connect
from warehouse.observations import read

Figures = dict[str, str]
Digests = dict[str, str]


@dataclass(frozen=True)
class Installation:
    """A home, whose store is a file in it or a database of `server`."""

    home: Path
    server: str = ""

    @property
    def warehouse(self) -> str:
        """The URL of the store."""
        if self.server:
            return database(self.server, self._database)
        return Settings(home=self.home).warehouse

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a command here."""
        return {
            "SILENTCRASH_HOME": str(self.home),
            "SILENTCRASH_RELEASES": str(self.home / "releases"),
            "SILENTCRASH_WAREHOUSE": self.warehouse,
        }

    @property
    def _database(self) -> str:
        return f"siege_{self.home.name.replace('-', '_')}"

    def make(self) -> None:
        """An empty folder, and an empty database where there is a server."""
        self.home.mkdir()
        if self.server:
            create(self.server, self._database)

    def copy(self, name: str) -> "Installation":
        """The same under another name, beside it."""
        other = replace(self, home=self.home.with_name(name))
        shutil.copytree(self.home, other.home)
        if self.server:
            create(self.server, other._database, self._database)
        return other

    def remove(self) -> None:
        """Take folder and database away."""
        shutil.rmtree(self.home)
        if self.server:
            drop(self.server, self._database)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The store, open as long as the context."""
        engine = connect(self.warehouse)
        yield engine
        engine.dispose()

    def figures(self) -> Figures:
        """A digest of every version of every figure, by source."""
        with self.engine() as engine:
            if not inspect(engine).has_table("observation"):
                return {}
            stored = read.history(engine).drop(columns="fetch_id")
        sources = stored["series"].astype(str).str.replace(r"\..*", "", regex=True)
        cells = pd.util.hash_pandas_object(stored, index=False)
        return {
            str(source): sha256(rows.to_numpy().tobytes()).hexdigest()
            for source, rows in cells.groupby(sources)
        }

    def published(self) -> Digests:
        """The checksum of every file of editions and site that is visible."""
        return {
            str(path.relative_to(self.home)): sha256(path.read_bytes()).hexdigest()
            for folder in ("releases", "site")
            for path in sorted((self.home / folder).rglob("*"))
            if path.is_file() and not any(part.startswith(".") for part in path.parts[-4:])
        }
