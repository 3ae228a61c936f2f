"""GDELT: rebuilt responses over a socket, and how they mislead."""

import json
from typing import Any

import pytest

from sources import SchemaDrift
from sources.publishers.gdelt import MOST, SOURCE, items, parse
from tests.server import Reply, Site
from tests.sources.publishers.helpers import archived_payload, fetch_bodies, fetch_payload, values


def article(number: int = 1, **changed: Any) -> dict[str, Any]:
    """An article in the publisher's shape, made up."""
    return {
        "url": f"https://made.up/{number}",
        "title": f"Un centre de données de {number} MW",
        "seendate": "20261102T081500Z",
        "domain": "made.up",
        "language": "French",
        "sourcecountry": "Morocco",
    } | changed


def answer(*articles: dict[str, Any]) -> bytes:
    return json.dumps({"articles": list(articles)}).encode()


def test_articles_become_items_with_the_day_they_were_seen(site: Site) -> None:
    payload = fetch_payload(site, SOURCE, answer(article(1), article(2)))
    table = items(payload)
    assert list(table["link"]) == ["https://made.up/1", "https://made.up/2"]
    assert set(table["published"]) == {"2026-11-02T08:15:00+00:00"}
    assert set(table["language"]) == {"fr"}
    assert values(SOURCE, payload) == {"gdelt.articles.africa": 2.0}
    assert "sourcecountry:MO" in site.asked[-1].query["query"][0]


def test_a_bad_question_is_a_page_and_refused(site: Site) -> None:
    page = Reply(
        b"<html><body>Your query was too short</body></html>", headers={"Content-Type": "text/html"}
    )
    assert fetch_bodies(site, SOURCE, page).result.outcome == "refused"


def test_nothing_found_is_a_zero() -> None:
    assert values(SOURCE, archived_payload(SOURCE, b"{}")) == {"gdelt.articles.africa": 0.0}


def test_an_answer_at_the_cap_is_refused() -> None:
    with pytest.raises(SchemaDrift, match="the cap"):
        parse(archived_payload(SOURCE, answer(*map(article, range(MOST)))))


def test_control_characters_and_spaced_punctuation_are_read() -> None:
    body = answer(article(title="Un \\u0001 centre")).replace(b"\\\\u0001", b"\x01")
    assert items(archived_payload(SOURCE, body))["title"].iloc[0] == "Un \x01 centre"


def test_a_story_of_one_paper_is_counted_once_and_a_strange_link_never() -> None:
    body = answer(article(1), article(2, title=article(1)["title"]), article(3, url="ftp://a.b"))
    assert list(items(archived_payload(SOURCE, body))["link"]) == ["https://made.up/1"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "articles"),
        (answer({"url": "https://made.up/1"}), "seendate"),
        (answer(article(seendate="yesterday")), "instants"),
        (b"{", "JSON"),
    ],
)
def test_a_changed_answer_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(archived_payload(SOURCE, body))


def test_countries_are_asked_for_by_their_fips_codes() -> None:
    requested = " ".join(request.params["query"] for request in SOURCE.requests)
    assert (
        "sourcecountry:MO " in requested
    )  # Morocco, which ISO calls MA; and MA is Madagascar there
    assert "sourcecountry:SF" in requested  # South Africa, which ISO calls ZA
    assert not {"sourcecountry:MA", "sourcecountry:ZA"} & set(requested.strip("()").split())
