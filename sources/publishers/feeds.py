"""News feeds of the data-centre trade: title, link and date of each item only.

Articles and summaries belong to their papers: they are removed before a body is archived, which
leaves a short list of items. `sources.announcements` reads what the titles say.
"""

from __future__ import annotations

import json
from calendar import timegm
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import tidy

ITEMS = ["title", "link", "published", "publisher", "language"]
LONGEST = 500  # characters of a title; a longer one is an article in the wrong element
FEEDS = {
    "https://www.datacenterdynamics.com/en/rss/": "DatacenterDynamics",
    "https://www.datacenterknowledge.com/rss.xml": "Data Center Knowledge",
    "https://press.aboutamazon.com/rss/news-releases.xml": "Amazon",
}


def redact(body: bytes) -> bytes:
    """The items of an Atom or RSS feed as JSON: title, link, published.

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
    stamp = entry.get("published_parsed") or entry.get("updated_parsed")
    at = datetime.fromtimestamp(timegm(stamp), UTC) if isinstance(stamp, tuple) else None
    published = at.isoformat() if at else ""
    title = " ".join(str(entry["title"]).split())[:LONGEST]
    return {"title": title, "link": str(entry["link"]).strip(), "published": published}


def items(payload: Payload) -> pd.DataFrame:
    """The items of a stored feed (ITEMS), one row for each link.

    `published` is in ISO 8601 or "". The link identifies an item: a feed may change the id of an
    item and keep its link.
    """
    body = json.loads(payload.content)
    table = pd.DataFrame(body["items"], columns=["title", "link", "published"])
    web = table["link"].map(lambda link: urlsplit(link).scheme in {"http", "https"})
    host = urlsplit(payload.request.url).netloc
    origin = {"publisher": FEEDS.get(payload.request.url, host), "language": body["language"]}
    return table[web].drop_duplicates("link").assign(**origin)[ITEMS].reset_index(drop=True)


def parse(payload: Payload) -> pd.DataFrame:
    """The number of items of the feed on the fetch day; SchemaDrift for none."""
    table = items(payload)
    if table.empty:
        raise SchemaDrift("an item with a link to the web", "none")
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    name = _key(payload.request.url)
    return tidy(pd.DataFrame({"series": [name], "period": [day], "value": [float(len(table))]}))


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
    requests=tuple(Request(url) for url in FEEDS),
    series=tuple(
        Series(_key(url), "items", "E", f"Articles du fil, {name}", f"Items of the feed, {name}")
        for url, name in FEEDS.items()
    ),
    traps=(
        "A feed holds the newest items only: what was not asked for in time is lost.",
        "Ids change while links stay: an item is known by its link.",
        "Summaries and articles are taken out before archiving; terms were not read by us.",
        "A date may be missing: the item is counted here, and is no announcement.",
    ),
)
