"""From a paper's feed over a real socket to dated events and an alert."""

import json
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from pipelines.announcements import collect, filings
from pipelines.definitions.assets import announcements
from pipelines.definitions.resources import Observatory
from pipelines.ingest import fetch
from sources import find_source
from sources.http.client import PoliteClient
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

XML = {"Content-Type": "application/rss+xml"}
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Made up</title>{}</channel></rss>'
ITEM = (
    "<item><title>{0}</title><link>https://made.up/{1}</link>"
    "<pubDate>Mon, 02 Nov 2026 08:00:00 +0000</pubDate><description>An article</description></item>"
)
PLANNED = ITEM.format("Northbridge plans 80MW data center in Rabat, Morocco", "1")
DROPPED = ITEM.format("Northbridge cancels 600MW data center in Lyon, France", "2")


@pytest.fixture
def paper(empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a feed on loopback, with the opt-in that feeds need."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("SILENTCRASH_ACCEPT_FEEDS", "1")
    monkeypatch.setattr(fetch, "PoliteClient", partial(PoliteClient, sleep=lambda seconds: None))
    return public_url(find_source("feeds").requests[0])


def events(silentcrash: Command) -> list[dict[str, object]]:
    sql = "select title, address, known_from, fetch_id from event order by id"
    return json.loads(silentcrash("query", sql, "--format", "json").out)


def test_new_titles_become_events_once(
    paper: str, site: Site, silentcrash: Command, empty_home: Path
) -> None:
    site.serve(paper, Reply(RSS.format(PLANNED).encode(), headers=XML))
    ended = silentcrash("announcements", "fetch")
    assert ended.code == 0, ended.err
    assert "1 events added, 0 known" in ended.out
    site.serve(paper, Reply(RSS.format(PLANNED + DROPPED).encode(), headers=XML))
    assert "1 events added, 1 known" in silentcrash("announcements", "fetch").out
    assert "0 events added, 0 known" in silentcrash("announcements", "fetch").out
    listed = json.loads(silentcrash("announcements", "list", "--format", "json").out)
    assert {(row["country"], row["power_mw"]) for row in listed} == {
        ("Morocco", 80.0),
        ("France", 600.0),
    }
    assert not [p for p in empty_home.rglob("*") if p.is_file() and b"An article" in p.read_bytes()]


def test_an_article_under_another_link_at_each_fetch_is_one_event(
    paper: str, site: Site, silentcrash: Command
) -> None:
    for tail in ("?utm_source=rss", "?utm_source=feed&amp;token=8f", "?token=9a"):
        body = RSS.format(PLANNED.replace("/1<", f"/1{tail}<")).encode()
        site.serve(paper, Reply(body, headers=XML))
        assert silentcrash("announcements", "fetch").code == 0
    assert [row["address"] for row in events(silentcrash)] == ["https://made.up/1"]


def test_one_item_with_an_impossible_date_loses_no_other(
    paper: str, site: Site, silentcrash: Command
) -> None:
    spoilt = DROPPED.replace("Mon, 02 Nov 2026 08:00:00 +0000", "0000-00-00 00:00:00")
    site.serve(paper, Reply(RSS.format(spoilt + PLANNED).encode(), headers=XML))
    ended = silentcrash("announcements", "fetch")
    assert ended.code == 0, ended.err
    assert [row["address"] for row in events(silentcrash)] == ["https://made.up/1"]


def test_papers_that_do_not_answer_are_told(paper: str, silentcrash: Command) -> None:
    ended = silentcrash("announcements", "fetch")
    assert ended.code == 1
    assert "no paper answered" in ended.err


def test_the_asset_reads_what_the_feeds_have_brought(
    paper: str, site: Site, silentcrash: Command
) -> None:
    for feed in find_source("feeds").requests:
        site.serve(public_url(feed), Reply(RSS.format(PLANNED).encode(), headers=XML))
    assert silentcrash("fetch", "feeds").code == 0
    keys = [
        dg.AssetSpec(dg.AssetKey(["observations", key]))
        for key in (*collect.PAPERS, *filings.LISTS)
    ]
    done = dg.materialize([announcements, *keys], resources={"observatory": Observatory()})
    assert done.success
    [materialization] = done.asset_materializations_for_node("announcements")
    assert materialization.metadata["added"].value == 1
