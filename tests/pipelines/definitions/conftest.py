"""Dagster as it is shipped, on its SQLite storage and on PostgreSQL."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.storage.defs_state.base import set_defs_state_storage
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from pipelines.definitions import defs
from tests.pipelines.alerts.conftest import Post, post
from tests.warehouse.conftest import create, drop, kind, server
from warehouse.alerts import repository
from warehouse.database import connect, migrate

__all__ = ["kind", "post", "server"]
ROOT = Path(__file__).parents[3]
NUMBERS = itertools.count()


@dataclass
class Installation:
    """A folder with a dagster.yaml, which every process opens for itself."""

    folder: Path

    @contextmanager
    def process(self) -> Iterator[dg.DagsterInstance]:
        """The instance as a new process finds it."""
        with dg.DagsterInstance.from_config(str(self.folder)) as instance:
            yield instance


@pytest.fixture(autouse=True)
def no_instance_left() -> Iterator[None]:
    """Undo what Dagster leaves behind of an instance entered twice.

    A run enters its instance again, and the next test without one would find a closed one.
    """
    with set_defs_state_storage(None):
        yield


@pytest.fixture
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, store: Engine
) -> Iterator[Installation]:
    """The shipped dagster.yaml, with PostgreSQL's storage where asked for."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    config = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    name = ""
    if kind == "postgresql":
        name, address = f"dagster_{next(NUMBERS)}", request.getfixturevalue("server")
        plain = make_url(create(address, name)).set(drivername="postgresql")
        url = plain.render_as_string(hide_password=False)
        config["storage"] = {"postgres": {"postgres_url": url}}
    (folder / "dagster.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    yield Installation(folder)
    if name:
        drop(address, name)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: Post) -> Engine:
    """The empty warehouse of an installation with an e-mail channel."""
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path))
    monkeypatch.setenv("SILENTCRASH_ALERT_MAIL", post.url)
    for name in ("SILENTCRASH_WAREHOUSE", "SILENTCRASH_NOW", "SILENTCRASH_ALERT_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)
    engine = connect(f"sqlite:///{tmp_path / 'warehouse.sqlite'}")
    migrate(engine)
    return engine


@pytest.fixture(scope="session")
def graph() -> dg.Definitions:
    """The definitions as Dagster loads them."""
    return defs()


def happened(engine: Engine) -> list[str]:
    """Kind and series of every recorded event, in order."""
    events = repository.history(engine)
    return [f"{row.kind} {row.series}" for row in events.itertuples()]
