"""News feeds of the data-centre trade: title, link and date of each item only.

Articles and summaries belong to their papers: they are removed before a body is archived, which
leaves a short list of items. `sources.announcements` reads what the titles say.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.news_items import instant, web_link
from sources.tidy import tidy

ITEMS = ["title", "link", "published", "publisher", "language"]
LONGEST = 500  # characters of a title; a longer one is an article in the wrong element
LONGEST_DATE = 60  # characters of a date as written
FEEDS = {
    "https://www.datacenterdynamics.com/en/rss/": "DatacenterDynamics",
    "https://www.datacenterknowledge.com/rss.xml": "Data Center Knowledge",
    "https://press.aboutamazon.com/rss/news-releases.xml": "Amazon",
}


def redact(body: bytes) -> bytes:
    """The items of an Atom or RSS feed as JSON: title, link, date as written.

    Raises SchemaDrift for a body without items.
    """
    import feedparser

    feed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    entries = [_item(entry) for entry in feed.entries if entry.get("link") and entry.get("title")]
    if not entries:
        raise SchemaDrift("a feed with items", feed.get("bozo_exception", "none"))
    feed_json = {"language": str(feed.feed.get("language", ""))[:5], "items": entries}
    return json.dumps(feed_json, ensure_ascii=False, sort_keys=True).encode()


def _item(entry: dict[str, object]) -> dict[str, str]:
    # As written, and not as feedparser reads it: it takes the first of this month for a date
    # that it does not know, and loses "PM" and the names of zones.
    written = str(entry.get("published") or entry.get("updated") or "")
    title = " ".join(str(entry["title"]).split())[:LONGEST]
    link = str(entry["link"]).strip()
    return {"title": title, "link": link, "published": written[:LONGEST_DATE]}


def items(payload: Payload) -> pd.DataFrame:
    """The items of a stored feed (ITEMS), one row for each article.

    `published` is in ISO 8601, or "" for a date that cannot be read. The link without tracking
    identifies an item: a feed may change the id of an item and keep its link.
    """
    body, url = json.loads(payload.content), payload.request.url
    table = pd.DataFrame(body["items"], columns=["title", "link", "published"])
    dates = [instant(written) for written in table["published"]]
    read = table.assign(
        link=[web_link(url, link) for link in table["link"]],
        published=[date.isoformat() if date else "" for date in dates],
        publisher=FEEDS.get(url, urlsplit(url).netloc),
        language=body["language"],
    )
    return read[read["link"].ne("")].drop_duplicates("link")[ITEMS].reset_index(drop=True)


def parse(payload: Payload) -> pd.DataFrame:
    """The number of items of the feed on the fetch day; SchemaDrift for none."""
    # Counted and not read: a date is not looked at, and a body is parsed again to compare with.
    url = payload.request.url
    links = {web_link(url, item["link"]) for item in json.loads(payload.content)["items"]} - {""}
    if not links:
        raise SchemaDrift("an item with a link to the web", "none")
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    row = {"series": [_key(url)], "period": [day], "value": [float(len(links))]}
    return tidy(pd.DataFrame(row))


def _key(url: str) -> str:
    return "feeds.items." + urlsplit(url).netloc.removeprefix("www.").replace(".", "_")


SOURCE = Source(
    key="feeds",
    publisher="Trade papers and press rooms",
    fr="Fils d’actualité des centres de données",
    en="News feeds of data centres",
    homepage="https://www.datacenterdynamics.com/en/news/",
    licence="facts; titles and links of the papers",
    licence_url="https://www.datacenterdynamics.com/en/terms-and-conditions/",
    redistribute=False,
    attribution="the paper named with each item",
    shows="feed",
    confirmed="independent public code reads the same feeds, looked up 2026-11",
    cadence="daily",
    lag_days=0,
    stale_days=7,
    role="announcements",
    needs="SILENTCRASH_ACCEPT_FEEDS",
    expected_format="xml",
    redact=redact,
    completeness=Completeness(rows=0.5, series=1.0),  # the newest titles
    parse=parse,
    parser_version=2,
    requests=tuple(Request(url) for url in FEEDS),
    series=tuple(
        Series(_key(url), "items", "E", f"Articles du fil, {name}", f"Items of the feed, {name}")
        for url, name in FEEDS.items()
    ),
    traps=(
        "A feed holds the newest items only: what was not asked for in time is lost.",
        "Ids change while links stay: an item is known by its link, without tracking.",
        "Links may be relative to the feed.",
        "Summaries and articles are taken out before archiving; terms were not read by us.",
        "A date may be missing or unreadable: the item is counted here, and is no announcement.",
    ),
)
