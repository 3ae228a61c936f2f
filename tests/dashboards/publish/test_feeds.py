"""The feeds of editions: well-formed for a reader of feeds, and their ids never change."""

import copy
from typing import Any

import feedparser
import pytest

from dashboards.publish import edition_summary, feeds
from dashboards.publish.publication import Publication

ADDRESS = "https://observatory.example/editions.en.atom"
HOSTILE = "<script>alert(1)</script>\u202e\"'&\x00"


@pytest.fixture(scope="module")
def cards(publication: Publication) -> dict[str, Any]:
    """Two editions of which only the month and the cut-off differ."""
    newest = edition_summary.document(publication)
    older = copy.deepcopy(newest) | {"month": "2026-09", "cutoff": "2026-10-10T23:59:59Z"}
    return {"2026-09": older, "2026-10": newest}


def parsed(cards: dict[str, Any], code: str = "en") -> Any:
    body = feeds.atom(cards, code, ADDRESS, lambda name: f"https://observatory.example/{name}/")
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_reader_finds_every_edition_newest_first(cards: dict[str, Any], code: str) -> None:
    found = parsed(cards, code)
    assert found.feed.language == code
    assert found.feed.updated == cards["2026-10"]["cutoff"]
    assert found.feed.author
    assert [one.title for one in found.entries] == [
        cards[name]["headline"][code] for name in ("2026-10", "2026-09")
    ]
    assert found.entries[0].link == "https://observatory.example/2026-10/"
    for one in [found.feed, *found.entries]:
        assert one.id.startswith("tag:")
        assert one.updated_parsed


def test_ids_stay_when_editions_come_and_words_change(cards: dict[str, Any]) -> None:
    alone = parsed({"2026-09": cards["2026-09"]}).entries[0].id
    changed = copy.deepcopy(cards)
    changed["2026-09"]["headline"]["en"] = "Other words"
    assert parsed(changed).entries[1].id == alone
    ids = [one.id for code in ("fr", "en") for one in parsed(cards, code).entries]
    assert len(set(ids)) == len(ids)


def test_a_hostile_headline_is_text(cards: dict[str, Any]) -> None:
    changed = copy.deepcopy(cards)
    changed["2026-10"]["headline"]["en"] = HOSTILE
    body = feeds.atom(changed, "en", ADDRESS, lambda name: name)
    assert b"<script" not in body
    assert "\u202e" not in body.decode()
    found = feedparser.parse(body, sanitize_html=False)
    assert not found.bozo
    assert found.entries[0].title == "<script>alert(1)</script>\"'&"
    assert found.entries[0].title_detail.type == "text/plain"
