"""A source asked on a day, and what a query then gives."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import fetch
from sources import find_source
from sources.http.client import PoliteClient
from tests.editions import address_of
from tests.pipelines.conftest import Command, Ran
from tests.pipelines.ingest.price_bodies import Rows, Visit
from tests.server import Reply, Site


@pytest.fixture
def visit(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Visit:
    """Fetch one request of a source on a day; `silentcrash fetch`."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setattr(fetch, "PoliteClient", partial(PoliteClient, sleep=lambda seconds: None))

    def visited(key: str, day: str, body: bytes, question: int = 0) -> Ran:
        declared = find_source(key)
        only = replace(declared, requests=declared.requests[question : question + 1])
        monkeypatch.setattr("pipelines.cli.sources.find_source", lambda _: only)
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        site.serve(address_of(site, only, day), Reply(body))
        return silentcrash("fetch", key)

    return visited


@pytest.fixture
def rows(silentcrash: Command) -> Rows:
    """The rows that a query gives."""

    def queried(sql: str) -> list[dict[str, Any]]:
        ended = silentcrash("query", sql, "--format", "json")
        assert ended.code == 0, ended.err
        content: list[dict[str, Any]] = json.loads(ended.out)
        return content

    return queried
