"""Feeds are well-formed for feed readers, and their ids never change."""

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import feedparser
import pytest

from dashboards.publish import atom, edition_summary, feeds
from dashboards.publish.publication import Publication

ADDRESS = "https://observatory.example/editions.en.atom"
HOSTILE = "<script>alert(1)</script>\u202e\"'&\x00"


@pytest.fixture(scope="module")
def cards(publication: Publication) -> dict[str, Any]:
    """Two editions of which only the month and the dates differ."""
    newest = edition_summary.document(publication)
    dates = {"cutoff": "2026-10-10T23:59:59Z", "public_at": "2026-10-12T09:00:00Z"}
    older = copy.deepcopy(newest) | {"month": "2026-09"} | dates
    return {"2026-09": older, "2026-10": newest}


def parsed(cards: dict[str, Any], code: str = "en") -> Any:
    body = feeds.editions(cards, code, ADDRESS, lambda name: f"https://observatory.example/{name}/")
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_reader_finds_every_edition_newest_first(cards: dict[str, Any], code: str) -> None:
    feed = parsed(cards, code)
    assert feed.feed.language == code
    assert feed.feed.updated == cards["2026-10"]["public_at"] == "2026-11-23T09:00:00Z"
    assert [item.published for item in feed.entries] == [
        cards[name]["public_at"] for name in ("2026-10", "2026-09")
    ]
    assert feed.feed.author
    assert [item.title for item in feed.entries] == [
        cards[name]["headline"][code] for name in ("2026-10", "2026-09")
    ]
    assert feed.entries[0].link == "https://observatory.example/2026-10/"
    for item in [feed.feed, *feed.entries]:
        assert item.id.startswith("tag:")
        assert item.updated_parsed


def test_ids_stay_when_editions_come_and_words_change(cards: dict[str, Any]) -> None:
    alone = parsed({"2026-09": cards["2026-09"]}).entries[0].id
    changed = copy.deepcopy(cards)
    changed["2026-09"]["headline"]["en"] = "Other words"
    assert parsed(changed).entries[1].id == alone
    ids = [entry.id for code in ("fr", "en") for entry in parsed(cards, code).entries]
    assert len(set(ids)) == len(ids)


def test_a_hostile_headline_is_text(cards: dict[str, Any]) -> None:
    changed = copy.deepcopy(cards)
    changed["2026-10"]["headline"]["en"] = HOSTILE
    body = feeds.editions(changed, "en", ADDRESS, lambda name: name)
    assert b"<script" not in body
    assert "\u202e" not in body.decode()
    feed = feedparser.parse(body, sanitize_html=False)
    assert not feed.bozo
    assert feed.entries[0].title == "<script>alert(1)</script>\"'&"
    assert feed.entries[0].title_detail.type == "text/plain"


def test_what_was_rebuilt_is_marked_and_an_old_folder_claims_no_day(cards: dict[str, Any]) -> None:
    dated = {"fr": "Reconstituée le 23 novembre 2026", "en": "Reconstructed on 23 November 2026"}
    rebuilt = {**cards["2026-09"], "reconstructed": True, "dated": dated}
    before = {name: value for name, value in cards["2026-10"].items()
              if name not in {"computed_at", "public_at", "reconstructed", "dated"}}  # fmt: skip
    entries = parsed({"2026-09": rebuilt, "2026-10": before}).entries
    assert entries[1].title.endswith("(reconstructed)")
    assert entries[1].summary.startswith("Reconstructed on 23 November 2026. ")
    assert "published" not in entries[0]
    assert not entries[0].title.endswith("(reconstructed)")


def test_a_message_of_several_lines_keeps_them_and_nothing_hidden() -> None:
    when = datetime(2026, 11, 11, 11, tzinfo=timezone(timedelta(hours=2)))
    entry = atom.Entry(
        "tag:observatory,2026:1",
        "Alert",
        atom.stamp(when),
        category="watch",
        content="a\u202e\n\x07b",
    )
    body = atom.feed(
        [entry], id="tag:observatory,2026:all", title="Alerts", updated=entry.updated,
        author="Observatory", language="en",
    )  # fmt: skip
    feed = feedparser.parse(body)
    assert not feed.bozo
    assert [item.content[0].value for item in feed.entries] == ["a\nb"]
    assert feed.entries[0].updated == "2026-11-11T09:00:00Z"
    assert feed.entries[0].tags[0].term == "watch"
    assert "links" not in feed.entries[0]
