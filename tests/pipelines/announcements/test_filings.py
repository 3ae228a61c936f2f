"""From the SEC's lists over a real socket to documents and dated events."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.announcements import collect, filings
from pipelines.ingest import store
from pipelines.settings import from_environment
from sources.http.credentials import public_url
from sources.publishers import sec_filings
from tests.pipelines.conftest import Command
from tests.server import Reply, Site
from tests.sources.publishers.test_sec_filings import hit, page
from tests.sources.publishers.test_sec_releases import RELEASE_REBUILT

PAGE = {"Content-Type": "text/html"}
FOLDER = "https://www.sec.gov/Archives/edgar/data/1/00000000012600000{}/release.htm"


@pytest.fixture
def sec(empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The SEC on loopback: a list of two releases, of which one answers."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    *_, running = sec_filings.windows([], date(2026, 11, 23))
    site.serve(public_url(running).split("?")[0], page())
    site.serve(public_url(running), page(hit(1, "2026-11-02"), hit(2, "2026-11-03")))
    site.serve(FOLDER.format(1), Reply(RELEASE_REBUILT.encode(), headers=PAGE))
    return site


def gathered() -> tuple[int, int, int]:
    """Ask for the documents that are listed and read what came."""
    settings = from_environment()
    engine = store.open_for_writing(settings)
    filings.ask(engine, settings)
    return collect.read_archive(engine, settings)


def test_a_listed_release_becomes_an_event_of_its_day(
    sec: Site, silentcrash: Command, empty_home: Path
) -> None:
    assert silentcrash("fetch", "sec_filings").code == 0
    assert gathered() == (1, 0, 0)
    [event] = json.loads(silentcrash("announcements", "list", "--format", "json").out)
    assert (event["country"], event["power_mw"], event["amount"]) == ("Morocco", 80.0, 9e8)
    assert event["first_known"].startswith("2026-11-02")
    assert event["address"] == FOLDER.format(1)
    assert not [
        p for p in empty_home.rglob("*") if p.is_file() and b"must not be kept" in p.read_bytes()
    ]


def test_a_document_is_asked_for_once_and_one_that_failed_again(
    sec: Site, silentcrash: Command
) -> None:
    assert silentcrash("fetch", "sec_filings").code == 0
    gathered()
    before = len(sec.asked)
    gathered()
    asked_paths = [request.path for request in sec.asked[before:] if "release.htm" in request.path]
    assert [path.split("/")[-2][-1] for path in asked_paths] == ["2"]


def test_no_more_than_a_few_documents_a_run(
    sec: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filings, "MOST", 1)
    assert silentcrash("fetch", "sec_filings").code == 0
    gathered()
    assert [request for request in sec.asked if FOLDER.format(2).split("//")[1] in request.path]
    assert not [request for request in sec.asked if FOLDER.format(1).split("//")[1] in request.path]
