"""News feeds: real RSS and a rebuilt Atom; no article is stored."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources import Payload, SchemaDrift
from sources.publishers.feeds import ITEMS, SOURCE, items, redact
from tests.server import Reply, Site
from tests.sources.publishers.helpers import fetch_bodies, fetch_payload, values

XML = {"Content-Type": "application/rss+xml"}
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Made up</title><language>fr</language>'
    "{}</channel></rss>"
)
ITEM = (
    "<item><title>{title}</title><link>{link}</link><guid>{guid}</guid>"
    "<pubDate>Mon, 02 Nov 2026 08:00:00 +0100</pubDate>"
    "<description>Secret body</description></item>"
)


def feed(*entries: str) -> bytes:
    return RSS.format("".join(entries)).encode()


def item(title: str = "Made up", link: str = "https://made.up/a", guid: str = "1") -> str:
    return ITEM.format(title=title, link=link, guid=guid)


def stored(body: bytes) -> Payload:
    return Payload(redact(body), SOURCE.requests[0], datetime(2026, 11, 3, tzinfo=UTC))


@pytest.mark.shared
def test_a_real_press_room_gives_titles_links_and_dates(site: Site, payloads: Path) -> None:
    body = (payloads / "amazon_press_rss/news-releases_2022-03-05.xml").read_bytes()
    payload = fetch_payload(site, SOURCE, Reply(body, headers=XML), question=2)
    table = items(payload)
    assert list(table.columns) == ITEMS
    assert len(table) == 10
    assert table["published"].iloc[0] == "2022-03-05T01:00:00+00:00"
    assert set(table["publisher"]) == {"Amazon"}
    assert values(SOURCE, payload) == {"feeds.items.press_aboutamazon_com": 10.0}
    assert b"University" in body
    assert b"non-profit online providers" not in payload.content  # the summary is not kept


@pytest.mark.shared
def test_an_atom_feed_that_was_rebuilt_is_read_alike(site: Site, payloads: Path) -> None:
    body = (payloads / "dcd_feed/dcd_atom_RECONSTRUCTED.xml").read_bytes()
    payload = fetch_payload(site, SOURCE, Reply(body, headers=XML))
    table = items(payload)
    assert len(table) == 5
    assert table["title"].iloc[4].startswith("Digital Realty breaks ground on latest data center")
    assert table["published"].iloc[4] == "2026-05-14T16:17:17+00:00"
    assert b"Dugny" not in payload.content


def test_an_item_is_known_by_its_link() -> None:
    table = items(stored(feed(item(guid="1"), item(guid="2"), item(link="https://made.up/b"))))
    assert list(table["link"]) == ["https://made.up/a", "https://made.up/b"]
    assert set(table["language"]) == {"fr"}


def test_a_link_that_is_none_is_left_out() -> None:
    actual = items(stored(feed(item(), item(link="javascript:alert(1)"))))
    assert list(actual["link"]) == ["https://made.up/a"]


def test_a_user_and_password_in_a_link_are_left_out() -> None:  # R27
    actual = items(stored(feed(item(link="https://user:pw@made.up:8443/a?b=@c"))))
    assert list(actual["link"]) == ["https://made.up:8443/a?b=@c"]


def test_hostile_titles_stay_text() -> None:
    actual = items(stored(feed(item(title="&lt;script&gt;alert(1)&lt;/script&gt;"))))
    assert actual["title"].iloc[0] == "<script>alert(1)</script>"
    assert b"Secret" not in redact(feed(item()))


@pytest.mark.parametrize("body", [feed(), b"<?xml version='1.0'?><opml/>", b"<rss><channel>"])
def test_a_feed_without_items_is_refused(site: Site, body: bytes) -> None:
    with pytest.raises(SchemaDrift, match="items"):
        redact(body)
    assert fetch_bodies(site, SOURCE, Reply(body, headers=XML)).result.outcome == "refused"


def test_entities_do_not_blow_up() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
        + b"x" * 100
        + b'">'
        + b"".join(
            b'<!ENTITY c%d "%s">' % (n, (b"&c%d;" % (n - 1) if n else b"&b;") * 10)
            for n in range(9)
        )
        + b"]><rss version='2.0'><channel><item><title>&c8;</title><link>https://a.b/c</link></item>"
    )
    shipped = redact(bomb + b"</channel></rss>") if _reads(bomb) else b""
    assert len(shipped) < 10_000


def _reads(bomb: bytes) -> bool:
    try:
        return bool(json.loads(redact(bomb + b"</channel></rss>"))["items"])
    except SchemaDrift:
        return False


def test_an_item_without_a_date_is_kept_and_counted_undated() -> None:
    undated = item(link="https://made.up/b").replace("pubDate", "day")
    actual = items(stored(feed(item(), undated)))
    assert list(actual["published"]) == ["2026-11-02T07:00:00+00:00", ""]
    assert values(SOURCE, stored(feed(item(), undated))) == {
        "feeds.items.datacenterdynamics_com": 2.0
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026/6/29 15:07:41", "2026-06-29T15:07:41+00:00"),
        ("1793260800", "2026-10-29T08:00:00+00:00"),
        ("Tue, 24 May 2016 2:17:57 PM CEST", "2016-05-24T12:17:57+00:00"),
        ("Thu, 29 Oct 26 08:00 CET", "2026-10-29T07:00:00+00:00"),
        ("Mon, 02 Nov 2026 08:00:00 EST", "2026-11-02T13:00:00+00:00"),
        ("2026-11-02T08:00:00.5+0530", "2026-11-02T02:30:00+00:00"),
        ("0000-00-00 00:00:00", ""),
        ("1793-09-17", ""),
        ("Sun, 31 Feb 2026 10:00 GMT", ""),
        ("Mon, 02 Nov 2026 08:00:00 IST", ""),
        ("yesterday", ""),
    ],
)
def test_a_date_is_read_as_written_or_left_open(written: str, expected: str) -> None:
    dated = item(link="https://made.up/b").replace("Mon, 02 Nov 2026 08:00:00 +0100", written)
    body = stored(feed(item(), dated))
    assert list(items(body)["published"]) == ["2026-11-02T07:00:00+00:00", expected]
    assert json.loads(body.content)["items"][1]["published"] == written


def test_links_relative_to_the_feed_are_resolved() -> None:
    links = ("/en/news/m8/", "m9/", "//host.example/a?id=2")
    actual = items(stored(feed(*(item(link=link) for link in links))))
    assert list(actual["link"]) == [
        "https://www.datacenterdynamics.com/en/news/m8/",
        "https://www.datacenterdynamics.com/en/rss/m9/",
        "https://host.example/a?id=2",
    ]


def test_an_article_is_one_whatever_its_link_says_of_the_reader() -> None:
    page = "https://made.up/a?id=7"
    links = (page, page + "&amp;utm_source=x", page + "&amp;token=1", page + "&amp;gclid=2#top")
    assert list(items(stored(feed(*(item(link=link) for link in links))))["link"]) == [page]
