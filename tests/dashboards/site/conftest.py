"""A site built once from the shipped history and alerts, served on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboards.site.build import build
from dashboards.site.context import SiteContext, site_context
from pipelines.alerts import service
from pipelines.announcements import curated
from pipelines.settings import Settings
from sources.announcements import countries
from tests.dashboards.conftest import NOW

AFRICA = {name: countries.french(name) for name in countries.AFRICA}


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
def alerted(shipped_store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The shipped store with its announcements and evaluated alerts."""
    home = tmp_path_factory.mktemp("alerted")
    settings = Settings(home=home, now=NOW)
    curated.load(shipped_store, settings)
    service.evaluate(shipped_store, settings, 1, service.rules_in_force())
    return shipped_store


@pytest.fixture(scope="session")
def built(alerted: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the latest edition."""
    out = tmp_path_factory.mktemp("site")
    build(alerted, out, NOW, countries=AFRICA)
    return out


@pytest.fixture(scope="session")
def context(alerted: Engine) -> SiteContext:
    """What the site is built from."""
    return site_context(alerted, NOW)


@pytest.fixture(scope="session")
def served(built: Path) -> Iterator[str]:
    """The address of the site on loopback."""
    with serving(built) as address:
        yield address
