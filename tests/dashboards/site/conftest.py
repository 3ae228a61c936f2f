"""A site built once from the shipped history and alerts, served on loopback."""

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboards.site.build import build
from dashboards.site.context import SiteContext, site_context
from dashboards.site.explore import vega
from dashboards.site.explore.files import FOLDER
from pipelines.alerts import service
from pipelines.announcements import curated
from pipelines.ingest import store
from pipelines.settings import Settings
from sources.announcements import countries
from tests.conftest import NOW, made_once

ONE_OF = 40  # the pages of the series are of one template: so many of them are read as one
AFRICA = {name: countries.french(name) for name in countries.AFRICA}


def read_pages(paths: Iterable[Path]) -> list[Path]:
    """The pages in their order, but of those of the series only some."""
    ordered = sorted(paths)
    alike = [path for path in ordered if path.parent.parent.name == "series"]
    by_series = sorted({path.parent.name for path in alike})[::ONE_OF]
    return [path for path in ordered if path not in alike or path.parent.name in by_series]


class Quiet(SimpleHTTPRequestHandler):
    """A file server that logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def alerted(first_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The shipped store with its announcements and evaluated alerts."""

    def fill(home: Path) -> None:
        shutil.copytree(first_edition, home, dirs_exist_ok=True)
        settings = Settings(home=home, now=NOW)
        engine = store.open_for_writing(settings)
        curated.load(engine, settings)
        service.evaluate(engine, settings, 1, service.rules_in_force())
        engine.dispose()

    copy = tmp_path_factory.mktemp("alerted") / "home"
    shutil.copytree(made_once(tmp_path_factory, "alerted", fill), copy)
    return store.open_for_writing(Settings(home=copy, now=NOW))


@pytest.fixture(scope="session")
def built(alerted: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the latest edition, which no test may change."""

    def fill(folder: Path) -> None:
        build(alerted, folder / "site", NOW, countries=AFRICA)

    return made_once(tmp_path_factory, "site", fill) / "site"


def take_drawings(built: Path, out: Path) -> None:
    """Put the drawings and the script of Vega of a site into a new one.

    A build draws what is not there: what both show alike is drawn once, under a name that holds
    its digest. That drawing twice gives the same bytes is in the tests of the charts.
    """
    shutil.copytree(built / "charts", out / "charts")
    script = Path(FOLDER, vega.name())
    (out / script).parent.mkdir(parents=True)
    shutil.copy(built / script, out / script)


@pytest.fixture(scope="session")
def context(alerted: Engine) -> SiteContext:
    """What the site is built from."""
    return site_context(alerted, NOW)


@pytest.fixture(scope="session")
def served(built: Path) -> Iterator[str]:
    """The address of the site on loopback."""
    with serving(built) as address:
        yield address
