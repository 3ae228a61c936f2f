"""The edition of the shipped history, computed once, without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from dashboards.bulletin import document
from pipelines.ingest import store
from pipelines.settings import Settings
from tests.conftest import NOW, made_once
from tests.install import browser as find_browser
from warehouse import edition
from warehouse.edition import Edition

# The browser's own services, which no page asked for, are kept silent.
# What draws runs in the browser's own process: a process for it costs a sixth of a page. A page
# lives for a second or two: to optimise its script takes a quarter of it, which is never had back.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update",
         "--in-process-gpu", "--js-flags=--no-opt"]  # fmt: skip


# Of a module, not of the session: while the driver is open the thread has a running event loop,
# and whatever calls `asyncio.run` in a later module (Dagster's automation) is refused.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine; `python -m tests.install` brings one."""
    path = find_browser()
    assert path, "no Chromium: run python -m tests.install"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shipped_store(first_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A warehouse with the shipped history and its latest edition."""
    home = tmp_path_factory.mktemp("editions") / "home"
    shutil.copytree(first_edition, home)
    return store.open_for_writing(Settings(home=home, now=NOW))


@pytest.fixture(scope="session")
def shipped_edition(shipped_store: Engine) -> Edition:
    """The latest month that the shipped history allows."""
    return edition.load(shipped_store)


@pytest.fixture(scope="session")
def bulletins(shipped_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bulletins of that edition, which no test may change."""
    return made_once(
        tmp_path_factory, "bulletins", lambda out: write_bulletins(shipped_edition, out)
    )


def write_bulletins(edition: Edition, out: Path) -> list[Path]:
    """The bulletins of an edition as files in `out`; the paths of the pages."""
    pages = document.pages(edition)
    for name, body in pages.items():
        (out / name).write_bytes(body)
    return [out / name for name in pages if name.endswith(".html")]
