"""A release written once, its publication, and the published series."""

from pathlib import Path

import pytest
import sdmx.reader.xml.v30  # noqa: F401 - sdmx1 cannot load it once it has read data by 2.1
from sqlalchemy import Engine

from dashboards import publish
from dashboards.publish.publication import Publication, prepare
from dashboards.publish.series.store import SeriesStore, read_store
from tests.conftest import NOW, made_once
from warehouse.edition import Edition


@pytest.fixture(scope="session")
def folder(publication: Publication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition that the shipped history gives; to be read only."""

    def write(out: Path) -> None:
        publish.write(publication, out / "edition")

    return made_once(tmp_path_factory, "publish", write) / "edition"


@pytest.fixture(scope="session")
def publication(shipped_edition: Edition) -> Publication:
    """The same, before it is written."""
    return prepare(shipped_edition)


@pytest.fixture(scope="session")
def store(shipped_store: Engine) -> SeriesStore:
    """Every series of the shipped history that may be republished."""
    return read_store(shipped_store, NOW)
