"""A release written once, and its publication."""

from pathlib import Path

import pytest

from dashboards import publish
from dashboards.publish.publication import Publication, prepare
from warehouse.edition import Edition


@pytest.fixture(scope="session")
def folder(shipped_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition that the shipped history gives."""
    out = tmp_path_factory.mktemp("publish")
    publish.write(prepare(shipped_edition), out)
    return out


@pytest.fixture(scope="session")
def publication(shipped_edition: Edition) -> Publication:
    """The same, before it is written."""
    return prepare(shipped_edition)
